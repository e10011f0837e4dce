//! The two ends of a lane that can be turned (làn hai chiều): from which one vehicles drive in now, and who stands at
//! the other.
//!
//! A turn is a new beginning of the lane's machines, as a restart is: nothing that was granted or ordered before counts,
//! and nothing moves for five seconds. It is done at the lane, its two ends in view, and only while the boom is down and
//! nobody is anywhere in the lane. The machines know one way alone: turned, the loop behind the boom is read as the one
//! at the stop line and the other way round.

use std::time::Duration;

use gate_core::barrier::config::BarrierConfig;
use gate_core::barrier::io::{InputName, InputReading};
use gate_core::barrier::state::BarrierState;
use gate_core::clock::Monotonic;
use gate_core::lane::state::LaneState;
use gate_core::message::event::EventBody;
use gate_core::vehicle::Direction;

use super::core::LaneCore;

/// Somebody is at the end where nobody may drive in, and the boom is down: nobody passes by the machine's word.
pub(super) const OTHER_END: &str = "other_end_occupied";
/// All inputs of the way are read free for so long before a turn, and the other end's before it counts as left.
const FREE: Duration = Duration::from_secs(2);
/// The loops and the light barrier: nobody may be on any of them while the lane turns.
const WAY: [InputName; 4] = [InputName::LoopApproach, InputName::LoopUnder, InputName::LoopExit, InputName::Photocell];

/// The ends of a lane.
#[derive(Clone, Debug)]
pub(super) struct Ends {
    configured: Direction,
    now: Direction,
    both: bool,
    barrier: BarrierConfig,
    /// Somebody stands at the end where nobody may drive in.
    occupied: bool,
}

impl Ends {
    /// Of a lane that leads as configured, or, where it can be turned, as it led last.
    pub fn new(configured: Direction, both: bool, last: Option<Direction>, barrier: BarrierConfig) -> Self {
        let now = last.filter(|_| both).unwrap_or(configured);
        Self { configured, now, both, barrier, occupied: false }
    }

    /// Whether the lane can be turned.
    pub fn both_ways(&self) -> bool {
        self.both
    }

    /// Which way the lane leads.
    pub fn direction(&self) -> Direction {
        self.now
    }

    /// Whether vehicles drive in from the end that is not the configured one.
    pub fn turned(&self) -> bool {
        self.now != self.configured
    }

    /// Whether somebody stands at the end where nobody may drive in.
    pub fn other_occupied(&self) -> bool {
        self.occupied
    }

    /// The readings as the machines know them: in the order in which a vehicle drives.
    pub fn in_order(&self, readings: &mut [InputReading]) {
        if !self.turned() {
            return;
        }
        for reading in readings {
            reading.name = match reading.name {
                InputName::LoopApproach => InputName::LoopExit,
                InputName::LoopExit => InputName::LoopApproach,
                other => other,
            };
        }
    }

    /// Looks at the other end; an event when somebody came there or left it.
    pub fn look(&mut self, core: &LaneCore, now: Monotonic) -> Option<EventBody> {
        if !self.both {
            return None;
        }
        let inputs = core.barrier().inputs();
        let on_the_way = matches!(core.lane().state(), LaneState::Passing | LaneState::Tailgated);
        // While the boom is up whoever stands there drove through; the loop is free before the boom comes down.
        let down = core.barrier().state() == BarrierState::Closed && !on_the_way;
        let came = down && inputs.active(InputName::LoopExit, now) == Some(true);
        let left = inputs.free_for(InputName::LoopExit, now).is_some_and(|free| free >= FREE);
        match self.occupied {
            false if came => {
                self.occupied = true;
                let detail = format!(
                    "somebody stands at the end where nobody may drive in: the lane leads to {}; it opens by an \
                     officer's word alone until the loop there is free",
                    word(self.now)
                );
                Some(EventBody::Fault { code: OTHER_END.to_owned(), detail })
            }
            true if left => {
                self.occupied = false;
                Some(EventBody::FaultCleared { code: OTHER_END.to_owned() })
            }
            _ => None,
        }
    }

    /// The machines of the lane turned.
    ///
    /// # Errors
    /// Why it may not be turned now, and what to do.
    pub fn turn(&mut self, to: Direction, core: &LaneCore, now: Monotonic) -> Result<LaneCore, String> {
        if !self.both {
            return Err("this lane leads one way: its wiring has no other_end".to_owned());
        }
        if to == self.now {
            return Err(format!("the lane leads to {} already", word(to)));
        }
        let state = core.lane().state();
        if state != LaneState::Idle {
            return Err(format!("the lane is {state}: it is turned when nobody is in it"));
        }
        if core.barrier().state() != BarrierState::Closed {
            let barrier = core.barrier().state();
            return Err(format!("the barrier is {barrier}: the lane is turned while the boom is down"));
        }
        if core.lane().convoy(now).is_some() {
            return Err("a convoy passes: end it first".to_owned());
        }
        let other_end = self.occupied.then_some(OTHER_END);
        if let Some(fault) = core.faults.keys().map(String::as_str).chain(other_end).next() {
            return Err(format!("{fault} is not settled: settle it first"));
        }
        let inputs = core.barrier().inputs();
        let wired = |name: &InputName| *name != InputName::Photocell || self.barrier.photocell;
        let free = |name: InputName| inputs.free_for(name, now).is_some_and(|free| free >= FREE);
        if let Some(name) = WAY.into_iter().filter(wired).find(|&name| !free(name)) {
            let seconds = FREE.as_secs();
            return Err(format!("{} has not been read free for {seconds} s: nobody may be in the lane", name.as_str()));
        }
        self.now = to;
        Ok(core.anew(to, self.barrier.clone(), now))
    }
}

/// The act of turning a lane, in its record.
pub(super) fn act(to: Direction) -> String {
    format!("turn_{}", word(to))
}

fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Entry => "entry",
        Direction::Exit => "exit",
    }
}
