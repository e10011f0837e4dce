//! What the machine believes of its inputs: fresh or unknown, and after a bus error only what two
//! reads agree on (rule 4).

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::config::{BarrierConfig, STALE};
use super::io::{InputName, InputReading};
use super::round::InputSet;
use crate::clock::Monotonic;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Belief {
    /// The newest read.
    active: Option<bool>,
    read_at: Monotonic,
    /// Since when every read said free.
    free_since: Option<Monotonic>,
    /// Reads that agree since the last bus error; two are needed.
    agreeing: u8,
}

/// The inputs of one barrier. Written down as a map of those that were ever read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<InputName, Belief>", into = "BTreeMap<InputName, Belief>")]
pub struct Inputs([Option<Belief>; InputName::ALL.len()]);

impl From<BTreeMap<InputName, Belief>> for Inputs {
    fn from(map: BTreeMap<InputName, Belief>) -> Self {
        Self(InputName::ALL.map(|name| map.get(&name).copied()))
    }
}

impl From<Inputs> for BTreeMap<InputName, Belief> {
    fn from(inputs: Inputs) -> Self {
        InputName::ALL.into_iter().filter_map(|name| Some((name, inputs.belief(name).copied()?))).collect()
    }
}

impl Inputs {
    fn belief(&self, name: InputName) -> Option<&Belief> {
        self.0[name as usize].as_ref()
    }

    /// Takes a read. One from the future changes nothing; one that is older than the newest changes
    /// nothing either, unless it says that the way was not free: then the free time begins anew.
    pub fn take(&mut self, reading: InputReading, now: Monotonic) {
        if reading.read_at > now {
            return;
        }
        let place = &mut self.0[reading.name as usize];
        let old = *place;
        if let Some(newest) = place.as_mut().filter(|b| reading.read_at < b.read_at) {
            if reading.active != Some(false) && newest.free_since.is_some_and(|since| since <= reading.read_at) {
                newest.free_since = Some(newest.read_at);
            }
            return;
        }
        let continuous = old.is_some_and(|b| reading.read_at.since(b.read_at) <= STALE);
        let same = old.is_some_and(|b| b.active == reading.active && b.agreeing > 0);
        let agreeing = match reading.active {
            // Unreadable is as good as a bus error: two reads must agree again.
            None => 0,
            Some(_) if same => 2,
            Some(_) => old.map_or(1, |b| if b.agreeing >= 2 { 2 } else { 1 }),
        };
        let free_since = match (reading.active, old.and_then(|b| b.free_since)) {
            (Some(false), Some(since)) if continuous => Some(since),
            (Some(false), _) => Some(reading.read_at),
            _ => None,
        };
        *place = Some(Belief { active: reading.active, read_at: reading.read_at, free_since, agreeing });
    }

    /// After a bus error nothing read before counts, and two new reads must agree.
    pub fn doubt(&mut self) {
        for belief in self.0.iter_mut().flatten() {
            belief.active = None;
            belief.free_since = None;
            belief.agreeing = 0;
        }
    }

    /// What is known now; `None` when it is old, unread or doubtful.
    #[must_use]
    pub fn active(&self, name: InputName, now: Monotonic) -> Option<bool> {
        let belief = self.belief(name)?;
        (now.since(belief.read_at) <= STALE && belief.agreeing >= 2).then_some(belief.active).flatten()
    }

    /// Whether an input that was read once cannot be read now. One that was never read is not wired.
    #[must_use]
    pub fn lost(&self, name: InputName, now: Monotonic) -> bool {
        self.belief(name).is_some() && self.active(name, now).is_none()
    }

    /// Whether a body may be there: unknown is occupied.
    #[must_use]
    pub fn occupied(&self, name: InputName, now: Monotonic) -> bool {
        self.active(name, now) != Some(false)
    }

    /// The inputs that must be free for closing in this lane: those in and behind the sweep. The loop
    /// at the stop line is none of them, for the next vehicle of a queue stands there.
    #[must_use]
    pub fn required(config: &BarrierConfig) -> InputSet {
        let under = InputSet::default().with(InputName::LoopUnder, true);
        under.with(InputName::LoopExit, config.three_loops).with(InputName::Photocell, config.photocell)
    }

    /// The inputs that must each show a vehicle that drives through: the required ones and the loop at the
    /// stop line.
    #[must_use]
    pub fn showing(config: &BarrierConfig) -> InputSet {
        Self::required(config).with(InputName::LoopApproach, true)
    }

    /// Whether every required input was read free throughout the last `span`, the newest read at
    /// most `newest` old.
    #[must_use]
    pub fn clear(&self, config: &BarrierConfig, now: Monotonic, span: Duration, newest: Duration) -> bool {
        Self::required(config).iter().all(|name| {
            self.active(name, now) == Some(false)
                && self.belief(name).is_some_and(|b| {
                    now.since(b.read_at) <= newest && b.free_since.is_some_and(|since| now.since(since) >= span)
                })
        })
    }

    /// For how long an input has been read free without a break; `None` when it is not free now.
    #[must_use]
    pub fn free_for(&self, name: InputName, now: Monotonic) -> Option<Duration> {
        (self.active(name, now) == Some(false)).then(|| self.belief(name)?.free_since.map(|s| now.since(s))).flatten()
    }

    /// Whether any required input is occupied or unknown.
    #[must_use]
    pub fn any_occupied(&self, config: &BarrierConfig, now: Monotonic) -> bool {
        Self::required(config).iter().any(|name| self.occupied(name, now))
    }

    /// All that is known, for status and panel.
    #[must_use]
    pub fn all(&self, now: Monotonic) -> Vec<(InputName, Option<bool>)> {
        let known = InputName::ALL.into_iter().filter(|&name| self.belief(name).is_some());
        known.map(|name| (name, self.active(name, now))).collect()
    }
}
