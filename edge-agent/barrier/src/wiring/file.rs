//! A lane's wiring as it stands in its file.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use gate_core::barrier::io::InputName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A lane's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LaneFile {
    /// Version of the file format: 1.
    pub schema: u32,
    /// The lane's name, as `in-1`.
    pub lane: String,
    /// Time from one reading of the inputs to the next, in milliseconds; at most 100 (`domain.md`
    /// section 4, rule 4).
    #[schemars(range(min = 20, max = 100))]
    pub poll_ms: u16,
    /// The buses by name. The barrier has one of its own.
    pub bus: BTreeMap<String, BusFile>,
    /// The devices by name.
    pub device: BTreeMap<String, DeviceFile>,
    /// What moves and what stops the boom.
    pub barrier: BarrierFile,
    /// The driver's light.
    pub light: Option<LightFile>,
    /// The name of the display's device.
    pub display: Option<String>,
    /// What the drivers at the other end see, in a lane that can be turned. `light`, `display` and `loop_approach`
    /// are then those of the end where the lane begins as configured; turned, `loop_exit` is the loop at its stop line.
    pub other_end: Option<EndFile>,
    /// Where each input is read.
    pub input: BTreeMap<InputName, InputFile>,
}

/// A bus: exactly one of the three.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BusFile {
    /// A serial port, by a name that survives re-plugging: `/dev/serial/by-id/...`.
    pub serial: Option<PathBuf>,
    /// The address of a Modbus TCP server, as `10.1.0.21:502`.
    pub modbus_tcp: Option<SocketAddr>,
    /// The address of a converter that passes a serial line's bytes through TCP as they are.
    pub serial_over_tcp: Option<SocketAddr>,
}

/// A device on a bus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceFile {
    /// The profile's name.
    pub profile: String,
    /// The bus it hangs on.
    pub bus: String,
    /// Its address, where it is not the profile's.
    #[schemars(range(min = 1, max = 255))]
    pub unit: Option<u8>,
}

/// What moves and what stops the boom: `open` and `close`, or `controller`; and always `stop_chain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BarrierFile {
    /// The relay on the controller's OPEN input.
    pub open: Option<Terminal>,
    /// The relay on the controller's CLOSE input.
    pub close: Option<Terminal>,
    /// The device that takes the commands itself.
    pub controller: Option<String>,
    /// The relay in the controller's normally-closed stop loop: energised lets the boom move, released
    /// stops it.
    pub stop_chain: Terminal,
}

/// What the drivers at one end of a lane see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndFile {
    /// Their light; it must not be the one that the other end sees.
    pub light: Option<LightFile>,
    /// The name of their display's device.
    pub display: Option<String>,
}

/// The driver's light: one change-over relay (red on its normally-closed contact), or two relays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LightFile {
    /// Energised shows green.
    pub green: Terminal,
    /// Energised puts red out, where red has a relay of its own; red is on its normally-closed contact.
    pub red_off: Option<Terminal>,
}

/// A relay by the number printed beside its terminal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Terminal {
    /// The board's device name.
    pub device: String,
    /// The relay, counted from 1.
    #[schemars(range(min = 1, max = 64))]
    pub relay: u8,
}

/// Where an input is read: a board's contact with its polarity, or a controller's own report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputFile {
    /// The device.
    pub device: String,
    /// The board's input, counted from 1.
    #[schemars(range(min = 1, max = 64))]
    pub input: Option<u8>,
    /// What it means that the board's input is energised.
    pub energised: Option<Energised>,
    /// What the controller reports.
    pub reports: Option<Report>,
}

/// What it means that an input is energised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Energised {
    /// The limit is reached, the key is turned.
    Active,
    /// The loop or beam is free. Demanded of loops and photocell: a broken wire reads as occupied.
    Inactive,
}

/// What a controller reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// The boom is at its open limit.
    OpenLimit,
    /// The boom is at its closed limit.
    ClosedLimit,
    /// Its own detector sees a vehicle (the simple RS-485 controller alone).
    Vehicle,
}
