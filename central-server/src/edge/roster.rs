//! Who may speak for which edge and lane: keys and lanes as the database has them, held for a moment.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use ed25519_dalek::VerifyingKey;
use gate_core::ids::{EdgeId, LaneId};
use gate_core::message::envelope::{TrustedKeys, key_id};
use gate_core::vehicle::Ways;

use crate::clock::Clock;
use crate::sql;
use crate::store::{Store, StoreError};

/// Read anew after so long: another central may have enrolled or disabled an edge.
const FRESH: Duration = Duration::from_secs(5);
/// A message by an unknown key causes a reading at most so often.
const ON_STRANGER: Duration = Duration::from_millis(500);

/// The edges' keys and lanes at one moment.
#[derive(Debug, Default)]
pub struct Roster {
    /// Every key that is trusted now.
    pub trusted: TrustedKeys,
    /// Whose key it is.
    pub by_key: BTreeMap<String, EdgeId>,
    /// Whose lane it is, and which ways it may lead.
    pub lanes: BTreeMap<LaneId, (EdgeId, Ways)>,
}

impl Roster {
    /// Whether this edge may speak for this lane.
    #[must_use]
    pub fn owns(&self, edge: &EdgeId, lane: &LaneId) -> bool {
        self.lanes.get(lane).is_some_and(|(owner, _)| owner == edge)
    }

    /// The edges that are enrolled.
    #[must_use]
    pub fn edges(&self) -> Vec<EdgeId> {
        let mut edges: Vec<EdgeId> = self.by_key.values().cloned().collect();
        edges.dedup();
        edges.sort();
        edges.dedup();
        edges
    }
}

/// The roster, read anew when it is old; clones are cheap.
#[derive(Clone)]
pub struct Rosters(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    now: RwLock<Arc<Roster>>,
    read_at: Mutex<Option<Instant>>,
    changed: tokio::sync::Notify,
}

impl Rosters {
    /// Over this database.
    #[must_use]
    pub fn new(store: Store, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            store,
            clock,
            now: RwLock::default(),
            read_at: Mutex::default(),
            changed: tokio::sync::Notify::new(),
        }))
    }

    /// The roster, at most 5 s old. While the database is away, the last one.
    pub async fn now(&self) -> Arc<Roster> {
        self.at_most(FRESH).await
    }

    /// The roster, nearly new: for a message by a key that [`Rosters::now`] does not hold.
    pub async fn for_stranger(&self) -> Arc<Roster> {
        self.at_most(ON_STRANGER).await
    }

    /// Somebody was enrolled or disabled here.
    pub async fn changed(&self) {
        self.0.changed.notified().await;
    }

    /// Tells that somebody was enrolled or disabled: the roster is read anew at the next asking.
    pub fn tell_changed(&self) {
        self.forget();
        self.0.changed.notify_waiters();
    }

    fn forget(&self) {
        *self.0.read_at.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    async fn at_most(&self, age: Duration) -> Arc<Roster> {
        let due = {
            let mut read_at = self.0.read_at.lock().unwrap_or_else(PoisonError::into_inner);
            let due = read_at.is_none_or(|at| at.elapsed() > age);
            if due {
                *read_at = Some(Instant::now());
            }
            due
        };
        if due {
            match read(&self.0.store, &self.0.clock).await {
                Ok(roster) => {
                    *self.0.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(roster);
                }
                Err(error) => {
                    self.forget();
                    tracing::warn!(%error, "the roster of edges cannot be read; the last one stays");
                }
            }
        }
        self.0.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn read(store: &Store, clock: &Clock) -> Result<Roster, StoreError> {
    let mut roster = Roster::default();
    let keys = sql!(
        "SELECT k.keyid, k.edge, k.public_key FROM edge_keys k JOIN edges e ON e.edge = k.edge \
         WHERE e.disabled_at IS NULL AND (k.until IS NULL OR k.until > $1)",
        clock.now()
    );
    for row in store.rows(keys).await? {
        let edge = EdgeId::new(row.text("edge")?);
        let key = VerifyingKey::from_bytes(&row.hash("public_key")?);
        let (Ok(edge), Ok(key)) = (edge, key) else {
            tracing::error!(key = row.text("keyid")?, "a stored key cannot be read; its edge is not trusted");
            continue;
        };
        roster.by_key.insert(key_id(&key), edge);
        roster.trusted.add(key);
    }
    let lanes = sql!("SELECT lane, edge, direction FROM lanes");
    for row in store.rows(lanes).await? {
        if let (Ok(lane), Ok(edge)) = (LaneId::new(row.text("lane")?), EdgeId::new(row.text("edge")?)) {
            roster.lanes.insert(lane, (edge, row.word("direction")?));
        }
    }
    Ok(roster)
}
