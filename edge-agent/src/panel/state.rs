//! What the panel shows: the lanes live, the journal, pictures, health.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use gate_core::ids::{LaneId, Sha256Hex};
use serde::Serialize;
use serde_json::Value;

use super::{PanelLane, Shared};
use crate::lane::view::LaneView;

/// How often the lanes are looked at for the live stream; a change is on the page within this.
const EVERY: Duration = Duration::from_millis(200);
/// Events shown of the journal.
const JOURNAL: u32 = 100;

/// A lane whose task shows no sign of life for so long is not well.
const SILENT: Duration = Duration::from_secs(2);
/// A page that hears nothing for longer says that it is not live.
const BEAT: Duration = Duration::from_secs(2);

#[derive(Serialize, PartialEq)]
struct Now {
    name: String,
    central: bool,
    recording: bool,
    lanes: Vec<LaneNow>,
}

#[derive(Serialize, PartialEq)]
struct LaneNow {
    #[serde(flatten)]
    view: LaneView,
    /// Its task answers.
    well: bool,
    /// There is a live picture.
    preview: bool,
}

fn now(shared: &Shared) -> Now {
    let lane = |lane: &PanelLane| LaneNow {
        view: lane.view.borrow().clone(),
        well: (lane.silent_for)() < SILENT,
        preview: lane.preview.borrow().is_some(),
    };
    Now {
        name: shared.panel.name.clone(),
        central: *shared.panel.connected.borrow(),
        recording: shared.panel.outbox.healthy(),
        lanes: shared.panel.lanes.values().map(lane).collect(),
    }
}

/// `GET /api/live`: server-sent events. `now` is the whole state, at once and each time it changes; `beat`
/// comes at least every two seconds, so that a page knows whether it is live.
pub async fn live(State(shared): State<Shared>) -> Response {
    let Ok(place) = shared.streams.clone().try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many pages are open").into_response();
    };
    let stream = futures::stream::unfold((shared, None::<Now>, place), |(shared, shown, place)| async move {
        let stop = shared.panel.stop.clone();
        let begun = tokio::time::Instant::now();
        loop {
            let current = now(&shared);
            if shown.as_ref() != Some(&current) {
                let event = Event::default().event("now").json_data(&current).unwrap_or_default();
                return Some((Ok::<_, Infallible>(event), (shared, Some(current), place)));
            }
            if begun.elapsed() >= BEAT {
                let event = Event::default().event("beat").data(shared.panel.clock.utc().0.to_string());
                return Some((Ok(event), (shared, shown, place)));
            }
            tokio::select! {
                () = stop.cancelled() => return None,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    });
    Sse::new(stream).into_response()
}

/// `GET /api/words`: what the codes are called in three languages.
pub async fn words() -> Response {
    Json(gate_core::words::dictionary()).into_response()
}

/// `GET /api/journal`: the newest events of the lanes, as they were sealed.
pub async fn journal(State(shared): State<Shared>) -> Result<Json<Vec<Value>>, (StatusCode, String)> {
    let kept = shared.panel.outbox.journal(None, JOURNAL).await;
    let kept = kept.map_err(|e| (StatusCode::INTERNAL_SERVER_ERROR, e.to_string()))?;
    Ok(Json(kept.iter().filter_map(crate::outbox::Kept::event).collect()))
}

/// `GET /api/evidence/{sha256}`
pub async fn evidence(State(shared): State<Shared>, Path(sha256): Path<String>) -> Response {
    if sha256.len() != 64 || !sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
        return (StatusCode::BAD_REQUEST, "a picture's name is 64 hexadecimal digits").into_response();
    }
    match tokio::fs::read(shared.panel.evidence.path(&Sha256Hex(sha256))).await {
        Ok(jpeg) => picture(jpeg),
        Err(_) => (StatusCode::NOT_FOUND, "this picture is not here (any more)").into_response(),
    }
}

/// `GET /preview/{lane}`: the newest frame of the lane's first camera; where there is none, the frame that
/// was read of the vehicle at the stop line.
pub async fn preview(State(shared): State<Shared>, Path(name): Path<String>) -> Response {
    let Some(lane) = LaneId::new(name).ok().and_then(|id| shared.panel.lanes.get(&id)).cloned() else {
        return (StatusCode::NOT_FOUND, "this edge has no such lane").into_response();
    };
    if let Some(jpeg) = lane.preview.borrow().clone() {
        return ([(header::CONTENT_TYPE, "image/jpeg")], Body::from(jpeg)).into_response();
    }
    let frame = lane.view.borrow().frame.clone();
    match frame {
        Some(sha256) => evidence(State(shared), Path(sha256.0)).await,
        None => (StatusCode::NOT_FOUND, "no picture of this lane").into_response(),
    }
}

/// `GET /preview`: that of the first lane.
pub async fn first_preview(State(shared): State<Shared>) -> Response {
    match shared.panel.lanes.keys().next().map(|lane| lane.as_str().to_owned()) {
        Some(lane) => preview(State(shared), Path(lane)).await,
        None => (StatusCode::NOT_FOUND, "this edge has no lane").into_response(),
    }
}

fn picture(jpeg: Vec<u8>) -> Response {
    let headers = [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "private, max-age=3600, immutable")];
    (headers, Body::from(jpeg)).into_response()
}

/// `GET /healthz`: 200 while events reach the disk and every lane's task answers; says what is not well.
pub async fn healthz(State(shared): State<Shared>) -> Response {
    let now = now(&shared);
    let well = now.lanes.iter().all(|l| l.well);
    let status = if now.recording && well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let faults: Vec<String> = now
        .lanes
        .iter()
        .flat_map(|l| l.view.status.faults.iter().map(move |f| format!("{}: {f}", l.view.status.lane)))
        .collect();
    (
        status,
        Json(
            serde_json::json!({ "recording": now.recording, "lanes": well, "central": now.central, "faults": faults }),
        ),
    )
        .into_response()
}

/// `GET /metrics`: Prometheus text.
pub async fn metrics(State(shared): State<Shared>) -> String {
    shared.panel.metrics.render()
}
