//! How an edge and its lanes are now. Retained, with a last will; not a record, only the live view.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::command::LaneMode;
use super::envelope::Payload;
use crate::clock::{ClockQuality, UtcMicros};
use crate::ids::{EdgeId, Epoch, LaneId, LaneSession, PassageId, TrackId};
use crate::vehicle::Direction;

/// Sent on each change (at most 5 a second) and every 2 s.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EdgeStatus {
    /// Which edge.
    pub edge: EdgeId,
    /// Which start of it.
    pub epoch: Epoch,
    /// Grows with each status of the epoch: an older one that arrives later is dropped.
    pub count: u64,
    /// When.
    pub at: UtcMicros,
    /// How far that time can be trusted.
    pub clock: ClockQuality,
    /// The agent's version.
    pub version: String,
    /// The version of the lists it holds; `None` when it has none.
    pub lists_version: Option<u64>,
    /// Events that central has not acknowledged.
    pub outbox: u64,
    /// Its lanes.
    pub lanes: Vec<LaneStatus>,
}

impl Payload for EdgeStatus {
    const TYPE: &'static str = "application/vnd.cua-khau.status.v1+json";
}

/// One lane now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LaneStatus {
    /// Which.
    pub lane: LaneId,
    /// Which way it leads.
    pub direction: Direction,
    /// The word a command must echo.
    pub session: LaneSession,
    /// How it works.
    pub mode: LaneMode,
    /// The lane machine's state, as `idle`, `capturing`, `referred`.
    pub state: String,
    /// Why it waits, for officers; empty when it does not.
    pub waiting_for: String,
    /// The barrier machine's state, as `closed`, `fault(relay_stuck)`.
    pub barrier: String,
    /// The passage at the stop line.
    pub passage: Option<PassageId>,
    /// Its track.
    pub track: Option<TrackId>,
    /// The inputs as the agent believes them: `(name, active)`; `None` = unknown.
    pub inputs: Vec<(String, Option<bool>)>,
    /// Faults now, by code.
    pub faults: Vec<String>,
    /// What the driver reads now, unaccented.
    pub display: String,
    /// The convoy that may pass now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub convoy: Option<ConvoyStatus>,
}

/// A convoy on its way through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConvoyStatus {
    /// Vehicles of it that drove in.
    pub passed: u8,
    /// Vehicles of it in all.
    pub of: u8,
    /// Whole minutes that it has left.
    pub minutes_left: u8,
}
