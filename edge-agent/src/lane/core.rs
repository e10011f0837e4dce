//! The whole inside of a lane, without I/O: the lane and its barrier, commands of central judged, officers' acts
//! carried to the one they are for. Time and new ids come in with the step, so that a journal replays exactly.

use std::collections::BTreeMap;

use gate_core::barrier::config::BarrierConfig;
use gate_core::barrier::machine::{Barrier, BarrierInput};
use gate_core::clock::Monotonic;
use gate_core::ids::{LaneId, LaneSession, PassageId};
use gate_core::lane::command::Freshness;
use gate_core::lane::effect::{LaneEffect, LaneInput, StepIds};
use gate_core::lane::joint::{Joint, JointEffect, JointInput};
use gate_core::lane::machine::Lane;
use gate_core::message::command::LaneMode;
use gate_core::message::event::EventBody;
use gate_core::message::status::LaneStatus;
use gate_core::vehicle::Direction;
use serde::{Deserialize, Serialize};

use super::signal::{Effect, Signal};

/// A lane's machines and what stands between them. Its state can be written down and taken up again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaneCore {
    pub(super) name: LaneId,
    pub(super) direction: Direction,
    joint: Joint,
    pub(super) freshness: Freshness,
    /// Faults that were recorded and are not cleared, with their detail.
    pub(super) faults: BTreeMap<String, String>,
    /// Why the stop chain was dropped last.
    pub(super) stop_cause: String,
    /// The stop chain is dropped by the machine's word.
    pub(super) stopped: bool,
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

/// A new word that commands must echo.
pub(super) fn new_session() -> LaneSession {
    LaneSession(hex::encode(rand::random::<[u8; 16]>()))
}

/// One step on its way.
pub(super) struct Step {
    /// For the machines.
    input: Option<JointInput>,
    pub effects: Vec<Effect>,
    /// Why what a person asked for was not done.
    pub refusal: Option<String>,
    /// A person reset the barrier in this step.
    pub was_reset: bool,
}

impl Step {
    pub fn barrier(&mut self, input: BarrierInput) {
        self.input = Some(JointInput::Barrier(input));
    }

    pub fn lane(&mut self, input: LaneInput) {
        self.input = Some(JointInput::Lane(input));
    }

    pub fn record(&mut self, passage: Option<PassageId>, body: EventBody) {
        self.effects.push(Effect::Record { passage, body: Box::new(body) });
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
            joint: Joint::new(Lane::new(direction, mode, now), Barrier::new(barrier, now)),
            faults: BTreeMap::new(),
            stop_cause: String::new(),
            stopped: false,
        }
    }

    /// The same lane as after a start that leads the given way: its mode stays, everything else is new.
    pub(super) fn anew(&self, direction: Direction, barrier: BarrierConfig, now: Monotonic) -> Self {
        let (lane, mode) = (self.name.clone(), self.lane().mode());
        Self::new(LaneBirth { lane, direction, mode, barrier, session: new_session() }, now)
    }

    /// The lane machine, for showing.
    #[must_use]
    pub fn lane(&self) -> &Lane {
        self.joint.lane()
    }

    /// The barrier machine, for showing.
    #[must_use]
    pub fn barrier(&self) -> &Barrier {
        self.joint.barrier()
    }

    /// Whether the stop chain is held dropped by the machine's word.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// The passage at the stop line or on its way through.
    #[must_use]
    pub fn passage(&self) -> Option<PassageId> {
        self.joint.passage()
    }

    /// One step. Effects are in the order in which they are to be carried out.
    pub fn step(&mut self, signal: Signal, ids: StepIds, now: Monotonic) -> Vec<Effect> {
        let mut step = Step { input: None, effects: Vec::new(), refusal: None, was_reset: false };
        let by_person = matches!(signal, Signal::Person { .. });
        self.take(signal, &mut step);
        // A signal that holds nothing for the machines still says that time passed.
        let input = step.input.take().unwrap_or(JointInput::Barrier(BarrierInput::Tick));
        let mut brought = Vec::new();
        self.joint.step(input, self.freshness.session(), ids, now, &mut brought);
        for effect in brought {
            match effect {
                JointEffect::Output(output) => {
                    self.note_stop(output);
                    step.effects.push(Effect::Output(output));
                }
                JointEffect::Told { passage, news } => self.told(passage, news, &mut step),
                JointEffect::Lane(effect) => self.carry(effect, &mut step),
            }
        }
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
            Signal::Read(readings) => step.barrier(BarrierInput::Read(readings.round())),
            Signal::Device(news) => step.barrier(BarrierInput::Device(news)),
            Signal::Healthy(healthy) => step.lane(LaneInput::Healthy(healthy)),
            Signal::Sight { passage, sight } if self.passage() == Some(passage) => {
                step.lane(LaneInput::Sight(*sight));
            }
            Signal::TrackChanged(passage) if self.passage() == Some(passage) => step.lane(LaneInput::TrackChanged),
            // Nothing, or about a vehicle that is no longer there.
            Signal::Tick | Signal::Sight { .. } | Signal::TrackChanged(_) => {}
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
            LaneEffect::Watch { passage, track } => step.effects.push(Effect::Watch { passage, track }),
            LaneEffect::WatchNoMore => step.effects.push(Effect::WatchNoMore),
            LaneEffect::Show(sign) => step.effects.push(Effect::Show(sign)),
            LaneEffect::Escalate(stage) => step.effects.push(Effect::Escalate(stage)),
            LaneEffect::OrderRefused(why) => step.refusal = Some(why),
            // The barrier heard of these already.
            LaneEffect::Open { .. } | LaneEffect::VoidGrant(_) | LaneEffect::TailgatingSettled => {}
        }
    }

    /// The lane as central and the panel are told it.
    #[must_use]
    pub fn status(&self, now: Monotonic) -> LaneStatus {
        let (lane, barrier) = (self.joint.lane(), self.joint.barrier());
        let inputs = barrier.inputs().all(now);
        LaneStatus {
            lane: self.name.clone(),
            direction: self.direction,
            session: self.freshness.session().clone(),
            mode: lane.mode(),
            state: lane.state().to_string(),
            waiting_for: lane.waiting().map(|w| w.code()).unwrap_or_default(),
            barrier: barrier.state().to_string(),
            passage: self.passage(),
            track: lane.vehicle().map(|v| v.track),
            inputs: inputs.into_iter().map(|(name, active)| (name.as_str().to_owned(), active)).collect(),
            faults: self.faults.keys().cloned().collect(),
            display: lane.sign().vi().to_owned(),
            convoy: lane.convoy(now),
        }
    }
}

#[cfg(test)]
mod tests;
