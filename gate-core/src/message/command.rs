//! What central may tell a lane: grant, refuse, hold, lane mode, STOP. Never CLOSE, RESET or RESUME
//! (`domain.md` section 4, rule 11): those need a person who sees the boom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::envelope::Payload;
use crate::clock::UtcMicros;
use crate::ids::{CommandId, GrantId, LaneId, LaneSession, PassageId, TrackId};

/// A command to one lane, signed by central, fresh by the lane's session and a growing sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LaneCommand {
    /// Its id; a second copy has no effect.
    pub id: CommandId,
    /// Which lane.
    pub lane: LaneId,
    /// The session that the lane announced last. Ignored for STOP.
    pub session: LaneSession,
    /// Grows with every command to this lane within a session. Ignored for STOP.
    pub seq: u64,
    /// When central signed it.
    pub at: UtcMicros,
    /// Who wants it.
    pub officer: OfficerRef,
    /// The officer's reason; never empty for [`CommandBody::Grant`].
    pub reason: String,
    /// What.
    pub body: CommandBody,
}

impl Payload for LaneCommand {
    const TYPE: &'static str = "application/vnd.cua-khau.command.v1+json";
}

/// The officer behind an act, as the record names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OfficerRef {
    /// Sign-in name.
    pub name: String,
    /// Role at the time of the act.
    pub role: OfficerRole,
}

/// What a person may do at the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OfficerRole {
    /// Works a lane.
    Officer,
    /// Leads a shift: convoys, lane modes, overruling.
    ShiftLeader,
    /// Keeps users, edges and agencies; does not open barriers.
    Administrator,
}

/// What a command does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CommandBody {
    /// One opening for one vehicle.
    Grant {
        /// The grant's id; consumed by the first OPEN.
        grant: GrantId,
        /// For which passage.
        passage: PassageId,
        /// For which track of it.
        track: TrackId,
        /// Life in milliseconds from the moment the edge receives it; at most
        /// [`CommandBody::MAX_GRANT_LIFE_MS`].
        life_ms: u32,
        /// The vehicle goes first and the confirmations that it lacks are owed (an ambulance).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        priority: bool,
    },
    /// Send this vehicle back or aside.
    Refuse {
        /// Which passage.
        passage: PassageId,
    },
    /// Keep this vehicle where it is.
    Hold {
        /// Which passage.
        passage: PassageId,
    },
    /// Change how the lane works.
    Mode {
        /// From now on.
        mode: LaneMode,
    },
    /// The next vehicles pass by a shift leader's word, each with a passage of its own.
    Convoy {
        /// How many.
        size: ConvoySize,
    },
    /// The convoy is over, whoever is still to come.
    ConvoyOver,
    /// Stop the boom. Works from anywhere at once, is never refused for age, session or sequence.
    Stop,
}

impl CommandBody {
    /// Longest life of a grant: two minutes.
    pub const MAX_GRANT_LIFE_MS: u32 = 120_000;
}

/// So many vehicles within so long. Anything above the limits is no convoy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConvoySize {
    /// Vehicles, 1 to [`ConvoySize::MOST_VEHICLES`].
    pub vehicles: u8,
    /// Minutes, 1 to [`ConvoySize::MOST_MINUTES`].
    pub minutes: u8,
}

impl ConvoySize {
    /// Most vehicles of one convoy.
    pub const MOST_VEHICLES: u8 = 30;
    /// Longest time of one convoy (`domain.md`, Convoy).
    pub const MOST_MINUTES: u8 = 15;

    /// Whether it is within the limits.
    ///
    /// # Errors
    /// What is wrong, with the limit.
    pub fn check(self) -> Result<Self, String> {
        let Self { vehicles, minutes } = self;
        if !(1..=Self::MOST_VEHICLES).contains(&vehicles) {
            return Err(format!("a convoy has 1 to {} vehicles, not {vehicles}", Self::MOST_VEHICLES));
        }
        if !(1..=Self::MOST_MINUTES).contains(&minutes) {
            return Err(format!("a convoy passes within 1 to {} minutes, not {minutes}", Self::MOST_MINUTES));
        }
        Ok(self)
    }
}

/// How a lane works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LaneMode {
    /// Vehicles that meet every condition pass by themselves.
    Automatic,
    /// Every vehicle waits for an officer.
    Attended,
    /// No vehicle is taken in; routing leaves the lane out.
    Closed,
}
