//! What the lanes' sight reports for the record by itself: how looks fared, what models on trial read.
//!
//! It comes after everything that a lane records: while the disk takes events with trouble, reports are dropped.

use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::outbox::{Draft, Outbox};
use crate::sight::Report;

/// Reports that wait for the record, at most; a lane makes a few a passage.
const WAITING: usize = 64;

/// Puts reports on the record; ends with the last of their senders. Must be called within a Tokio runtime.
pub(super) fn record(outbox: Outbox, clock: Clock) -> mpsc::Sender<Report> {
    let (reports, mut waiting) = mpsc::channel::<Report>(WAITING);
    tokio::spawn(async move {
        while let Some((lane, passage, body)) = waiting.recv().await {
            if !outbox.healthy() {
                metrics::counter!("edge_reports_dropped_total", "lane" => lane.to_string()).increment(1);
                continue;
            }
            let draft = Draft { lane, passage: Some(passage), at: clock.utc(), clock: clock.quality(), body };
            if let Err(error) = outbox.record(draft) {
                tracing::warn!(%error, "a report of the cameras is not recorded");
            }
        }
    });
    reports
}
