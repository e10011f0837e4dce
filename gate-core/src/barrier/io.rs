//! What the machine sees and what it may do: the words between it and the drivers.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::Monotonic;

/// An input at the barrier. The driver has resolved polarity by the profile: for loops and the
/// photocell `active` means occupied, and a broken wire reads as occupied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InputName {
    /// The boom is fully up.
    OpenLimit,
    /// The boom is fully down.
    ClosedLimit,
    /// Loop at the stop line, before the boom.
    LoopApproach,
    /// Loop under the boom.
    LoopUnder,
    /// Loop behind the boom.
    LoopExit,
    /// Light barrier under the boom.
    Photocell,
    /// The AUTO/MANUAL key stands on MANUAL.
    ManualKey,
    /// The emergency input holds the boom open.
    Emergency,
    /// The controller has power.
    PowerGood,
}

impl InputName {
    /// All inputs.
    pub const ALL: [Self; 9] = [
        Self::OpenLimit,
        Self::ClosedLimit,
        Self::LoopApproach,
        Self::LoopUnder,
        Self::LoopExit,
        Self::Photocell,
        Self::ManualKey,
        Self::Emergency,
        Self::PowerGood,
    ];

    /// Its name in configuration, status and journal.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpenLimit => "open_limit",
            Self::ClosedLimit => "closed_limit",
            Self::LoopApproach => "loop_approach",
            Self::LoopUnder => "loop_under",
            Self::LoopExit => "loop_exit",
            Self::Photocell => "photocell",
            Self::ManualKey => "manual_key",
            Self::Emergency => "emergency",
            Self::PowerGood => "power_good",
        }
    }

    /// Whether a body there forbids closing.
    #[must_use]
    pub fn is_safety(self) -> bool {
        matches!(self, Self::LoopApproach | Self::LoopUnder | Self::LoopExit | Self::Photocell)
    }
}

/// One read of one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputReading {
    /// Which.
    pub name: InputName,
    /// `None`: it could not be read.
    pub active: Option<bool>,
    /// When the driver read it.
    pub read_at: Monotonic,
}

/// A motion relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Motion {
    /// Raises the boom.
    Open,
    /// Lowers the boom.
    Close,
}

/// What the machine may have done at the barrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// A pulse by the board's own timer, then read back until it is off.
    Pulse {
        /// Which relay.
        motion: Motion,
        /// How long; within [`super::config::PULSE_MIN`] and [`super::config::PULSE_MAX`].
        length: Duration,
    },
    /// Clear OPEN and CLOSE, then drop the stop chain and hold it dropped.
    DropStop,
    /// Let the stop chain be whole again; only a reset at the lane does this. Moves nothing.
    RestoreStop,
    /// Green for so long by the board's own timer, then red by itself.
    Green {
        /// How long.
        length: Duration,
    },
    /// Red at once.
    Red,
}

/// What the driver says about an output or the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceNews {
    /// The board took the pulse: the relay was on.
    PulseTaken(Motion),
    /// The relay was read back off in time.
    PulseDone(Motion),
    /// The relay was still on 500 ms past its pulse, or cannot be read.
    PulseStuck(Motion),
    /// The board did not take the pulse; nothing moved by it.
    PulseFailed(Motion),
    /// The stop chain could not be dropped by software: only the wire can stop now.
    StopFailed,
    /// A read or write on the bus failed: what was read before counts for nothing.
    BusError,
    /// The connection was lost and stands again: as after a start, nothing moves for a while.
    Reconnected,
}
