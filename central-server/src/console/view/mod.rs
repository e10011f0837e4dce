//! A passage with everything an officer is shown of it: the record, what the reader thought besides,
//! what was expected, what people did and what the boom was seen to do after it.

mod acts;
mod doubtful;
mod happened;

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use gate_core::clock::UtcMicros;
use gate_core::crossing::CrossingState;
use gate_core::decision::{ExpectedVehicle, Verdict};
use gate_core::ids::PassageId;
use gate_core::message::command::OfficerRole;
use gate_core::message::exchange::RouteAdvice;
use gate_core::reading::PlateReading;
use serde::Serialize;
use uuid::Uuid;

use self::acts::ActView;
use self::happened::{Boom, Looked, Unread};
use crate::app::App;
use crate::crossing::{self, PassageRecord, core};
use crate::decision::{self, Fresh};
use crate::http::Fault;
use crate::sql;
use crate::store::{Query, StoreError, Value};

/// What the page gets of a passage.
#[derive(Debug, Serialize)]
pub struct PassageView {
    /// As its events say.
    pub record: PassageRecord,
    /// Other texts that the reader thought possible.
    pub others: Vec<(String, f32)>,
    /// The tractor's reading that stands, whole.
    pub reading: Option<PlateReading>,
    /// Where none stands: the doubtful one that the lane asked with.
    pub doubtful: Option<PlateReading>,
    /// The best looks at a vehicle that could not be read.
    pub unread: Option<Unread>,
    /// How each look at it fared, once it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looked: Option<Looked>,
    /// Where central sends it.
    pub route: Option<RouteAdvice>,
    /// What was declared.
    pub expected: Option<ExpectedVehicle>,
    /// What the rules say now to the plate that an officer gave; opens nothing.
    pub fresh: Option<Fresh>,
    /// What people did, oldest first, each with what came of it.
    pub acts: Vec<ActView>,
    /// What the boom was seen to do, oldest first.
    pub boom: Vec<Boom>,
    /// The crossing's id.
    pub crossing: Option<Uuid>,
    /// The crossing.
    pub journey: Option<Journey>,
    /// Whether each picture has arrived.
    pub evidence: BTreeMap<String, bool>,
}

/// A crossing, in short.
#[derive(Debug, Serialize)]
pub struct Journey {
    id: Uuid,
    state: CrossingState,
    declaration: Option<String>,
    began_at: i64,
    ended_at: Option<i64>,
    passages: Vec<Step>,
}

/// A passage of a crossing.
#[derive(Debug, Serialize)]
struct Step {
    id: Uuid,
    lane: String,
    direction: String,
    began_at: i64,
    outcome: Option<String>,
    /// By a paper slip.
    paper: bool,
}

/// Whether this role sees passages: those who work lanes.
#[must_use]
pub fn may_see(role: OfficerRole) -> bool {
    matches!(role, OfficerRole::Officer | OfficerRole::ShiftLeader)
}

pub(super) async fn passage(State(app): State<App>, Path(id): Path<String>) -> Result<Json<PassageView>, Fault> {
    let id = super::passage_id(&id)?;
    let view = view(&app, id).await?;
    let unknown = || Fault::new(StatusCode::NOT_FOUND, "passage", format!("passage {id} is not known"));
    view.map(Json).ok_or_else(unknown)
}

/// The view of a passage; `None` while none of its events has arrived.
///
/// # Errors
/// [`StoreError`].
pub async fn view(app: &App, id: PassageId) -> Result<Option<PassageView>, StoreError> {
    let Some(record) = crossing::from_store(&app.store, id).await? else { return Ok(None) };
    let happened = happened::of(app, &record).await?;
    let acts = acts::of(app, &record, &happened).await?;
    let reading = happened.reading();
    let fresh = match acts::last_plate(&acts).filter(|_| record.ended_at.is_none()) {
        Some((plate, by, confirmed)) => decision::on_plate(app, &record, plate, by, confirmed).await?,
        None => None,
    };
    let doubtful = if reading.is_none() { doubtful::of(app, id).await? } else { None };
    let unread = happened.unread();
    let journey = journey(app, id).await?;
    Ok(Some(PassageView {
        others: reading.as_ref().map(|r| r.others.clone()).unwrap_or_default(),
        reading,
        doubtful,
        route: route(app, id).await?,
        expected: expected(app, &record, fresh.as_ref()).await?,
        fresh,
        acts,
        boom: happened.boom(),
        looked: happened.looked(),
        crossing: journey.as_ref().map(|j| j.id),
        journey,
        evidence: evidence(app, &record, unread.as_ref()).await?,
        unread,
        record,
    }))
}

/// Whether the passage was refused: by the last decision at the lane, by any of central's, or by what
/// an officer was shown of a corrected plate.
///
/// # Errors
/// [`StoreError`].
pub async fn is_refused(app: &App, id: PassageId) -> Result<bool, StoreError> {
    let by_lane = sql!("SELECT id FROM passages WHERE id = $1 AND verdict = 'refuse'", id);
    let by_central = sql!("SELECT request FROM decisions WHERE passage = $1 AND verdict = 'refuse' LIMIT 1", id);
    if app.store.row(by_lane).await?.is_some() || app.store.row(by_central).await?.is_some() {
        return Ok(true);
    }
    let shown = sql!("SELECT detail FROM acts WHERE passage = $1 AND act IN ('correct_plate', 'confirm_plate')", id);
    for row in app.store.rows(shown).await? {
        let detail: serde_json::Value = row.json("detail")?;
        if detail["decision"]["verdict"] == crate::store::word(&Verdict::Refuse) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn route(app: &App, id: PassageId) -> Result<Option<RouteAdvice>, StoreError> {
    let row = app
        .store
        .row(sql!("SELECT route FROM decisions WHERE passage = $1 ORDER BY answered_at DESC, request DESC LIMIT 1", id))
        .await?;
    match row {
        Some(row) if row.get::<Option<String>>("route")?.is_some() => row.json("route").map(Some),
        _ => Ok(None),
    }
}

/// The declared vehicle that the newest decision matched: the officer's plate goes first.
async fn expected(
    app: &App,
    record: &PassageRecord,
    fresh: Option<&Fresh>,
) -> Result<Option<ExpectedVehicle>, StoreError> {
    let matched = match fresh {
        Some(fresh) => fresh.decision.matched.clone(),
        None if record.paper.is_some() => record.plate_text().map(str::to_owned),
        None => record.corrected.clone().or_else(|| record.decision.as_ref().and_then(|d| d.matched.clone())),
    };
    let Some(core) = matched.map(|plate| core(&plate)) else { return Ok(None) };
    let held = app.lists.now(&app.clock).await?;
    let mut fitting: Vec<&ExpectedVehicle> =
        held.expected.iter().filter(|v| crossing::core(&v.plate) == core).collect();
    let at = record.began_at;
    fitting.sort_by_key(|v| (Some(v.direction) != record.direction, !(v.from <= at && at < v.until)));
    Ok(fitting.first().map(|v| (*v).clone()))
}

async fn journey(app: &App, id: PassageId) -> Result<Option<Journey>, StoreError> {
    let of = sql!("SELECT c.* FROM passages p JOIN crossings c ON c.id = p.crossing WHERE p.id = $1", id);
    let Some(row) = app.store.row(of).await? else { return Ok(None) };
    let crossing = row.uuid("id")?;
    let steps = app
        .store
        .rows(sql!(
            "SELECT id, lane, direction, began_at, outcome, paper FROM passages WHERE crossing = $1 ORDER BY began_at LIMIT 50",
            crossing
        ))
        .await?;
    let step = |row: &crate::store::Row| {
        Ok::<_, StoreError>(Step {
            id: row.uuid("id")?,
            lane: row.text("lane")?,
            direction: row.text("direction")?,
            began_at: row.int("began_at")?,
            outcome: row.get("outcome")?,
            paper: row.get::<Option<String>>("paper")?.is_some(),
        })
    };
    Ok(Some(Journey {
        id: crossing,
        state: row.word("state")?,
        declaration: row.get("declaration")?,
        began_at: row.int("began_at")?,
        ended_at: row.get("ended_at")?,
        passages: steps.iter().map(step).collect::<Result<_, _>>()?,
    }))
}

async fn evidence(
    app: &App,
    record: &PassageRecord,
    unread: Option<&Unread>,
) -> Result<BTreeMap<String, bool>, StoreError> {
    let of_parts = record.parts.iter().flat_map(|p| [p.frame.as_ref(), p.crop.as_ref()]).flatten();
    let of_looks = unread.into_iter().flat_map(|u| &u.frames);
    let mut held: BTreeMap<String, bool> = of_parts.chain(of_looks).map(|hash| (hash.0.clone(), false)).collect();
    if held.is_empty() {
        return Ok(held);
    }
    let places = (1..=held.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
    let values = held.keys().map(Value::from).collect();
    let text = format!("SELECT sha256 FROM evidence WHERE sha256 IN ({places})");
    for row in app.store.rows(Query::assembled(text, values)).await? {
        held.insert(row.text("sha256")?, true);
    }
    Ok(held)
}

/// The time of a passage as its lane's clock tells it, with some room before and after.
fn span(record: &PassageRecord, now: UtcMicros) -> (i64, i64) {
    const ROOM: i64 = 10_000_000;
    let end = record.ended_at.map_or(now.0.max(record.began_at.0).saturating_add(60_000_000), |at| at.0);
    (record.began_at.0.saturating_sub(ROOM), end.saturating_add(ROOM))
}
