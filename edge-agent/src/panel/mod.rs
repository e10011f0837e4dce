//! The lane panel: the page that the edge itself serves, for the person beside the boom. It needs
//! neither central nor its network.
//!
//! STOP asks for no sign-in and is looked for before anything else. Everything else asks for a
//! personal PIN ([`pins`]); the sign-in ends after ten minutes without an act, and at the latest after a
//! shift of twelve hours.

mod acts;
mod assets;
mod guard;
mod identity;
pub mod pins;
pub mod serve;
mod sessions;
mod state;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use bytes::Bytes;
use gate_core::ids::LaneId;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::evidence::Evidence;
use crate::lane::handle::LaneHandle;
use crate::lane::tags::TagReader;
use crate::lane::view::{LaneOrder, LaneStop, LaneView};
use crate::outbox::Outbox;
use crate::uplink::Lists;

/// Largest body of a request: an act with its reason.
const MAX_BODY_BYTES: usize = 16 * 1024;
/// Live streams at one time: more pages than stand at a gate.
const MAX_STREAMS: usize = 64;

/// One lane, as the panel holds it.
#[derive(Clone)]
pub struct PanelLane {
    /// What it shows.
    pub view: watch::Receiver<LaneView>,
    /// What it is asked.
    pub orders: mpsc::Sender<LaneOrder>,
    /// The newest frame of its first camera, JPEG.
    pub preview: watch::Receiver<Option<Bytes>>,
    /// The RFID reader beside it, where one is wired.
    pub tags: Option<TagReader>,
    /// Drops its stop chain, past its task.
    pub stop: Arc<dyn Fn(LaneStop) + Send + Sync>,
    /// How long its task has shown no sign of life.
    pub silent_for: Arc<dyn Fn() -> Duration + Send + Sync>,
}

impl From<LaneHandle> for PanelLane {
    fn from(lane: LaneHandle) -> Self {
        let beat = lane.clone();
        Self {
            view: lane.view.clone(),
            orders: lane.orders.clone(),
            preview: lane.preview.clone(),
            tags: lane.tags.clone(),
            stop: Arc::new(move |stop| lane.stop(stop)),
            silent_for: Arc::new(move || beat.silent_for()),
        }
    }
}

/// All that the panel shows and does.
pub struct Panel {
    /// The lanes, by name.
    pub lanes: BTreeMap<LaneId, PanelLane>,
    /// Who may sign in.
    pub pins: pins::Pins,
    /// The pictures.
    pub evidence: Evidence,
    /// The journal.
    pub outbox: Outbox,
    /// The lists that central signed last.
    pub lists: Lists,
    /// This edge and the gate, for the page's head.
    pub name: String,
    /// Whether central's broker is connected.
    pub connected: watch::Receiver<bool>,
    /// Time.
    pub clock: Clock,
    /// Renders `/metrics`.
    pub metrics: metrics_exporter_prometheus::PrometheusHandle,
    /// Ends the live streams.
    pub stop: CancellationToken,
}

struct Served {
    panel: Panel,
    sessions: sessions::Sessions,
    streams: Arc<Semaphore>,
}

type Shared = Arc<Served>;

/// The panel's routes.
pub fn router(panel: Panel) -> Router {
    let shared: Shared = Arc::new(Served {
        panel,
        sessions: sessions::Sessions::default(),
        streams: Arc::new(Semaphore::new(MAX_STREAMS)),
    });
    Router::new()
        .route("/", get(assets::page))
        .route("/{file}", get(assets::file))
        .route("/api/live", get(state::live))
        .route("/api/me", get(acts::me))
        .route("/api/words", get(state::words))
        .route("/api/journal", get(state::journal))
        .route("/api/evidence/{sha256}", get(state::evidence))
        .route("/preview", get(state::first_preview))
        .route("/preview/{lane}", get(state::preview))
        .route("/api/sign-in", post(acts::sign_in))
        .route("/api/sign-out", post(acts::sign_out))
        .route("/api/lanes/{lane}/stop", post(acts::stop))
        .route("/api/lanes/{lane}/act", post(acts::act))
        .route("/api/lanes/{lane}/identity", get(identity::search))
        .route("/api/lanes/{lane}/tags", get(identity::tags))
        .route("/healthz", get(state::healthz))
        .route("/metrics", get(state::metrics))
        .layer(axum::middleware::from_fn(guard::same_origin))
        .layer(axum::middleware::map_response(guard::headers))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(shared)
}

#[cfg(test)]
mod tests;
