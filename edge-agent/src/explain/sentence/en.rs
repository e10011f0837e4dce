//! The sentences in English.

use gate_core::message::event::{ActPlace, BarrierAction, DecidedBy, EventBody};
use gate_core::words::{self, Text};

use super::{barrier, fates, known, look, or, reasons, trial};

pub(super) fn sentence(body: &EventBody) -> String {
    let en: fn(Text) -> &'static str = |t| t.en;
    match body {
        EventBody::PassageBegan { .. } => "A vehicle is at the stop line.".to_owned(),
        EventBody::VehicleSeen { class, confidence } => {
            format!("The camera sees: {} ({:.0} % sure).", en(words::vehicle_class(*class)), confidence * 100.0)
        }
        EventBody::PlateRead { reading } => format!(
            "Plate {} read from {} looks, right with {:.2} %.",
            reading.text,
            reading.looks,
            reading.probability * 100.0
        ),
        EventBody::ContainerRead { reading } => format!(
            "Container {} read{}.",
            reading.code,
            if reading.valid { "" } else { " (its check digit does not agree)" }
        ),
        EventBody::Unread { fates: all, .. } => {
            format!("No plate could be read: {}.", or(&fates(all, en), "no look at all"))
        }
        EventBody::Looked { fates: all, looks } => {
            let each = looks.iter().map(|l| look(l, en, "sharpness")).collect::<String>();
            format!("The looks: {}.{each}", or(&fates(all, en), "no look at all"))
        }
        EventBody::ShadowRead { reading } => format!(
            "The models on trial {} at camera {} ({} looks, {} alike) read {}; those that decide read {}. Of no effect.",
            reading.models,
            reading.camera,
            reading.looks,
            reading.agreeing,
            trial(reading.trial.as_ref(), "no plate"),
            trial(reading.live.as_ref(), "no plate")
        ),
        EventBody::Decided { decision, by, .. } => format!(
            "{} decided: {}. Why: {}.",
            if *by == DecidedBy::Central { "Central" } else { "The edge (on its stored lists)" },
            en(words::verdict(decision.verdict)),
            reasons(decision, en)
        ),
        EventBody::BarrierCommanded { action, grant, cause } => format!(
            "The barrier was told: {}{}; by {cause}.",
            match action {
                BarrierAction::Open => "open",
                BarrierAction::Close => "close",
                BarrierAction::Stop => "STOP",
            },
            if grant.is_some() { " (by a grant that is used once)" } else { "" }
        ),
        EventBody::BarrierMoved { state, commanded } => {
            format!("Barrier: {}{}.", barrier(state, en), if *commanded { "" } else { ", without an order" })
        }
        EventBody::Act { officer, act, reason, place, plate } => format!(
            "{} ({}) at {}: {}{}{}.",
            officer.name,
            en(words::role(officer.role)),
            if *place == ActPlace::Panel { "the lane panel" } else { "the console" },
            known(words::act(act), act, en),
            plate.as_ref().map(|p| format!(" to {p}")).unwrap_or_default(),
            if reason.is_empty() { String::new() } else { format!(", reason: {reason}") }
        ),
        EventBody::PassageEnded { outcome, opened_by } => {
            format!("Ended: {}; opened by: {}.", en(words::outcome(*outcome)), en(words::opened_by(*opened_by)))
        }
        EventBody::Refused { what, why } => format!("Not accepted, {what}: {why}."),
        EventBody::Fault { code, detail } => format!("Fault: {} ({detail}).", known(words::fault(code), code, en)),
        EventBody::FaultCleared { code } => format!("Fault over: {}.", known(words::fault(code), code, en)),
        EventBody::ModeChanged { mode, cause } => format!("Lane mode: {}; by {cause}.", en(words::mode(*mode))),
        EventBody::ConvoyBegan { size } => {
            format!("A convoy may pass: {} vehicles within {} minutes.", size.vehicles, size.minutes)
        }
        EventBody::ConvoyEnded { passed, of, why } => {
            format!("The convoy is over: {passed} of {of} vehicles passed; {}.", en(words::convoy_end(*why)))
        }
        EventBody::Started { version, found } => format!("The agent started (version {version}): {found}."),
    }
}
