//! The agency API: what other authorities may ask of the gate, `/api/v1/...`.
//!
//! - An agency shows a bearer key; central keeps its hash alone ([`keys`]).
//! - Every question names its purpose and its case; the access stands in the record **before** the
//!   answer leaves the house ([`access`]). What cannot be recorded is not answered.
//! - Every passage in an answer carries what it takes to check it without central: its leaf's bytes and
//!   salt, the proof, and the signed checkpoint ([`crate::audit::VerifiableRecord`]), or says why not yet.
//! - The description is `/api/v1/openapi.json`; `central-server/openapi.json` is its committed copy.

pub mod access;
mod answer;
mod caller;
mod filter;
mod find;
pub mod keys;
mod limit;
mod openapi;
mod picture;
mod refusal;
mod routes;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub use openapi::description;
pub use refusal::Refusal;

/// What the routes hold: the house, and how much each agency asked lately.
#[derive(Clone)]
pub(crate) struct Counter {
    app: App,
    limits: Arc<limit::Limits>,
}

/// The routes of the agencies.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/api/v1/passages", get(routes::passages))
        .route("/api/v1/passages/{id}", get(routes::passage))
        .route("/api/v1/crossings", get(routes::crossings))
        .route("/api/v1/evidence/{sha256}", get(picture::evidence))
        .route("/api/v1/openapi.json", get(routes::openapi))
        .with_state(Counter { app, limits: Arc::default() })
}
