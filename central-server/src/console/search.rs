//! Passages by lane, plate and time, newest first. A search for a plate is an act of its own: who
//! looked for whom stands in the record.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use gate_core::ids::PassageId;
use gate_core::plate::text::normalise;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::app::App;
use crate::audit::Act;
use crate::crossing::{self, PassageRecord, core};
use crate::http::{Asked, Fault};
use crate::officer::SignedIn;
use crate::store::{Query as Sql, Value};

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 200;

/// What can be asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    lane: Option<String>,
    plate: Option<String>,
    /// 1: those by paper slips alone; 0: those that a machine saw.
    paper: Option<u8>,
    from: Option<i64>,
    to: Option<i64>,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// What `/passages` says.
#[derive(Debug, Serialize)]
pub(super) struct Passages {
    passages: Vec<PassageRecord>,
    next: Option<String>,
}

pub(super) async fn passages(
    State(app): State<App>,
    Extension(who): Extension<SignedIn>,
    Asked(filter): Asked<Filter>,
) -> Result<Json<Passages>, Fault> {
    let limit = filter.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let query = query(&filter, limit)?;
    if filter.plate.is_some() && filter.cursor.is_none() {
        record(&app, &who, &filter).await?;
    }
    let rows = app.store.rows(query).await?;
    let more = rows.len() > limit as usize;
    let (mut passages, mut next) = (Vec::new(), None);
    for row in rows.iter().take(limit as usize) {
        let id = row.uuid("id")?;
        next = more.then(|| format!("{}.{id}", row.int("began_at").unwrap_or_default()));
        passages.extend(crossing::from_store(&app.store, PassageId(id)).await?);
    }
    Ok(Json(Passages { passages, next }))
}

fn query(filter: &Filter, limit: u32) -> Result<Sql, Fault> {
    let mut parts = vec!["1 = 1".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    let mut and = |part: &dyn Fn(usize) -> String, new: Vec<Value>| {
        parts.push(part(values.len() + 1));
        values.extend(new);
    };
    if let Some(lane) = &filter.lane {
        and(&|n| format!("p.lane = ${n}"), vec![Value::from(lane)]);
    }
    if let Some(paper) = filter.paper {
        and(&|_| format!("p.paper IS {}NULL", if paper == 0 { "" } else { "NOT " }), Vec::new());
    }
    if let Some(from) = filter.from {
        and(&|n| format!("p.began_at >= ${n}"), vec![Value::from(from)]);
    }
    if let Some(to) = filter.to {
        and(&|n| format!("p.began_at < ${n}"), vec![Value::from(to)]);
    }
    if let Some(plate) = &filter.plate {
        let plate = normalise(plate);
        if plate.chars().count() < 3 || !plate.chars().all(char::is_alphanumeric) {
            return Err(Fault::new(StatusCode::BAD_REQUEST, "plate", "plate: at least 3 letters and digits"));
        }
        let like = format!("%{plate}%");
        and(
            &|n| {
                format!(
                    "(p.corrected LIKE ${} OR EXISTS (SELECT 1 FROM passage_vehicles v WHERE v.passage = p.id \
                     AND (v.core = ${n} OR v.text LIKE ${})))",
                    n + 1,
                    n + 1
                )
            },
            vec![Value::from(core(&plate)), Value::from(like)],
        );
    }
    if let Some(cursor) = &filter.cursor {
        let (at, id) = read_cursor(cursor)
            .ok_or_else(|| Fault::new(StatusCode::BAD_REQUEST, "cursor", "cursor is none of ours; begin without it"))?;
        and(
            &|n| format!("(p.began_at < ${n} OR (p.began_at = ${n} AND p.id < ${}))", n + 1),
            vec![Value::from(at), Value::from(id)],
        );
    }
    let text = format!(
        "SELECT p.id, p.began_at FROM passages p WHERE {} ORDER BY p.began_at DESC, p.id DESC LIMIT {}",
        parts.join(" AND "),
        limit + 1
    );
    Ok(Sql::assembled(text, values))
}

fn read_cursor(text: &str) -> Option<(i64, Uuid)> {
    let (at, id) = text.split_once('.')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

async fn record(app: &App, who: &SignedIn, filter: &Filter) -> Result<(), Fault> {
    let act = Act {
        officer: who.officer(),
        act: "search".to_owned(),
        lane: None,
        passage: None,
        reason: String::new(),
        detail: json!({"plate": filter.plate, "lane": filter.lane, "from": filter.from, "to": filter.to}),
        command: None,
    };
    let mut tx = app.store.begin().await?;
    act.record(&mut tx, &app.clock).await?;
    tx.commit().await?;
    Ok(())
}
