//! What the cameras tell of the vehicle, and what officers do about it.

use super::effect::{Act, LaneEffect, Order, Sight, StepIds};
use super::machine::Lane;
use super::state::LaneState;
use crate::barrier::state::BarrierState;
use crate::clock::Monotonic;
use crate::ids::{GrantId, PassageId};
use crate::message::command::LaneMode;
use crate::message::event::{ActPlace, ConvoyEnd, EventBody};
use crate::passage::{OpenedBy, PassageOutcome};

/// Life of a grant that an officer at the lane gives.
pub(super) const LOCAL_GRANT_MS: u32 = 30_000;

impl Lane {
    pub(super) fn sight(&mut self, sight: Sight, now: Monotonic) {
        // What is seen behind a vehicle that was followed is the follower.
        let Some(vehicle) = self.vehicle.as_mut().filter(|_| self.state != LaneState::Tailgated) else { return };
        if self.state == LaneState::Passing && sight.may_be_of_the_next() {
            return;
        }
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

    pub(super) fn order(&mut self, order: Order, ids: StepIds, now: Monotonic) {
        let (name, plate) = match &order.act {
            Act::Open { priority: true, .. } => ("priority", None),
            Act::Open { .. } => ("open", None),
            Act::Refuse(_) => ("refuse", None),
            Act::Hold(_) => ("hold", None),
            Act::CorrectPlate(text) => ("correct_plate", Some(text.clone())),
            Act::WasTrailer => ("was_trailer", None),
            Act::Mode(_) => ("mode", None),
            Act::Convoy(_) => ("convoy", None),
            Act::ConvoyOver => ("convoy_over", None),
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
                if mode == LaneMode::Closed {
                    self.end_convoy(ConvoyEnd::LaneClosed);
                }
                Ok(())
            }
            Act::WasTrailer if self.state == LaneState::Tailgated => {
                self.was_trailer(now);
                Ok(())
            }
            Act::WasTrailer => Err("no second vehicle drove in".to_owned()),
            Act::Convoy(size) => self.begin_convoy(order.officer, size, now),
            Act::ConvoyOver => self.order_convoy_over(order.officer.role),
            Act::Open { given, .. } => self.open_by_officer(&order.officer.name, order.place, given, ids, now),
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
            self.was_another(ids, now);
            if let Some(vehicle) = &mut self.vehicle {
                vehicle.officer_spoke = true;
                vehicle.opened_by = opener(place);
            }
            self.effects.push(LaneEffect::TailgatingSettled);
            self.enter(LaneState::Passing, now);
            // The boom is down behind it already: it is through.
            if self.barrier == BarrierState::Closed {
                self.end(PassageOutcome::Passed, now);
            }
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
            self.was_another(ids, now);
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
