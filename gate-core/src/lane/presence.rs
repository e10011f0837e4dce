//! Who stands at the stop line: a passage begins, ends, or turns out to be another vehicle's.

use std::time::Duration;

use super::degraded::DEGRADED;
use super::effect::{LaneEffect, StepIds};
use super::machine::{Lane, NO_GRANT};
use super::state::LaneState;
use super::vehicle::Vehicle;
use crate::barrier::grant::Void;
use crate::clock::Monotonic;
use crate::ids::TrackId;
use crate::message::command::LaneMode;
use crate::message::event::EventBody;
use crate::passage::PassageOutcome;

/// The stop line is empty for so long: the vehicle has left.
pub const LEFT_AFTER: Duration = Duration::from_secs(3);

impl Lane {
    pub(super) fn watch_presence(&mut self, ids: StepIds, now: Monotonic) {
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
    pub(super) fn leave(&mut self, outcome: PassageOutcome, now: Monotonic) {
        if self.vehicle.is_none() || self.state == LaneState::Tailgated {
            return;
        }
        self.effects.push(LaneEffect::VoidGrant(Void::BackedOut));
        self.end(outcome, now);
    }

    pub(super) fn end(&mut self, outcome: PassageOutcome, now: Monotonic) {
        if let Some(vehicle) = &self.vehicle {
            let opened_by = vehicle.opened_by;
            let read = !vehicle.plates.is_empty();
            // Who was looked at, and had to stand at the stop line.
            let looked = read || !vehicle.fates.is_empty();
            let stood = match outcome {
                PassageOutcome::Passed => vehicle.grant.is_some(),
                PassageOutcome::TurnedAway => true,
                // A driver who gives up and leaves was looked at until the lane had decided.
                PassageOutcome::BackedOut => vehicle.decision.is_some(),
                PassageOutcome::Tailgated | PassageOutcome::Unseen => false,
            };
            if vehicle.alarmed {
                self.emit(EventBody::FaultCleared { code: NO_GRANT.to_owned() });
            }
            self.way_is_watched_no_more();
            self.emit(EventBody::PassageEnded { outcome, opened_by });
            if looked && stood {
                self.count_reading(read);
            }
        }
        // Nothing that was given for it may serve the next.
        self.effects.push(LaneEffect::VoidGrant(Void::TrackChanged));
        self.effects.push(LaneEffect::WatchNoMore);
        self.vehicle = None;
        self.enter(LaneState::Idle, now);
    }

    fn count_reading(&mut self, read: bool) {
        match self.reads.count(read) {
            Some(true) => {
                let detail = self.reads.detail();
                self.emit(EventBody::Fault { code: DEGRADED.to_owned(), detail });
            }
            Some(false) => self.emit(EventBody::FaultCleared { code: DEGRADED.to_owned() }),
            None => {}
        }
    }

    pub(super) fn track_changed(&mut self, now: Monotonic) {
        if self.state == LaneState::Passing {
            return;
        }
        // Behind a vehicle that was followed nobody was read.
        let Some(vehicle) = self.vehicle.as_mut().filter(|_| self.state != LaneState::Tailgated) else {
            self.effects.push(LaneEffect::VoidGrant(Void::TrackChanged));
            return;
        };
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
}
