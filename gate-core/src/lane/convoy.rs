//! A convoy (`domain.md`, "The lane on a bad day"): so many vehicles within so long pass by a shift leader's word.
//!
//! Each still stands at the stop line, is looked at and asked about, and gets a passage and an opening of its own; who
//! is to be inspected waits as ever. Who drives in behind the one before under the open boom is counted too, by a
//! passage of its own. The one after the last is a follower like any other, and the boom's rules are what they are
//! without a convoy.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::effect::{LaneEffect, StepIds};
use super::machine::Lane;
use super::orders::LOCAL_GRANT_MS;
use super::state::LaneState;
use crate::barrier::defect::Defect;
use crate::barrier::state::BarrierState;
use crate::clock::Monotonic;
use crate::decision::Verdict;
use crate::message::command::{ConvoySize, LaneMode, OfficerRef, OfficerRole};
use crate::message::event::{ConvoyEnd, EventBody};
use crate::message::status::ConvoyStatus;
use crate::passage::{OpenedBy, PassageOutcome};

/// A convoy that may pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Convoy {
    of: u8,
    passed: u8,
    until: Monotonic,
    leader: String,
}

impl Lane {
    /// The convoy that may pass, for showing.
    #[must_use]
    pub fn convoy(&self, now: Monotonic) -> Option<ConvoyStatus> {
        let convoy = self.convoy.as_ref()?;
        let minutes = convoy.until.since(now).as_secs().div_ceil(60);
        Some(ConvoyStatus {
            passed: convoy.passed,
            of: convoy.of,
            minutes_left: u8::try_from(minutes).unwrap_or(u8::MAX),
        })
    }

    pub(super) fn begin_convoy(&mut self, leader: OfficerRef, size: ConvoySize, now: Monotonic) -> Result<(), String> {
        only_a_shift_leader(leader.role)?;
        let size = size.check()?;
        if let Some(convoy) = &self.convoy {
            let Convoy { of, passed, leader, .. } = convoy;
            return Err(format!("a convoy of {of} passes already ({passed} so far, by {leader}): end that one first"));
        }
        if self.mode == LaneMode::Closed {
            return Err("the lane is closed".to_owned());
        }
        if needs_a_person(self.barrier) {
            return Err(format!("the barrier is {}", self.barrier));
        }
        let until = now.plus(Duration::from_secs(60 * u64::from(size.minutes)));
        self.convoy = Some(Convoy { of: size.vehicles, passed: 0, until, leader: leader.name });
        self.emit(EventBody::ConvoyBegan { size });
        Ok(())
    }

    pub(super) fn order_convoy_over(&mut self, role: OfficerRole) -> Result<(), String> {
        only_a_shift_leader(role)?;
        if self.convoy.is_none() {
            return Err("no convoy passes".to_owned());
        }
        self.end_convoy(ConvoyEnd::Ended);
        Ok(())
    }

    pub(super) fn end_convoy(&mut self, why: ConvoyEnd) {
        if let Some(Convoy { of, passed, .. }) = self.convoy.take() {
            self.emit(EventBody::ConvoyEnded { passed, of, why });
        }
    }

    /// A convoy ends where the barrier is a person's.
    pub(super) fn watch_convoy_barrier(&mut self) {
        if needs_a_person(self.barrier) {
            self.end_convoy(ConvoyEnd::Barrier);
        }
    }

    /// A vehicle drives in: while the convoy lasts it is one of it, by whosever word, and counts once.
    pub(super) fn count_of_convoy(&mut self) {
        let endless = self.defects.has(Defect::ConvoyWithoutEnd);
        let Some(convoy) = self.convoy.as_mut().filter(|_| !endless) else { return };
        let Some(vehicle) = self.vehicle.as_mut().filter(|v| !v.counted) else { return };
        vehicle.counted = true;
        convoy.passed += 1;
        if convoy.passed >= convoy.of {
            self.end_convoy(ConvoyEnd::AllPassed);
        }
    }

    /// Its time runs out; until then the vehicle that waits for an officer's word has the shift leader's. Each gets it
    /// once, an officer's own word stands, and who is refused is none of the convoy.
    pub(super) fn serve_convoy(&mut self, ids: StepIds, now: Monotonic) {
        let over = self.convoy.as_ref().is_some_and(|c| now >= c.until);
        if over && !self.defects.has(Defect::ConvoyWithoutEnd) {
            self.end_convoy(ConvoyEnd::TimeOver);
        }
        let (Some(convoy), LaneState::Referred) = (&self.convoy, self.state) else { return };
        let waits = self.vehicle.as_ref().is_some_and(|v| {
            let refused = v.decision.as_ref().is_none_or(|d| d.verdict == Verdict::Refuse);
            !(refused || v.officer_spoke || v.alarmed || v.grant.is_some())
        });
        if waits && self.healthy {
            let cause = format!("convoy: {}", convoy.leader);
            // Not at the stop line, or the boom is not down yet: it waits, and the lane says for what.
            let _ = self.grant(ids.grant, LOCAL_GRANT_MS, OpenedBy::Convoy, cause, now);
        }
    }

    /// Somebody drives in behind the one before while the boom is up: the next of the convoy, where there is one.
    pub(super) fn follows_in_convoy(&mut self, ids: StepIds, now: Monotonic) -> bool {
        let up = matches!(self.barrier, BarrierState::Opening | BarrierState::Open | BarrierState::HeldOpen);
        let waited = self.state.stands_at_stop_line();
        let kept = self.vehicle.as_ref().is_some_and(|v| waited && v.officer_spoke);
        // Who was let in and is not seen to drive may be the one that drives now: officers say who it is.
        let doubtful = matches!(self.state, LaneState::Granted | LaneState::Refused | LaneState::Tailgated);
        if self.convoy.is_none() || !up || kept || doubtful {
            return false;
        }
        if self.vehicle.is_some() && !waited {
            self.end(PassageOutcome::Passed, now);
        }
        if self.vehicle.is_none() {
            self.begin(ids, now);
        }
        if let Some(vehicle) = &mut self.vehicle {
            vehicle.opened_by = OpenedBy::Convoy;
            vehicle.officer_spoke = true;
            vehicle.asked = None;
        }
        self.effects.push(LaneEffect::TailgatingSettled);
        self.enter(LaneState::Passing, now);
        true
    }
}

fn only_a_shift_leader(role: OfficerRole) -> Result<(), String> {
    match role {
        OfficerRole::ShiftLeader => Ok(()),
        OfficerRole::Officer | OfficerRole::Administrator => Err("a convoy is the shift leader's".to_owned()),
    }
}

/// States in which nobody passes by a word that was given before.
fn needs_a_person(barrier: BarrierState) -> bool {
    match barrier {
        BarrierState::Unknown
        | BarrierState::Stopped
        | BarrierState::Fault(_)
        | BarrierState::ManualLocal
        | BarrierState::Maintenance
        | BarrierState::EmergencyOpen => true,
        BarrierState::Closed
        | BarrierState::Opening
        | BarrierState::Open
        | BarrierState::HeldOpen
        | BarrierState::Closing => false,
    }
}
