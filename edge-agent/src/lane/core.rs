//! The whole inside of a lane, without I/O: the barrier machine and the lane machine joined, commands of
//! central judged, officers' acts carried to the one they are for. Time and new ids come in with the step,
//! so that a journal replays exactly.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use gate_core::barrier::config::BarrierConfig;
use gate_core::barrier::grant::Grant;
use gate_core::barrier::io::InputName;
use gate_core::barrier::machine::{Barrier, BarrierInput};
use gate_core::barrier::state::BarrierEffect;
use gate_core::clock::Monotonic;
use gate_core::ids::{GrantId, LaneId, LaneSession, PassageId, RequestId};
use gate_core::lane::command::Freshness;
use gate_core::lane::effect::{LaneEffect, LaneInput, StepIds};
use gate_core::lane::machine::Lane;
use gate_core::lane::state::LaneState;
use gate_core::message::command::LaneMode;
use gate_core::message::event::EventBody;
use gate_core::message::status::LaneStatus;
use gate_core::vehicle::Direction;
use serde::{Deserialize, Serialize};

use super::signal::{Effect, Signal};

/// The loop at the stop line was free for so long and is occupied again: another vehicle, or the same
/// one back again; either way the track is broken (rule 8).
const TRACK_BROKEN: Duration = Duration::from_millis(400);
/// Work of one step at most. A step makes a handful; more would be a circle between the machines.
const MAX_WORK: usize = 64;

/// A lane's machines and what stands between them. Its state can be written down and taken up again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaneCore {
    pub(super) name: LaneId,
    pub(super) direction: Direction,
    pub(super) barrier: Barrier,
    pub(super) lane: Lane,
    pub(super) freshness: Freshness,
    /// Faults that were recorded and are not cleared, with their detail.
    pub(super) faults: BTreeMap<String, String>,
    /// Why the stop chain was dropped last.
    pub(super) stop_cause: String,
    /// The stop chain is dropped by the machine's word.
    pub(super) stopped: bool,
    /// Since when the loop at the stop line has been certainly free.
    free_since: Option<Monotonic>,
}

/// Who a lane is.
#[derive(Clone, Debug)]
pub struct LaneBirth {
    /// Its name.
    pub lane: LaneId,
    /// Which way it leads.
    pub direction: Direction,
    /// How it works.
    pub mode: LaneMode,
    /// Its barrier.
    pub barrier: BarrierConfig,
    /// The first word that commands must echo.
    pub session: LaneSession,
}

/// Work between the machines within one step.
pub(super) enum Todo {
    /// For the barrier.
    Barrier(BarrierInput),
    /// For the lane.
    Lane(LaneInput),
}

/// One step on its way.
pub(super) struct Step {
    pub now: Monotonic,
    ids: StepIds,
    ids_used: u8,
    pub todo: VecDeque<Todo>,
    pub effects: Vec<Effect>,
    /// Why what a person asked for was not done.
    pub refusal: Option<String>,
    /// A person reset the barrier in this step.
    pub was_reset: bool,
}

impl Step {
    pub fn barrier(&mut self, input: BarrierInput) {
        self.todo.push_back(Todo::Barrier(input));
    }

    pub fn lane(&mut self, input: LaneInput) {
        self.todo.push_back(Todo::Lane(input));
    }

    pub fn record(&mut self, passage: Option<PassageId>, body: EventBody) {
        self.effects.push(Effect::Record { passage, body: Box::new(body) });
    }

    /// Ids that no other step of a machine within this one has.
    fn fresh_ids(&mut self) -> StepIds {
        let n = self.ids_used;
        self.ids_used = self.ids_used.wrapping_add(1);
        let nth = |id: uuid::Uuid| {
            let mut bytes = id.into_bytes();
            bytes[15] = bytes[15].wrapping_add(n);
            uuid::Uuid::from_bytes(bytes)
        };
        StepIds {
            passage: PassageId(nth(self.ids.passage.0)),
            request: RequestId(nth(self.ids.request.0)),
            grant: GrantId(nth(self.ids.grant.0)),
        }
    }
}

impl LaneCore {
    /// A lane as it is after every start: nothing known, nothing granted, nothing moves for five seconds.
    #[must_use]
    pub fn new(birth: LaneBirth, now: Monotonic) -> Self {
        let LaneBirth { lane, direction, mode, barrier, session } = birth;
        Self {
            freshness: Freshness::new(lane.clone(), session),
            name: lane,
            direction,
            barrier: Barrier::new(barrier, now),
            lane: Lane::new(direction, mode, now),
            faults: BTreeMap::new(),
            stop_cause: String::new(),
            stopped: false,
            free_since: None,
        }
    }

    /// The lane machine, for showing.
    #[must_use]
    pub fn lane(&self) -> &Lane {
        &self.lane
    }

    /// The barrier machine, for showing.
    #[must_use]
    pub fn barrier(&self) -> &Barrier {
        &self.barrier
    }

    /// Whether the stop chain is held dropped by the machine's word.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// The passage at the stop line or on its way through.
    #[must_use]
    pub fn passage(&self) -> Option<PassageId> {
        self.lane.vehicle().map(|v| v.passage)
    }

    /// One step. Effects are in the order in which they are to be carried out.
    pub fn step(&mut self, signal: Signal, ids: StepIds, now: Monotonic) -> Vec<Effect> {
        let mut step =
            Step { now, ids, ids_used: 0, todo: VecDeque::new(), effects: Vec::new(), refusal: None, was_reset: false };
        let by_person = matches!(signal, Signal::Person { .. });
        self.take(signal, &mut step);
        self.work(&mut step);
        self.watch_stop_line(&mut step);
        self.work(&mut step);
        self.settle_faults(&mut step);
        if step.was_reset && step.refusal.is_none() {
            self.sensors_looked_at(&mut step);
        }
        if by_person {
            step.effects.push(Effect::Answer(step.refusal.take().map_or(Ok(()), Err)));
        }
        step.effects
    }

    fn take(&mut self, signal: Signal, step: &mut Step) {
        match signal {
            Signal::Tick => step.barrier(BarrierInput::Tick),
            Signal::Read(readings) => step.barrier(BarrierInput::Read(readings.round())),
            Signal::Device(news) => step.barrier(BarrierInput::Device(news)),
            Signal::Healthy(healthy) => step.lane(LaneInput::Healthy(healthy)),
            Signal::Sight { passage, sight } if self.passage() == Some(passage) => {
                step.lane(LaneInput::Sight(*sight));
            }
            Signal::TrackChanged(passage) if self.passage() == Some(passage) => step.lane(LaneInput::TrackChanged),
            // About a vehicle that is no longer there.
            Signal::Sight { .. } | Signal::TrackChanged(_) => {}
            Signal::Reply { request, decision, by, grant } => {
                step.lane(LaneInput::Replied { request, decision: (decision, by), grant });
            }
            Signal::Command(command) => self.command(*command, step),
            Signal::Person { officer, act, reason } => self.person(officer, act, reason, step),
            Signal::Session(session) => self.freshness.renew(session),
            Signal::StillStopped => {
                step.barrier(BarrierInput::Stop { cause: "stopped before the restart".to_owned() });
            }
        }
    }

    /// Lets the machines answer each other until both are at rest.
    fn work(&mut self, step: &mut Step) {
        for _ in 0..MAX_WORK {
            match step.todo.pop_front() {
                None => return,
                Some(Todo::Barrier(input)) => {
                    for effect in self.barrier.step(input, step.now) {
                        match effect {
                            BarrierEffect::Output(output) => {
                                self.note_stop(output);
                                step.effects.push(Effect::Output(output));
                            }
                            BarrierEffect::Told(news) => self.told(news, step),
                        }
                    }
                }
                Some(Todo::Lane(input)) => {
                    let ids = step.fresh_ids();
                    for effect in self.lane.step(input, ids, step.now) {
                        self.carry(effect, step);
                    }
                }
            }
        }
    }

    fn carry(&mut self, effect: LaneEffect, step: &mut Step) {
        match effect {
            LaneEffect::Emit { passage, body } => {
                if let EventBody::Fault { code, detail } = &body
                    && code != "track_changed"
                {
                    if code.starts_with("officer_away") {
                        // Each stage of waiting takes the place of the one before.
                        self.officer_came(step);
                    }
                    self.faults.insert(code.clone(), detail.clone());
                }
                if let EventBody::FaultCleared { code } = &body {
                    self.faults.remove(code);
                }
                step.record(passage, body);
            }
            LaneEffect::Ask(ask) => {
                step.effects.push(Effect::Ask { ask, session: self.freshness.session().clone() });
            }
            LaneEffect::Open { grant, track, life_ms, cause } => {
                let until = step.now.plus(Duration::from_millis(life_ms.into()));
                let session = self.freshness.session().clone();
                step.barrier(BarrierInput::Grant(Grant { id: grant, session, track, until }));
                step.barrier(BarrierInput::Open { track, cause });
            }
            LaneEffect::VoidGrant(why) => step.barrier(BarrierInput::VoidGrant(why)),
            LaneEffect::Watch { passage, track } => step.effects.push(Effect::Watch { passage, track }),
            LaneEffect::WatchNoMore => step.effects.push(Effect::WatchNoMore),
            LaneEffect::Show(sign) => step.effects.push(Effect::Show(sign)),
            LaneEffect::Escalate(stage) => step.effects.push(Effect::Escalate(stage)),
            LaneEffect::OrderRefused(why) => step.refusal = Some(why),
            LaneEffect::TailgatingSettled => step.barrier(BarrierInput::TailgatingSettled),
        }
    }

    /// The loop at the stop line, for the lane machine: occupied, free or unknown; and whether the track
    /// of the vehicle there was broken.
    fn watch_stop_line(&mut self, step: &mut Step) {
        let occupied = self.barrier.inputs().active(InputName::LoopApproach, step.now);
        match occupied {
            Some(false) => {
                self.free_since.get_or_insert(step.now);
            }
            Some(true) => {
                let broken = self.free_since.take().is_some_and(|since| step.now.since(since) >= TRACK_BROKEN);
                let awaited = self.lane.state().stands_at_stop_line() || self.lane.state() == LaneState::Granted;
                if broken && awaited {
                    step.lane(LaneInput::TrackChanged);
                }
            }
            None => {}
        }
        step.lane(LaneInput::StopLine(occupied));
    }

    /// The lane as central and the panel are told it.
    #[must_use]
    pub fn status(&self, now: Monotonic) -> LaneStatus {
        let inputs = self.barrier.inputs().all(now);
        LaneStatus {
            lane: self.name.clone(),
            direction: self.direction,
            session: self.freshness.session().clone(),
            mode: self.lane.mode(),
            state: self.lane.state().to_string(),
            waiting_for: self.lane.waiting().map(|w| w.code()).unwrap_or_default(),
            barrier: self.barrier.state().to_string(),
            passage: self.passage(),
            track: self.lane.vehicle().map(|v| v.track),
            inputs: inputs.into_iter().map(|(name, active)| (name.as_str().to_owned(), active)).collect(),
            faults: self.faults.keys().cloned().collect(),
            display: self.lane.sign().vi().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
