//! What a decision is made from: all that was seen, and the lists as they stand.

use super::{ExpectedVehicle, RuleSet, WatchEntry};
use crate::clock::UtcMicros;
use crate::message::snapshot::Snapshot;

/// The lists and rules that decide.
#[derive(Clone, Copy, Debug)]
pub struct Lists<'a> {
    /// Vehicles expected now or soon.
    pub expected: &'a [ExpectedVehicle],
    /// The watchlist.
    pub watch: &'a [WatchEntry],
    /// The rules.
    pub rules: &'a RuleSet,
    /// The version of all this.
    pub version: u64,
}

/// Who decides: central on its own lists, or the edge on a snapshot of a certain age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decider {
    /// Central, on the lists as they are.
    Central,
    /// The edge.
    Edge {
        /// When central wrote the snapshot.
        issued: UtcMicros,
        /// Until when central lets it be used.
        valid_until: UtcMicros,
    },
}

impl<'a> From<&'a Snapshot> for Lists<'a> {
    fn from(snapshot: &'a Snapshot) -> Self {
        Self { expected: &snapshot.expected, watch: &snapshot.watch, rules: &snapshot.rules, version: snapshot.version }
    }
}
