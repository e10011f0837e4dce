//! What a person does at the panel.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gate_core::ids::LaneId;
use gate_core::message::command::{ConvoySize, LaneMode, OfficerRef, OfficerRole};
use gate_core::vehicle::Direction;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::pins::PinError;
use super::{PanelLane, Shared, identity};
use crate::lane::view::{LaneAct, LaneOrder, LaneStop};

/// The cookie of a sign-in. `__Host-`: this host alone, over TLS alone.
const COOKIE: &str = "__Host-gate-panel";
/// Longest reason and plate, in characters.
const MAX_REASON: usize = 500;
const MAX_PLATE: usize = 16;
/// The lane's own task answers within milliseconds; past this it is not well.
const ANSWER: std::time::Duration = std::time::Duration::from_secs(2);

/// Why an act was not taken, for the person at the panel.
#[derive(Debug, Serialize)]
pub struct Refused {
    /// Which rule.
    code: &'static str,
    /// In words.
    message: String,
}

pub(super) type Answer = Result<Response, (StatusCode, Json<Refused>)>;

pub(super) fn refused(
    status: StatusCode,
    code: &'static str,
    message: impl Into<String>,
) -> (StatusCode, Json<Refused>) {
    (status, Json(Refused { code, message: message.into() }))
}

/// Body of `POST /api/sign-in`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    name: String,
    pin: String,
}

/// `POST /api/sign-in`
pub async fn sign_in(State(shared): State<Shared>, Json(body): Json<SignIn>) -> Answer {
    let now = shared.panel.clock.monotonic();
    let for_check = shared.clone();
    let checked = tokio::task::spawn_blocking(move || for_check.panel.pins.check(&body.name, &body.pin, now)).await;
    let officer = match checked {
        Ok(Ok(officer)) => officer,
        Ok(Err(locked @ PinError::Locked(_))) => {
            return Err(refused(StatusCode::TOO_MANY_REQUESTS, "locked", locked.to_string()));
        }
        Ok(Err(wrong)) => return Err(refused(StatusCode::UNAUTHORIZED, "wrong_pin", wrong.to_string())),
        Err(error) => return Err(refused(StatusCode::INTERNAL_SERVER_ERROR, "failed", error.to_string())),
    };
    let token = shared.sessions.begin(officer.clone(), now);
    let cookie = format!("{COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Strict");
    Ok(([(header::SET_COOKIE, cookie)], Json(officer)).into_response())
}

/// `POST /api/sign-out`
pub async fn sign_out(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    if let Some(token) = token(&headers) {
        shared.sessions.end(token);
    }
    let gone = format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
    ([(header::SET_COOKIE, gone)], StatusCode::NO_CONTENT).into_response()
}

/// `GET /api/me`: who is signed in here, or null.
pub async fn me(State(shared): State<Shared>, headers: HeaderMap) -> Json<Option<OfficerRef>> {
    Json(signed_in(&shared, &headers))
}

fn token(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|c| c.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

fn signed_in(shared: &Shared, headers: &HeaderMap) -> Option<OfficerRef> {
    token(headers).and_then(|t| shared.sessions.officer(t, shared.panel.clock.monotonic()))
}

pub(super) fn lane<'a>(shared: &'a Shared, name: &str) -> Result<&'a PanelLane, (StatusCode, Json<Refused>)> {
    LaneId::new(name)
        .ok()
        .and_then(|id| shared.panel.lanes.get(&id))
        .ok_or_else(|| refused(StatusCode::NOT_FOUND, "no_lane", format!("this edge has no lane {name:?}")))
}

/// `POST /api/lanes/{lane}/stop`: no sign-in, no body, never refused.
pub async fn stop(State(shared): State<Shared>, Path(name): Path<String>, headers: HeaderMap) -> Answer {
    let lane = lane(&shared, &name)?;
    (lane.stop)(LaneStop::Person(signed_in(&shared, &headers)));
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Body of `POST /api/lanes/{lane}/act`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    act: ActName,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    plate: Option<String>,
    #[serde(default)]
    mode: Option<LaneMode>,
    #[serde(default)]
    convoy: Option<ConvoySize>,
    #[serde(default)]
    direction: Option<Direction>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ActName {
    Open,
    Priority,
    Refuse,
    Hold,
    Reset,
    CorrectPlate,
    WasTrailer,
    HoldOpen,
    HoldNoLonger,
    WayIsEmpty,
    Mode,
    Convoy,
    ConvoyOver,
    Turn,
}

/// Who is signed in here.
pub(super) fn somebody(shared: &Shared, headers: &HeaderMap) -> Result<OfficerRef, (StatusCode, Json<Refused>)> {
    signed_in(shared, headers)
        .ok_or_else(|| refused(StatusCode::UNAUTHORIZED, "sign_in", "sign in with your PIN first; STOP needs none"))
}

/// What of a person's role forbids an act; `None` when nothing does. Making a lane stricter is any
/// officer's; handing it back to automatic is the shift leader's.
fn forbidden(role: OfficerRole, act: &LaneAct) -> Option<&'static str> {
    match (role, act) {
        (OfficerRole::Administrator, _) => Some("an administrator does not work barriers"),
        (OfficerRole::Officer, LaneAct::Convoy(_) | LaneAct::ConvoyOver) => Some("a convoy is the shift leader's"),
        (OfficerRole::Officer, LaneAct::Turn(_)) => Some("turning a lane is the shift leader's"),
        (OfficerRole::Officer, LaneAct::Mode(LaneMode::Automatic)) => {
            Some("handing a lane back to automatic is the shift leader's")
        }
        _ => None,
    }
}

/// `POST /api/lanes/{lane}/act`
pub async fn act(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Act>,
) -> Answer {
    let lane = lane(&shared, &name)?;
    let officer = somebody(&shared, &headers)?;
    let bad = |message: &str| refused(StatusCode::UNPROCESSABLE_ENTITY, "incomplete", message);
    let reason = body.reason.trim();
    if reason.chars().count() > MAX_REASON {
        return Err(bad("the reason is longer than 500 characters"));
    }
    let needs_reason = [
        ActName::Open,
        ActName::Priority,
        ActName::Refuse,
        ActName::Reset,
        ActName::WayIsEmpty,
        ActName::Mode,
        ActName::Convoy,
        ActName::Turn,
    ];
    if reason.is_empty() && needs_reason.contains(&body.act) {
        return Err(bad("this act needs a reason"));
    }
    let act = match (body.act, body.plate, body.mode) {
        (ActName::Open, ..) => LaneAct::Open,
        (ActName::Priority, ..) => LaneAct::Priority,
        (ActName::Convoy, ..) => {
            let size = body.convoy.ok_or_else(|| bad("convoy is missing: vehicles and minutes"))?;
            LaneAct::Convoy(size.check().map_err(|why| bad(&why))?)
        }
        (ActName::ConvoyOver, ..) => LaneAct::ConvoyOver,
        (ActName::Turn, ..) => LaneAct::Turn(body.direction.ok_or_else(|| bad("direction is missing: entry or exit"))?),
        (ActName::Refuse, ..) => LaneAct::Refuse,
        (ActName::Hold, ..) => LaneAct::Hold,
        (ActName::Reset, ..) => LaneAct::Reset,
        (ActName::WasTrailer, ..) => LaneAct::WasTrailer,
        (ActName::HoldOpen, ..) => LaneAct::HoldOpen(true),
        (ActName::HoldNoLonger, ..) => LaneAct::HoldOpen(false),
        (ActName::WayIsEmpty, ..) => LaneAct::WayIsEmpty,
        (ActName::Mode, _, Some(mode)) => LaneAct::Mode(mode),
        (ActName::CorrectPlate, Some(plate), _) if (1..=MAX_PLATE).contains(&plate.trim().chars().count()) => {
            LaneAct::CorrectPlate(plate.trim().to_owned())
        }
        (ActName::Mode, ..) => return Err(bad("mode is missing: automatic, attended or closed")),
        (ActName::CorrectPlate, ..) => return Err(bad("plate is missing or longer than 16 characters")),
    };
    if let Some(why) = forbidden(officer.role, &act) {
        return Err(refused(StatusCode::FORBIDDEN, "role", why));
    }
    let corrected = if let LaneAct::CorrectPlate(plate) = &act { Some(plate.clone()) } else { None };
    let taken = order(lane, Some(officer), act, reason.to_owned()).await?;
    Ok(match corrected {
        Some(plate) => Json(identity::judged(&shared, lane, &plate)).into_response(),
        None => taken,
    })
}

async fn order(lane: &PanelLane, officer: Option<OfficerRef>, act: LaneAct, reason: String) -> Answer {
    let (answer, taken) = oneshot::channel();
    let sent = lane.orders.try_send(LaneOrder::Act { officer, act, reason, answer });
    let unwell = || {
        refused(
            StatusCode::SERVICE_UNAVAILABLE,
            "lane_unwell",
            "the lane does not answer: use the stop button and the key at the barrier",
        )
    };
    sent.map_err(|_| unwell())?;
    match tokio::time::timeout(ANSWER, taken).await {
        Ok(Ok(Ok(()))) => Ok(StatusCode::NO_CONTENT.into_response()),
        Ok(Ok(Err(why))) => Err(refused(StatusCode::CONFLICT, "not_now", why)),
        _ => Err(unwell()),
    }
}
