//! The clock that the driver is given: the process's monotonic time, which tests turn.

use std::sync::Arc;
use std::time::Instant;

use gate_core::clock::Monotonic;

/// Tells the process's monotonic time. Readings carry it, so it must be the clock of the lane machines.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Monotonic + Send + Sync>);

impl Clock {
    /// A clock out of a function.
    pub fn new(now: impl Fn() -> Monotonic + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Real time, counted from this call.
    #[must_use]
    pub fn real() -> Self {
        let start = Instant::now();
        Self::new(move || Monotonic(start.elapsed()))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Monotonic {
        (self.0)()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}
