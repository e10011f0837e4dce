//! The lane machine: one vehicle at a time from first presence to lane clear, with a reason shown for
//! every wait and none that turns into an opening.
//!
//! It never touches an output: it asks the barrier machine through [`LaneEffect`]s and hears of it
//! through [`LaneInput`]s. New ids come in with the step, so that a history replays exactly.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::effect::{Ask, LaneEffect, LaneInput, StepIds};
use super::sign::Sign;
use super::state::{LaneState, Waiting};
use super::vehicle::Vehicle;
use crate::barrier::defect::{Defect, Defects};
use crate::barrier::grant::Void;
use crate::barrier::state::BarrierState;
use crate::clock::Monotonic;
use crate::decision::{Decision, Reason, ReasonCode, Verdict};
use crate::ids::TrackId;
use crate::message::command::LaneMode;
use crate::message::event::{DecidedBy, EventBody};
use crate::passage::{OpenedBy, PassageOutcome};
use crate::vehicle::{Direction, Role};

/// A vehicle that stands unread for so long is an officer's (`domain.md`, Unread).
pub const UNREAD_AFTER: Duration = Duration::from_secs(3);
/// The stop line is empty for so long: the vehicle has left.
pub const LEFT_AFTER: Duration = Duration::from_secs(3);
/// The barrier must answer an order within this.
const BARRIER_ANSWERS: Duration = Duration::from_secs(5);
/// A granted vehicle that does not drive for so long is an officer's.
pub const DRIVES_WITHIN: Duration = Duration::from_secs(60);

/// Code of the fault that a vehicle drove in without a grant.
const NO_GRANT: &str = "entered_without_grant";

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
            LaneInput::Tailgated => self.tailgated(now),
            LaneInput::TrackChanged => self.track_changed(now),
            LaneInput::Sight(sight) => self.sight(sight, now),
            LaneInput::Replied { request, decision, grant } => self.replied(request, decision, grant, now),
            LaneInput::Order(order) => self.order(order, ids, now),
        }
        self.watch_presence(ids, now);
        self.ask_when_ready(ids, now);
        self.watch_time(ids, now);
        self.show();
        std::mem::take(&mut self.effects)
    }

    fn watch_presence(&mut self, ids: StepIds, now: Monotonic) {
        match self.at_stop_line {
            Some(true) => self.empty_since = None,
            Some(false) => {
                self.empty_since.get_or_insert(now);
                if let (LaneState::Passing, Some(vehicle)) = (self.state, &mut self.vehicle) {
                    vehicle.left_line = true;
                }
            }
            // Unknown is no departure.
            None => self.empty_since = None,
        }
        if self.state == LaneState::Idle && self.at_stop_line == Some(true) && self.mode != LaneMode::Closed {
            self.begin(ids, now);
        }
        let left = self.empty_since.is_some_and(|since| now.since(since) >= LEFT_AFTER);
        if left && self.state.stands_at_stop_line() {
            let outcome =
                if self.state == LaneState::Refused { PassageOutcome::TurnedAway } else { PassageOutcome::BackedOut };
            self.leave(outcome, now);
        }
    }

    pub(super) fn begin(&mut self, ids: StepIds, now: Monotonic) {
        self.tracks += 1;
        let track = TrackId(self.tracks);
        self.vehicle = Some(Vehicle::new(ids.passage, track));
        self.emit(EventBody::PassageBegan { direction: self.direction, track });
        self.effects.push(LaneEffect::Watch { passage: ids.passage, track });
        self.enter(LaneState::Capturing, now);
    }

    /// The vehicle is gone without having driven through.
    fn leave(&mut self, outcome: PassageOutcome, now: Monotonic) {
        if self.vehicle.is_none() || self.state == LaneState::Tailgated {
            return;
        }
        self.effects.push(LaneEffect::VoidGrant(Void::BackedOut));
        self.end(outcome, now);
    }

    pub(super) fn end(&mut self, outcome: PassageOutcome, now: Monotonic) {
        if let Some(vehicle) = &self.vehicle {
            let opened_by = vehicle.opened_by;
            if vehicle.alarmed {
                self.emit(EventBody::FaultCleared { code: NO_GRANT.to_owned() });
            }
            if self.state == LaneState::Passing && self.escalated > 0 {
                self.emit(EventBody::FaultCleared { code: "way_not_clear".to_owned() });
            }
            self.emit(EventBody::PassageEnded { outcome, opened_by });
        }
        // Nothing that was given for it may serve the next.
        self.effects.push(LaneEffect::VoidGrant(Void::TrackChanged));
        self.effects.push(LaneEffect::WatchNoMore);
        self.vehicle = None;
        self.enter(LaneState::Idle, now);
    }

    fn barrier_is(&mut self, state: BarrierState, now: Monotonic) {
        let was = std::mem::replace(&mut self.barrier, state);
        // Nobody saw whether it left the stop line: who drives in next may be another.
        let blind = matches!(was, BarrierState::Open | BarrierState::HeldOpen) && state == BarrierState::Unknown;
        if let (true, LaneState::Passing, Some(vehicle)) = (blind, self.state, &mut self.vehicle) {
            vehicle.left_line = true;
        }
        // Sight of it was lost on its way, but the boom is down behind it.
        if self.state == LaneState::Passing && state == BarrierState::Closed {
            return self.end(PassageOutcome::Passed, now);
        }
        let opening_is_over = !matches!(state, BarrierState::Opening | BarrierState::Open | BarrierState::HeldOpen);
        if self.state == LaneState::Granted && opening_is_over && now.since(self.since) > Duration::from_secs(1) {
            self.refer(ReasonCode::LaneNotAutomatic, format!("the barrier is {state}"), now);
        }
    }

    fn entered(&mut self, ids: StepIds, now: Monotonic) {
        match self.state {
            LaneState::Granted => self.enter(LaneState::Passing, now),
            LaneState::Tailgated => {}
            // Sight of the first was lost on its way (a reset, a restart of the barrier); this is another.
            LaneState::Passing if self.vehicle.as_ref().is_some_and(|v| v.left_line) => {
                self.end(PassageOutcome::Passed, now);
                self.by_hand(ids, now);
            }
            LaneState::Passing => {}
            _ if self.defects.has(Defect::NobodyCounted) => {}
            _ => self.by_hand(ids, now),
        }
    }

    /// A vehicle drives through although no grant was given: the boom was opened by key, hand or
    /// emergency. It is recorded as what it is (I4).
    fn by_hand(&mut self, ids: StepIds, now: Monotonic) {
        if self.vehicle.is_none() {
            self.begin(ids, now);
        }
        // Where somebody holds the boom up it is no fault.
        let fault = !matches!(
            self.barrier,
            BarrierState::HeldOpen
                | BarrierState::ManualLocal
                | BarrierState::EmergencyOpen
                | BarrierState::Maintenance
        );
        if let Some(vehicle) = &mut self.vehicle {
            vehicle.opened_by = OpenedBy::ByHand;
            vehicle.alarmed = fault;
        }
        if fault {
            let detail = format!("a vehicle drives in without a grant; the barrier is {}", self.barrier);
            self.emit(EventBody::Fault { code: NO_GRANT.to_owned(), detail });
        }
        self.enter(LaneState::Passing, now);
    }

    fn drove_through(&mut self, now: Monotonic) {
        if self.state == LaneState::Granted || self.state == LaneState::Passing {
            self.end(PassageOutcome::Passed, now);
        }
    }

    fn tailgated(&mut self, now: Monotonic) {
        match self.state {
            LaneState::Granted | LaneState::Passing => self.end(PassageOutcome::Passed, now),
            // The first is through and this one did not wait for its own word.
            _ if self.vehicle.is_some() => self.end(PassageOutcome::Tailgated, now),
            _ => {}
        }
        let detail = "a second vehicle drove in behind the first without a grant".to_owned();
        self.emit(EventBody::Fault { code: "tailgating".to_owned(), detail });
        self.enter(LaneState::Tailgated, now);
    }

    fn track_changed(&mut self, now: Monotonic) {
        let Some(vehicle) = &mut self.vehicle else {
            self.effects.push(LaneEffect::VoidGrant(Void::TrackChanged));
            return;
        };
        if self.state == LaneState::Passing {
            return;
        }
        self.tracks += 1;
        let passage = vehicle.passage;
        let track = TrackId(self.tracks);
        let opened_by = vehicle.opened_by;
        *vehicle = Vehicle { opened_by, ..Vehicle::new(passage, track) };
        self.effects.push(LaneEffect::VoidGrant(Void::TrackChanged));
        self.effects.push(LaneEffect::Watch { passage, track });
        let detail = "the vehicle at the stop line is not the one that was read; it is read again".to_owned();
        self.emit(EventBody::Fault { code: "track_changed".to_owned(), detail });
        self.enter(LaneState::Capturing, now);
    }

    fn watch_time(&mut self, ids: StepIds, now: Monotonic) {
        let waited = now.since(self.since);
        match self.state {
            LaneState::Capturing if waited >= UNREAD_AFTER && self.at_stop_line == Some(true) => {
                self.tell_what_was_read();
                self.ask(ids, now);
            }
            LaneState::Granted if waited >= DRIVES_WITHIN => {
                self.effects.push(LaneEffect::VoidGrant(Void::Expired));
                self.refer(ReasonCode::NoVehicleOnLoop, "granted, but it does not drive".to_owned(), now);
            }
            LaneState::Granted if waited >= BARRIER_ANSWERS && self.barrier == BarrierState::Closed => {
                self.effects.push(LaneEffect::VoidGrant(Void::Expired));
                self.refer(ReasonCode::LaneNotAutomatic, "the barrier did not open".to_owned(), now);
            }
            LaneState::Referred if waited.as_secs() >= 30 && self.defects.has(Defect::TimeOpens) => {
                let cause = "nobody came".to_owned();
                let _ = self.grant(ids.grant, 30_000, OpenedBy::Nobody, cause, now);
            }
            _ => {}
        }
        self.escalate(waited);
        self.way_not_clear(waited);
    }

    /// Time is up: the reading as far as it came, for the officer; or that there is none, and why.
    fn tell_what_was_read(&mut self) {
        let Some(vehicle) = self.vehicle.as_ref().filter(|v| !v.ready) else { return };
        let read = vehicle.plates.iter().find(|p| p.role == Role::Tractor && !p.text.is_empty());
        let body = match read {
            Some(reading) => EventBody::PlateRead { reading: reading.clone() },
            None => EventBody::Unread { fates: vehicle.fates.clone(), frames: vehicle.frames.clone() },
        };
        self.emit(body);
    }

    /// A vehicle that drove in and is not seen to be through: someone has to look.
    fn way_not_clear(&mut self, waited: Duration) {
        if self.state == LaneState::Passing && waited >= DRIVES_WITHIN && self.escalated == 0 {
            self.escalated = 1;
            self.effects.push(LaneEffect::Escalate(1));
            let detail = format!("a vehicle drove in {} s ago and was not seen to be through", waited.as_secs());
            self.emit(EventBody::Fault { code: "way_not_clear".to_owned(), detail });
        }
    }

    /// 30 s: sound; 60 s: shift leader; 120 s: the lane leaves routing. It never turns into open.
    fn escalate(&mut self, waited: Duration) {
        match self.state {
            LaneState::Referred | LaneState::Tailgated => {}
            LaneState::Passing => return,
            _ => {
                self.escalated = 0;
                return;
            }
        }
        let due = match waited.as_secs() {
            0..30 => 0,
            30..60 => 1,
            60..120 => 2,
            _ => 3,
        };
        if due > self.escalated {
            self.escalated = due;
            self.effects.push(LaneEffect::Escalate(due));
            let detail = format!("waiting for an officer for {} s", waited.as_secs());
            self.emit(EventBody::Fault { code: format!("officer_away_{due}"), detail });
        }
    }

    pub(super) fn ask(&mut self, ids: StepIds, now: Monotonic) {
        let automatic = self.mode == LaneMode::Automatic && self.healthy;
        let on_loop = self.at_stop_line == Some(true);
        let Some(vehicle) = &mut self.vehicle else { return };
        vehicle.asked = Some(ids.request);
        vehicle.asked_without_class = vehicle.class.is_none();
        let seen = vehicle.seen(self.direction, on_loop, automatic);
        let ask = Ask { request: ids.request, passage: vehicle.passage, track: vehicle.track, seen };
        self.effects.push(LaneEffect::Ask(Box::new(ask)));
        self.enter(LaneState::Deciding, now);
    }

    pub(super) fn refer(&mut self, code: ReasonCode, detail: String, now: Monotonic) {
        let decision = Decision {
            verdict: Verdict::Refer,
            reasons: vec![Reason { code, detail }],
            matched: None,
            lists_version: 0,
        };
        if let Some(vehicle) = &mut self.vehicle {
            vehicle.decision = Some(decision.clone());
        }
        self.emit(EventBody::Decided { decision, by: DecidedBy::Snapshot, grant: None });
        self.enter(LaneState::Referred, now);
    }

    pub(super) fn enter(&mut self, state: LaneState, now: Monotonic) {
        if self.state != state {
            self.state = state;
            self.since = now;
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
