//! The question by what was read, the answer to it, and the conditions that a grant must meet here,
//! whoever gave it.

use super::effect::{Ask, LaneEffect, StepIds};
use super::machine::Lane;
use super::state::LaneState;
use crate::barrier::defect::Defect;
use crate::barrier::state::BarrierState;
use crate::clock::Monotonic;
use crate::decision::{Decision, Reason, ReasonCode, Verdict};
use crate::ids::{GrantId, RequestId};
use crate::message::command::{CommandBody, LaneMode};
use crate::message::event::{DecidedBy, EventBody};
use crate::passage::OpenedBy;

impl Lane {
    /// Asks as soon as the plate is ready and the boom is down behind the vehicle before.
    pub(super) fn ask_when_ready(&mut self, ids: StepIds, now: Monotonic) {
        let ready = self.vehicle.as_ref().is_some_and(|v| v.ready);
        if self.state == LaneState::Capturing
            && ready
            && self.at_stop_line == Some(true)
            && self.barrier == BarrierState::Closed
        {
            self.ask(ids, now);
        }
    }

    pub(super) fn replied(
        &mut self,
        request: RequestId,
        (decision, by): (Decision, DecidedBy),
        grant: Option<(GrantId, u32)>,
        now: Monotonic,
    ) {
        let any = self.defects.has(Defect::AnyAnswer);
        let Some(vehicle) = self.vehicle.as_mut().filter(|v| any || v.asked == Some(request)) else { return };
        if self.state != LaneState::Deciding && !any {
            return;
        }
        vehicle.asked = None;
        vehicle.decision = Some(decision.clone());
        // The class came while the question was on its way.
        let more = vehicle.ready && std::mem::take(&mut vehicle.asked_without_class) && vehicle.class.is_some();
        let offered = grant.filter(|_| decision.verdict == Verdict::Open);
        let verdict = decision.verdict;
        self.emit(EventBody::Decided { decision, by, grant: offered.map(|(id, _)| id) });
        let opened_by = if by == DecidedBy::Central { OpenedBy::Central } else { OpenedBy::Snapshot };
        match (verdict, offered) {
            (Verdict::Open, Some((id, life_ms))) if self.mode == LaneMode::Automatic && self.healthy => {
                let cause = format!("decision of {}", if by == DecidedBy::Central { "central" } else { "the edge" });
                if let Err(why) = self.grant(id, life_ms, opened_by, cause, now) {
                    self.refer(ReasonCode::LaneNotAutomatic, why, now);
                }
            }
            (Verdict::Open, _) => {
                self.refer(ReasonCode::LaneNotAutomatic, "the lane may not open by itself now".to_owned(), now);
            }
            (Verdict::Refer, _) => {
                self.enter(LaneState::Referred, now);
                if more {
                    self.decide_anew(now);
                }
            }
            (Verdict::Refuse, _) => self.enter(LaneState::Refused, now),
        }
    }

    /// More was seen of a vehicle that waits for an officer. That may overrule the wait, never an
    /// officer's word nor an alarm.
    pub(super) fn decide_anew(&mut self, now: Monotonic) {
        let settled = self.vehicle.as_ref().is_some_and(|v| v.officer_spoke || v.alarmed);
        if self.state == LaneState::Referred && !settled {
            self.enter(LaneState::Capturing, now);
        }
    }

    /// Opens for the vehicle at the stop line, if it is there and the boom is down.
    pub(super) fn grant(
        &mut self,
        grant: GrantId,
        life_ms: u32,
        by: OpenedBy,
        cause: String,
        now: Monotonic,
    ) -> Result<(), String> {
        if self.at_stop_line != Some(true) {
            return Err("no vehicle stands at the stop line".to_owned());
        }
        if self.barrier != BarrierState::Closed {
            return Err(format!("the barrier is {}", self.barrier));
        }
        let vehicle = self.vehicle.as_mut().ok_or("no vehicle stands at the stop line")?;
        vehicle.grant = Some(grant);
        vehicle.opened_by = by;
        let life_ms = life_ms.min(CommandBody::MAX_GRANT_LIFE_MS);
        self.effects.push(LaneEffect::Open { grant, track: vehicle.track, life_ms, cause });
        self.enter(LaneState::Granted, now);
        Ok(())
    }

    pub(super) fn ask(&mut self, ids: StepIds, now: Monotonic) {
        let automatic = self.mode == LaneMode::Automatic && self.healthy && !self.reads.degraded();
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
}
