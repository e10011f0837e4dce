//! Leaves a unit alone that fails again and again, so that the others on its bus keep their rate.

use std::time::Duration;

use tokio::time::Instant;

/// Failures in a row before a unit rests.
const FAILURES: u32 = 3;
/// The first rest; doubled with each failed trial.
const FIRST_REST: Duration = Duration::from_millis(500);
/// The longest rest: what a repaired lane waits at most.
const LONGEST_REST: Duration = Duration::from_secs(4);

/// What the bus remembers of one unit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    rests_until: Option<Instant>,
    late_answer_until: Option<Instant>,
}

impl Breaker {
    /// The unit rests now.
    pub fn rests(&self, now: Instant) -> bool {
        self.rests_until.is_some_and(|until| now < until)
    }

    /// An answer to an earlier request of this unit may still come.
    pub fn late_answer_possible(&self, now: Instant) -> bool {
        self.late_answer_until.is_some_and(|until| now < until)
    }

    /// The unit answered.
    pub fn answered(&mut self) {
        *self = Self::default();
    }

    /// The unit failed; on a line without numbered frames its answer may come until `late_until`.
    pub fn failed(&mut self, now: Instant, late_until: Option<Instant>) {
        self.failures = self.failures.saturating_add(1);
        self.late_answer_until = late_until;
        if self.failures >= FAILURES {
            let doublings = (self.failures - FAILURES).min(8);
            self.rests_until = Some(now + (FIRST_REST * 2u32.pow(doublings)).min(LONGEST_REST));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_rests_after_three_failures_and_longer_each_time() {
        let start = Instant::now();
        let mut breaker = Breaker::default();
        breaker.failed(start, None);
        breaker.failed(start, None);
        assert!(!breaker.rests(start));
        breaker.failed(start, None);
        assert!(breaker.rests(start + Duration::from_millis(499)));
        assert!(!breaker.rests(start + Duration::from_millis(500)));
        for _ in 0..40 {
            breaker.failed(start, None);
        }
        assert!(breaker.rests(start + Duration::from_millis(3999)));
        assert!(!breaker.rests(start + LONGEST_REST));
        breaker.answered();
        assert!(!breaker.rests(start));
    }

    #[test]
    fn a_late_answer_is_waited_out() {
        let start = Instant::now();
        let mut breaker = Breaker::default();
        breaker.failed(start, Some(start + Duration::from_millis(300)));
        assert!(breaker.late_answer_possible(start + Duration::from_millis(299)));
        assert!(!breaker.late_answer_possible(start + Duration::from_millis(300)));
    }
}
