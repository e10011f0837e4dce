//! Relay boards: where the relays and inputs lie, and how the board's own timer makes a pulse.
//!
//! OPEN and CLOSE are pulses that the board itself ends (`domain.md` section 4, rule 1): a process that
//! dies leaves no motion relay on. A board without such a timer may carry lamps, never a barrier.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The relays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RelayBank {
    /// How many.
    #[schemars(range(min = 1, max = 64))]
    pub count: u8,
    /// How one is switched and read back.
    pub table: RelayTable,
    /// Wire address of relay 1.
    pub first: u16,
    /// The word that switches on, for `holding_registers`.
    pub on: Option<u16>,
    /// The word that switches off, for `holding_registers`.
    pub off: Option<u16>,
}

/// How a relay is switched and read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RelayTable {
    /// FC05 with FF00 and 0000, read back by FC01.
    Coils,
    /// FC06 with the words `on` and `off`, read back by FC03: 0 is off, anything else on.
    HoldingRegisters,
}

/// How the board's own timer makes a pulse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PulseProfile {
    /// How a pulse is asked for.
    pub form: PulseForm,
    /// Wire address that pulses relay 1.
    pub first: u16,
    /// Addresses from one relay to the next.
    #[schemars(range(min = 1, max = 64))]
    pub stride: u16,
    /// The unit of the pulse's length in milliseconds; for `register_word` the fixed length itself.
    #[schemars(range(min = 1, max = 1500))]
    pub unit_ms: u16,
    /// The word that asks for a pulse: the mode of `register_block`, the value of `register_word`.
    pub word: Option<u16>,
}

/// How a pulse is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PulseForm {
    /// FC05 at `first + n * stride`, the value field being the length in units (Waveshare "flash on").
    CoilJog,
    /// FC10 at `first + n * stride`: the mode `word`, then the length in units (LC Technology).
    RegisterBlock,
    /// FC06 at `first + n * stride` with `word`; the length is the board's own (R413D08 "momentary").
    RegisterWord,
}

/// The inputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputBank {
    /// How many.
    #[schemars(range(min = 1, max = 64))]
    pub count: u8,
    /// How they are read.
    pub table: InputTable,
    /// Wire address of input 1.
    pub first: u16,
}

/// How inputs are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InputTable {
    /// FC02, one bit each.
    DiscreteInputs,
    /// FC04, one word each: 0 is off, anything else on.
    InputRegisters,
}

impl PulseProfile {
    /// The length that the board makes when `wanted` is asked for, and its value field. The length is
    /// rounded to the board's unit; a fixed length is what it is.
    #[must_use]
    pub fn length(&self, wanted: Duration) -> (Duration, u16) {
        let unit = Duration::from_millis(u64::from(self.unit_ms));
        if self.form == PulseForm::RegisterWord {
            return (unit, 1);
        }
        let units = (wanted + unit / 2).as_millis() / u128::from(self.unit_ms.max(1));
        let units = u16::try_from(units.clamp(1, 0x7FFF)).unwrap_or(1);
        (unit * u32::from(units), units)
    }
}
