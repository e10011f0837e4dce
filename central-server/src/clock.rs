//! Central's clock: one place that reads the time, so that tests can turn it.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use gate_core::clock::UtcMicros;
use uuid::Uuid;

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
