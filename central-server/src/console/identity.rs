//! The second identity of a vehicle that was not read: what was scanned or typed, held against the expected
//! vehicles. It names whom it may be; the officer's choice is a correction of the plate, which says how.
//!
//! Asked for the vehicle at a stop line alone, and each time recorded: who looked for whom.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use gate_core::decision::identity::{Given, Identified, Identity, identify, leads_to};
use gate_core::ids::{LaneId, PassageId};
use serde::Deserialize;
use serde_json::json;

use super::acts::known_lane;
use crate::app::App;
use crate::audit::Act;
use crate::http::{Asked, Fault};
use crate::officer::SignedIn;

/// Of a text that named nobody the record keeps so many characters.
const KEPT_CHARS: usize = 64;

/// What was scanned or typed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    given: String,
}

pub(super) async fn search(
    State(app): State<App>,
    Extension(who): Extension<SignedIn>,
    Path(lane): Path<String>,
    Asked(search): Asked<Search>,
) -> Result<Json<Identified>, Fault> {
    let lane = known_lane(&app, &lane, false).await?;
    let given =
        Given::new(&search.given).map_err(|error| Fault::new(StatusCode::BAD_REQUEST, "given", error.to_string()))?;
    let status = app.live.lane(&lane).filter(|l| l.live).map(|l| l.status);
    let (direction, passage) =
        status.and_then(|s| Some((s.direction, s.passage?))).ok_or_else(|| nobody_stands_there(&lane))?;
    let held = app.lists.now(&app.clock).await?;
    let found = identify(&given, held.of_decision(), direction, app.clock.now());
    record(&app, &who, lane, passage, &search.given, &found).await?;
    Ok(Json(found))
}

fn nobody_stands_there(lane: &LaneId) -> Fault {
    let text = format!("no vehicle stands at {lane} now; look at the lane, then search again");
    Fault::new(StatusCode::CONFLICT, "no_vehicle", text)
}

/// Refuses an identity that does not lead to the plate: the record would say what was not so.
pub(super) async fn check(app: &App, identity: &Identity, plate: &str) -> Result<(), Fault> {
    let held = app.lists.now(&app.clock).await?;
    if leads_to(identity, plate, &held.expected) {
        return Ok(());
    }
    let text = format!("{:?} does not lead to an expected vehicle {plate}; search again", identity.given);
    Err(Fault::new(StatusCode::CONFLICT, "identity", text))
}

async fn record(
    app: &App,
    who: &SignedIn,
    lane: LaneId,
    passage: PassageId,
    given: &str,
    found: &Identified,
) -> Result<(), Fault> {
    // A code may hold more than what is looked for: of what was found only the part that counted is kept.
    let mut kept: BTreeSet<String> = found.candidates.iter().map(|c| c.identity.given.clone()).collect();
    if kept.is_empty() {
        kept.insert(given.trim().chars().take(KEPT_CHARS).collect());
    }
    let count = found.candidates.len() + found.more;
    let act = Act {
        officer: who.officer(),
        act: "search".to_owned(),
        lane: Some(lane),
        passage: None,
        reason: String::new(),
        detail: json!({"identity": found.kind, "given": kept, "found": count, "for": passage}),
        command: None,
    };
    let mut tx = app.store.begin().await?;
    act.record(&mut tx, &app.clock).await?;
    tx.commit().await?;
    Ok(())
}
