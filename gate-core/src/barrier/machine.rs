//! The barrier machine: inputs in, pulses and news out, nothing else. `domain.md` section 4 is its law;
//! the rule behind each line is named by its number.
//!
//! An unreadable limit is UNKNOWN: nothing moves, all grants are void, and after two agreeing reads
//! and the settling time the state is taken from the limits again. A contradiction, a way that takes
//! too long or a movement that nobody ordered is a FAULT, which ends at the lane alone.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::config::{BarrierConfig, GREEN, READ_BACK, SETTLE, SLEPT};
use super::defect::{Defect, Defects};
use super::grant::{Grant, Grants, Void};
use super::inputs::Inputs;
use super::io::{DeviceNews, InputName, InputReading, Motion, Output};
use super::latch::{Latch, LatchNews};
use super::state::{BarrierEffect, BarrierNews, BarrierState, Fault};
use crate::clock::Monotonic;
use crate::ids::TrackId;

/// What happens to the machine.
#[derive(Clone, Debug, PartialEq)]
pub enum BarrierInput {
    /// Time passed; at least every 50 ms.
    Tick,
    /// Inputs were read.
    Read(Vec<InputReading>),
    /// The driver tells.
    Device(DeviceNews),
    /// A permission to open once, already checked by the lane.
    Grant(Grant),
    /// The lane takes the live grant back.
    VoidGrant(Void),
    /// Open for this track by the live grant.
    Open {
        /// The vehicle at the stop line.
        track: TrackId,
        /// Who or what asks.
        cause: String,
    },
    /// Drop the stop chain. Never refused.
    Stop {
        /// Who or what asks.
        cause: String,
    },
    /// An officer at the lane, the boom in view, ends STOPPED, FAULT and the like. Never moves.
    Reset {
        /// Who.
        by: String,
    },
    /// An officer at the lane: stay up, or no longer.
    HoldOpen(bool),
    /// An officer at the lane, the boom in view: the way is empty.
    WayIsEmpty,
    /// Lock for work, or unlock; the lane checks whose lock it is.
    Maintenance(bool),
    /// A camera sees a body in the sweep.
    BodySeen,
    /// An officer settled the case of the second vehicle.
    TailgatingSettled,
}

/// The machine of one barrier. Its state can be written down and taken up again, for replaying a journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Barrier {
    pub(super) config: BarrierConfig,
    pub(super) state: BarrierState,
    pub(super) inputs: Inputs,
    pub(super) latch: Latch,
    pub(super) grants: Grants,
    /// The grant whose vehicle is on its way through; green is shown for it.
    pub(super) running: Option<Grant>,
    /// Nothing moves before this (rule 10).
    pub(super) settled_at: Monotonic,
    /// When the state was entered.
    pub(super) since: Monotonic,
    /// Since when the limits have said something else than the state.
    pub(super) strange_since: Option<Monotonic>,
    pub(super) stop_dropped: bool,
    /// Since when the limits cannot be read.
    pub(super) blind_since: Option<Monotonic>,
    /// A sensor did not show the last vehicle (rule 5).
    pub(super) implausible: bool,
    pub(super) maintenance: bool,
    /// It was stopped, or just began, or was blind: before the agent lowers the boom somebody must give a
    /// new word (I6): a grant, or that the way is empty.
    pub(super) needs_word: bool,
    /// When it was stepped last.
    stepped_at: Option<Monotonic>,
    /// A motion relay may be on until then (I5): the other one is not pulsed before.
    pub(super) relay_until: Option<(Motion, Monotonic)>,
    green_at: Option<Monotonic>,
    #[serde(skip)]
    pub(super) effects: Vec<BarrierEffect>,
    #[serde(skip)]
    pub(super) defects: Defects,
}

impl Barrier {
    /// A machine as it is after every start: UNKNOWN, latch set, no grant, nothing moves for 5 s.
    #[must_use]
    pub fn new(config: BarrierConfig, now: Monotonic) -> Self {
        Self {
            config,
            state: BarrierState::Unknown,
            inputs: Inputs::default(),
            latch: Latch::default(),
            grants: Grants::default(),
            running: None,
            settled_at: now.plus(SETTLE),
            since: now,
            strange_since: None,
            stop_dropped: false,
            blind_since: None,
            implausible: false,
            maintenance: false,
            needs_word: true,
            stepped_at: None,
            relay_until: None,
            green_at: None,
            effects: Vec::new(),
            defects: Defects::default(),
        }
    }

    /// What the barrier is doing.
    #[must_use]
    pub fn state(&self) -> BarrierState {
        self.state
    }

    /// What is believed of the inputs.
    #[must_use]
    pub fn inputs(&self) -> &Inputs {
        &self.inputs
    }

    /// Whether a body may be in the sweep.
    #[must_use]
    pub fn latch(&self) -> &Latch {
        &self.latch
    }

    /// Whether an OPEN with a fresh grant would be carried out now, and if not, why.
    ///
    /// # Errors
    /// The reason, for the officer.
    pub fn ready_to_open(&self, now: Monotonic) -> Result<(), String> {
        if now < self.settled_at && !self.defects.has(Defect::MovesAtOnce) {
            return Err(format!("nothing moves for {} s after a start or reconnection", SETTLE.as_secs()));
        }
        if self.stop_dropped {
            return Err("the stop chain is dropped: reset it at the lane".to_owned());
        }
        if self.maintenance {
            return Err("the barrier is locked for maintenance".to_owned());
        }
        if self.inputs.active(InputName::PowerGood, now) == Some(false) {
            return Err("the barrier has no power".to_owned());
        }
        if let Some(key) = self.key_lost(now) {
            return Err(format!("the {} input cannot be read", key.as_str()));
        }
        if self.blind_since.is_some() {
            return Err("the limits of the boom cannot be read".to_owned());
        }
        match self.state {
            BarrierState::Closed if self.relay_may_be_on(Motion::Close, now) => {
                Err("the CLOSE relay is not off yet".to_owned())
            }
            BarrierState::Closed => Ok(()),
            state => Err(format!("the barrier is {state}")),
        }
    }

    /// One step. Effects are in the order in which they are to be carried out.
    pub fn step(&mut self, input: BarrierInput, now: Monotonic) -> Vec<BarrierEffect> {
        if self.defects.has(Defect::Dead) {
            return Vec::new();
        }
        // One that slept is as one that starts.
        if self.stepped_at.replace(now).is_some_and(|at| now.since(at) > SLEPT) {
            self.start_anew(now);
        }
        match input {
            BarrierInput::Tick => {}
            BarrierInput::Read(readings) => {
                // However old: the power was gone, and what follows is its return (rule 12).
                if readings.iter().any(|r| r.name == InputName::PowerGood && r.active == Some(false)) {
                    self.power_is_gone(now);
                }
                for reading in readings {
                    // However old or doubtful: somebody was there.
                    if reading.active == Some(true) && Inputs::required(&self.config).any(|n| n == reading.name) {
                        self.latch.body_seen();
                    }
                    self.inputs.take(self.defects.bend(reading), now);
                }
            }
            BarrierInput::Device(news) => self.device(news, now),
            BarrierInput::Grant(grant) => self.take_grant(grant, now),
            BarrierInput::VoidGrant(why) => self.withdraw(why),
            BarrierInput::Open { track, cause } => self.open(track, cause, now),
            BarrierInput::Stop { cause } => self.stop(cause, BarrierState::Stopped, now),
            BarrierInput::Reset { by } => self.reset(&by, now),
            BarrierInput::HoldOpen(hold) => self.hold_open(hold, now),
            BarrierInput::WayIsEmpty => self.way_is_empty(now),
            BarrierInput::Maintenance(lock) => self.maintain(lock, now),
            BarrierInput::BodySeen => self.latch.body_seen(),
            BarrierInput::TailgatingSettled => self.latch.settle_tailgating(),
        }
        self.observe(now);
        std::mem::take(&mut self.effects)
    }

    fn device(&mut self, news: DeviceNews, now: Monotonic) {
        match news {
            DeviceNews::PulseTaken(_) => {}
            DeviceNews::PulseDone(motion) => self.relay_is_off(motion),
            DeviceNews::PulseStuck(_) if self.defects.has(Defect::IgnoresStuckRelay) => {}
            DeviceNews::PulseStuck(_) => {
                self.stop("a motion relay did not go off".to_owned(), BarrierState::Fault(Fault::RelayStuck), now);
            }
            DeviceNews::PulseFailed(motion) => {
                self.relay_is_off(motion);
                if matches!(self.state, BarrierState::Opening | BarrierState::Closing) {
                    self.start_anew(now);
                }
            }
            DeviceNews::StopFailed => self.enter(BarrierState::Fault(Fault::StopFailed), false, now),
            DeviceNews::BusError => self.inputs.doubt(),
            DeviceNews::Reconnected if self.defects.has(Defect::ReconnectIsNothing) => {}
            DeviceNews::Reconnected => self.start_anew(now),
        }
    }

    /// A key or the power that was read once and cannot be read now: unknown is the worst of its values.
    pub(super) fn key_lost(&self, now: Monotonic) -> Option<InputName> {
        let keys = [InputName::ManualKey, InputName::Emergency, InputName::PowerGood];
        keys.into_iter().find(|&key| self.inputs.lost(key, now))
    }

    /// As after a start (rule 10); STOPPED, FAULT and the modes stay what they are.
    pub(super) fn start_anew(&mut self, now: Monotonic) {
        self.inputs.doubt();
        self.settled_at = now.plus(SETTLE);
        self.latch.lose_sight();
        self.needs_word = true;
        self.blind_since = None;
        self.void_grant(Void::TrackChanged);
        if !self.ends_at_the_lane() {
            self.enter(BarrierState::Unknown, false, now);
        }
    }

    /// Rule 12: after its return as after a start. What is read meanwhile still counts.
    pub(super) fn power_is_gone(&mut self, now: Monotonic) {
        if self.defects.has(Defect::ForgetsPowerLoss) {
            return;
        }
        if self.state != BarrierState::Unknown && !self.ends_at_the_lane() {
            self.start_anew(now);
        }
        self.settled_at = now.plus(SETTLE);
        self.void_grant(Void::Withdrawn);
    }

    /// Whether only a reset at the lane ends this state.
    pub(super) fn ends_at_the_lane(&self) -> bool {
        matches!(
            self.state,
            BarrierState::Stopped
                | BarrierState::Fault(_)
                | BarrierState::ManualLocal
                | BarrierState::EmergencyOpen
                | BarrierState::Maintenance
        )
    }

    fn observe(&mut self, now: Monotonic) {
        if let Some(grant) = self.grants.expire(now) {
            self.tell(BarrierNews::GrantVoid { grant: grant.id, why: Void::Expired });
        }
        if let Some(news) = self.latch.step(&self.inputs, &self.config, now) {
            self.latch_news(news);
        }
        self.watch_keys(now);
        self.watch_limits(now);
        self.close_by_itself(now);
        self.show_green(now);
    }

    fn latch_news(&mut self, news: LatchNews) {
        match news {
            LatchNews::Entered => self.tell(BarrierNews::Entered),
            LatchNews::DroveThrough { silent } => {
                self.running = None;
                if !silent.is_empty() {
                    self.implausible = true;
                    self.tell(BarrierNews::SensorImplausible { silent });
                }
                self.tell(BarrierNews::DroveThrough);
            }
            LatchNews::BackedOut => {
                self.running = None;
                self.void_grant(Void::BackedOut);
                self.tell(BarrierNews::BackedOut);
            }
            LatchNews::Tailgated if self.defects.has(Defect::FollowerIsTrailer) => self.latch.settle_tailgating(),
            LatchNews::Tailgated => {
                self.running = None;
                self.tell(BarrierNews::Tailgated);
            }
        }
    }

    /// Green only while the open limit is read and the grant's vehicle is on its way (rule 3).
    fn show_green(&mut self, now: Monotonic) {
        let read =
            self.inputs.active(InputName::OpenLimit, now) == Some(true) || self.defects.has(Defect::GreenByState);
        let up = self.state == BarrierState::Open && read;
        if (up && self.running.is_some()) || self.defects.has(Defect::AlwaysGreen) {
            if self.green_at.is_none_or(|at| now.since(at) >= Duration::from_secs(1)) {
                self.green_at = Some(now);
                let long = self.defects.has(Defect::GreenTooLong);
                self.output(Output::Green { length: if long { GREEN.mul_f32(3.4) } else { GREEN } });
            }
        } else if self.green_at.take().is_some() && !self.defects.has(Defect::NeverRed) {
            self.output(Output::Red);
        }
    }

    pub(super) fn enter(&mut self, state: BarrierState, commanded: bool, now: Monotonic) {
        if self.state == state {
            return;
        }
        self.state = state;
        self.since = now;
        self.strange_since = None;
        if !matches!(state, BarrierState::Opening | BarrierState::Open | BarrierState::HeldOpen) {
            self.running = None;
        }
        self.tell(BarrierNews::State { now: state, commanded });
    }

    fn relay_is_off(&mut self, motion: Motion) {
        self.relay_until = self.relay_until.filter(|(on, _)| *on != motion);
    }

    /// Whether the relay of a motion may still be on.
    pub(super) fn relay_may_be_on(&self, motion: Motion, now: Monotonic) -> bool {
        let unchecked = self.defects.has(Defect::NoRelayCheck);
        self.relay_until.is_some_and(|(on, until)| on == motion && now < until) && !unchecked
    }

    pub(super) fn pulse(&mut self, motion: Motion, grant: Option<&Grant>, cause: String, now: Monotonic) {
        let unclamped = self.defects.has(Defect::PulseUnclamped);
        let length = if unclamped { Duration::from_millis(self.config.pulse_ms.into()) } else { self.config.pulse() };
        self.relay_until = Some((motion, now.plus(length + READ_BACK)));
        self.output(Output::Pulse { motion, length });
        self.tell(BarrierNews::Commanded { motion, grant: grant.map(|g| g.id), cause });
    }

    pub(super) fn output(&mut self, output: Output) {
        self.effects.push(BarrierEffect::Output(output));
    }

    pub(super) fn tell(&mut self, news: BarrierNews) {
        self.effects.push(BarrierEffect::Told(news));
    }
}
