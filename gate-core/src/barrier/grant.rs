//! The permission to open once (rule 8): bound to one lane, session and track, consumed by the first
//! OPEN, void when the vehicle backs out or changes, at expiry and at every start.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Monotonic;
use crate::ids::{GrantId, LaneSession, TrackId};

/// A grant as the barrier holds it. It belongs to this lane by being held here, and to this epoch
/// because no grant survives a start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Its id; one that was ever used or voided is never taken again.
    pub id: GrantId,
    /// The lane's session when it was accepted.
    pub session: LaneSession,
    /// The track it is for.
    pub track: TrackId,
    /// Good until then.
    pub until: Monotonic,
}

/// Why a grant is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Void {
    /// The first OPEN consumed it.
    Consumed,
    /// Its life ended.
    Expired,
    /// The vehicle left backwards.
    BackedOut,
    /// The track broke or another vehicle stands there.
    TrackChanged,
    /// An officer withdrew it, or stopped the barrier.
    Withdrawn,
}

/// Why a grant was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantRefusal {
    /// A grant is alive already.
    OneIsAlive,
    /// This id was seen before.
    SeenBefore,
    /// It is expired.
    Expired,
}

/// Ids remembered; a lane gives a few per minute, so this is hours.
const REMEMBERED: usize = 1024;

/// At most one live grant, and the ids that are spent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Grants {
    live: Option<Grant>,
    spent: std::collections::VecDeque<GrantId>,
}

impl Grants {
    /// Takes a grant.
    ///
    /// # Errors
    /// [`GrantRefusal`]; the live one stays as it was.
    pub fn take(&mut self, grant: Grant, now: Monotonic) -> Result<(), GrantRefusal> {
        self.expire(now);
        if self.live.is_some() {
            return Err(GrantRefusal::OneIsAlive);
        }
        if self.spent.contains(&grant.id) {
            return Err(GrantRefusal::SeenBefore);
        }
        if grant.until <= now || grant.until.since(now) > Duration::from_secs(120) {
            return Err(GrantRefusal::Expired);
        }
        self.live = Some(grant);
        Ok(())
    }

    /// The live grant.
    #[must_use]
    pub fn live(&self, now: Monotonic) -> Option<&Grant> {
        self.live.as_ref().filter(|g| g.until > now)
    }

    /// Uses the live grant for this track; `None` when there is none for it.
    pub fn consume(&mut self, track: TrackId, now: Monotonic) -> Option<Grant> {
        self.live(now).filter(|g| g.track == track)?;
        let grant = self.live.take()?;
        self.spend(grant.id);
        Some(grant)
    }

    /// Voids the live grant; returns it when there was one.
    pub fn void(&mut self) -> Option<Grant> {
        let grant = self.live.take()?;
        self.spend(grant.id);
        Some(grant)
    }

    /// Voids the live grant when its life has ended.
    pub fn expire(&mut self, now: Monotonic) -> Option<Grant> {
        if self.live.as_ref().is_some_and(|g| g.until <= now) { self.void() } else { None }
    }

    fn spend(&mut self, id: GrantId) {
        if self.spent.len() >= REMEMBERED {
            self.spent.pop_front();
        }
        self.spent.push_back(id);
    }
}
