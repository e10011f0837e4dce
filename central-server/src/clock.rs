//! Central's clock: one place that reads the time, so that tests can turn it; and the gate's own zone.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use gate_core::clock::UtcMicros;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;

/// The gate's own zone: what a day is, and what times without a zone are told in.
pub const ZONE: &str = "Asia/Ho_Chi_Minh";

/// The first moment of a day at the gate.
///
/// # Errors
/// When the day is outside of what can be counted.
pub fn midnight(day: Date) -> Result<UtcMicros, jiff::Error> {
    Ok(UtcMicros(day.in_tz(ZONE)?.timestamp().as_microsecond()))
}

/// The day at the gate that a moment falls into.
///
/// # Errors
/// When the moment is outside of what can be counted.
pub fn day_of(at: UtcMicros) -> Result<Date, jiff::Error> {
    Ok(jiff::Timestamp::from_microsecond(at.0)?.to_zoned(TimeZone::get(ZONE)?).date())
}

/// Tells the time; clones are cheap.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> UtcMicros + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::of(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            UtcMicros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
        })
    }

    /// A clock of the caller's own.
    pub fn of(now: impl Fn() -> UtcMicros + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Now, in microseconds UTC.
    #[must_use]
    pub fn now(&self) -> UtcMicros {
        (self.0)()
    }

    /// A new UUIDv7 of this clock's time.
    #[must_use]
    pub fn id(&self) -> Uuid {
        let ms = u64::try_from(self.now().0 / 1000).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(ms, &rand::random()).into_uuid()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", self.now().0)
    }
}
