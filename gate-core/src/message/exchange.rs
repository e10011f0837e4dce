//! A question for a decision and its answer. Central answers within 500 ms or the edge decides by
//! its own snapshot; an answer that comes later is recorded and has no effect.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::envelope::Payload;
use crate::clock::UtcMicros;
use crate::decision::Decision;
use crate::ids::{EdgeId, GrantId, LaneId, LaneSession, PassageId, RequestId, TrackId};
use crate::reading::{ContainerReading, PlateReading};
use crate::vehicle::{Direction, VehicleClass};

/// What the edge asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DecisionRequest {
    /// Its id; the answer echoes it.
    pub id: RequestId,
    /// Who asks.
    pub edge: EdgeId,
    /// For which lane.
    pub lane: LaneId,
    /// The lane's session now.
    pub session: LaneSession,
    /// Which passage.
    pub passage: PassageId,
    /// Which track of it.
    pub track: TrackId,
    /// When it was asked.
    pub at: UtcMicros,
    /// All that was seen of the vehicle.
    pub seen: Seen,
}

impl Payload for DecisionRequest {
    const TYPE: &'static str = "application/vnd.cua-khau.request.v1+json";
}

/// All that the lane saw of one vehicle: the facts a decision is made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Seen {
    /// Which way the lane leads.
    pub direction: Direction,
    /// Plates, the tractor's first.
    pub plates: Vec<PlateReading>,
    /// Containers.
    pub containers: Vec<ContainerReading>,
    /// The vehicle's class; `None` when it could not be told.
    pub class: Option<VehicleClass>,
    /// A real vehicle stands on the loop at the stop line.
    pub on_loop: bool,
    /// The lane works in automatic mode and is not degraded.
    pub lane_automatic: bool,
}

/// What central answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DecisionReply {
    /// The question.
    pub request: RequestId,
    /// Its lane.
    pub lane: LaneId,
    /// The session that the question named.
    pub session: LaneSession,
    /// Its passage.
    pub passage: PassageId,
    /// Its track.
    pub track: TrackId,
    /// The answer.
    pub decision: Decision,
    /// The permission to open once; present exactly when the verdict is `open`.
    pub grant: Option<GrantOffer>,
    /// Where the vehicle is sent next, for the display and the officer; `None` when it stays.
    pub route: Option<RouteAdvice>,
}

impl Payload for DecisionReply {
    const TYPE: &'static str = "application/vnd.cua-khau.decision.v1+json";
}

/// A permission to open once, bound to the lane, session and track of the message it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GrantOffer {
    /// Its id.
    pub id: GrantId,
    /// Life in milliseconds from the moment the edge receives it.
    pub life_ms: u32,
}

/// Where a vehicle goes next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RouteAdvice {
    /// The lane or place, as `yard-kb1` or `in-2`.
    pub to: String,
    /// For the lane display: unaccented, at most 24 characters.
    pub display: String,
    /// Why, for officers; the rule that fired.
    pub because: String,
}
