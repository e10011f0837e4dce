//! A lane and its barrier as one machine: what the one tells, the other hears within the same step. The edge
//! drives this one, and so do the random histories that prove it.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::effect::{LaneEffect, LaneInput, StepIds};
use super::machine::Lane;
use super::state::LaneState;
use crate::barrier::grant::Grant;
use crate::barrier::io::{InputName, Output};
use crate::barrier::machine::{Barrier, BarrierInput};
use crate::barrier::state::{BarrierEffect, BarrierNews};
use crate::clock::Monotonic;
use crate::ids::{LaneSession, PassageId};

/// The loop at the stop line was free for so long and is occupied again: another vehicle, or the same
/// one back again; either way the track is broken (rule 8).
const TRACK_BROKEN: Duration = Duration::from_millis(400);
/// Work of one step at most. A step makes a handful; more would be a circle between the machines.
const MAX_WORK: usize = 64;

/// What happens to a lane and its barrier.
#[derive(Clone, Debug, PartialEq)]
pub enum JointInput {
    /// To the barrier: time (at least every 50 ms), reads, devices, officers at the boom.
    Barrier(BarrierInput),
    /// To the lane: cameras, answers, orders. The barrier's news reach it by themselves.
    Lane(LaneInput),
}

/// What a step brings about.
#[derive(Clone, Debug, PartialEq)]
pub enum JointEffect {
    /// To be written by the driver.
    Output(Output),
    /// The barrier tells.
    Told {
        /// The passage under way when it told, before the lane heard of it.
        passage: Option<PassageId>,
        /// What.
        news: BarrierNews,
    },
    /// The lane's; those for the barrier reached it already.
    Lane(LaneEffect),
}

/// A lane and its barrier. Their state can be written down and taken up again, for replaying a journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Joint {
    lane: Lane,
    barrier: Barrier,
    /// Since when the loop at the stop line has been certainly free.
    free_since: Option<Monotonic>,
}

/// One step on its way.
struct Step<'a> {
    session: &'a LaneSession,
    ids: StepIds,
    ids_used: u8,
    now: Monotonic,
    todo: VecDeque<JointInput>,
    effects: &'a mut Vec<JointEffect>,
}

impl Step<'_> {
    /// Ids that no other step of the lane within this one has.
    fn fresh_ids(&mut self) -> StepIds {
        let n = self.ids_used;
        self.ids_used = self.ids_used.wrapping_add(1);
        self.ids.beside(15, n)
    }
}

impl Joint {
    /// Puts the two together.
    #[must_use]
    pub fn new(lane: Lane, barrier: Barrier) -> Self {
        Self { lane, barrier, free_since: None }
    }

    /// The lane, for showing.
    #[must_use]
    pub fn lane(&self) -> &Lane {
        &self.lane
    }

    /// The barrier, for showing.
    #[must_use]
    pub fn barrier(&self) -> &Barrier {
        &self.barrier
    }

    /// The passage at the stop line or on its way through.
    #[must_use]
    pub fn passage(&self) -> Option<PassageId> {
        self.lane.vehicle().map(|v| v.passage)
    }

    /// One step. `session` is the lane's now, for grants that the step leads to; `ids` are new. Effects are added in the
    /// order in which they are to be carried out.
    pub fn step(
        &mut self,
        input: JointInput,
        session: &LaneSession,
        ids: StepIds,
        now: Monotonic,
        effects: &mut Vec<JointEffect>,
    ) {
        let mut step = Step { session, ids, ids_used: 0, now, todo: VecDeque::from([input]), effects };
        self.work(&mut step);
        self.watch_stop_line(&mut step);
        self.work(&mut step);
    }

    /// Lets the machines answer each other until both are at rest.
    fn work(&mut self, step: &mut Step<'_>) {
        for _ in 0..MAX_WORK {
            match step.todo.pop_front() {
                None => return,
                Some(JointInput::Barrier(input)) => {
                    for effect in self.barrier.step(input, step.now) {
                        match effect {
                            BarrierEffect::Output(output) => step.effects.push(JointEffect::Output(output)),
                            BarrierEffect::Told(news) => {
                                step.todo.extend(heard(&news).map(JointInput::Lane));
                                step.effects.push(JointEffect::Told { passage: self.passage(), news });
                            }
                        }
                    }
                }
                Some(JointInput::Lane(input)) => {
                    let ids = step.fresh_ids();
                    for effect in self.lane.step(input, ids, step.now) {
                        said(&effect, step);
                        step.effects.push(JointEffect::Lane(effect));
                    }
                }
            }
        }
    }

    /// The loop at the stop line, for the lane: occupied, free or unknown; and whether the track of the
    /// vehicle there was broken.
    fn watch_stop_line(&mut self, step: &mut Step<'_>) {
        let occupied = self.barrier.inputs().active(InputName::LoopApproach, step.now);
        match occupied {
            Some(false) => {
                self.free_since.get_or_insert(step.now);
            }
            Some(true) => {
                let broken = self.free_since.take().is_some_and(|since| step.now.since(since) >= TRACK_BROKEN);
                let awaited = self.lane.state().stands_at_stop_line() || self.lane.state() == LaneState::Granted;
                if broken && awaited {
                    step.todo.push_back(JointInput::Lane(LaneInput::TrackChanged));
                }
            }
            None => {}
        }
        step.todo.push_back(JointInput::Lane(LaneInput::StopLine(occupied)));
    }
}

/// What the lane's effects mean for the barrier.
fn said(effect: &LaneEffect, step: &mut Step<'_>) {
    match effect {
        LaneEffect::Open { grant, track, life_ms, cause } => {
            let until = step.now.plus(Duration::from_millis((*life_ms).into()));
            let grant = Grant { id: *grant, session: step.session.clone(), track: *track, until };
            let open = BarrierInput::Open { track: *track, cause: cause.clone() };
            step.todo.extend([BarrierInput::Grant(grant), open].map(JointInput::Barrier));
        }
        LaneEffect::VoidGrant(why) => step.todo.push_back(JointInput::Barrier(BarrierInput::VoidGrant(*why))),
        LaneEffect::TailgatingSettled => {
            step.todo.push_back(JointInput::Barrier(BarrierInput::TailgatingSettled));
        }
        LaneEffect::Emit { .. }
        | LaneEffect::Ask(_)
        | LaneEffect::Watch { .. }
        | LaneEffect::WatchNoMore
        | LaneEffect::Show(_)
        | LaneEffect::Escalate(_)
        | LaneEffect::OrderRefused(_) => {}
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
