//! A checkpoint: central's signed word on the whole record up to a size. Whoever keeps one can later
//! prove that nothing before it was changed.

use gate_core::clock::UtcMicros;
use gate_core::ids::SiteId;
use gate_core::message::envelope::Payload;
use serde::{Deserialize, Serialize};

/// The root over the first `size` leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Which gate's record.
    pub site: SiteId,
    /// How many leaves.
    pub size: u64,
    /// RFC 6962 root, 64 hexadecimal digits.
    pub root: String,
    /// When it was signed.
    pub at: UtcMicros,
}

impl Payload for Checkpoint {
    const TYPE: &'static str = "application/vnd.cua-khau.checkpoint.v1+json";
}
