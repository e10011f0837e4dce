//! Which frames are passed on: all that come while a vehicle is watched, up to a rate, and a few while
//! the lane is empty, so that the rest is never converted nor copied.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Frames that come a little early still count: streams jitter.
const EARLY: f32 = 0.85;

/// The pace.
pub(super) struct Pace {
    watch_gap_us: u64,
    rest_gap_us: u64,
    watching: Arc<AtomicBool>,
    last_us: Option<u64>,
}

fn gap_us(fps: f32) -> u64 {
    let seconds = EARLY / fps.clamp(0.1, 100.0);
    std::time::Duration::try_from_secs_f32(seconds).map_or(100_000, |gap| u64::try_from(gap.as_micros()).unwrap_or(0))
}

impl Pace {
    pub(super) fn new(watch_fps: f32, rest_fps: f32, watching: Arc<AtomicBool>) -> Self {
        Self { watch_gap_us: gap_us(watch_fps), rest_gap_us: gap_us(rest_fps), watching, last_us: None }
    }

    /// Whether a frame of this moment is passed on.
    pub(super) fn due(&mut self, now_us: u64) -> bool {
        let gap = if self.watching.load(Ordering::Relaxed) { self.watch_gap_us } else { self.rest_gap_us };
        let due = self.last_us.is_none_or(|last| now_us.saturating_sub(last) >= gap);
        if due {
            self.last_us = Some(now_us);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_frames_at_rest_and_all_at_once_when_watched() {
        let watching = Arc::new(AtomicBool::new(false));
        let mut pace = Pace::new(12.0, 2.0, Arc::clone(&watching));
        let passed = (0..50u64).filter(|i| pace.due(i * 40_000)).count();
        assert!((4..=6).contains(&passed), "{passed} of 50 in two seconds at rest");
        watching.store(true, Ordering::Relaxed);
        assert!(pace.due(50 * 40_000 + 60_000), "the first frame after the word is passed on");
        let passed = (53..103u64).filter(|i| pace.due(i * 40_000)).count();
        assert!((23..=26).contains(&passed), "{passed} of 50 in two seconds watched");
    }
}
