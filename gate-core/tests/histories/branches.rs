//! When short histories branch off a long one: soon after a change of the barrier's or the lane's state,
//! the surer the rarer that state is in this history, and now and then.

use gate_core::barrier::state::BarrierState;
use gate_core::lane::state::LaneState;

use crate::rng::Rng;

/// Branches of one long history at most.
const MOST: u32 = 80;
/// So long after a change at most, in milliseconds.
const AFTER_MS: u64 = 2500;
/// And so long after the branch before, whatever happens.
const NOW_AND_THEN_MS: u64 = 3000;

/// What barrier and lane say that they are doing.
pub type Doing = (BarrierState, LaneState);

#[derive(Debug)]
pub struct Branches {
    rng: Rng,
    taken: u32,
    at: u64,
    was: Option<Doing>,
    seen: Vec<(Doing, u64)>,
}

impl Branches {
    pub fn new(rng: Rng) -> Self {
        Self { rng, taken: 0, at: NOW_AND_THEN_MS, was: None, seen: Vec::new() }
    }

    /// The number of the branch to take now, if it is time for one.
    pub fn due(&mut self, now: u64, doing: Doing) -> Option<u32> {
        if self.was.replace(doing) != Some(doing) {
            let times = self.count(doing);
            if self.rng.between(1, times.min(6)) == 1 {
                self.at = self.at.min(now + self.rng.between(0, AFTER_MS));
            }
        }
        if now < self.at || self.taken == MOST {
            return None;
        }
        self.at = now + self.rng.between(NOW_AND_THEN_MS / 3, NOW_AND_THEN_MS);
        self.taken += 1;
        Some(self.taken - 1)
    }

    fn count(&mut self, doing: Doing) -> u64 {
        match self.seen.iter_mut().find(|(seen, _)| *seen == doing) {
            Some((_, times)) => {
                *times += 1;
                *times
            }
            None => {
                self.seen.push((doing, 1));
                1
            }
        }
    }
}
