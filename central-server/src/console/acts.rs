//! What an officer does with a lane. What the lane did with it comes back as events.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use gate_core::ids::{LaneId, PassageId};
use gate_core::message::command::{CommandBody, ConvoySize, LaneMode, OfficerRole};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::view;
use crate::app::App;
use crate::edge::{CommandError, Sent};
use crate::http::{Body, Fault};
use crate::officer::SignedIn;

/// Longest reason.
pub(super) const MAX_REASON_CHARS: usize = 500;

/// STOP waits so long for the database to say whether there is such a lane.
const STOP_WAITS: Duration = Duration::from_millis(300);

/// Which key was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LaneAct {
    /// Let this vehicle pass once.
    Open,
    /// Let it pass first; the confirmations that it lacks are owed.
    Priority,
    /// Let a convoy pass.
    Convoy,
    /// End the convoy.
    ConvoyOver,
    /// Send it back.
    Refuse,
    /// Keep it where it is.
    Hold,
    /// Stop the boom.
    Stop,
    /// Change how the lane works.
    Mode,
}

/// What comes with it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    #[serde(default)]
    passage: Option<PassageId>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    mode: Option<LaneMode>,
    #[serde(default)]
    convoy: Option<ConvoySize>,
}

/// The answer: it went out.
#[derive(Debug, Serialize)]
pub(super) struct Accepted {
    command: Uuid,
    act: Option<Uuid>,
}

pub(super) async fn act(
    act: LaneAct,
    State(app): State<App>,
    Extension(who): Extension<SignedIn>,
    Path(lane): Path<String>,
    Body(said): Body<Said>,
) -> Result<(StatusCode, Json<Accepted>), Fault> {
    let lane = known_lane(&app, &lane, act == LaneAct::Stop).await?;
    let reason = reason(said.reason.as_deref().unwrap_or_default())?;
    let needed = |passage: Option<PassageId>| {
        passage.ok_or_else(|| Fault::new(StatusCode::BAD_REQUEST, "passage", "passage is missing: which vehicle?"))
    };
    let (commander, officer) = (&app.commander, who.officer());
    let sent = match act {
        LaneAct::Stop => commander.send(&lane, CommandBody::Stop, officer, &reason).await,
        LaneAct::Open | LaneAct::Priority => {
            let passage = needed(said.passage)?;
            may_overrule(&app, passage, who.role).await?;
            commander.grant(&lane, passage, act == LaneAct::Priority, officer, &reason).await
        }
        LaneAct::Convoy => {
            let bad = |why: String| Fault::new(StatusCode::BAD_REQUEST, "convoy", why);
            let size = said.convoy.ok_or_else(|| bad("convoy is missing: vehicles and minutes".to_owned()))?;
            let size = size.check().map_err(bad)?;
            commander.send(&lane, CommandBody::Convoy { size }, officer, &reason).await
        }
        LaneAct::ConvoyOver => commander.send(&lane, CommandBody::ConvoyOver, officer, &reason).await,
        LaneAct::Refuse => {
            let passage = at_stop_line(&app, &lane, needed(said.passage)?)?;
            commander.send(&lane, CommandBody::Refuse { passage }, officer, &reason).await
        }
        LaneAct::Hold => {
            let passage = at_stop_line(&app, &lane, needed(said.passage)?)?;
            commander.send(&lane, CommandBody::Hold { passage }, officer, &reason).await
        }
        LaneAct::Mode => {
            let mode = said.mode.ok_or_else(|| {
                Fault::new(StatusCode::BAD_REQUEST, "body", "mode is missing: automatic, attended or closed")
            })?;
            commander.send(&lane, CommandBody::Mode { mode }, officer, &reason).await
        }
    };
    let Sent { command, act } = sent.map_err(|error| fault(&error))?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { command: command.0, act })))
}

/// A reason as it goes into the record: trimmed, of bounded length, without control characters.
pub(super) fn reason(text: &str) -> Result<String, Fault> {
    let text: String = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match text.chars().count() {
        n if n > MAX_REASON_CHARS => Err(Fault::new(
            StatusCode::BAD_REQUEST,
            "reason",
            format!("the reason has {n} characters, at most {MAX_REASON_CHARS}"),
        )),
        _ => Ok(text),
    }
}

/// The lane, if there is one. STOP does not wait for a database that is away: to a lane that is none it
/// does nothing.
pub(super) async fn known_lane(app: &App, name: &str, stop: bool) -> Result<LaneId, Fault> {
    let unknown = || Fault::new(StatusCode::NOT_FOUND, "lane", format!("lane {name:?} is not known"));
    let lane = LaneId::new(name).map_err(|_| unknown())?;
    if stop {
        let roster = tokio::time::timeout(STOP_WAITS, app.rosters.now()).await;
        return if roster.is_ok_and(|r| !r.lanes.contains_key(&lane)) { Err(unknown()) } else { Ok(lane) };
    }
    if app.rosters.now().await.lanes.contains_key(&lane) { Ok(lane) } else { Err(unknown()) }
}

/// The vehicle that is meant stands there now.
fn at_stop_line(app: &App, lane: &LaneId, passage: PassageId) -> Result<PassageId, Fault> {
    match app.live.lane(lane) {
        Some(l) if l.live && l.status.passage != Some(passage) => {
            Err(fault(&CommandError::OtherVehicle { lane: lane.clone(), now: l.status.passage, wanted: passage }))
        }
        _ => Ok(passage),
    }
}

/// A vehicle that was refused (inspection) is let through by a shift leader alone. The text is the
/// same whatever the cause of the inspection.
async fn may_overrule(app: &App, passage: PassageId, role: OfficerRole) -> Result<(), Fault> {
    if role == OfficerRole::Officer && view::is_refused(app, passage).await? {
        let text = "this vehicle is to be inspected; only a shift leader may let it through";
        return Err(Fault::new(StatusCode::FORBIDDEN, "overrule", text));
    }
    Ok(())
}

fn fault(error: &CommandError) -> Fault {
    let (status, kind) = match error {
        CommandError::UnknownLane(_) => (StatusCode::NOT_FOUND, "lane"),
        CommandError::NotLive { .. } => (StatusCode::CONFLICT, "not_live"),
        CommandError::OtherVehicle { .. } => (StatusCode::CONFLICT, "other_vehicle"),
        CommandError::NoReason(_) => (StatusCode::BAD_REQUEST, "reason"),
        CommandError::Post(_) => (StatusCode::SERVICE_UNAVAILABLE, "broker"),
        CommandError::Record(_) | CommandError::Seal(_) => return Fault::ours(error),
    };
    Fault::new(status, kind, error.to_string())
}
