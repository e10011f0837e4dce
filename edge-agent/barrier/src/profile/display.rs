//! The LED and voice display before the barrier.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a lane display can show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DisplayProfile {
    /// Lines it has.
    #[schemars(range(min = 1, max = 4))]
    pub lines: u8,
    /// Characters on a line that can be read at once: Latin letters; a Hanzi takes two.
    #[schemars(range(min = 4, max = 64))]
    pub columns: u8,
    /// It can speak.
    pub voice: bool,
}
