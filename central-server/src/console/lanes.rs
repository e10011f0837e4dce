//! All lanes as they are now, each with the passage at its stop line.

use axum::extract::State;
use axum::{Extension, Json};
use gate_core::message::status::LaneStatus;
use gate_core::vehicle::Ways;
use serde::Serialize;

use super::view::{PassageView, view};
use crate::app::App;
use crate::http::Fault;
use crate::officer::SignedIn;
use crate::sql;

/// What `/lanes` says.
#[derive(Debug, Serialize)]
pub(super) struct Lanes {
    /// Following the live stream from here misses nothing.
    event_id: String,
    server_time: i64,
    lanes: Vec<LaneView>,
}

/// One lane.
#[derive(Debug, Serialize)]
struct LaneView {
    lane: String,
    edge: String,
    /// Which ways it may lead; its status says which way it leads now.
    direction: Ways,
    zone: String,
    live: bool,
    age_ms: Option<u64>,
    status: Option<LaneStatus>,
    passage: Option<PassageView>,
}

pub(super) async fn lanes(State(app): State<App>, Extension(who): Extension<SignedIn>) -> Result<Json<Lanes>, Fault> {
    // Taken first: what happens while the rest is read is sent again by the stream.
    let event_id = app.live.newest_id();
    let rows = app
        .store
        .rows(sql!(
            "SELECT l.lane, l.edge, l.direction, l.zone FROM lanes l JOIN edges e ON e.edge = l.edge \
             WHERE e.disabled_at IS NULL ORDER BY l.lane"
        ))
        .await?;
    let heard = app.live.lanes();
    let mut lanes = Vec::with_capacity(rows.len());
    for row in rows {
        let lane = row.text("lane")?;
        let live = heard.iter().find(|l| l.status.lane.as_str() == lane);
        let passage = match live.and_then(|l| l.status.passage) {
            Some(passage) if super::view::may_see(who.role) => view(&app, passage).await?,
            _ => None,
        };
        lanes.push(LaneView {
            lane,
            edge: row.text("edge")?,
            direction: row.word("direction")?,
            zone: row.text("zone")?,
            live: live.is_some_and(|l| l.live),
            age_ms: live.and_then(|l| l.age_ms),
            status: live.map(|l| l.status.clone()),
            passage,
        });
    }
    Ok(Json(Lanes { event_id, server_time: app.clock.now().0, lanes }))
}
