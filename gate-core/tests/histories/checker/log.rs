//! What was observed so far.

use std::collections::{BTreeMap, VecDeque};

use gate_core::barrier::io::{DeviceNews, InputName, Output};
use gate_core::barrier::state::{BarrierNews, BarrierState};
use gate_core::lane::state::LaneState;

use crate::fact::{Fact, Local};

/// Reads kept of an input.
const KEPT_MS: u64 = 4000;

#[derive(Clone, Copy, Debug)]
pub struct Read {
    pub at: u64,
    pub active: Option<bool>,
}

#[derive(Debug)]
pub struct Log {
    reads: BTreeMap<InputName, VecDeque<Read>>,
    /// The agent runs since then.
    pub started_at: Option<u64>,
    /// The last start, reconnection or moment without power.
    pub quiet_at: u64,
    /// The last failure on the bus.
    pub bus_error_at: Option<u64>,
    /// Reads of each input since then, in a row.
    believable: [u32; InputName::ALL.len()],
    /// What the agent said of itself at the end of its last step.
    pub barrier: BarrierState,
    pub lane: LaneState,
    /// Devices, wire, keys or agent were not well then.
    pub wrong_at: u64,
    /// Within the step that is going on.
    pub step: Step,
}

/// What happened in this step so far.
#[derive(Debug, Default)]
pub struct Step {
    pub ordered: Vec<Local>,
    pub dropped: bool,
    pub pulses: u32,
    pub commanded: u32,
    pub stop_device: bool,
    pub bad: Option<&'static str>,
    pub refused: u32,
    pub offered: bool,
    pub rogue: Option<gate_core::ids::TrackId>,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            reads: BTreeMap::new(),
            started_at: None,
            quiet_at: 0,
            bus_error_at: None,
            believable: [0; InputName::ALL.len()],
            barrier: BarrierState::Unknown,
            lane: LaneState::Idle,
            wrong_at: 0,
            step: Step::default(),
        }
    }
}

impl Log {
    pub fn note(&mut self, fact: &Fact, now: u64) {
        match fact {
            Fact::Started => *self = Self { started_at: Some(now), quiet_at: now, ..Self::default() },
            Fact::Killed => self.started_at = None,
            Fact::Read(read) => {
                let at = u64::try_from(read.read_at.0.as_millis()).unwrap_or(u64::MAX);
                let row = &mut self.believable[read.name as usize];
                *row = if read.active.is_some() { *row + 1 } else { 0 };
                let kept = self.reads.entry(read.name).or_default();
                // In the order in which they were read, whatever order they came in.
                let place = kept.iter().rposition(|r| r.at <= at).map_or(0, |i| i + 1);
                kept.insert(place, Read { at, active: read.active });
                while kept.front().is_some_and(|r| r.at + KEPT_MS < now) {
                    kept.pop_front();
                }
                if read.name == InputName::PowerGood && read.active == Some(false) {
                    self.quiet_at = now;
                }
            }
            Fact::Device(DeviceNews::BusError) => {
                self.bus_error_at = Some(now);
                self.believable = Default::default();
            }
            Fact::Device(DeviceNews::Reconnected) => self.quiet_at = now,
            Fact::Device(DeviceNews::PulseStuck(_) | DeviceNews::StopFailed) => self.step.stop_device = true,
            Fact::Ordered(local) => self.step.ordered.push(*local),
            Fact::Offered(_) => self.step.offered = true,
            Fact::Rogue(track) => self.step.rogue = Some(*track),
            Fact::Bad(why) => self.step.bad = Some(why),
            Fact::Refused(_) => self.step.refused += 1,
            Fact::Output(Output::DropStop) => self.step.dropped = true,
            Fact::Output(Output::Pulse { .. }) => self.step.pulses += 1,
            Fact::Told(BarrierNews::Commanded { .. }) => self.step.commanded += 1,
            _ => {}
        }
    }

    /// The fact was judged.
    pub fn over(&mut self, fact: &Fact) {
        if let Fact::Done(barrier, lane) = fact {
            self.step = Step::default();
            self.lane = *lane;
            self.barrier = *barrier;
        }
    }

    pub fn newest(&self, name: InputName) -> Option<Read> {
        self.reads.get(&name)?.back().copied()
    }

    /// Read twice since the last failure on the bus (rule 4).
    pub fn believable(&self, name: InputName) -> bool {
        self.believable[name as usize] >= 2
    }

    /// The newest read, not older than `ms`.
    pub fn fresh(&self, name: InputName, now: u64, ms: u64) -> Option<bool> {
        self.newest(name).filter(|r| r.at + ms >= now)?.active
    }

    /// For how long every read has said `value`, without a hole longer than 320 ms.
    pub fn lasting(&self, name: InputName, value: bool, now: u64) -> u64 {
        let Some(reads) = self.reads.get(&name) else { return 0 };
        let mut since = None;
        let mut after = now;
        for read in reads.iter().rev() {
            if read.active != Some(value) || after - read.at > 320 {
                break;
            }
            since = Some(read.at);
            after = read.at;
        }
        since.map_or(0, |since| now - since)
    }

    pub fn alive_for(&self, now: u64) -> u64 {
        self.started_at.map_or(0, |at| now - at)
    }

    pub fn well_for(&self, now: u64) -> u64 {
        now - self.wrong_at.max(self.quiet_at)
    }
}

/// States that only a reset at the lane ends.
pub fn ends_at_the_lane(state: BarrierState) -> bool {
    !matches!(
        state,
        BarrierState::Unknown
            | BarrierState::Closed
            | BarrierState::Opening
            | BarrierState::Open
            | BarrierState::HeldOpen
            | BarrierState::Closing
    )
}
