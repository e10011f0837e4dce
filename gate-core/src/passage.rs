//! A passage: one vehicle through one lane once, from first presence to lane clear, however many
//! frames, looks, retries or restarts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a passage ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PassageOutcome {
    /// Drove through on a grant.
    Passed,
    /// Left backwards before or after the boom opened.
    BackedOut,
    /// Drove through behind another without a grant of its own.
    Tailgated,
    /// Was refused and left.
    TurnedAway,
    /// The agent ended while it was open: nobody saw how it ended.
    Unseen,
}

/// By whose word the boom opened for a passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenedBy {
    /// It did not open.
    Nobody,
    /// A decision of central.
    Central,
    /// A decision of the edge on its snapshot.
    Snapshot,
    /// An officer at central's console.
    Console,
    /// An officer at the lane.
    Panel,
    /// A shift leader's word for a convoy.
    Convoy,
    /// The manual key, the emergency input or a hand on the boom.
    ByHand,
    /// An officer while power or the edge was gone: the centre's word alone, from a slip of paper that was entered later.
    Paper,
}
