//! What is to be known of one barrier: configuration of the lane, written at commissioning.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Shortest pulse a motion relay gets.
pub const PULSE_MIN: Duration = Duration::from_millis(300);
/// Longest pulse: past 1.5 s a relay that is on counts as stuck (I5).
pub const PULSE_MAX: Duration = Duration::from_millis(1500);
/// No movement for so long after a start, a reconnection or the return of power (rule 10).
pub const SETTLE: Duration = Duration::from_secs(5);
/// An input older than this is unknown, and unknown is occupied (rule 4).
pub const STALE: Duration = Duration::from_millis(300);
/// The newest read of a required input may be this old when CLOSE is given (rule 7).
pub const CLOSE_READ_AGE: Duration = Duration::from_millis(150);
/// Limits that cannot be read for so long make a new beginning; until then nothing moves either.
pub const BLIND: Duration = Duration::from_secs(1);
/// The boom has arrived where its limit was read for so long: longer than a poll, for one answer may be bent.
pub const ARRIVED: Duration = Duration::from_millis(120);
/// A machine that was not stepped for so long starts anew: what it believed may be long over.
pub const SLEPT: Duration = Duration::from_secs(3);
/// A limit that changes without our command is noticed within this (rule 9).
pub const UNCOMMANDED: Duration = Duration::from_millis(800);
/// Past its pulse a relay is read off within this, or it is stuck (rule 1).
pub const READ_BACK: Duration = Duration::from_millis(500);
/// Green is a timed pulse of this length, re-armed each second (rule 3).
pub const GREEN: Duration = Duration::from_secs(3);

/// Who lowers the boom. Never two at once (rule 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// The barrier's own controller, whose safety chain is wired; the agent supervises.
    Controller,
    /// The agent, by a CLOSE pulse under rule 7.
    Agent,
}

/// One barrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BarrierConfig {
    /// Who lowers the boom.
    pub closing: Closing,
    /// Measured time from closed to open, in milliseconds. The limit is 1.5 times this.
    pub travel_open_ms: u32,
    /// Measured time from open to closed, in milliseconds. The limit is 1.5 times this.
    pub travel_close_ms: u32,
    /// Length of OPEN and CLOSE pulses in milliseconds; held within 300 and 1500.
    pub pulse_ms: u32,
    /// The boom stays up at least so long, in milliseconds.
    pub min_open_ms: u32,
    /// All safety inputs must have been free for so long before CLOSE, in milliseconds; at least 1500.
    pub clear_ms: u32,
    /// The lane has a light barrier under the boom.
    pub photocell: bool,
    /// The lane has all three loops: before, under and behind the boom.
    pub three_loops: bool,
    /// A commissioning record shows force limitation (EN 12453) and a presence device. Without it the
    /// agent never closes by itself.
    pub force_limitation_recorded: bool,
}

impl BarrierConfig {
    /// The pulse within its limits.
    #[must_use]
    pub fn pulse(&self) -> Duration {
        Duration::from_millis(self.pulse_ms.into()).clamp(PULSE_MIN, PULSE_MAX)
    }

    /// Longest way up.
    #[must_use]
    pub fn open_limit(&self) -> Duration {
        Duration::from_millis(self.travel_open_ms.into()).mul_f32(1.5)
    }

    /// Longest way down.
    #[must_use]
    pub fn close_limit(&self) -> Duration {
        Duration::from_millis(self.travel_close_ms.into()).mul_f32(1.5)
    }

    /// How long the way must have been free before CLOSE; never below 1.5 s.
    #[must_use]
    pub fn clear(&self) -> Duration {
        Duration::from_millis(self.clear_ms.into()).max(Duration::from_millis(1500))
    }

    /// How long the boom stays up at least.
    #[must_use]
    pub fn min_open(&self) -> Duration {
        Duration::from_millis(self.min_open_ms.into())
    }

    /// Whether the agent may ever lower this boom by itself.
    #[must_use]
    pub fn agent_closes(&self) -> bool {
        self.closing == Closing::Agent && self.three_loops && self.force_limitation_recorded
    }
}

impl Default for BarrierConfig {
    fn default() -> Self {
        Self {
            closing: Closing::Controller,
            travel_open_ms: 3000,
            travel_close_ms: 3000,
            pulse_ms: 500,
            min_open_ms: 3000,
            clear_ms: 2000,
            photocell: true,
            three_loops: true,
            force_limitation_recorded: false,
        }
    }
}
