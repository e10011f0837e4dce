//! The places that a vehicle can be sent to, and how they are now.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::vehicle::Direction;

/// Longest text of a place on a sign; the whole display holds 24 characters.
pub const SIGN_MAX_CHARS: usize = 18;

/// What a lane or place is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Any laden vehicle without a need of its own.
    Ordinary,
    /// The green channel: fresh goods and whoever else the rules put first.
    Green,
    /// Empty vehicles.
    Empty,
    /// Inspection, chosen by chance or otherwise.
    Inspection,
    /// Dangerous goods.
    Dangerous,
}

impl Channel {
    /// In Vietnamese, for officers.
    #[must_use]
    pub fn vi(self) -> &'static str {
        match self {
            Self::Ordinary => "luồng thường",
            Self::Green => "luồng xanh",
            Self::Empty => "luồng xe không",
            Self::Inspection => "luồng kiểm tra",
            Self::Dangerous => "luồng hàng nguy hiểm",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.vi())
    }
}

/// A lane or place; configuration of the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Its name, as `in-2` or `yard-kb1`.
    pub name: String,
    /// For this direction only; absent = both.
    pub direction: Option<Direction>,
    /// What it is for; at least one.
    pub channels: Vec<Channel>,
    /// Its name on a sign: unaccented, at most [`SIGN_MAX_CHARS`] characters, as `LAN 2`.
    pub sign: String,
}

/// A place as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceNow {
    /// Which.
    pub place: Place,
    /// It takes vehicles in.
    pub open: bool,
    /// Its devices work, and an officer comes when one is needed.
    pub healthy: bool,
    /// Vehicles there or on their way there.
    pub load: u32,
}
