//! The outbox: every event stands here, on disk, before anything else hears of it, and stays until
//! central has said that it is committed. Then it is kept as the lane's journal for a week.
//!
//! Invariants:
//! - Numbers run 1, 2, 3 ... within an epoch without a gap, in the order of [`Outbox::record`].
//! - An event that was recorded is never changed: its sealed bytes are what is sent, each time.
//! - Recording never waits and never fails unseen: while the disk refuses, drafts wait in a bounded
//!   queue and [`Outbox::healthy`] is false, so that no lane opens by itself without a record.

mod draft;
mod store;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;

use gate_core::ids::{EdgeId, Epoch};
use gate_core::message::ack::Acknowledgement;
use sqlx::SqlitePool;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

pub use draft::{Draft, Numbering};
pub use store::{Kept, Waiting};

/// Drafts that may wait for the disk. A lane makes fewer than ten events a minute: an hour and more
/// for five lanes.
pub const MAX_DRAFTS: usize = 4096;

/// What can go wrong with the outbox.
#[derive(Debug, Error)]
pub enum OutboxError {
    /// The file cannot be opened or written.
    #[error("outbox {path}: {source}; is the disk full or the folder not the agent's own?")]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: sqlx::Error,
    },
    /// The folder cannot be made.
    #[error("outbox {path}: {source}")]
    Folder {
        /// The file whose folder it is.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The disk has refused for so long that the queue is full.
    #[error("the outbox took no event for so long that {MAX_DRAFTS} wait; free the disk of {path}")]
    Full {
        /// The file.
        path: PathBuf,
    },
}

/// What the writer is handed, in order.
#[derive(Debug)]
enum Entry {
    /// An event.
    Draft(Box<Draft>),
    /// To be told when everything before it is on the disk.
    Settled(oneshot::Sender<()>),
}

/// A handle to the outbox; clones are cheap.
#[derive(Clone)]
pub struct Outbox {
    drafts: mpsc::Sender<Entry>,
    healthy: watch::Receiver<bool>,
    recorded: watch::Receiver<u64>,
    pool: SqlitePool,
    path: Arc<PathBuf>,
    epoch: Epoch,
}

impl Outbox {
    /// Opens or makes the outbox, begins a new epoch in it and starts its writer.
    ///
    /// # Errors
    /// [`OutboxError`] naming the file.
    pub async fn open(
        path: PathBuf,
        edge: EdgeId,
        key: ed25519_dalek::SigningKey,
        stop: CancellationToken,
    ) -> Result<Self, OutboxError> {
        let pool = store::open(&path).await?;
        let epoch =
            store::begin_epoch(&pool).await.map_err(|source| OutboxError::Database { path: path.clone(), source })?;
        let (drafts, queue) = mpsc::channel(MAX_DRAFTS);
        let (healthy_tx, healthy) = watch::channel(true);
        let (recorded_tx, recorded) = watch::channel(0);
        let numbering = Numbering::new(edge, epoch, key);
        tokio::spawn(writer::write(pool.clone(), queue, numbering, healthy_tx, recorded_tx, stop));
        Ok(Self { drafts, healthy, recorded, pool, path: Arc::new(path), epoch })
    }

    /// This start of the agent.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Takes an event for the record. Never waits.
    ///
    /// # Errors
    /// [`OutboxError::Full`] when [`MAX_DRAFTS`] wait already; the draft is then in the log alone.
    pub fn record(&self, draft: Draft) -> Result<(), OutboxError> {
        self.drafts.try_send(Entry::Draft(Box::new(draft))).map_err(|refused| {
            let (mpsc::error::TrySendError::Full(lost) | mpsc::error::TrySendError::Closed(lost)) = refused;
            if let Entry::Draft(lost) = lost {
                tracing::error!(lane = %lost.lane, body = ?lost.body, "event could not be recorded");
            }
            metrics::counter!("edge_outbox_refused_total").increment(1);
            OutboxError::Full { path: (*self.path).clone() }
        })
    }

    /// Waits until everything recorded before is on the disk; false when the outbox is full or ends.
    pub async fn settled(&self) -> bool {
        let (settled_in, settled) = oneshot::channel();
        self.drafts.try_send(Entry::Settled(settled_in)).is_ok() && settled.await.is_ok()
    }

    /// Whether events reach the disk now. While false no lane may open by itself.
    #[must_use]
    pub fn healthy(&self) -> bool {
        *self.healthy.borrow() && !self.drafts.is_closed() && self.drafts.capacity() > MAX_DRAFTS / 4
    }

    /// Changes whenever new events are on the disk: the count of this epoch.
    #[must_use]
    pub fn recorded(&self) -> watch::Receiver<u64> {
        self.recorded.clone()
    }

    /// The oldest events that central has not acknowledged, at most `limit`, after `(epoch, seq)`.
    ///
    /// # Errors
    /// [`OutboxError::Database`].
    pub async fn waiting(&self, after: (Epoch, u64), limit: u32) -> Result<Vec<Waiting>, OutboxError> {
        store::waiting(&self.pool, after, limit).await.map_err(|e| self.database(e))
    }

    /// How many events central has not acknowledged.
    ///
    /// # Errors
    /// [`OutboxError::Database`].
    pub async fn depth(&self) -> Result<u64, OutboxError> {
        store::depth(&self.pool).await.map_err(|e| self.database(e))
    }

    /// Central's word: what it covers need not be sent again.
    ///
    /// # Errors
    /// [`OutboxError::Database`].
    pub async fn acknowledge(&self, ack: &Acknowledgement, at_us: i64) -> Result<u64, OutboxError> {
        store::acknowledge(&self.pool, ack, at_us).await.map_err(|e| self.database(e))
    }

    /// Forgets acknowledged events older than `before_us`.
    ///
    /// # Errors
    /// [`OutboxError::Database`].
    pub async fn prune(&self, before_us: i64) -> Result<u64, OutboxError> {
        store::prune(&self.pool, before_us).await.map_err(|e| self.database(e))
    }

    /// The events of one passage out of an outbox's file, newest first, without beginning a new epoch: for
    /// looking at it beside a running agent.
    ///
    /// # Errors
    /// [`OutboxError`] when there is no such file or it cannot be read.
    pub async fn look_into(path: PathBuf, passage: gate_core::ids::PassageId) -> Result<Vec<Kept>, OutboxError> {
        let fail = |source| OutboxError::Database { path: path.clone(), source };
        let pool = store::open_to_read(&path).await.map_err(fail)?;
        store::journal(&pool, Some(passage), 10_000).await.map_err(fail)
    }

    /// The newest events of the journal, newest first, at most `limit`; of one passage where given.
    ///
    /// # Errors
    /// [`OutboxError::Database`].
    pub async fn journal(
        &self,
        passage: Option<gate_core::ids::PassageId>,
        limit: u32,
    ) -> Result<Vec<Kept>, OutboxError> {
        store::journal(&self.pool, passage, limit).await.map_err(|e| self.database(e))
    }

    /// The database, for what else must survive a restart: pictures to send, the lists.
    #[must_use]
    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    fn database(&self, source: sqlx::Error) -> OutboxError {
        OutboxError::Database { path: (*self.path).clone(), source }
    }
}

#[cfg(test)]
mod tests;
