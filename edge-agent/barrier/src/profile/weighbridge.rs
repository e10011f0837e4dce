//! A weighbridge that talks without being asked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a weighbridge is set to talk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WeighbridgeProfile {
    /// It sends the check sum behind each frame: a setting of the indicator, on wherever it can be.
    pub checksum: bool,
}
