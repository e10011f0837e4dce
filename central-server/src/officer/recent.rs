//! Who was let in a moment ago, kept in memory for one purpose: STOP does not wait for a database that is
//! away. Nothing else is ever allowed by it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use gate_core::clock::UtcMicros;

use super::session::SignedIn;

/// Sessions kept; more officers than a gate has.
const MAX: usize = 500;

/// The sessions that were found good lately; clones share them.
#[derive(Clone, Default)]
pub struct Recent(Arc<Mutex<BTreeMap<[u8; 32], SignedIn>>>);

impl Recent {
    /// A session was found good.
    pub fn keep(&self, session: &SignedIn) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX
            && let Some(oldest) = kept.values().min_by_key(|s| s.until).map(|s| s.token_hash)
        {
            kept.remove(&oldest);
        }
        kept.insert(session.token_hash, session.clone());
    }

    /// The database says that there is no such session.
    pub fn forget(&self, token_hash: &[u8; 32]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(token_hash);
    }

    /// The session as it was found last, if it has not ended by its time.
    #[must_use]
    pub fn of(&self, token_hash: &[u8; 32], now: UtcMicros) -> Option<SignedIn> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(token_hash).filter(|session| session.until > now).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gate_core::message::command::OfficerRole;

    fn session(n: u64) -> SignedIn {
        let mut token_hash = [0; 32];
        token_hash[..8].copy_from_slice(&n.to_be_bytes());
        SignedIn {
            name: "lan".into(),
            full_name: "Lan".into(),
            role: OfficerRole::Officer,
            seen_at: UtcMicros(0),
            until: UtcMicros(1000 + i64::try_from(n).unwrap()),
            token_hash,
        }
    }

    #[test]
    fn the_oldest_give_way_and_ended_ones_are_none() {
        let recent = Recent::default();
        (0..501).for_each(|n| recent.keep(&session(n)));
        assert!(recent.of(&session(0).token_hash, UtcMicros(0)).is_none(), "gave way");
        assert!(recent.of(&session(1).token_hash, UtcMicros(1000)).is_some());
        assert!(recent.of(&session(1).token_hash, UtcMicros(1001)).is_none(), "ended");
        recent.forget(&session(2).token_hash);
        assert!(recent.of(&session(2).token_hash, UtcMicros(0)).is_none());
    }
}
