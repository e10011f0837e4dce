//! A lane and its barrier as one machine: what the one tells, the other hears within the same step.
//! Edge and checkers run this very wiring, so that what is proven is what runs.

use std::collections::VecDeque;
use std::time::Duration;

use super::effect::{LaneEffect, LaneInput, StepIds};
use super::machine::Lane;
use crate::barrier::grant::Grant;
use crate::barrier::io::{InputName, Output};
use crate::barrier::machine::{Barrier, BarrierInput};
use crate::barrier::state::{BarrierEffect, BarrierNews};
use crate::clock::Monotonic;
use crate::ids::LaneSession;

/// Inputs that one step may lead to; more would be a circle between the machines.
const MAX_INNER: usize = 32;

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
    /// The lane's, without those that went to the barrier.
    Lane(LaneEffect),
}

/// A lane and its barrier.
#[derive(Clone, Debug)]
pub struct Pair {
    lane: Lane,
    barrier: Barrier,
}

impl Pair {
    /// Puts the two together.
    #[must_use]
    pub fn new(lane: Lane, barrier: Barrier) -> Self {
        Self { lane, barrier }
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
    pub fn step(&mut self, input: PairInput, session: &LaneSession, ids: StepIds, now: Monotonic) -> Vec<PairEffect> {
        let mut effects = Vec::new();
        let mut inner = VecDeque::new();
        match input {
            PairInput::Tick => inner.extend([PairInput::Barrier(BarrierInput::Tick), PairInput::Lane(LaneInput::Tick)]),
            other => inner.push_back(other),
        }
        for _ in 0..MAX_INNER {
            match inner.pop_front() {
                Some(PairInput::Barrier(input)) => {
                    for effect in self.barrier.step(input, now) {
                        match effect {
                            BarrierEffect::Output(output) => effects.push(PairEffect::Output(output)),
                            BarrierEffect::Told(news) => {
                                inner.extend(heard(&news).map(PairInput::Lane));
                                effects.push(PairEffect::Told(news));
                            }
                        }
                    }
                    let stop_line = self.barrier.inputs().active(InputName::LoopApproach, now);
                    if stop_line != self.lane.at_stop_line {
                        inner.push_front(PairInput::Lane(LaneInput::StopLine(stop_line)));
                    }
                }
                Some(PairInput::Lane(input)) => {
                    for effect in self.lane.step(input, ids, now) {
                        match said(effect, session, now) {
                            Ok(to_barrier) => inner.extend(to_barrier.into_iter().map(PairInput::Barrier)),
                            Err(effect) => effects.push(PairEffect::Lane(effect)),
                        }
                    }
                }
                Some(PairInput::Tick) => {}
                None => break,
            }
        }
        effects
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

/// What the lane says to the barrier; everything else comes back.
fn said(effect: LaneEffect, session: &LaneSession, now: Monotonic) -> Result<Vec<BarrierInput>, LaneEffect> {
    match effect {
        LaneEffect::Open { grant, track, life_ms, cause } => {
            let until = now.plus(Duration::from_millis(life_ms.into()));
            let grant = Grant { id: grant, session: session.clone(), track, until };
            Ok(vec![BarrierInput::Grant(grant), BarrierInput::Open { track, cause }])
        }
        LaneEffect::VoidGrant(why) => Ok(vec![BarrierInput::VoidGrant(why)]),
        LaneEffect::TailgatingSettled => Ok(vec![BarrierInput::TailgatingSettled]),
        other => Err(other),
    }
}
