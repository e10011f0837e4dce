//! The one task that writes events: numbers them, seals them, commits them in batches, and tries
//! again for as long as the disk refuses.

use std::time::Duration;

use sqlx::SqlitePool;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::draft::{Numbering, Sealed};
use super::{Entry, store};

/// Most events in one transaction.
const MAX_BATCH: usize = 256;
/// Between two tries at a disk that refuses.
const RETRY: Duration = Duration::from_millis(500);

pub(super) async fn write(
    pool: SqlitePool,
    mut queue: mpsc::Receiver<Entry>,
    mut numbering: Numbering,
    healthy: watch::Sender<bool>,
    recorded: watch::Sender<u64>,
    stop: CancellationToken,
) {
    let mut entries = Vec::with_capacity(MAX_BATCH);
    loop {
        let taken = tokio::select! {
            biased;
            n = queue.recv_many(&mut entries, MAX_BATCH) => n,
            () = stop.cancelled() => {
                queue.close();
                queue.recv_many(&mut entries, MAX_BATCH).await
            }
        };
        if taken == 0 {
            return;
        }
        let (batch, waiting) = seal(&mut numbering, &mut entries);
        while let Err(error) = store::insert(&pool, &batch).await {
            healthy.send_replace(false);
            metrics::counter!("edge_outbox_write_failures_total").increment(1);
            tracing::error!(%error, events = batch.len(), "the outbox refuses; trying again, no lane opens by itself meanwhile");
            if stop.is_cancelled() {
                tracing::error!(events = batch.len(), "stopping with events that the disk refused");
                return;
            }
            tokio::time::sleep(RETRY).await;
        }
        healthy.send_replace(true);
        recorded.send_replace(numbering.last());
        for settled in waiting {
            // Whoever waited may have gone.
            let _ = settled.send(());
        }
    }
}

fn seal(numbering: &mut Numbering, entries: &mut Vec<Entry>) -> (Vec<Sealed>, Vec<oneshot::Sender<()>>) {
    let (mut batch, mut waiting) = (Vec::new(), Vec::new());
    for entry in entries.drain(..) {
        match entry {
            Entry::Settled(settled) => waiting.push(settled),
            Entry::Draft(draft) => match numbering.seal(&draft) {
                Ok(sealed) => batch.push(sealed),
                Err(error) => {
                    tracing::error!(%error, lane = %draft.lane, body = ?draft.body, "event cannot be written as JSON");
                }
            },
        }
    }
    (batch, waiting)
}
