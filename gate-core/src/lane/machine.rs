//! The lane machine: one vehicle at a time from first presence to lane clear, with a reason shown for
//! every wait and none that turns into an opening.
//!
//! It never touches an output: it asks the barrier machine through [`LaneEffect`]s and hears of it
//! through [`LaneInput`]s. New ids come in with the step, so that a history replays exactly.

use serde::{Deserialize, Serialize};

use super::convoy::Convoy;
use super::degraded::Reads;
use super::effect::{LaneEffect, LaneInput, StepIds};
use super::sign::Sign;
use super::state::{LaneState, Waiting};
use super::vehicle::Vehicle;
use crate::barrier::defect::Defects;
use crate::barrier::state::BarrierState;
use crate::clock::Monotonic;
use crate::message::command::LaneMode;
use crate::message::event::EventBody;
use crate::passage::PassageOutcome;
use crate::vehicle::Direction;

/// Code of the fault that a vehicle drove in without a grant.
pub(super) const NO_GRANT: &str = "entered_without_grant";

/// The machine of one lane. Its state can be written down and taken up again, for replaying a journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    pub(super) direction: Direction,
    pub(super) mode: LaneMode,
    pub(super) state: LaneState,
    pub(super) since: Monotonic,
    pub(super) vehicle: Option<Vehicle>,
    pub(super) tracks: u64,
    /// The loop at the stop line, as believed.
    pub(super) at_stop_line: Option<bool>,
    /// Since when the stop line has been empty.
    pub(super) empty_since: Option<Monotonic>,
    pub(super) barrier: BarrierState,
    pub(super) healthy: bool,
    pub(super) escalated: u8,
    pub(super) sign: Sign,
    /// The convoy that may pass.
    #[serde(default)]
    pub(super) convoy: Option<Convoy>,
    /// Of the last vehicles.
    #[serde(default)]
    pub(super) reads: Reads,
    #[serde(skip)]
    pub(super) effects: Vec<LaneEffect>,
    #[serde(skip)]
    pub(crate) defects: Defects,
}

impl Lane {
    /// A lane without a vehicle. A vehicle that stands there already begins a new passage: nothing of
    /// an earlier life counts.
    #[must_use]
    pub fn new(direction: Direction, mode: LaneMode, now: Monotonic) -> Self {
        Self {
            direction,
            mode,
            state: LaneState::Idle,
            since: now,
            vehicle: None,
            tracks: 0,
            at_stop_line: None,
            empty_since: None,
            barrier: BarrierState::Unknown,
            healthy: true,
            escalated: 0,
            sign: Sign::Stop,
            convoy: None,
            reads: Reads::default(),
            effects: Vec::new(),
            defects: Defects::default(),
        }
    }

    /// What the lane is doing.
    #[must_use]
    pub fn state(&self) -> LaneState {
        self.state
    }

    /// How the lane works.
    #[must_use]
    pub fn mode(&self) -> LaneMode {
        self.mode
    }

    /// The vehicle at the stop line or on its way through.
    #[must_use]
    pub fn vehicle(&self) -> Option<&Vehicle> {
        self.vehicle.as_ref()
    }

    /// What the driver reads now.
    #[must_use]
    pub fn sign(&self) -> Sign {
        self.sign
    }

    /// One step.
    pub fn step(&mut self, input: LaneInput, ids: StepIds, now: Monotonic) -> Vec<LaneEffect> {
        match input {
            LaneInput::Tick => {}
            LaneInput::StopLine(occupied) => self.at_stop_line = occupied,
            LaneInput::Healthy(healthy) => self.healthy = healthy,
            LaneInput::Barrier(state) => self.barrier_is(state, now),
            LaneInput::Entered => self.entered(ids, now),
            LaneInput::DroveThrough => self.drove_through(now),
            LaneInput::BackedOut => self.leave(PassageOutcome::BackedOut, now),
            LaneInput::Tailgated => self.tailgated(ids, now),
            LaneInput::TrackChanged => self.track_changed(now),
            LaneInput::Sight(sight) => self.sight(sight, now),
            LaneInput::Replied { request, decision, grant } => self.replied(request, decision, grant, now),
            LaneInput::Order(order) => self.order(order, ids, now),
        }
        // What was ordered may have begun a passage, and ended it: the next vehicle is not that one.
        let later = ids.second();
        self.watch_presence(later, now);
        self.ask_when_ready(later, now);
        self.watch_time(later, now);
        self.serve_convoy(later, now);
        self.show();
        std::mem::take(&mut self.effects)
    }

    pub(super) fn enter(&mut self, state: LaneState, now: Monotonic) {
        if self.state != state {
            self.state = state;
            self.since = now;
            if state == LaneState::Passing {
                self.count_of_convoy();
            }
        }
    }

    pub(super) fn emit(&mut self, body: EventBody) {
        let passage = self.vehicle.as_ref().map(|v| v.passage);
        self.effects.push(LaneEffect::Emit { passage, body });
    }

    fn show(&mut self) {
        let sign = Sign::of(self.state, self.mode, self.barrier, self.vehicle.as_ref());
        if sign != self.sign {
            self.sign = sign;
            self.effects.push(LaneEffect::Show(sign));
        }
    }

    /// Why the lane waits, for the officer; `None` when it does not.
    #[must_use]
    pub fn waiting(&self) -> Option<Waiting> {
        Waiting::of(self)
    }
}
