//! How many live streams are open: bounded for the house and for each officer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Streams at the same time.
const ALL: usize = 200;
/// Streams of one officer: a few pages on a few machines.
const EACH: usize = 8;

/// The open streams, by officer; clones share them.
#[derive(Clone, Default)]
pub(super) struct Listeners(Arc<Mutex<BTreeMap<String, usize>>>);

/// One open stream; dropped with it.
pub(super) struct Place {
    all: Listeners,
    officer: String,
}

impl Listeners {
    /// A place for one more stream of this officer; `None` when there are too many.
    pub(super) fn take(&self, officer: &str) -> Option<Place> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().sum();
        let own = open.get(officer).copied().unwrap_or(0);
        if all >= ALL || own >= EACH {
            return None;
        }
        open.insert(officer.to_owned(), own + 1);
        Some(Place { all: self.clone(), officer: officer.to_owned() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        match open.get_mut(&self.officer) {
            Some(n) if *n > 1 => *n -= 1,
            _ => {
                open.remove(&self.officer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_officer_has_eight_streams_and_gets_closed_ones_back() {
        let listeners = Listeners::default();
        let mut held: Vec<Place> = (0..EACH).map(|_| listeners.take("lan").unwrap()).collect();
        assert!(listeners.take("lan").is_none() && listeners.take("minh").is_some());
        held.pop();
        assert!(listeners.take("lan").is_some());
        drop(held);
        assert!(listeners.0.lock().unwrap().is_empty());
    }
}
