//! The presence latch (rule 6): set by each opening and by any sign of a body, released only by the
//! ordered sequence of a vehicle driving through plus two seconds clear, or by an officer at the lane.
//! A tractor-trailer gap never releases it; a restart sets it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::config::{BarrierConfig, STALE};
use super::inputs::Inputs;
use super::io::InputName;
use super::round::InputSet;
use crate::clock::Monotonic;

/// A loop that cannot be read for so long keeps its last value: a single failure on the bus. Past this
/// it counts as the worst that it may hide.
pub const BRIDGED: Duration = Duration::from_millis(500);
/// Sight of a loop may be lost for so long within the sequence; past this it proves nothing any more.
pub const GAP: Duration = Duration::from_secs(1);
/// How long the way must be clear after the sequence.
pub const CLEAR: Duration = Duration::from_secs(2);

/// How far the vehicle that the boom opened for has driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Way {
    /// Nothing has come since the opening.
    Nowhere,
    /// On the loop at the stop line.
    Approach,
    /// Under the boom.
    Under,
    /// Behind the boom.
    Exit,
    /// Gone, the way clear.
    Through,
}

/// What the latch notices in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LatchNews {
    /// The vehicle is under the boom.
    Entered,
    /// The vehicle drove through and the way is clear.
    DroveThrough {
        /// Inputs that never showed it: not to be trusted until looked at (rule 5).
        silent: Vec<InputName>,
    },
    /// The vehicle left the stop line backwards without having been under the boom.
    BackedOut,
    /// A second vehicle drove under the boom behind the first.
    Tailgated,
}

/// The latch of one barrier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latch {
    set: bool,
    way: Way,
    seen: InputSet,
    approach: bool,
    under: bool,
    /// A second vehicle came onto the stop line after the first had reached the exit.
    follower: bool,
    /// The whole lane was seen empty although the vehicle under the boom never showed at the exit.
    #[serde(default)]
    vanished: bool,
    tailgated: bool,
    /// When the inputs were looked at last.
    looked_at: Option<Monotonic>,
    /// Since when a loop cannot be read.
    blind_since: Option<Monotonic>,
    /// Sight was lost for too long: only an officer, or the next opening, ends this.
    broken: bool,
}

impl Default for Latch {
    /// Set, as at every start.
    fn default() -> Self {
        Self {
            set: true,
            way: Way::Nowhere,
            seen: InputSet::default(),
            approach: false,
            under: false,
            follower: false,
            vanished: false,
            tailgated: false,
            looked_at: None,
            blind_since: None,
            broken: false,
        }
    }
}

impl Latch {
    /// Whether a body may be in the sweep.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.set
    }

    /// Whether a second vehicle drove in without a grant and its case is not settled.
    #[must_use]
    pub fn tailgated(&self) -> bool {
        self.tailgated
    }

    /// The boom opens for a vehicle: it is expected in the sweep from now on.
    pub fn arm(&mut self) {
        *self = Self { approach: self.approach, under: self.under, ..Self::default() };
    }

    /// Set, as after a start; what the loops say now stays known.
    pub fn set_anew(&mut self) {
        self.arm();
    }

    /// Set, as after a start; that a second vehicle drove in is not forgotten by it.
    pub fn lose_sight(&mut self) {
        *self = Self { tailgated: self.tailgated, ..Self::default() };
    }

    /// A camera or a sensor saw a body in the sweep.
    pub fn body_seen(&mut self) {
        self.set = true;
    }

    /// An officer settled the case of the second vehicle: it may drive on, and the latch waits for it
    /// to be through.
    pub fn settle_tailgating(&mut self) {
        if self.tailgated {
            self.tailgated = false;
        }
    }

    /// An officer at the lane, with the boom in view, says that the way is empty. Refused (`false`)
    /// while an input says otherwise.
    pub fn release_by_officer(&mut self, inputs: &Inputs, config: &BarrierConfig, now: Monotonic) -> bool {
        let clear = inputs.clear(config, now, CLEAR, STALE);
        if clear {
            *self =
                Self { set: false, way: Way::Through, approach: self.approach, under: self.under, ..Self::default() };
        }
        clear
    }

    /// Looks at the inputs.
    pub fn step(&mut self, inputs: &Inputs, config: &BarrierConfig, now: Monotonic) -> Option<LatchNews> {
        let occupied = |name| inputs.active(name, now) == Some(true);
        let shown = || Inputs::showing(config).iter().filter(|&n| occupied(n));
        // Who stands on the stop line once the vehicle has reached the exit is the next: it shows nothing of this one.
        let of_the_next = |name| name == InputName::LoopApproach && self.way >= Way::Exit;
        let seen: InputSet = shown().filter(|&name| !of_the_next(name)).collect();
        seen.iter().for_each(|name| self.seen.insert(name));
        let (slept, unread) = self.unseen_for(inputs, config, now);
        let (was_approach, was_under) = (self.approach, self.under);
        let (approach, under) = (inputs.active(InputName::LoopApproach, now), inputs.active(InputName::LoopUnder, now));
        // Behind a vehicle that has reached the exit: somebody came to the stop line meanwhile, and the
        // way under the boom was free in between.
        let behind = self.way >= Way::Exit;
        let worst = |read: Option<bool>| behind && (slept > BRIDGED || (read.is_none() && unread > BRIDGED));
        let under_before = was_under && !worst(under);
        self.approach = approach.unwrap_or(was_approach);
        self.under = under.unwrap_or(under_before);
        let approach_rose = (self.approach && !was_approach) || worst(approach);
        let under_rose = self.under && !under_before;
        self.vanished |= self.way == Way::Under && self.left_backwards(inputs, config, now);
        if approach_rose && (self.way >= Way::Exit || (self.way == Way::Under && self.vanished)) {
            self.follower = true;
        }
        if self.way >= Way::Under && under_rose && self.follower_enters() {
            self.tailgated = true;
            (self.follower, self.vanished) = (false, false);
            self.way = Way::Under;
            // What showed the first vehicle must show this one as well.
            self.seen = shown().collect();
            return Some(LatchNews::Tailgated);
        }
        self.advance(inputs, config, now)
    }

    /// Under the boom again: the trailer of the first vehicle, unless a second one came to the stop
    /// line since, or the first was gone already. (A trailer is on the approach loop before its
    /// tractor reaches the exit loop, so it is no follower.) Where the first vanished from under the boom,
    /// whoever comes to the stop line next is another.
    fn follower_enters(&self) -> bool {
        self.follower || self.way == Way::Through
    }

    fn advance(&mut self, inputs: &Inputs, config: &BarrierConfig, now: Monotonic) -> Option<LatchNews> {
        let exit = inputs.active(InputName::LoopExit, now) == Some(true);
        match self.way {
            Way::Nowhere if self.approach => self.way = Way::Approach,
            Way::Approach if self.under => {
                self.way = Way::Under;
                return Some(LatchNews::Entered);
            }
            Way::Approach if self.left_backwards(inputs, config, now) => {
                self.way = Way::Nowhere;
                return Some(LatchNews::BackedOut);
            }
            Way::Under if exit => self.way = Way::Exit,
            Way::Exit if !self.tailgated && !self.broken && inputs.clear(config, now, CLEAR, STALE) => {
                self.way = Way::Through;
                self.set = false;
                let silent = Inputs::showing(config).iter().filter(|&n| !self.seen.contains(n)).collect();
                return Some(LatchNews::DroveThrough { silent });
            }
            _ => {}
        }
        None
    }

    /// For how long nobody looked, and for how long a loop of the sequence has not been read. Past [`GAP`]
    /// either breaks a sequence under way.
    fn unseen_for(&mut self, inputs: &Inputs, config: &BarrierConfig, now: Monotonic) -> (Duration, Duration) {
        let slept = self.looked_at.replace(now).map_or(Duration::ZERO, |at| now.since(at));
        let blind = Inputs::showing(config).iter().any(|n| inputs.active(n, now).is_none());
        let unread = if blind { now.since(*self.blind_since.get_or_insert(now)) } else { Duration::ZERO };
        if !blind {
            self.blind_since = None;
        }
        self.broken |= matches!(self.way, Way::Approach | Way::Under | Way::Exit) && slept.max(unread) > GAP;
        (slept, unread)
    }

    /// Whether the whole lane was read empty, the stop line included, for the clear time. A vehicle with
    /// a gap under the boom stands on one of them.
    #[must_use]
    pub fn seen_empty(&self, inputs: &Inputs, config: &BarrierConfig, now: Monotonic) -> bool {
        self.left_backwards(inputs, config, now)
    }

    /// Away from the stop line and nowhere under the boom, for the whole clear time.
    fn left_backwards(&self, inputs: &Inputs, config: &BarrierConfig, now: Monotonic) -> bool {
        !self.approach
            && inputs.free_for(InputName::LoopApproach, now).is_some_and(|free| free >= CLEAR)
            && inputs.clear(config, now, CLEAR, STALE)
    }
}
