//! The agent's one source of time. Everything else is given a time or one of these.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gate_core::clock::{ClockQuality, Monotonic, UtcMicros};

/// Exists while systemd-timesyncd holds the clock on a time server.
const SYNCHRONISED: &str = "/run/systemd/timesync/synchronized";
/// No offset was measured yet.
const UNKNOWN: i64 = i64::MIN;

/// Wall time, monotonic time, and how far the former can be trusted. Clones share one state.
#[derive(Clone, Debug)]
pub struct Clock {
    start: Instant,
    offset_us: Arc<AtomicI64>,
}

impl Default for Clock {
    fn default() -> Self {
        Self { start: Instant::now(), offset_us: Arc::new(AtomicI64::new(UNKNOWN)) }
    }
}

impl Clock {
    /// Time since the agent started.
    #[must_use]
    pub fn monotonic(&self) -> Monotonic {
        Monotonic(self.start.elapsed())
    }

    /// Wall time, UTC.
    #[must_use]
    pub fn utc(&self) -> UtcMicros {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        UtcMicros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    /// How far [`Clock::utc`] can be trusted now.
    #[must_use]
    pub fn quality(&self) -> ClockQuality {
        let offset = self.offset_us.load(Ordering::Relaxed);
        ClockQuality {
            synchronised: Path::new(SYNCHRONISED).exists(),
            offset_us: (offset != UNKNOWN).then_some(offset),
        }
    }

    /// Keeps an offset to central that was measured (positive: this clock is ahead).
    pub fn measured(&self, offset_us: i64) {
        self.offset_us.store(offset_us, Ordering::Relaxed);
    }
}
