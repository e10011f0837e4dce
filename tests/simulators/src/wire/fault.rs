//! What can be wrong with a unit's answers.

use serde::{Deserialize, Serialize};

/// A fault of a port, for the next requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireFault {
    /// What is wrong.
    #[serde(flatten)]
    pub kind: WireFaultKind,
    /// For how many requests; `None` until it is cleared.
    pub times: Option<u32>,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum WireFaultKind {
    /// The request is not heard: no effect, no answer.
    Deaf,
    /// The request has its effect, the answer is lost.
    Silent,
    /// The answer comes late; the unit does nothing meanwhile.
    Late {
        /// By how many milliseconds.
        late_ms: u64,
    },
    /// A bit of the answer is turned over.
    Corrupt,
    /// The answer comes twice.
    Doubled,
    /// The answer carries another unit's number.
    ForeignUnit,
    /// The request is refused.
    Exception {
        /// With this exception code.
        code: u8,
    },
    /// The connection is closed instead of an answer; on a line nothing is answered.
    HangUp,
}
