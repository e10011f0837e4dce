//! Time as the domain sees it: always an argument, never asked for.
//!
//! Intervals are judged on [`Monotonic`] alone; [`UtcMicros`] is what records show. Neither type can
//! read a clock: the processes own one and pass its value in, so that tests turn it at will.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01T00:00:00Z. Stored as `i64` in both databases, shown in
/// Asia/Ho_Chi_Minh with the zone named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct UtcMicros(pub i64);

impl UtcMicros {
    /// The time `by` later; saturates at the end of the representable range.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)))
    }

    /// How long after `earlier` this is; zero when it is not after.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// A point on the process's monotonic clock: time since the process started. Never leaves the
/// process, never compared across restarts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Monotonic(pub Duration);

impl Monotonic {
    /// A point `ms` milliseconds after the process started.
    #[must_use]
    pub const fn from_millis(ms: u64) -> Self {
        Self(Duration::from_millis(ms))
    }

    /// The point `by` later.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(by))
    }

    /// How long after `earlier` this is; zero when it is not after (a late or reordered input
    /// makes nothing older than it is).
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// How far the writer's wall clock can be trusted; stands in every event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockQuality {
    /// The operating system says its clock is disciplined (NTP or PTP).
    pub synchronised: bool,
    /// Measured offset to central in microseconds (positive: this clock is ahead); `None` before
    /// the first exchange.
    pub offset_us: Option<i64>,
}
