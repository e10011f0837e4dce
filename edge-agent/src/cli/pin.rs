//! `edge-agent pin`.

use std::path::Path;

use anyhow::bail;
use gate_core::message::command::OfficerRole;

use super::say;
use crate::panel::pins;

/// Longest name of a person.
const MAX_NAME: usize = 64;

pub(super) fn pin(data: &Path, name: &str, role: OfficerRole) -> anyhow::Result<()> {
    let name = name.trim();
    if !(1..=MAX_NAME).contains(&name.chars().count()) {
        bail!("{name:?} is no name: give 1 to {MAX_NAME} characters");
    }
    say(pins::give(data, name, role)?);
    Ok(())
}
