//! How long to wait before a worker is started again: at once after a long life, longer and longer when
//! it keeps failing, never so long that a camera that returned is missed.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(250);
const MOST: Duration = Duration::from_secs(5);
/// Who lived so long is well; its next failure is a first one.
const LONG_LIFE: Duration = Duration::from_secs(20);

#[derive(Default)]
pub(super) struct Backoff {
    last: Option<Duration>,
}

impl Backoff {
    /// The pause after a life of `life`.
    pub(super) fn after(&mut self, life: Duration) -> Duration {
        let pause = match self.last {
            Some(last) if life < LONG_LIFE => (last * 2).min(MOST),
            _ => FIRST,
        };
        self.last = Some(pause);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_to_a_bound_and_begins_anew_after_a_long_life() {
        let mut backoff = Backoff::default();
        let pauses: Vec<u128> = (0..8).map(|_| backoff.after(Duration::from_secs(1)).as_millis()).collect();
        assert_eq!(pauses, [250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
        assert_eq!(backoff.after(Duration::from_secs(60)), FIRST);
    }
}
