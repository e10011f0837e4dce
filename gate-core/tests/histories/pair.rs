//! A lane and its barrier as one machine: what the one tells, the other hears within the same step, as
//! the edge's runner has it.

use std::collections::VecDeque;
use std::time::Duration;

use gate_core::barrier::grant::Grant;
use gate_core::barrier::io::{InputName, Output};
use gate_core::barrier::machine::{Barrier, BarrierInput};
use gate_core::barrier::state::{BarrierEffect, BarrierNews};
use gate_core::clock::Monotonic;
use gate_core::ids::LaneSession;
use gate_core::lane::effect::{LaneEffect, LaneInput, StepIds};
use gate_core::lane::machine::Lane;
use gate_core::lane::state::LaneState;

/// Inputs that one step may lead to; more would be a circle between the machines.
const MAX_INNER: usize = 32;
/// The loop at the stop line free for so long breaks the track.
const TRACK_BROKEN: Duration = Duration::from_millis(400);

/// What happens to the pair.
#[derive(Clone, Debug, PartialEq)]
pub enum PairInput {
    /// Time passed; at least every 50 ms.
    Tick,
    /// To the barrier: reads, devices, officers at the lane.
    Barrier(BarrierInput),
    /// To the lane: cameras, answers, orders. The barrier's news come by themselves.
    Lane(LaneInput),
}

/// What a step brings about, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum PairEffect {
    /// To be written by the driver.
    Output(Output),
    /// The barrier tells: to be recorded.
    Told(BarrierNews),
    /// The lane's; those for the barrier reached it already.
    Lane(LaneEffect),
}

/// A lane and its barrier.
#[derive(Clone, Debug)]
pub struct Pair {
    lane: Lane,
    barrier: Barrier,
    stop_line: Option<bool>,
    free_since: Option<Monotonic>,
    /// What a step still has to do; empty between steps.
    todo: VecDeque<PairInput>,
}

impl Pair {
    /// Puts the two together.
    #[must_use]
    pub fn new(lane: Lane, barrier: Barrier) -> Self {
        Self { lane, barrier, stop_line: None, free_since: None, todo: VecDeque::new() }
    }

    /// The lane.
    #[must_use]
    pub fn lane(&self) -> &Lane {
        &self.lane
    }

    /// The barrier.
    #[must_use]
    pub fn barrier(&self) -> &Barrier {
        &self.barrier
    }

    /// One step; `session` is the lane's now, for grants that it leads to.
    pub fn step(
        &mut self,
        input: PairInput,
        session: &LaneSession,
        ids: StepIds,
        now: Monotonic,
        effects: &mut Vec<PairEffect>,
    ) {
        match input {
            PairInput::Tick => {
                self.todo.extend([PairInput::Barrier(BarrierInput::Tick), PairInput::Lane(LaneInput::Tick)]);
            }
            other => self.todo.push_back(other),
        }
        for _ in 0..MAX_INNER {
            match self.todo.pop_front() {
                Some(PairInput::Barrier(input)) => self.give_barrier(input, now, effects),
                Some(PairInput::Lane(input)) => {
                    for effect in self.lane.step(input, ids, now) {
                        self.said(&effect, session, now);
                        effects.push(PairEffect::Lane(effect));
                    }
                }
                Some(PairInput::Tick) => {}
                None => break,
            }
        }
        self.todo.clear();
    }

    fn give_barrier(&mut self, input: BarrierInput, now: Monotonic, effects: &mut Vec<PairEffect>) {
        for effect in self.barrier.step(input, now) {
            match effect {
                BarrierEffect::Output(output) => effects.push(PairEffect::Output(output)),
                BarrierEffect::Told(news) => {
                    self.todo.extend(heard(&news).map(PairInput::Lane));
                    effects.push(PairEffect::Told(news));
                }
            }
        }
        let stop_line = self.barrier.inputs().active(InputName::LoopApproach, now);
        if stop_line != self.stop_line {
            self.stop_line = stop_line;
            self.todo.push_front(PairInput::Lane(LaneInput::StopLine(stop_line)));
            if self.track_broken(stop_line, now) {
                self.todo.push_front(PairInput::Lane(LaneInput::TrackChanged));
            }
        }
    }

    /// What the lane's effects mean for the barrier.
    fn said(&mut self, effect: &LaneEffect, session: &LaneSession, now: Monotonic) {
        match effect {
            LaneEffect::Open { grant, track, life_ms, cause } => {
                let until = now.plus(Duration::from_millis((*life_ms).into()));
                let grant = Grant { id: *grant, session: session.clone(), track: *track, until };
                let open = BarrierInput::Open { track: *track, cause: cause.clone() };
                self.todo.extend([BarrierInput::Grant(grant), open].map(PairInput::Barrier));
            }
            LaneEffect::VoidGrant(why) => self.todo.push_back(PairInput::Barrier(BarrierInput::VoidGrant(*why))),
            LaneEffect::TailgatingSettled => {
                self.todo.push_back(PairInput::Barrier(BarrierInput::TailgatingSettled));
            }
            _ => {}
        }
    }
}

impl Pair {
    /// The loop at the stop line was free for a while and is occupied again: another vehicle, or the same
    /// one back again.
    fn track_broken(&mut self, stop_line: Option<bool>, now: Monotonic) -> bool {
        match stop_line {
            Some(false) => {
                self.free_since.get_or_insert(now);
                false
            }
            Some(true) => {
                let broken = self.free_since.take().is_some_and(|since| now.since(since) >= TRACK_BROKEN);
                let state = self.lane.state();
                broken && (state.stands_at_stop_line() || state == LaneState::Granted)
            }
            None => false,
        }
    }
}

/// What the lane hears of the barrier's news.
fn heard(news: &BarrierNews) -> Option<LaneInput> {
    match news {
        BarrierNews::State { now, .. } => Some(LaneInput::Barrier(*now)),
        BarrierNews::Entered => Some(LaneInput::Entered),
        BarrierNews::DroveThrough => Some(LaneInput::DroveThrough),
        BarrierNews::BackedOut => Some(LaneInput::BackedOut),
        BarrierNews::Tailgated => Some(LaneInput::Tailgated),
        BarrierNews::Commanded { .. }
        | BarrierNews::Stopped { .. }
        | BarrierNews::GrantVoid { .. }
        | BarrierNews::GrantRefused { .. }
        | BarrierNews::Refused { .. }
        | BarrierNews::SensorImplausible { .. } => None,
    }
}
