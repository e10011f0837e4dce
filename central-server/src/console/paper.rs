//! Paper slips, for those who work lanes: entered when the machines are back, withdrawn by a shift leader where that was
//! wrong.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use gate_core::ids::PassageId;
use serde::{Deserialize, Serialize};

use super::acts::reason;
use crate::app::App;
use crate::http::{Body, Fault};
use crate::officer::SignedIn;
use crate::paper::{self, BadSlip, Bounds, EnterError, Slip, WithdrawError, Written};

/// What `/paper` says.
#[derive(Debug, Serialize)]
pub(super) struct Slips {
    slips: Vec<Slip>,
}

/// What was typed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    slip: Written,
    /// It is another passage than one of that plate about that time.
    #[serde(default)]
    another: bool,
}

/// The passage that it became.
#[derive(Debug, Serialize)]
pub(super) struct Entered {
    passage: PassageId,
}

/// Why it is withdrawn.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Why {
    reason: String,
}

pub(super) async fn list(State(app): State<App>) -> Result<Json<Slips>, Fault> {
    Ok(Json(Slips { slips: paper::list(&app.store).await? }))
}

pub(super) async fn enter(
    State(app): State<App>,
    Extension(who): Extension<SignedIn>,
    Body(Said { mut slip, another }): Body<Said>,
) -> Result<(StatusCode, Json<Entered>), Fault> {
    for text in [&mut slip.note, &mut slip.written_by] {
        *text = reason(text)?;
    }
    let roster = app.rosters.now().await;
    let bounds = Bounds { now: app.clock.now(), oldest: app.config.paper.oldest(), lanes: &roster.lanes };
    let slip = paper::check(slip, &bounds, PassageId(app.clock.id()), &who.name).map_err(|why| bad(&why))?;
    let passage = slip.passage;
    paper::enter(&app, who.officer(), slip, another).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(Entered { passage })))
}

pub(super) async fn withdraw(
    State(app): State<App>,
    Extension(who): Extension<SignedIn>,
    Path(id): Path<String>,
    Body(why): Body<Why>,
) -> Result<StatusCode, Fault> {
    let passage = super::passage_id(&id)?;
    let reason = reason(&why.reason)?;
    if reason.is_empty() {
        let text = "reason is empty: what was entered wrongly?";
        return Err(Fault::new(StatusCode::BAD_REQUEST, "reason", text));
    }
    paper::withdraw(&app, who.officer(), passage, &reason).await.map_err(|error| match error {
        WithdrawError::Unknown(_) => Fault::new(StatusCode::NOT_FOUND, "passage", error.to_string()),
        WithdrawError::Before { .. } => Fault::new(StatusCode::CONFLICT, "changed", error.to_string()),
        WithdrawError::Store(error) => error.into(),
    })?;
    Ok(StatusCode::NO_CONTENT)
}

fn bad(why: &BadSlip) -> Fault {
    let status = if matches!(why, BadSlip::Lane(_)) { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
    Fault::new(status, why.kind(), why.to_string())
}

fn refused(error: EnterError) -> Fault {
    match error {
        EnterError::Known { .. } => Fault::new(StatusCode::CONFLICT, "slip_known", error.to_string()),
        EnterError::Near(_) => Fault::new(StatusCode::CONFLICT, "slip_near", error.to_string()),
        EnterError::Store(error) => error.into(),
    }
}
