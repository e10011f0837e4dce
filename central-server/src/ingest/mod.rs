//! Events of the edges: verified, kept once with all their effects in one transaction, acknowledged
//! after the commit.
//!
//! - A message that is not an event of a known edge (forged, foreign, malformed, retained) has no
//!   effect; it is counted, and noted once per sender and reason.
//! - A **numbered** message by a known edge that cannot become an event (a shape this central does not
//!   know, a lane that is not the edge's, data the database refuses) is never lost and blocks nobody:
//!   its sealed bytes are kept in `events_refused` and its number is acknowledged.
//! - While the database is away nothing is acknowledged: the edges keep their events.

mod acknowledge;
mod batch;
mod event;
mod examine;
mod refused;

use std::time::Duration;

use rumqttc::Publish;
use tokio::sync::mpsc;

use crate::app::App;

pub use event::{differs, payload};

/// Messages taken into one transaction: short, so that a question waits for no more than one of them while
/// a backlog comes in.
const MAX_BATCH: usize = 64;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(5);

/// Takes events for as long as central runs.
pub async fn events(app: App, mut inbound: mpsc::Receiver<Publish>) {
    let mut waiting = Vec::with_capacity(MAX_BATCH);
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return,
            n = inbound.recv_many(&mut waiting, MAX_BATCH) => if n == 0 { return; },
        }
        let examined = examine::all(&app, waiting.drain(..)).await;
        let mut pause = FIRST_PAUSE;
        // Tried again until the database takes it: the queue fills, then the broker's, then the edges'.
        while let Err(error) = batch::keep(&app, &examined).await {
            tracing::error!(%error, messages = examined.len(), "events could not be committed; tried again");
            metrics::counter!("central_ingest_failures_total").increment(1);
            tokio::select! {
                () = app.stop.cancelled() => return,
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(LAST_PAUSE),
            }
        }
    }
}
