//! The lists that central signed last, kept across restarts: what the edge decides by when central
//! is silent. Each is checked against central's key when it arrives and again when it is loaded.

use std::sync::Arc;

use gate_core::message::envelope::{EnvelopeError, TrustedKeys, open};
use gate_core::message::snapshot::Snapshot;
use sqlx::{Row as _, SqlitePool};
use thiserror::Error;
use tokio::sync::watch;

/// Why a snapshot was not taken.
#[derive(Debug, Error)]
pub enum ListsError {
    /// Not signed by central, or misshapen.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// Older than the one at hand.
    #[error("snapshot {found} is not newer than {have}")]
    Older {
        /// Its version.
        found: u64,
        /// The version at hand.
        have: u64,
    },
    /// Meant for another edge.
    #[error("snapshot is for edge {0}")]
    Misaddressed(gate_core::ids::EdgeId),
    /// The disk refused.
    #[error("snapshot could not be kept: {0}")]
    Database(#[from] sqlx::Error),
}

/// The newest snapshot; clones share it.
#[derive(Clone)]
pub struct Lists {
    pool: SqlitePool,
    trusted: TrustedKeys,
    now: Arc<watch::Sender<Option<Arc<Snapshot>>>>,
}

impl Lists {
    /// Loads what was kept. A kept snapshot that does not verify is left out with a warning: then the
    /// edge refers every vehicle until central sends a new one.
    pub async fn load(pool: SqlitePool, trusted: TrustedKeys) -> Self {
        let kept = sqlx::query("SELECT wire FROM lists WHERE one = 1").fetch_optional(&pool).await;
        let snapshot = match kept {
            Ok(Some(row)) => open::<Snapshot>(row.get::<&[u8], _>(0), &trusted)
                .inspect_err(|error| tracing::warn!(%error, "the kept lists are left out"))
                .ok()
                .map(|v| Arc::new(v.payload)),
            Ok(None) => None,
            Err(error) => {
                tracing::warn!(%error, "the kept lists cannot be read");
                None
            }
        };
        Self { pool, trusted, now: Arc::new(watch::Sender::new(snapshot)) }
    }

    /// The newest snapshot.
    #[must_use]
    pub fn now(&self) -> Option<Arc<Snapshot>> {
        self.now.borrow().clone()
    }

    /// Takes a snapshot from the wire, on disk first.
    ///
    /// # Errors
    /// [`ListsError`]; the one at hand stays.
    pub async fn take(&self, wire: &[u8], edge: &gate_core::ids::EdgeId) -> Result<u64, ListsError> {
        let snapshot = open::<Snapshot>(wire, &self.trusted)?.payload;
        if snapshot.edge != *edge {
            return Err(ListsError::Misaddressed(snapshot.edge));
        }
        if let Some(have) = self.now().filter(|have| (snapshot.version, snapshot.issued) <= (have.version, have.issued))
        {
            return Err(ListsError::Older { found: snapshot.version, have: have.version });
        }
        sqlx::query("INSERT INTO lists (one, version, wire) VALUES (1, ?1, ?2) ON CONFLICT (one) DO UPDATE SET version = ?1, wire = ?2")
            .bind(i64::try_from(snapshot.version).unwrap_or(i64::MAX))
            .bind(wire)
            .execute(&self.pool)
            .await?;
        let version = snapshot.version;
        self.now.send_replace(Some(Arc::new(snapshot)));
        Ok(version)
    }
}
