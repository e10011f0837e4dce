//! Silent alarms, for those who may see them.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::acts::reason;
use crate::app::App;
use crate::audit::Act;
use crate::declaration;
use crate::edge::News;
use crate::http::{Body, Fault};
use crate::officer::SignedIn;
use crate::officer::roles::may_see_alarm;
use crate::sql;
use crate::store::{Row, StoreError};
use crate::trailer;

/// Alarms given at once: the open ones first.
const MAX: i64 = 200;

/// An alarm.
#[derive(Debug, Serialize)]
struct Alarm {
    id: Uuid,
    at: i64,
    kind: String,
    lane: Option<String>,
    passage: Option<Uuid>,
    detail: String,
    acknowledged_at: Option<i64>,
    acknowledged_by: Option<String>,
}

/// What `/alarms` says.
#[derive(Debug, Serialize)]
pub(super) struct Alarms {
    alarms: Vec<Alarm>,
}

/// What the shift leader notes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    note: String,
}

pub(super) async fn alarms(State(app): State<App>, Extension(who): Extension<SignedIn>) -> Result<Json<Alarms>, Fault> {
    let rows = app
        .store
        .rows(sql!(
            "SELECT * FROM alarms ORDER BY CASE WHEN acknowledged_at IS NULL THEN 0 ELSE 1 END, at DESC LIMIT $1",
            MAX
        ))
        .await?;
    let alarms = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(Json(Alarms { alarms: alarms.into_iter().filter(|a| may_see_alarm(who.role, &a.kind)).collect() }))
}

fn read(row: &Row) -> Result<Alarm, StoreError> {
    Ok(Alarm {
        id: row.uuid("id")?,
        at: row.int("at")?,
        kind: row.text("kind")?,
        lane: row.get("lane")?,
        passage: row.maybe_uuid("passage")?,
        detail: row.text("detail")?,
        acknowledged_at: row.get("acknowledged_at")?,
        acknowledged_by: row.get("acknowledged_by")?,
    })
}

pub(super) async fn acknowledge(
    State(app): State<App>,
    Extension(who): Extension<SignedIn>,
    Path(id): Path<String>,
    Body(said): Body<Said>,
) -> Result<StatusCode, Fault> {
    let unknown = || Fault::new(StatusCode::NOT_FOUND, "alarm", format!("alarm {id:?} is not known"));
    let alarm: Uuid = id.parse().map_err(|_| unknown())?;
    let note = reason(&said.note)?;
    if note.is_empty() {
        return Err(Fault::new(StatusCode::BAD_REQUEST, "reason", "note is empty: say what was done"));
    }
    let row = app.store.row(sql!("SELECT kind, lane FROM alarms WHERE id = $1", alarm)).await?.ok_or_else(unknown)?;
    let (kind, lane) = (row.text("kind")?, row.get::<Option<String>>("lane")?);
    if !may_see_alarm(who.role, &kind) {
        return Err(unknown());
    }
    let mut tx = app.store.begin().await?;
    let changed = tx
        .run(sql!(
            "UPDATE alarms SET acknowledged_at = $1, acknowledged_by = $2 WHERE id = $3 AND acknowledged_at IS NULL",
            app.clock.now(),
            &who.name,
            alarm
        ))
        .await?;
    if changed == 0 {
        return Err(Fault::new(StatusCode::CONFLICT, "changed", "somebody acknowledged it already"));
    }
    // What a vehicle is held for is one of the things that decisions ask.
    if kind == trailer::MISMATCH {
        declaration::touch(&mut tx, &app.clock).await?;
    }
    // Without lane and passage: officers who see those do not learn of the alarm.
    let act = Act {
        officer: who.officer(),
        act: "acknowledge_alarm".to_owned(),
        lane: None,
        passage: None,
        reason: note,
        detail: json!({"alarm": alarm, "kind": kind}),
        command: None,
    };
    act.record(&mut tx, &app.clock).await?;
    tx.commit().await?;
    let lane = lane.and_then(|lane| gate_core::ids::LaneId::new(lane).ok());
    app.live.tell(News::Alarm { alarm, kind, lane });
    Ok(StatusCode::NO_CONTENT)
}
