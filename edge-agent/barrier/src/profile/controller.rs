//! A barrier's own controller over Modbus: command coils, and registers that say where the boom is.
//!
//! Only OPEN, CLOSE and STOP have a place here. Step and sequential commands do what the boom's past
//! makes of them, so they cannot be configured at all (`domain.md` section 4, rule 1).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Registers of a Modbus barrier controller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControllerProfile {
    /// Coil that raises the boom (FC05, FF00).
    pub open_coil: u16,
    /// Coil that lowers the boom (FC05, FF00).
    pub close_coil: u16,
    /// Coil that halts the boom (FC05, FF00).
    pub stop_coil: u16,
    /// The command coils clear themselves: the controller acts once on each write and keeps nothing
    /// energised. A controller that needs a second write to end a command drives no barrier here.
    pub commands_are_one_shot: bool,
    /// Register of the boom's status (FC03).
    pub status_register: u16,
    /// What the words in it mean.
    pub status: StatusRegister,
    /// Register of the position in percent open (FC03), where there is one; 255 = unknown.
    pub position_register: Option<u16>,
}

/// Words of the status register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusRegister {
    /// At the open limit.
    pub open: u16,
    /// At the closed limit.
    pub closed: u16,
    /// Known words for a boom at neither limit: moving, stopped, partly open. Any other word is unknown.
    pub between: Vec<u16>,
}
