//! What people and central ask of a lane, carried to the machine that it is for.

use gate_core::barrier::machine::BarrierInput;
use gate_core::lane::command::Accepted;
use gate_core::lane::effect::{Act, LaneInput, Order};
use gate_core::message::command::{CommandBody, LaneCommand, OfficerRef};
use gate_core::message::event::{ActPlace, EventBody};

use super::core::{LaneCore, Step};
use super::view::LaneAct;

impl LaneCore {
    /// A command of central: carried out once, or refused with one record.
    pub(super) fn command(&mut self, command: LaneCommand, step: &mut Step) {
        let what = match &command.body {
            CommandBody::Grant { .. } => "command grant",
            CommandBody::Refuse { .. } => "command refuse",
            CommandBody::Hold { .. } => "command hold",
            CommandBody::Mode { .. } => "command mode",
            CommandBody::Convoy { .. } => "command convoy",
            CommandBody::ConvoyOver => "command convoy_over",
            CommandBody::Stop => "command stop",
        };
        let (officer, reason) = (command.officer.clone(), command.reason.clone());
        match self.freshness.accept(command) {
            Ok(Accepted::Stop { cause }) => {
                self.act(officer, "stop", reason, ActPlace::Console, step);
                step.barrier(BarrierInput::Stop { cause });
            }
            Ok(Accepted::Order(order)) => step.lane(LaneInput::Order(order)),
            Err(refusal) => {
                let body = EventBody::Refused { what: what.to_owned(), why: refusal.to_string() };
                step.record(self.passage(), body);
            }
        }
    }

    fn act(&self, officer: OfficerRef, act: &str, reason: String, place: ActPlace, step: &mut Step) {
        let body = EventBody::Act { officer, act: act.to_owned(), reason, place, plate: None };
        step.record(self.passage(), body);
    }

    /// A person at the panel, whose right to the act was checked there.
    pub(super) fn person(&mut self, officer: Option<OfficerRef>, act: LaneAct, reason: String, step: &mut Step) {
        if act == LaneAct::Stop {
            let cause = format!("panel: {}", officer.as_ref().map_or("nobody signed in", |o| &o.name));
            if let Some(officer) = officer {
                self.act(officer, "stop", reason, ActPlace::Panel, step);
            }
            step.barrier(BarrierInput::Stop { cause });
            return;
        }
        let Some(officer) = officer else {
            step.refusal = Some("sign in first; only STOP needs no sign-in".to_owned());
            return;
        };
        let order = match act {
            LaneAct::Open => Act::Open { given: None, priority: false },
            LaneAct::Priority => Act::Open { given: None, priority: true },
            LaneAct::Convoy(size) => Act::Convoy(size),
            LaneAct::ConvoyOver => Act::ConvoyOver,
            LaneAct::Refuse => Act::Refuse(None),
            LaneAct::Hold => Act::Hold(None),
            LaneAct::CorrectPlate(text) => Act::CorrectPlate(text),
            LaneAct::WasTrailer => Act::WasTrailer,
            LaneAct::Mode(mode) => Act::Mode(mode),
            LaneAct::Turn(_) => {
                step.refusal = Some("a lane is turned by the agent itself, never by its machines".to_owned());
                return;
            }
            LaneAct::Stop | LaneAct::Reset | LaneAct::HoldOpen(_) | LaneAct::WayIsEmpty => {
                return self.at_the_boom(officer, act, reason, step);
            }
        };
        step.lane(LaneInput::Order(Order { officer, place: ActPlace::Panel, reason, act: order }));
    }

    /// Acts that need the boom in view: the barrier machine's alone.
    fn at_the_boom(&mut self, officer: OfficerRef, act: LaneAct, reason: String, step: &mut Step) {
        let by = officer.name.clone();
        let (name, input) = match act {
            LaneAct::HoldOpen(true) => ("hold_open", BarrierInput::HoldOpen(true)),
            LaneAct::HoldOpen(false) => ("hold_no_longer", BarrierInput::HoldOpen(false)),
            LaneAct::WayIsEmpty => ("way_is_empty", BarrierInput::WayIsEmpty),
            _ => ("reset", BarrierInput::Reset { by }),
        };
        self.act(officer, name, reason, ActPlace::Panel, step);
        step.was_reset = matches!(input, BarrierInput::Reset { .. });
        step.barrier(input);
    }
}
