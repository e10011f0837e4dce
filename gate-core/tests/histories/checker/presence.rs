//! Whether the way under the boom is proven empty: the judge's own view of rule 6.

use gate_core::barrier::config::BarrierConfig;
use gate_core::barrier::io::{DeviceNews, InputName, Motion};
use gate_core::barrier::round::InputSet;
use gate_core::barrier::state::{BarrierNews, BarrierState};
use gate_core::lane::state::LaneState;

use super::log::Log;
use crate::fact::{Fact, Local};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Nothing,
    Approach,
    Under,
    Exit,
}

#[derive(Clone, Debug)]
pub struct Presence {
    required: InputSet,
    /// The required ones and the loop at the stop line: each must show a vehicle that passes.
    showing: InputSet,
    stage: Stage,
    /// Inputs that showed the vehicle.
    seen: InputSet,
    proven: bool,
    /// The agent, or an officer, said so.
    told: bool,
    by_officer: bool,
    unsettled: bool,
    /// A vehicle went through that one of the inputs did not show.
    implausible: bool,
    /// What was so before an officer's word in this step.
    before_word: Option<Word>,
}

/// Proven, told, unsettled, by an officer.
type Word = (bool, bool, bool, bool);

impl Stage {
    /// The stage once this input showed a body.
    const fn after(self, name: InputName) -> Self {
        match (self, name) {
            (Self::Nothing, InputName::LoopApproach) => Self::Approach,
            (Self::Approach, InputName::LoopUnder) => Self::Under,
            (Self::Under, InputName::LoopExit) => Self::Exit,
            (stage, _) => stage,
        }
    }
}

impl Presence {
    pub fn new(config: &BarrierConfig) -> Self {
        let required = InputSet::default()
            .with(InputName::LoopUnder, true)
            .with(InputName::LoopExit, config.three_loops)
            .with(InputName::Photocell, config.photocell);
        let showing = required.with(InputName::LoopApproach, true);
        Self {
            required,
            showing,
            stage: Stage::Nothing,
            seen: InputSet::default(),
            proven: false,
            told: false,
            by_officer: false,
            unsettled: false,
            implausible: false,
            before_word: None,
        }
    }

    pub fn required(&self) -> InputSet {
        self.required
    }

    /// Why the boom must not come down; `None` when the way is proven empty.
    pub fn objection(&self) -> Option<&'static str> {
        if self.unsettled {
            return Some("a second vehicle drove in and nobody has settled it");
        }
        let silent = self.proven && !self.by_officer && self.silent();
        if self.implausible || silent {
            return Some("a sensor did not show a vehicle and nobody has looked at it");
        }
        (!self.proven).then_some("nothing proves that the way is empty")
    }

    fn arm(&mut self, log: &Log, now: u64) {
        (self.stage, self.proven, self.told, self.by_officer) = (Stage::Nothing, false, false, false);
        self.seen = self.showing.iter().filter(|&name| log.fresh(name, now, 300) == Some(true)).collect();
        // Where the vehicle stands already was read a moment ago.
        let stands = [InputName::LoopApproach, InputName::LoopUnder, InputName::LoopExit];
        stands
            .into_iter()
            .filter(|name| self.seen.contains(*name))
            .for_each(|name| self.stage = self.stage.after(name));
    }

    pub fn fact(&mut self, fact: &Fact, log: &Log, now: u64) {
        match fact {
            Fact::Started => {
                self.arm(log, now);
                (self.unsettled, self.implausible) = (false, false);
            }
            Fact::Device(DeviceNews::Reconnected) => self.arm(log, now),
            Fact::Ordered(Local::Maintenance(false)) if log.barrier == BarrierState::Maintenance => {
                self.arm(log, now);
                self.unsettled = false;
            }
            Fact::Told(BarrierNews::State { now: BarrierState::Unknown, .. }) => self.arm(log, now),
            Fact::Told(BarrierNews::Commanded { motion: Motion::Open, .. }) => {
                self.arm(log, now);
                self.unsettled = false;
            }
            // One that was refused changes nothing.
            Fact::Done(..) if log.was_reset() => {
                self.arm(log, now);
                (self.implausible, self.unsettled) = (false, false);
            }
            Fact::Ordered(Local::TailgatingKey) => self.unsettled = false,
            Fact::Offered(_) if log.lane == LaneState::Tailgated => self.unsettled = false,
            Fact::Ordered(Local::WayIsEmpty) if self.all_free_for(2000, log, now) => {
                self.before_word = Some(self.word());
                self.take_word((true, true, false, true));
            }
            // It was not taken, so it changes nothing.
            Fact::Told(BarrierNews::Refused { order: "way is empty", .. }) => {
                if let Some(before) = self.before_word.take() {
                    self.take_word(before);
                }
            }
            Fact::Done(..) => self.before_word = None,
            Fact::Told(BarrierNews::DroveThrough) => {
                self.told = true;
                self.implausible |= self.silent();
            }
            // Who follows in a convoy has its word already.
            Fact::Told(BarrierNews::Tailgated) => {
                (self.unsettled, self.proven) = (!log.convoy.lets_in(now), false);
            }
            Fact::Read(round) => {
                let shown = self.showing.iter().filter(|&name| round.get(name) == Some(Some(true)));
                shown.for_each(|name| self.occupied(name, log, now));
            }
            _ => {}
        }
        if self.stage == Stage::Exit && !self.proven && !self.unsettled && self.all_free_for(2000, log, now) {
            self.proven = true;
        }
    }

    fn word(&self) -> Word {
        (self.proven, self.told, self.unsettled, self.by_officer)
    }

    fn take_word(&mut self, word: Word) {
        (self.proven, self.told, self.unsettled, self.by_officer) = word;
    }

    /// One of the inputs did not show the vehicle.
    fn silent(&self) -> bool {
        self.seen != self.showing
    }

    fn occupied(&mut self, name: InputName, log: &Log, now: u64) {
        if self.required.contains(name) {
            // Whoever comes once the vehicle is told to be through needs a sequence of his own.
            if self.told {
                self.arm(log, now);
            }
            self.proven = false;
        }
        self.seen.insert(name);
        self.stage = self.stage.after(name);
    }

    pub fn all_free_for(&self, ms: u64, log: &Log, now: u64) -> bool {
        self.required.iter().all(|name| log.lasting(name, false, now) >= ms)
    }
}
