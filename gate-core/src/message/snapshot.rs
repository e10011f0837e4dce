//! The lists an edge decides by when central cannot be reached: signed, versioned, with an end.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::envelope::Payload;
use crate::clock::UtcMicros;
use crate::decision::{ExpectedVehicle, RuleSet, WatchEntry};
use crate::ids::EdgeId;

/// All that the decision code needs, as central knew it at `issued`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    /// For which edge.
    pub edge: EdgeId,
    /// Grows with each change of the lists.
    pub version: u64,
    /// When central wrote it.
    pub issued: UtcMicros,
    /// Past this the edge refers every vehicle.
    pub valid_until: UtcMicros,
    /// Vehicles expected now or soon.
    pub expected: Vec<ExpectedVehicle>,
    /// The watchlist.
    pub watch: Vec<WatchEntry>,
    /// The rules.
    pub rules: RuleSet,
}

impl Payload for Snapshot {
    const TYPE: &'static str = "application/vnd.cua-khau.snapshot.v1+json";
}
