//! What a profile's schema cannot say: which sections a kind needs, and what a barrier demands of it.

use super::{DeviceKind, DeviceProfile, PulseForm, RelayTable, SCHEMA_VERSION};
use crate::config::{Document, Problem};

/// Every fault of a profile whose shape is right.
pub(super) fn check(profile: &DeviceProfile, document: &Document) -> Vec<Problem> {
    let mut problems = Vec::new();
    if profile.schema != SCHEMA_VERSION {
        let wrong = format!("{} is not a version this program reads", profile.schema);
        problems.push(document.problem("/schema", wrong, format!("use {SCHEMA_VERSION}")));
    }
    sections(profile, document, &mut problems);
    relays(profile, document, &mut problems);
    pulse(profile, document, &mut problems);
    controller(profile, document, &mut problems);
    problems
}

fn sections(profile: &DeviceProfile, document: &Document, problems: &mut Vec<Problem>) {
    let kind = profile.kind;
    let present = [
        ("relays", profile.relays.is_some(), kind == DeviceKind::RelayBoard, kind == DeviceKind::RelayBoard),
        ("pulse", profile.pulse.is_some(), false, kind == DeviceKind::RelayBoard),
        ("inputs", profile.inputs.is_some(), false, kind == DeviceKind::RelayBoard),
        (
            "controller",
            profile.controller.is_some(),
            kind == DeviceKind::ModbusController,
            kind == DeviceKind::ModbusController,
        ),
        (
            "display",
            profile.display.is_some(),
            kind == DeviceKind::LedVoiceDisplay,
            kind == DeviceKind::LedVoiceDisplay,
        ),
        (
            "weighbridge",
            profile.weighbridge.is_some(),
            kind == DeviceKind::Weighbridge,
            kind == DeviceKind::Weighbridge,
        ),
    ];
    for (name, is_there, needed, allowed) in present {
        let at = format!("/{name}");
        if needed && !is_there {
            problems.push(document.problem(&at, "is missing", format!("kind {kind:?} needs the section [{name}]")));
        }
        if is_there && !allowed {
            let remedy = format!("kind {kind:?} has no such section: remove it or correct kind");
            problems.push(document.problem(&at, "has no meaning here", remedy));
        }
    }
}

fn relays(profile: &DeviceProfile, document: &Document, problems: &mut Vec<Problem>) {
    let Some(bank) = &profile.relays else { return };
    let words = [("on", bank.on), ("off", bank.off)];
    for (name, word) in words {
        let at = format!("/relays/{name}");
        match (bank.table, word) {
            (RelayTable::HoldingRegisters, None) => {
                problems.push(document.problem(&at, "is missing", "holding_registers need the words on and off"));
            }
            (RelayTable::Coils, Some(word)) => {
                problems.push(document.problem(
                    &at,
                    format!("{word} has no meaning"),
                    "coils take no words: remove it",
                ));
            }
            _ => {}
        }
    }
    if bank.first.checked_add(u16::from(bank.count)).is_none() {
        problems.push(document.problem("/relays/first", "runs past address 65535", "use a smaller address or count"));
    }
}

fn pulse(profile: &DeviceProfile, document: &Document, problems: &mut Vec<Problem>) {
    let Some(pulse) = &profile.pulse else { return };
    let needs_word = pulse.form != PulseForm::CoilJog;
    match (needs_word, pulse.word) {
        (true, None) => problems.push(document.problem(
            "/pulse/word",
            "is missing",
            "register_block needs the flash mode, register_word the word that asks for the pulse",
        )),
        (false, Some(word)) => {
            let wrong = format!("{word} has no meaning");
            problems.push(document.problem("/pulse/word", wrong, "coil_jog takes the length alone: remove it"));
        }
        _ => {}
    }
    if pulse.form == PulseForm::RegisterWord && !(300..=1500).contains(&pulse.unit_ms) {
        let wrong = format!("a fixed pulse of {} ms is outside 300 to 1500 ms", pulse.unit_ms);
        problems.push(document.problem("/pulse/unit_ms", wrong, "such a board drives no barrier: remove [pulse]"));
    }
    let relays = profile.relays.as_ref().map_or(0, |bank| u32::from(bank.count));
    if u32::from(pulse.first) + relays * u32::from(pulse.stride) > 65_535 {
        problems.push(document.problem("/pulse/first", "runs past address 65535", "use a smaller address"));
    }
}

fn controller(profile: &DeviceProfile, document: &Document, problems: &mut Vec<Problem>) {
    let Some(controller) = &profile.controller else { return };
    if !controller.commands_are_one_shot {
        problems.push(document.problem(
            "/controller/commands_are_one_shot",
            "false: a command that must be taken back would keep the motor commanded when this process dies",
            "drive this barrier through a relay board with a pulse timer",
        ));
    }
    let coils = [controller.open_coil, controller.close_coil, controller.stop_coil];
    if coils[0] == coils[1] || coils[1] == coils[2] || coils[0] == coils[2] {
        let wrong = format!("open, close and stop share a coil: {coils:?}");
        problems.push(document.problem("/controller", wrong, "give each its own coil"));
    }
    let status = &controller.status;
    if status.open == status.closed || status.between.contains(&status.open) || status.between.contains(&status.closed)
    {
        problems.push(document.problem(
            "/controller/status",
            "one word means two positions",
            "give each word one meaning",
        ));
    }
}
