//! The line a device hangs on: how its serial port is set, how long an answer may take.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a device's line is set. Over TCP only `unit` and the times count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineProfile {
    /// Bits per second.
    #[schemars(range(min = 300, max = 921_600))]
    pub baud: u32,
    /// Data bits: 7 or 8.
    #[schemars(range(min = 7, max = 8))]
    pub data_bits: u8,
    /// Parity bit.
    pub parity: Parity,
    /// Stop bits: 1 or 2.
    #[schemars(range(min = 1, max = 2))]
    pub stop_bits: u8,
    /// The address the maker sets: a Modbus unit (1 to 247, some makers 255) or a display's address.
    #[schemars(range(min = 1, max = 255))]
    pub unit: u8,
    /// Longest time for an answer, in milliseconds: the device's own p99.9 doubled, at least 100.
    #[schemars(range(min = 100, max = 5000))]
    pub timeout_ms: u16,
    /// Silence kept between an answer and the next request, in milliseconds, beyond the 3.5 characters
    /// of the RTU rule.
    #[schemars(range(min = 0, max = 1000))]
    pub turnaround_ms: u16,
}

/// A serial line's parity bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Parity {
    /// No parity bit.
    None,
    /// Even parity.
    Even,
    /// Odd parity.
    Odd,
}

impl LineProfile {
    /// Longest time for an answer.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms as u64)
    }

    /// Silence between frames: 3.5 characters, at least 1.75 ms (Modbus over serial line V1.02,
    /// 2.5.1.1), and the device's turnaround.
    #[must_use]
    pub fn silence(&self) -> Duration {
        let bits = 1 + u32::from(self.data_bits) + u32::from(self.parity != Parity::None) + u32::from(self.stop_bits);
        let characters = Duration::from_secs(1) * bits * 7 / 2 / self.baud.max(1);
        characters.max(Duration::from_micros(1750)) + Duration::from_millis(u64::from(self.turnaround_ms))
    }

    /// Two devices can share one serial line: the same speed and character.
    #[must_use]
    pub fn shares_line_with(&self, other: &Self) -> bool {
        (self.baud, self.data_bits, self.parity, self.stop_bits)
            == (other.baud, other.data_bits, other.parity, other.stop_bits)
    }
}
