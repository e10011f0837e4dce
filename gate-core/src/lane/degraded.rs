//! A lane that cannot read too many of its vehicles is degraded: every vehicle is an officer's until it reads again. Its
//! limits are never loosened for it (`domain.md`, "The lane on a bad day", Unread).

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Code of the fault.
pub(super) const DEGRADED: &str = "lane_degraded";
/// So many vehicles are looked back upon.
const LAST: usize = 20;
/// More of them unread than these, and the lane is degraded.
const MOST_UNREAD: usize = 4;

/// Whether each of the last vehicles at the stop line was read, the newest last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Reads(VecDeque<bool>);

impl Reads {
    /// Counts a vehicle; whether the lane is degraded from now on, where that is news.
    pub(super) fn count(&mut self, read: bool) -> Option<bool> {
        let before = self.degraded();
        self.0.push_back(read);
        if self.0.len() > LAST {
            self.0.pop_front();
        }
        Some(self.degraded()).filter(|now| *now != before)
    }

    pub(super) fn degraded(&self) -> bool {
        self.unread() > MOST_UNREAD
    }

    /// What is wrong, for the record.
    pub(super) fn detail(&self) -> String {
        format!("{} of the last {} vehicles were not read, more than {MOST_UNREAD}", self.unread(), self.0.len())
    }

    fn unread(&self) -> usize {
        self.0.iter().filter(|read| !**read).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_unread_of_twenty_degrades_a_lane_and_the_last_twenty_mend_it() {
        let mut reads = Reads::default();
        assert!((0..4).all(|_| reads.count(false).is_none() && reads.count(true).is_none()));
        assert_eq!(reads.count(false), Some(true));
        assert_eq!(reads.detail(), "5 of the last 9 vehicles were not read, more than 4");
        let news: Vec<_> = (0..20).filter_map(|n| reads.count(true).map(|now| (n, now))).collect();
        // The first unread one leaves the last twenty with the twelfth that is read.
        assert_eq!(news, [(11, false)]);
    }
}
