//! Whether the way under the boom is proven empty: the judge's own view of rule 6.

use gate_core::barrier::config::BarrierConfig;
use gate_core::barrier::io::{DeviceNews, InputName, Motion};
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

#[derive(Debug)]
pub struct Presence {
    required: Vec<InputName>,
    stage: Stage,
    /// Inputs that showed the vehicle.
    seen: Vec<InputName>,
    proven: bool,
    /// The agent, or an officer, said so.
    told: bool,
    by_officer: bool,
    unsettled: bool,
    /// A vehicle went through that one of the inputs did not show.
    implausible: bool,
}

pub fn required(config: &BarrierConfig) -> Vec<InputName> {
    let mut all = vec![InputName::LoopUnder];
    all.extend(config.three_loops.then_some(InputName::LoopExit));
    all.extend(config.photocell.then_some(InputName::Photocell));
    all
}

impl Presence {
    pub fn new(config: &BarrierConfig) -> Self {
        Self {
            required: required(config),
            stage: Stage::Nothing,
            seen: Vec::new(),
            proven: false,
            told: false,
            by_officer: false,
            unsettled: false,
            implausible: false,
        }
    }

    pub fn required(&self) -> &[InputName] {
        &self.required
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
        let all = self.required.iter().chain([&InputName::LoopApproach]);
        self.seen = all.filter(|name| log.fresh(**name, now, 300) == Some(true)).copied().collect();
        if log.fresh(InputName::LoopApproach, now, 300) == Some(true) {
            self.stage = Stage::Approach;
        }
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
            Fact::Ordered(Local::Reset) => {
                self.arm(log, now);
                (self.implausible, self.unsettled) = (false, false);
            }
            Fact::Ordered(Local::TailgatingKey) => self.unsettled = false,
            Fact::Offered(_) if log.lane == LaneState::Tailgated => self.unsettled = false,
            Fact::Ordered(Local::WayIsEmpty) if self.all_free_for(2000, log, now) => {
                (self.proven, self.told, self.unsettled, self.by_officer) = (true, true, false, true);
            }
            Fact::Told(BarrierNews::DroveThrough) => {
                self.told = true;
                self.implausible |= self.silent();
            }
            Fact::Told(BarrierNews::Tailgated) => (self.unsettled, self.proven) = (true, false),
            Fact::Read(read) if read.active == Some(true) => self.occupied(read.name, log, now),
            _ => {}
        }
        if self.stage == Stage::Exit && !self.proven && !self.unsettled && self.all_free_for(2000, log, now) {
            self.proven = true;
        }
    }

    /// One of the inputs did not show the vehicle.
    fn silent(&self) -> bool {
        self.required.iter().chain([&InputName::LoopApproach]).any(|name| !self.seen.contains(name))
    }

    fn occupied(&mut self, name: InputName, log: &Log, now: u64) {
        if self.required.contains(&name) {
            // Whoever comes once the vehicle is told to be through needs a sequence of his own.
            if self.told {
                self.arm(log, now);
            }
            self.proven = false;
        }
        if (self.required.contains(&name) || name == InputName::LoopApproach) && !self.seen.contains(&name) {
            self.seen.push(name);
        }
        self.stage = match (self.stage, name) {
            (Stage::Nothing, InputName::LoopApproach) => Stage::Approach,
            (Stage::Approach, InputName::LoopUnder) => Stage::Under,
            (Stage::Under, InputName::LoopExit) => Stage::Exit,
            (stage, _) => stage,
        };
    }

    pub fn all_free_for(&self, ms: u64, log: &Log, now: u64) -> bool {
        self.required.iter().all(|&name| log.lasting(name, false, now) >= ms)
    }
}
