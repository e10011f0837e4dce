//! Names and numbers of the things at the gate, each its own type so that none is passed for another.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// A name that cannot stand in a topic, a path or a column.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{what} {value:?} is not a name: use 1 to 32 of a-z, 0-9 and '-', beginning with a letter")]
pub struct NameError {
    /// Which name: "site", "edge", "lane", "zone".
    pub what: &'static str,
    /// The text that was refused.
    pub value: String,
}

fn checked(what: &'static str, value: String) -> Result<String, NameError> {
    let good = (1..=32).contains(&value.len())
        && value.starts_with(|c: char| c.is_ascii_lowercase())
        && value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if good { Ok(value) } else { Err(NameError { what, value }) }
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schemars(with = "String")]
        pub struct $type(String);

        impl $type {
            /// Checks and wraps a name.
            ///
            /// # Errors
            /// [`NameError`] when it is not 1 to 32 of `a-z`, `0-9`, `-`, beginning with a letter.
            pub fn new(value: impl Into<String>) -> Result<Self, NameError> {
                checked($what, value.into()).map(Self)
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $type {
            type Error = NameError;
            fn try_from(value: String) -> Result<Self, NameError> {
                Self::new(value)
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> Self {
                name.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// A border gate, as `kim-thanh`.
    SiteId, "site"
);

impl SiteId {
    /// The gate that this project is made for: the name of a site whose configuration gives none.
    #[must_use]
    pub fn kim_thanh() -> Self {
        Self("kim-thanh".to_owned())
    }
}

name!(
    /// One edge machine, as `kt-edge-1`.
    EdgeId, "edge"
);
name!(
    /// One lane, as `in-1` or `out-2`.
    LaneId, "lane"
);
name!(
    /// A stretch of the way through the gate, as `barrier-1`, `yard-kb1`, `barrier-2`.
    ZoneId, "zone"
);

macro_rules! number {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $type(pub Uuid);

        impl $type {
            /// A UUIDv7 from the caller's clock (milliseconds since 1970, UTC) and 10 random bytes.
            #[must_use]
            pub fn from_parts(unix_ms: u64, random: [u8; 10]) -> Self {
                Self(uuid::Builder::from_unix_timestamp_millis(unix_ms, &random).into_uuid())
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number!(
    /// One event of an edge; unique for ever.
    EventId
);
number!(
    /// One vehicle through one lane once.
    PassageId
);
number!(
    /// The passages of one vehicle from the first zone to the last.
    CrossingId
);
number!(
    /// One permission to open once.
    GrantId
);
number!(
    /// A question for a decision.
    RequestId
);
number!(
    /// A command from central to a lane.
    CommandId
);

/// One uninterrupted sight of one vehicle in a lane. Counts up within an epoch; a broken track gets
/// a new number, so a grant for the old one is void.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct TrackId(pub u64);

/// A start of the edge agent. Grows by one at each start and never repeats; all grants, commands and
/// sequence numbers belong to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Epoch(pub u64);

/// The random word of a lane that a command from afar must echo to be fresh. Renewed every 10 s and
/// at each restart (`architecture.md`, Commands).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct LaneSession(pub String);

/// SHA-256 of a file's bytes, as 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Sha256Hex(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_when_made_and_when_read() {
        assert_eq!(LaneId::new("in-1").map(|l| l.as_str().to_owned()), Ok("in-1".to_owned()));
        for bad in ["", "In-1", "1in", "a/b", "+", "#", "làn-1", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
            assert!(LaneId::new(bad).is_err(), "{bad:?} passed");
        }
        assert!(serde_json::from_str::<LaneId>("\"a/b\"").is_err());
        assert_eq!(SiteId::new("kim-thanh"), Ok(SiteId::kim_thanh()));
    }

    #[test]
    fn numbers_sort_by_time() {
        let early = EventId::from_parts(1_000, [255; 10]);
        let late = EventId::from_parts(1_001, [0; 10]);
        assert!(early < late);
        assert_eq!(early.0.get_version_num(), 7);
    }
}
