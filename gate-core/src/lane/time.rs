//! Time that runs out: every wait has an end, a reason that is shown, and none turns into an opening.

use std::time::Duration;

use super::effect::{LaneEffect, StepIds};
use super::machine::Lane;
use super::state::LaneState;
use crate::barrier::defect::Defect;
use crate::barrier::grant::Void;
use crate::barrier::state::BarrierState;
use crate::clock::Monotonic;
use crate::decision::ReasonCode;
use crate::message::event::EventBody;
use crate::passage::OpenedBy;
use crate::vehicle::Role;

/// A vehicle that stands unread for so long is an officer's (`domain.md`, Unread).
pub const UNREAD_AFTER: Duration = Duration::from_secs(3);
/// The barrier must answer an order within this.
const BARRIER_ANSWERS: Duration = Duration::from_secs(5);
/// A granted vehicle that does not drive for so long is an officer's.
pub const DRIVES_WITHIN: Duration = Duration::from_secs(60);

impl Lane {
    pub(super) fn watch_time(&mut self, ids: StepIds, now: Monotonic) {
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

    /// It is through, or there is something worse to look at.
    pub(super) fn way_is_watched_no_more(&mut self) {
        if self.state == LaneState::Passing && self.escalated > 0 {
            self.emit(EventBody::FaultCleared { code: "way_not_clear".to_owned() });
            self.escalated = 0;
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
}
