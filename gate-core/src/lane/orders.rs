//! Readings, decisions and officers' acts: all that can lead to a grant, and the conditions that it
//! must meet here, whoever gave it.

use super::effect::{Act, LaneEffect, Order, Sight, StepIds};
use super::machine::Lane;
use super::state::LaneState;
use crate::barrier::defect::Defect;
use crate::barrier::state::BarrierState;
use crate::clock::Monotonic;
use crate::decision::{Decision, ReasonCode, Verdict};
use crate::ids::{GrantId, PassageId, RequestId};
use crate::message::command::{CommandBody, LaneMode};
use crate::message::event::{ActPlace, DecidedBy, EventBody};
use crate::passage::OpenedBy;

/// Life of a grant that an officer at the lane gives.
const LOCAL_GRANT_MS: u32 = 30_000;

impl Lane {
    pub(super) fn sight(&mut self, sight: Sight, now: Monotonic) {
        let Some(vehicle) = &mut self.vehicle else { return };
        match sight {
            Sight::Class(class, confidence) => {
                if vehicle.class != Some(class) {
                    let more = vehicle.class.is_none() && vehicle.ready;
                    vehicle.class = Some(class);
                    self.emit(EventBody::VehicleSeen { class, confidence });
                    if more {
                        self.decide_anew(now);
                    }
                }
            }
            Sight::Container(reading) => {
                if !vehicle.containers.contains(&reading) {
                    let more = vehicle.ready && !vehicle.containers.iter().any(|c| c.code == reading.code);
                    vehicle.keep_container(reading.clone());
                    self.emit(EventBody::ContainerRead { reading });
                    if more {
                        self.decide_anew(now);
                    }
                }
            }
            Sight::Looks { fates, frames } => {
                vehicle.fates = fates;
                vehicle.frames = frames;
            }
            Sight::Plate { reading, ready } => {
                vehicle.keep_plate(reading.clone());
                if !ready {
                    return;
                }
                vehicle.ready = true;
                self.emit(EventBody::PlateRead { reading });
                self.decide_anew(now);
            }
        }
    }

    /// More was seen of a vehicle that waits for an officer. That may overrule the wait, never an
    /// officer's word.
    fn decide_anew(&mut self, now: Monotonic) {
        if self.state == LaneState::Referred && !self.officer_spoke() {
            self.enter(LaneState::Capturing, now);
        }
    }

    fn officer_spoke(&self) -> bool {
        self.vehicle.as_ref().is_some_and(|v| v.officer_spoke)
    }

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

    pub(super) fn order(&mut self, order: Order, ids: StepIds, now: Monotonic) {
        let (name, plate) = match &order.act {
            Act::Open { .. } => ("open", None),
            Act::Refuse(_) => ("refuse", None),
            Act::Hold(_) => ("hold", None),
            Act::CorrectPlate(text) => ("correct_plate", Some(text.clone())),
            Act::WasTrailer => ("was_trailer", None),
            Act::Mode(_) => ("mode", None),
        };
        let act = EventBody::Act {
            officer: order.officer.clone(),
            act: name.to_owned(),
            reason: order.reason.clone(),
            place: order.place,
            plate,
        };
        self.emit(act);
        if let Err(why) = self.carry_out(order, ids, now) {
            self.emit(EventBody::Refused { what: name.to_owned(), why: why.clone() });
            self.effects.push(LaneEffect::OrderRefused(why));
        }
    }

    fn carry_out(&mut self, order: Order, ids: StepIds, now: Monotonic) -> Result<(), String> {
        match order.act {
            Act::Mode(mode) => {
                self.mode = mode;
                let cause = format!("{}: {}", order.officer.name, order.reason);
                self.emit(EventBody::ModeChanged { mode, cause });
                Ok(())
            }
            Act::WasTrailer if self.state == LaneState::Tailgated => {
                self.effects.push(LaneEffect::TailgatingSettled);
                self.emit(EventBody::FaultCleared { code: "tailgating".to_owned() });
                self.enter(LaneState::Idle, now);
                Ok(())
            }
            Act::WasTrailer => Err("no second vehicle drove in".to_owned()),
            Act::Open { given } => self.open_by_officer(&order.officer.name, order.place, given, ids, now),
            Act::Refuse(passage) => self.tell_vehicle(passage, LaneState::Refused, ids, now),
            Act::Hold(passage) => self.tell_vehicle(passage, LaneState::Referred, ids, now),
            Act::CorrectPlate(_) => {
                self.speak(None)?;
                Ok(())
            }
        }
    }

    fn open_by_officer(
        &mut self,
        officer: &str,
        place: ActPlace,
        given: Option<(GrantId, PassageId, crate::ids::TrackId, u32)>,
        ids: StepIds,
        now: Monotonic,
    ) -> Result<(), String> {
        if self.state == LaneState::Tailgated {
            // The second vehicle is entitled: its own passage, by this officer's word.
            self.begin(ids, now);
            if let Some(vehicle) = &mut self.vehicle {
                vehicle.officer_spoke = true;
                vehicle.opened_by = opener(place);
            }
            self.effects.push(LaneEffect::TailgatingSettled);
            self.emit(EventBody::FaultCleared { code: "tailgating".to_owned() });
            self.enter(LaneState::Passing, now);
            return Ok(());
        }
        if matches!(self.state, LaneState::Granted | LaneState::Passing) {
            return Err("it is opened already".to_owned());
        }
        self.speak(given.map(|(_, passage, ..)| passage))?;
        let track = self.vehicle.as_ref().map(|v| v.track);
        let (grant, life_ms) = match given {
            Some((_, _, meant, _)) if track != Some(meant) => {
                return Err("another vehicle stands at the stop line than the one meant".to_owned());
            }
            Some((grant, _, _, life_ms)) => (grant, life_ms),
            None => (ids.grant, LOCAL_GRANT_MS),
        };
        let name = match place {
            ActPlace::Panel => "panel",
            ActPlace::Console => "console",
        };
        self.grant(grant, life_ms, opener(place), format!("{name}: {officer}"), now)
    }

    /// Refuse or hold: the vehicle stays before the boom.
    fn tell_vehicle(
        &mut self,
        passage: Option<PassageId>,
        state: LaneState,
        ids: StepIds,
        now: Monotonic,
    ) -> Result<(), String> {
        let tailgated = self.state == LaneState::Tailgated;
        if tailgated {
            // The second vehicle stays: a passage of its own, without a word to drive.
            self.begin(ids, now);
            self.emit(EventBody::FaultCleared { code: "tailgating".to_owned() });
        }
        if !self.state.stands_at_stop_line() {
            return Err(format!("the lane is {}", self.state));
        }
        self.speak(passage.filter(|_| !tailgated))?;
        self.enter(state, now);
        Ok(())
    }

    /// An officer's word about the vehicle at the stop line; of the passage meant, where one is named.
    fn speak(&mut self, passage: Option<PassageId>) -> Result<(), String> {
        let vehicle = self.vehicle.as_mut().ok_or("no vehicle stands at the stop line")?;
        if passage.is_some_and(|p| p != vehicle.passage) {
            return Err("this passage is no longer at the stop line".to_owned());
        }
        vehicle.officer_spoke = true;
        vehicle.asked = None;
        Ok(())
    }
}

fn opener(place: ActPlace) -> OpenedBy {
    match place {
        ActPlace::Panel => OpenedBy::Panel,
        ActPlace::Console => OpenedBy::Console,
    }
}
