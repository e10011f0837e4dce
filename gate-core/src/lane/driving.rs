//! What the lane hears of the barrier: how it is, and who drives through, by a word or without one.

use std::time::Duration;

use super::effect::{LaneEffect, StepIds};
use super::machine::{Lane, NO_GRANT};
use super::state::LaneState;
use crate::barrier::defect::Defect;
use crate::barrier::grant::Void;
use crate::barrier::state::BarrierState;
use crate::clock::Monotonic;
use crate::decision::ReasonCode;
use crate::message::event::EventBody;
use crate::passage::{OpenedBy, PassageOutcome};

/// Code of the fault that a second vehicle drove in behind the first.
const TAILGATING: &str = "tailgating";

impl Lane {
    pub(super) fn barrier_is(&mut self, state: BarrierState, now: Monotonic) {
        let was = std::mem::replace(&mut self.barrier, state);
        self.watch_convoy_barrier();
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
            // What was not opened by then is not opened by it later.
            self.effects.push(LaneEffect::VoidGrant(Void::Withdrawn));
            self.refer(ReasonCode::LaneNotAutomatic, format!("the barrier is {state}"), now);
        }
    }

    pub(super) fn entered(&mut self, ids: StepIds, now: Monotonic) {
        match self.state {
            LaneState::Granted if self.barrier != BarrierState::Closed => self.enter(LaneState::Passing, now),
            LaneState::Tailgated => {}
            // Sight of the first was lost on its way (a reset, a restart of the barrier): its trailer, or another
            // behind it. The loops cannot tell, and a guess doubles a record or loses one.
            LaneState::Passing if self.vehicle.as_ref().is_some_and(|v| v.left_line) => self.tailgated(ids, now),
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
        let of_convoy = self.convoy.is_some() && self.barrier == BarrierState::HeldOpen;
        if let Some(vehicle) = &mut self.vehicle {
            vehicle.opened_by = if of_convoy { OpenedBy::Convoy } else { OpenedBy::ByHand };
            vehicle.alarmed = fault;
        }
        if fault {
            let detail = format!("a vehicle drives in without a grant; the barrier is {}", self.barrier);
            self.emit(EventBody::Fault { code: NO_GRANT.to_owned(), detail });
        }
        if self.barrier == BarrierState::Closed {
            // The boom is down and a body under it: whoever was let in is not it, or a loop lies. Officers look.
            self.effects.push(LaneEffect::VoidGrant(Void::TrackChanged));
            self.refer(ReasonCode::LaneNotAutomatic, "something is under the closed boom".to_owned(), now);
            return;
        }
        self.enter(LaneState::Passing, now);
    }

    pub(super) fn drove_through(&mut self, now: Monotonic) {
        match self.state {
            LaneState::Granted | LaneState::Passing => self.end(PassageOutcome::Passed, now),
            LaneState::Tailgated => {
                if let Some(vehicle) = &mut self.vehicle {
                    vehicle.through = true;
                }
            }
            _ => {}
        }
    }

    /// Somebody is under the boom who may be a second vehicle. The first one's passage stays open until an
    /// officer says whose body it is: its trailer's, or another's.
    pub(super) fn tailgated(&mut self, ids: StepIds, now: Monotonic) {
        if self.follows_in_convoy(ids, now) {
            return;
        }
        match self.state {
            LaneState::Granted | LaneState::Passing => {
                self.way_is_watched_no_more();
                self.effects.push(LaneEffect::VoidGrant(Void::TrackChanged));
                self.effects.push(LaneEffect::WatchNoMore);
            }
            LaneState::Tailgated => {}
            // The first is through and this one did not wait for its own word.
            _ if self.vehicle.is_some() => self.end(PassageOutcome::Tailgated, now),
            _ => {}
        }
        let detail = "a second vehicle drove in behind the first without a grant, or its trailer".to_owned();
        self.emit(EventBody::Fault { code: TAILGATING.to_owned(), detail });
        self.enter(LaneState::Tailgated, now);
    }

    /// An officer says that the body was the first vehicle's own.
    pub(super) fn was_trailer(&mut self, now: Monotonic) {
        self.settle_tailgating();
        let Some(vehicle) = &mut self.vehicle else { return self.enter(LaneState::Idle, now) };
        vehicle.left_line = false;
        let through = vehicle.through || self.barrier == BarrierState::Closed;
        self.enter(LaneState::Passing, now);
        if through {
            self.end(PassageOutcome::Passed, now);
        }
    }

    /// An officer says that a second vehicle is there: the first one is through, and this one gets a passage of
    /// its own.
    pub(super) fn was_another(&mut self, ids: StepIds, now: Monotonic) {
        if self.vehicle.is_some() {
            self.end(PassageOutcome::Passed, now);
        }
        self.begin(ids, now);
        self.emit(EventBody::FaultCleared { code: TAILGATING.to_owned() });
    }

    pub(super) fn settle_tailgating(&mut self) {
        self.effects.push(LaneEffect::TailgatingSettled);
        self.emit(EventBody::FaultCleared { code: TAILGATING.to_owned() });
    }
}
