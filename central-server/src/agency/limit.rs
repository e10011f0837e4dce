//! How much an agency may ask: a bucket of questions per agency that fills again with time. Each
//! central counts by itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use gate_core::clock::UtcMicros;

use super::refusal::Refusal;

/// Questions a minute that an agency may go on asking.
pub const PER_MINUTE: u32 = 300;
/// Questions at once.
const BURST: f64 = 60.0;
/// Agencies are few; beyond this the oldest counts are forgotten.
const MAX_AGENCIES: usize = 1024;

#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    at: UtcMicros,
}

/// The counts, per agency.
#[derive(Default)]
pub(super) struct Limits(Mutex<HashMap<String, Bucket>>);

impl Limits {
    /// Takes one question out of the agency's bucket.
    ///
    /// # Errors
    /// [`Refusal::TooMany`] when it is empty.
    pub(super) fn take(&self, agency: &str, now: UtcMicros) -> Result<(), Refusal> {
        let per_second = f64::from(PER_MINUTE) / 60.0;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_AGENCIES && !all.contains_key(agency) {
            all.clear();
        }
        let bucket = all.entry(agency.to_owned()).or_insert(Bucket { left: BURST, at: now });
        bucket.left = (bucket.left + now.since(bucket.at).as_secs_f64() * per_second).min(BURST);
        bucket.at = now.max(bucket.at);
        if bucket.left < 1.0 {
            // Whole seconds, rounded up, at least one.
            let after_s = 1 + std::time::Duration::from_secs_f64((1.0 - bucket.left) / per_second).as_secs();
            return Err(Refusal::TooMany { per_minute: PER_MINUTE, after_s });
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_burst_is_taken_then_the_pace_and_agencies_do_not_share() {
        let limits = Limits::default();
        let start = UtcMicros(1_000_000_000);
        for n in 0..60 {
            assert!(limits.take("customs", start).is_ok(), "question {n}");
        }
        assert!(matches!(limits.take("customs", start), Err(Refusal::TooMany { after_s: 1, .. })));
        assert!(limits.take("police", start).is_ok());
        let later = start.plus(Duration::from_secs(1));
        for n in 0..5 {
            assert!(limits.take("customs", later).is_ok(), "question {n}");
        }
        assert!(limits.take("customs", later).is_err());
        // A clock that is set back gives nothing and takes nothing.
        assert!(limits.take("customs", start).is_err());
    }
}
