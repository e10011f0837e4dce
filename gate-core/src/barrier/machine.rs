//! The barrier machine: inputs in, pulses and news out, nothing else. `domain.md` section 4 is its law;
//! the rule behind each line is named by its number.
//!
//! An unreadable limit is UNKNOWN: nothing moves, all grants are void, and after two agreeing reads
//! and the settling time the state is taken from the limits again. A contradiction, a way that takes
//! too long or a movement that nobody ordered is a FAULT, which ends at the lane alone.

use serde::{Deserialize, Serialize};

use super::config::{BarrierConfig, SETTLE, SLEPT};
use super::defect::{Defect, Defects};
use super::grant::{Grant, Grants, Void};
use super::inputs::Inputs;
use super::io::{DeviceNews, InputName, Motion, Output};
use super::latch::{Latch, LatchNews};
use super::round::Round;
use super::state::{BarrierEffect, BarrierNews, BarrierState};
use crate::clock::Monotonic;
use crate::ids::TrackId;

/// What happens to the machine.
#[derive(Clone, Debug, PartialEq)]
pub enum BarrierInput {
    /// Time passed; at least every 50 ms.
    Tick,
    /// Inputs were read.
    Read(Round),
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
    /// Since when the limits have said something else than the state: moved by itself, or arrived.
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
    pub(super) green_at: Option<Monotonic>,
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
            BarrierInput::Read(round) => self.read(round, now),
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

    fn read(&mut self, round: Round, now: Monotonic) {
        // However old: the power was gone, and what follows is its return (rule 12).
        if round.get(InputName::PowerGood) == Some(Some(false)) {
            self.power_is_gone(now);
        }
        let required = Inputs::required(&self.config);
        for reading in round.readings() {
            // However old or doubtful: somebody was there.
            if reading.active == Some(true) && required.contains(reading.name) {
                self.latch.body_seen();
            }
            self.inputs.take(self.defects.bend(reading), now);
        }
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

    pub(super) fn enter(&mut self, state: BarrierState, commanded: bool, now: Monotonic) {
        if self.state == state {
            return;
        }
        // To be held up, or no longer, is no new beginning for what the limits say.
        let up = |state| matches!(state, BarrierState::Open | BarrierState::HeldOpen);
        if !(up(self.state) && up(state)) {
            self.strange_since = None;
        }
        self.state = state;
        self.since = now;
        if !matches!(state, BarrierState::Opening | BarrierState::Open | BarrierState::HeldOpen) {
            self.running = None;
        }
        self.tell(BarrierNews::State { now: state, commanded });
    }

    pub(super) fn output(&mut self, output: Output) {
        self.effects.push(BarrierEffect::Output(output));
    }

    pub(super) fn tell(&mut self, news: BarrierNews) {
        self.effects.push(BarrierEffect::Told(news));
    }
}
