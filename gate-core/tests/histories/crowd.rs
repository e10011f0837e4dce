//! Many histories on all cores.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::checker::Violation;
use crate::coverage::Coverage;
use crate::history::{Play, run};

/// What came of them.
#[derive(Default)]
pub struct Played {
    pub coverage: Coverage,
    /// By seed.
    pub violations: Vec<Violation>,
    /// Long histories with all their branches; the next one's seed.
    pub next: u64,
}

/// Plays long histories and their branches from seed `from` on, until they are `count` together; where `first`
/// is set, no further than to the first that breaks an invariant.
pub fn play(from: u64, count: u64, play: Play, first: bool) -> Played {
    let (next, done, stop) = (AtomicU64::new(from), AtomicU64::new(0), AtomicU64::new(0));
    let total = Mutex::new(Played::default());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let mut mine = Coverage::default();
                while done.load(Ordering::Relaxed) < count && stop.load(Ordering::Relaxed) == 0 {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let before = mine.histories;
                    if let Some(violation) = run(seed, play, &mut mine) {
                        stop.store(first.into(), Ordering::Relaxed);
                        total.lock().unwrap_or_else(PoisonError::into_inner).violations.push(violation);
                    }
                    done.fetch_add(mine.histories - before, Ordering::Relaxed);
                }
                total.lock().unwrap_or_else(PoisonError::into_inner).coverage.add(&mine);
            });
        }
    });
    let mut played = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    played.violations.sort_by_key(|v| v.seed);
    played.next = next.into_inner();
    played
}
