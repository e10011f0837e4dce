//! The second identity of a vehicle that was not read, by the edge's own signed lists: it works with central away.
//! It names whom it may be; choosing one is the act of correcting the plate. Nothing opens by it.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse as _;
use gate_core::decision::identity::{Given, identify};
use gate_core::decision::{Decision, Lists as Facts};
use gate_core::message::command::{OfficerRef, OfficerRole};
use gate_core::message::event::{ActPlace, EventBody};
use gate_core::message::exchange::Seen;
use gate_core::message::status::LaneStatus;
use gate_core::plate::text::normalise;
use gate_core::reading::PlateReading;
use gate_core::vehicle::Role;
use serde::Deserialize;

use super::acts::{Answer, lane, refused, somebody};
use super::{PanelLane, Shared};
use crate::lane::decide::own;
use crate::outbox::Draft;

/// Of what was given the record keeps so many characters.
const KEPT_CHARS: usize = 64;

/// What was scanned or typed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    given: String,
}

/// `GET /api/lanes/{lane}/identity?given=`: the expected vehicles that a code, a tag or the end of a plate names.
pub async fn search(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Query(search): Query<Search>,
) -> Answer {
    let (_, officer, status) = at_the_lane(&shared, &name, &headers)?;
    let given = Given::new(&search.given)
        .map_err(|error| refused(StatusCode::UNPROCESSABLE_ENTITY, "given", error.to_string()))?;
    let lists = shared.panel.lists.now().ok_or_else(|| {
        let why = "central has sent no lists yet: look at the papers, and correct the plate by eye";
        refused(StatusCode::SERVICE_UNAVAILABLE, "no_lists", why)
    })?;
    let found = identify(&given, Facts::from(&*lists), status.direction, shared.panel.clock.utc());
    let kept = found.candidates.first().map_or(search.given.trim(), |c| &c.identity.given);
    record(&shared, &status, officer, kept.chars().take(KEPT_CHARS).collect())?;
    Ok(Json(found).into_response())
}

/// `GET /api/lanes/{lane}/tags`: the tags that the reader beside the lane hears now; none where there is no reader.
pub async fn tags(State(shared): State<Shared>, Path(name): Path<String>, headers: HeaderMap) -> Answer {
    let (lane, ..) = at_the_lane(&shared, &name, &headers)?;
    let Some(reader) = &lane.tags else { return Ok(Json(Vec::<String>::new()).into_response()) };
    let heard = reader.heard().await;
    let heard = heard.map_err(|error| refused(StatusCode::SERVICE_UNAVAILABLE, "reader", error.to_string()))?;
    Ok(Json(heard).into_response())
}

/// What the edge's lists say to the vehicle at the stop line with this plate; central may know more. `None` where
/// nobody stands there any more.
pub(super) fn judged(shared: &Shared, lane: &PanelLane, plate: &str) -> Option<Decision> {
    let view = lane.view.borrow().clone();
    view.status.passage?;
    let (tractors, others): (Vec<_>, Vec<_>) = view.plates.into_iter().partition(|p| p.role == Role::Tractor);
    let plate = PlateReading::by_officer(&normalise(plate), tractors.first());
    let seen = Seen {
        direction: view.status.direction,
        plates: std::iter::once(plate).chain(others).collect(),
        containers: view.containers,
        class: view.class,
        on_loop: true,
        // The officer opens, not the lane: its mode is no reason against.
        lane_automatic: true,
    };
    Some(own(&seen, shared.panel.lists.now().as_deref(), shared.panel.clock.utc()))
}

/// The lane with a vehicle at its stop line, and who asks.
fn at_the_lane<'a>(
    shared: &'a Shared,
    name: &str,
    headers: &HeaderMap,
) -> Result<(&'a PanelLane, OfficerRef, LaneStatus), (StatusCode, Json<super::acts::Refused>)> {
    let lane = lane(shared, name)?;
    let officer = somebody(shared, headers)?;
    if officer.role == OfficerRole::Administrator {
        return Err(refused(StatusCode::FORBIDDEN, "role", "an administrator does not work lanes"));
    }
    let status = lane.view.borrow().status.clone();
    if status.passage.is_none() {
        return Err(refused(StatusCode::CONFLICT, "no_vehicle", "no vehicle stands at the stop line"));
    }
    Ok((lane, officer, status))
}

/// Who looked for whom stands in the record before the answer is given.
fn record(
    shared: &Shared,
    status: &LaneStatus,
    officer: OfficerRef,
    given: String,
) -> Result<(), (StatusCode, Json<super::acts::Refused>)> {
    let body = EventBody::Act { officer, act: "search".to_owned(), reason: given, place: ActPlace::Panel, plate: None };
    let clock = &shared.panel.clock;
    let draft =
        Draft { lane: status.lane.clone(), passage: status.passage, at: clock.utc(), clock: clock.quality(), body };
    let failed =
        |error: crate::outbox::OutboxError| refused(StatusCode::SERVICE_UNAVAILABLE, "not_recorded", error.to_string());
    shared.panel.outbox.record(draft).map_err(failed)
}
