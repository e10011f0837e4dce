//! Central's word that it has committed an edge's events. A PUBACK of the broker is not this word.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::envelope::Payload;
use crate::ids::{EdgeId, Epoch};

/// Cumulative per (edge, epoch): everything up to `up_to_seq` is committed except the gaps named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Acknowledgement {
    /// Whose events.
    pub edge: EdgeId,
    /// Of which start of that edge.
    pub epoch: Epoch,
    /// The highest sequence number committed.
    pub up_to_seq: u64,
    /// Ranges (first, last; inclusive) below `up_to_seq` that central does not have: send them again.
    /// At most [`Acknowledgement::MAX_GAPS`], lowest first; where there are more, `up_to_seq` stops
    /// before the first unnamed one.
    pub gaps: Vec<(u64, u64)>,
}

impl Acknowledgement {
    /// Most gaps named in one message.
    pub const MAX_GAPS: usize = 100;

    /// Whether the event with this number is committed.
    #[must_use]
    pub fn covers(&self, seq: u64) -> bool {
        seq <= self.up_to_seq && !self.gaps.iter().any(|&(first, last)| (first..=last).contains(&seq))
    }
}

impl Payload for Acknowledgement {
    const TYPE: &'static str = "application/vnd.cua-khau.ack.v1+json";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_not_covered() {
        let ack = Acknowledgement {
            edge: EdgeId::new("e").unwrap(),
            epoch: Epoch(1),
            up_to_seq: 9,
            gaps: vec![(3, 4), (7, 7)],
        };
        let covered: Vec<u64> = (1..=11).filter(|&s| ack.covers(s)).collect();
        assert_eq!(covered, [1, 2, 5, 6, 8, 9]);
    }
}
