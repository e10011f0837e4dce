//! What a device is, as data: the files of `firmware-config/`. A new board is a new file and no code.
//!
//! Addresses are zero-based wire addresses (a manual's 40101 is 100); the manual's number stands
//! beside each in the file's comments.

mod check;
mod controller;
mod display;
mod line;
mod relay_board;
mod weighbridge;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use controller::{ControllerProfile, StatusRegister};
pub use display::DisplayProfile;
pub use line::{LineProfile, Parity};
pub use relay_board::{InputBank, InputTable, PulseForm, PulseProfile, RelayBank, RelayTable};
pub use weighbridge::WeighbridgeProfile;

use crate::config::{ConfigErrors, Document};

/// The only version of the file format there is.
pub const SCHEMA_VERSION: u32 = 1;

/// One device as its maker built it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceProfile {
    /// Version of the file format: 1.
    pub schema: u32,
    /// Short name, the same as the file's name without `.toml`.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// Where the figures come from: the maker's document.
    pub source: String,
    /// What the device is; tells which sections the file must have.
    pub kind: DeviceKind,
    /// How its line is set and how long it may take to answer.
    pub line: LineProfile,
    /// The relays of a relay board.
    pub relays: Option<RelayBank>,
    /// How the board's own timer makes a pulse. A board without this section drives no barrier.
    pub pulse: Option<PulseProfile>,
    /// The inputs of a relay board.
    pub inputs: Option<InputBank>,
    /// The registers of a barrier controller that speaks Modbus.
    pub controller: Option<ControllerProfile>,
    /// The lane display.
    pub display: Option<DisplayProfile>,
    /// The weighbridge.
    pub weighbridge: Option<WeighbridgeProfile>,
}

/// What a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// Relays and inputs over Modbus. Needs `[relays]`; `[pulse]` and `[inputs]` where it has them.
    RelayBoard,
    /// A barrier's own controller over Modbus, with its position. Needs `[controller]`.
    ModbusController,
    /// The simple RS-485 barrier controller of `AA 55` frames.
    SimpleRs485,
    /// The LED and voice lane display of `AA 55` frames. Needs `[display]`.
    LedVoiceDisplay,
    /// A weighbridge that talks by itself, in Toledo continuous frames. Needs `[weighbridge]`.
    Weighbridge,
    /// An UHF RFID reader of the UHFReader18 family.
    RfidReader,
}

impl DeviceKind {
    /// Speaks Modbus, so that it can share a bus only with others that do.
    #[must_use]
    pub const fn is_modbus(self) -> bool {
        matches!(self, Self::RelayBoard | Self::ModbusController)
    }
}

impl DeviceProfile {
    /// Reads and checks one profile file.
    ///
    /// # Errors
    /// [`ConfigErrors`] with every fault of the file: line, value and remedy of each.
    pub fn load(path: &std::path::Path) -> Result<Self, ConfigErrors> {
        Self::from_document(Document::read(path)?)
    }

    /// Checks the text of a profile; `file` names it in errors.
    ///
    /// # Errors
    /// As [`DeviceProfile::load`].
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigErrors> {
        Self::from_document(Document::parse(file, text)?)
    }

    fn from_document(document: Document) -> Result<Self, ConfigErrors> {
        let profile: Self = document.typed()?;
        let errors = check::check(&profile, &document);
        ConfigErrors::unless_empty(errors)?;
        Ok(profile)
    }
}

#[cfg(test)]
mod tests;
