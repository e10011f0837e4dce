//! What was observed so far.

use std::collections::VecDeque;

use gate_core::barrier::io::{DeviceNews, InputName, Output};
use gate_core::barrier::round::Round;
use gate_core::barrier::state::{BarrierNews, BarrierState};
use gate_core::decision::{Decision, Verdict};
use gate_core::lane::state::LaneState;
use gate_core::message::event::EventBody;

use super::convoy::Convoy;
use crate::fact::{Fact, Local};

/// Rounds kept for those that arrive out of their order.
const KEPT_MS: u64 = 4000;
/// A hole between two reads that is longer than this ends what they say together.
const HOLE_MS: u64 = 320;

#[derive(Clone, Copy, Debug)]
pub struct Read {
    pub at: u64,
    pub active: Option<bool>,
    /// Every read has said so since, without a hole.
    since: u64,
    /// Reads that said anything, in a row; two are enough to be told.
    in_a_row: u8,
}

#[derive(Clone, Debug)]
pub struct Log {
    newest: [Option<Read>; InputName::ALL.len()],
    /// In the order in which they were read, whatever order they came in.
    rounds: VecDeque<Round>,
    /// The agent runs since then.
    pub started_at: Option<u64>,
    /// The last start, reconnection or moment without power.
    pub quiet_at: u64,
    /// The last failure on the bus.
    pub bus_error_at: Option<u64>,
    /// What the agent said of itself at the end of its last step.
    pub barrier: BarrierState,
    pub lane: LaneState,
    /// Devices, wire, keys or agent were not well then.
    pub wrong_at: u64,
    /// The last convoy.
    pub convoy: Convoy,
    /// Within the step that is going on.
    pub step: Step,
}

/// What happened in this step so far.
#[derive(Clone, Debug, Default)]
pub struct Step {
    pub ordered: Vec<Local>,
    pub dropped: bool,
    pub pulses: u32,
    pub commanded: u32,
    pub stop_device: bool,
    pub bad: Option<&'static str>,
    pub refused: u32,
    /// The reset that was ordered was refused, and the agent said so.
    pub reset_refused: bool,
    /// The lane told that the vehicle is not let in.
    pub turned_down: bool,
    pub offered: bool,
    pub rogue: Option<gate_core::ids::TrackId>,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            newest: [None; InputName::ALL.len()],
            rounds: VecDeque::new(),
            started_at: None,
            quiet_at: 0,
            bus_error_at: None,
            barrier: BarrierState::Unknown,
            lane: LaneState::Idle,
            wrong_at: 0,
            convoy: Convoy::default(),
            step: Step::default(),
        }
    }
}

/// When a round was read, in milliseconds.
pub fn at(round: &Round) -> u64 {
    round.read_at.0.as_millis() as u64
}

impl Log {
    pub fn note(&mut self, fact: &Fact, now: u64) {
        self.convoy.note(fact, self.lane, now);
        match fact {
            Fact::Started => *self = Self { started_at: Some(now), quiet_at: now, ..Self::default() },
            Fact::Killed => self.started_at = None,
            Fact::Read(round) => self.read(round, now),
            Fact::Device(DeviceNews::BusError) => {
                self.bus_error_at = Some(now);
                self.newest.iter_mut().flatten().for_each(|read| read.in_a_row = 0);
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
            Fact::Told(BarrierNews::Refused { order: "reset", .. }) => self.step.reset_refused = true,
            Fact::Event(body) => {
                let refers = |decision: &Decision| decision.verdict != Verdict::Open;
                self.step.turned_down |= matches!(&**body, EventBody::Decided { decision, .. } if refers(decision));
            }
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

    fn read(&mut self, round: &Round, now: u64) {
        let read_at = at(round);
        let place = self.rounds.iter().rposition(|r| at(r) <= read_at).map_or(0, |i| i + 1);
        self.rounds.insert(place, *round);
        while self.rounds.front().is_some_and(|r| at(r) + KEPT_MS < now) {
            self.rounds.pop_front();
        }
        for reading in round.readings() {
            let old = self.newest[reading.name as usize];
            let in_a_row = if reading.active.is_some() { old.map_or(1, |r| (r.in_a_row + 1).min(2)) } else { 0 };
            let next = match old {
                Some(old) if old.at > read_at => self.again(reading.name, old),
                Some(old) if old.active == reading.active && read_at - old.at <= HOLE_MS => {
                    Read { at: read_at, in_a_row, ..old }
                }
                _ => Read { at: read_at, active: reading.active, since: read_at, in_a_row },
            };
            self.newest[reading.name as usize] = Some(next);
        }
        if round.get(InputName::PowerGood) == Some(Some(false)) {
            self.quiet_at = now;
        }
    }

    /// A read came late: what all of them say together now.
    fn again(&self, name: InputName, old: Read) -> Read {
        let reads = self.rounds.iter().rev().filter_map(|round| Some((at(round), round.get(name)?)));
        let known = self.rounds.iter().rev().filter_map(|round| round.get(name)).take_while(Option::is_some).count();
        let in_a_row = old.in_a_row.min(u8::try_from(known).unwrap_or(u8::MAX));
        let mut newest: Option<Read> = None;
        for (at, active) in reads {
            match &mut newest {
                None => newest = Some(Read { at, active, since: at, in_a_row }),
                Some(read) if read.active == active && read.since - at <= HOLE_MS => read.since = at,
                Some(_) => break,
            }
        }
        newest.unwrap_or(old)
    }

    pub fn newest(&self, name: InputName) -> Option<Read> {
        self.newest[name as usize]
    }

    /// Read twice since the last failure on the bus (rule 4).
    pub fn believable(&self, name: InputName) -> bool {
        self.newest(name).is_some_and(|read| read.in_a_row >= 2)
    }

    /// The newest read, not older than `ms`.
    pub fn fresh(&self, name: InputName, now: u64, ms: u64) -> Option<bool> {
        self.newest(name).filter(|r| r.at + ms >= now)?.active
    }

    /// For how long every read has said `value`, without a hole.
    pub fn lasting(&self, name: InputName, value: bool, now: u64) -> u64 {
        let said = self.newest(name).filter(|r| r.active == Some(value) && r.at + HOLE_MS >= now);
        said.map_or(0, |read| now - read.since)
    }

    /// In this step an officer reset the barrier, and it was not refused.
    pub fn was_reset(&self) -> bool {
        self.step.ordered.contains(&Local::Reset) && !self.step.reset_refused
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
