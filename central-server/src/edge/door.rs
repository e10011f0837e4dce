//! The edges' HTTP door: enrolment, pictures, and the time.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gate_core::ids::Sha256Hex;
use gate_core::message::enrol::{EnrolReply, EnrolRequest, EvidenceTicket};
use gate_core::message::envelope::{self, EnvelopeError};

use super::enrolment::{self, EnrolmentError};
use crate::app::App;
use crate::evidence::EvidenceError;
use crate::http::Fault;

/// Header of the signed ticket.
pub const TICKET: &str = "gate-ticket";
/// A ticket is good for so long after (and, for clocks that are ahead, before) its time.
const TICKET_LIFE: Duration = Duration::from_secs(300);
/// Largest enrolment.
const MAX_ENROLMENT: usize = 32 * 1024;

/// The routes of the edges.
pub fn router(app: App) -> Router {
    let max = usize::try_from(app.evidence.max_bytes()).unwrap_or(usize::MAX);
    Router::new()
        .route("/edge/v1/enrol", post(enrol).layer(DefaultBodyLimit::max(MAX_ENROLMENT)))
        .route("/edge/v1/evidence/{sha256}", put(evidence).layer(DefaultBodyLimit::max(max)))
        .route("/edge/v1/time", get(time))
        .with_state(app)
}

/// Central's time in microseconds UTC, for the edge's clock offset.
async fn time(State(app): State<App>) -> Json<serde_json::Value> {
    Json(serde_json::json!({"now_us": app.clock.now()}))
}

async fn enrol(State(app): State<App>, Json(request): Json<EnrolRequest>) -> Result<Json<EnrolReply>, Fault> {
    let enrolled = enrolment::enrol(&app.store, &app.clock, &app.config, &app.keys, &request).await;
    match enrolled {
        Ok(reply) => {
            app.rosters.tell_changed();
            Ok(Json(reply))
        }
        Err(error @ EnrolmentError::Token) => {
            metrics::counter!("central_enrolments_refused_total").increment(1);
            tracing::warn!(edge = %request.edge, "an enrolment was refused: token");
            Err(Fault::new(StatusCode::FORBIDDEN, "token", error.to_string()))
        }
        Err(EnrolmentError::Store(error)) => Err(error.into()),
        Err(error) => Err(Fault::new(StatusCode::BAD_REQUEST, "enrolment", error.to_string())),
    }
}

async fn evidence(
    State(app): State<App>,
    Path(sha256): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Fault> {
    let sha256 = Sha256Hex(sha256);
    let ticket = ticket(&app, &headers).await?;
    if ticket.sha256 != sha256 {
        return Err(refused("the ticket is for another picture"));
    }
    let max = app.evidence.max_bytes();
    if ticket.bytes > max {
        return Err(Fault::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("{} bytes, at most {max}", ticket.bytes),
        ));
    }
    if app.evidence.has(&sha256).await.map_err(fault)? {
        return Ok(StatusCode::OK);
    }
    let limit = usize::try_from(ticket.bytes).unwrap_or(usize::MAX);
    let bytes = axum::body::to_bytes(body, limit).await.map_err(|e| {
        Fault::new(StatusCode::BAD_REQUEST, "body", format!("more than the ticket's {limit} bytes, or broken off: {e}"))
    })?;
    app.evidence.put(&sha256, bytes, &ticket.edge, app.clock.now()).await.map_err(fault)?;
    metrics::counter!("central_evidence_stored_total").increment(1);
    Ok(StatusCode::CREATED)
}

async fn ticket(app: &App, headers: &HeaderMap) -> Result<EvidenceTicket, Fault> {
    let wire = headers
        .get(TICKET)
        .and_then(|value| STANDARD.decode(value).ok())
        .ok_or_else(|| refused("header Gate-Ticket is missing or no base64"))?;
    let mut roster = app.rosters.now().await;
    let mut opened = envelope::open::<EvidenceTicket>(&wire, &roster.trusted);
    if matches!(opened, Err(EnvelopeError::UnknownKey { .. })) {
        roster = app.rosters.for_stranger().await;
        opened = envelope::open(&wire, &roster.trusted);
    }
    let ticket = opened.map_err(|e| refused(&e.to_string()))?;
    if roster.by_key.get(&ticket.keyid) != Some(&ticket.payload.edge) {
        return Err(refused("the ticket names another edge than the one that signed it"));
    }
    let (now, at) = (app.clock.now(), ticket.payload.at);
    let age = now.since(at).max(at.since(now));
    if age > TICKET_LIFE {
        let text = format!("the ticket's time is {} s away from central's; set the edge's clock", age.as_secs());
        return Err(refused(&text));
    }
    Ok(ticket.payload)
}

fn refused(why: &str) -> Fault {
    metrics::counter!("central_evidence_refused_total").increment(1);
    Fault::new(StatusCode::FORBIDDEN, "ticket", why)
}

fn fault(error: EvidenceError) -> Fault {
    match &error {
        EvidenceError::Name(_) | EvidenceError::OtherBytes { .. } => {
            Fault::new(StatusCode::BAD_REQUEST, "picture", error.to_string())
        }
        EvidenceError::TooLarge { .. } => Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", error.to_string()),
        EvidenceError::DiskFull { .. } => {
            tracing::error!(%error, "evidence refused");
            Fault::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "disk_full",
                "central's disk is nearly full; the picture stays at the edge",
            )
        }
        EvidenceError::Store(_) | EvidenceError::Folder { .. } | EvidenceError::Database(_) => Fault::ours(&error),
    }
}
