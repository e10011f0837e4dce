//! The lane console: what the page at `/` asks for and does, and the page itself.
//!
//! Each route is guarded by [`crate::officer::guard`]; what is sent to lanes goes through
//! [`crate::edge::Commander`], so that nothing moves a boom unsigned or unrecorded.

mod acts;
mod alarms;
mod day;
mod evidence;
mod identity;
mod lanes;
mod listeners;
mod lists;
mod live;
mod owed;
mod page;
mod paper;
mod plate;
mod recognition;
mod search;
pub mod view;

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use gate_core::ids::PassageId;
use gate_core::words;

use crate::app::App;
use crate::http::Fault;
use crate::officer::guard::guard;

/// Largest list that an officer sends, in bytes.
const MAX_LIST: usize = 4 << 20;

/// The routes of this part.
pub fn router(app: App) -> Router {
    let lane = |act: acts::LaneAct| post(move |app, who, at, body| acts::act(act, app, who, at, body));
    let api = Router::new()
        .route("/console/api/words", get(|| async { Json(words::dictionary()) }))
        .route("/console/api/lanes", get(lanes::lanes))
        .route("/console/api/live", get(live::live))
        .route("/console/api/passages", get(search::passages))
        .route("/console/api/passages/{id}", get(view::passage))
        .route("/console/api/passages/{id}/plate", post(plate::correct))
        .route("/console/api/passages/{id}/confirm", post(plate::confirm))
        .route("/console/api/evidence/{sha256}", get(evidence::picture))
        .route("/console/api/lanes/{lane}/identity", get(identity::search))
        .route("/console/api/lanes/{lane}/open", lane(acts::LaneAct::Open))
        .route("/console/api/lanes/{lane}/refuse", lane(acts::LaneAct::Refuse))
        .route("/console/api/lanes/{lane}/hold", lane(acts::LaneAct::Hold))
        .route("/console/api/lanes/{lane}/stop", lane(acts::LaneAct::Stop))
        .route("/console/api/lanes/{lane}/mode", lane(acts::LaneAct::Mode))
        .route("/console/api/lanes/{lane}/priority", lane(acts::LaneAct::Priority))
        .route("/console/api/lanes/{lane}/convoy", lane(acts::LaneAct::Convoy))
        .route("/console/api/lanes/{lane}/convoy-over", lane(acts::LaneAct::ConvoyOver))
        .route("/console/api/owed", get(owed::list))
        .route("/console/api/owed/{id}", post(owed::settle))
        .route("/console/api/paper", get(paper::list).post(paper::enter))
        .route("/console/api/paper/{id}/withdraw", post(paper::withdraw))
        .route("/console/api/alarms", get(alarms::alarms))
        .route("/console/api/alarms/{id}/acknowledge", post(alarms::acknowledge))
        .route("/console/api/day", get(day::day))
        .route("/console/api/recognition", get(recognition::figures))
        .route("/console/api/recognition/{id}/{which}", get(recognition::picture))
        .route("/console/api/expected", post(lists::expected).layer(DefaultBodyLimit::max(MAX_LIST)))
        .route("/console/api/confirmations", post(lists::confirmations).layer(DefaultBodyLimit::max(MAX_LIST)))
        .route_layer(middleware::from_fn_with_state(app.clone(), guard))
        .layer(axum::Extension(listeners::Listeners::default()))
        .with_state(app);
    api.merge(page::router())
}

/// A passage's id as it stands in a path.
fn passage_id(text: &str) -> Result<PassageId, Fault> {
    text.parse()
        .map(PassageId)
        .map_err(|_| Fault::new(axum::http::StatusCode::NOT_FOUND, "passage", format!("{text:?} is no passage's id")))
}
