//! What happened at a lane. Every event goes to the edge's outbox first, then over MQTT; central
//! keeps each exactly once, by its [`EventId`], and acknowledges by (edge, epoch, sequence).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::command::{ConvoySize, LaneMode, OfficerRef};
use super::envelope::Payload;
use crate::clock::{ClockQuality, UtcMicros};
use crate::decision::Decision;
use crate::ids::{EdgeId, Epoch, EventId, GrantId, LaneId, PassageId, Sha256Hex, TrackId};
use crate::passage::{OpenedBy, PassageOutcome};
use crate::reading::{ContainerReading, LookFate, PlateReading, ShadowReading};
use crate::vehicle::{Direction, VehicleClass};

/// Most looks that an [`EventBody::Looked`] tells one by one.
pub const MAX_LOOKS: usize = 40;

/// One event, with its place in the edge's count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EdgeEvent {
    /// Unique for ever.
    pub id: EventId,
    /// Which edge.
    pub edge: EdgeId,
    /// Which lane.
    pub lane: LaneId,
    /// Which start of the edge.
    pub epoch: Epoch,
    /// Counts 1, 2, 3 ... within the epoch, over all lanes of the edge, without a gap.
    pub seq: u64,
    /// When it happened.
    pub at: UtcMicros,
    /// How far that time can be trusted.
    pub clock: ClockQuality,
    /// Which passage it belongs to; `None` for what happens to the lane itself.
    pub passage: Option<PassageId>,
    /// What happened.
    pub body: EventBody,
}

impl Payload for EdgeEvent {
    const TYPE: &'static str = "application/vnd.cua-khau.event.v1+json";
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventBody {
    /// A vehicle is present in the lane.
    PassageBegan {
        /// Which way the lane leads.
        direction: Direction,
        /// The first track of it.
        track: TrackId,
    },
    /// The vehicle's class was told.
    VehicleSeen {
        /// Its class.
        class: VehicleClass,
        /// Probability in 0..=1.
        confidence: f32,
    },
    /// A plate was read, or read better than before.
    PlateRead {
        /// The reading.
        reading: PlateReading,
    },
    /// A container number was read.
    ContainerRead {
        /// The reading.
        reading: ContainerReading,
    },
    /// Nothing legible within the time; the fates of the looks by count.
    Unread {
        /// `(fate, how many looks)`, as `("blurred", 7)`.
        fates: Vec<(String, u32)>,
        /// The best frames, JPEG.
        frames: Vec<Sha256Hex>,
    },
    /// The vehicle is gone: every look at it by count, and each of the first and the last ones.
    Looked {
        /// `(fate, how many looks)`, as `("blurred", 7)`.
        fates: Vec<(String, u32)>,
        /// Looks in their order, at most [`MAX_LOOKS`]; those between the first and the last are left out.
        looks: Vec<LookFate>,
    },
    /// What models on trial made of the passage; of no effect.
    ShadowRead {
        /// The reading.
        reading: ShadowReading,
    },
    /// What was decided and by whom.
    Decided {
        /// The decision.
        decision: Decision,
        /// By central, or by the edge's snapshot.
        by: DecidedBy,
        /// The grant that came with it.
        grant: Option<GrantId>,
    },
    /// The agent told the barrier to do something, and saw the relay confirm it or not.
    BarrierCommanded {
        /// What.
        action: BarrierAction,
        /// The grant it consumed.
        grant: Option<GrantId>,
        /// Who or what caused it, as `grant`, `panel:lan`, `stop from console`.
        cause: String,
    },
    /// The boom was seen to do something.
    BarrierMoved {
        /// The state it is in now, as `open`, `fault(travel_time)`.
        state: String,
        /// Our command or grant caused it.
        commanded: bool,
    },
    /// An officer acted at the lane panel, or a command of central was carried out.
    Act {
        /// Who.
        officer: OfficerRef,
        /// What, as `open`, `refuse`, `correct_plate`, `stop`, `reset`.
        act: String,
        /// Why, in the officer's words.
        reason: String,
        /// From where.
        place: ActPlace,
        /// The corrected text, where the act corrects a plate.
        plate: Option<String>,
    },
    /// The passage is over.
    PassageEnded {
        /// How.
        outcome: PassageOutcome,
        /// By whose word the boom opened.
        opened_by: OpenedBy,
    },
    /// A message or command was not accepted and had no effect.
    Refused {
        /// What it was, as `command grant`.
        what: String,
        /// Why.
        why: String,
    },
    /// Something is wrong with the lane, its barrier, a camera or a bus.
    Fault {
        /// A stable code, as `relay_stuck`, `camera_frozen`, `bus_silent`.
        code: String,
        /// Where and what, with the measure and its limit.
        detail: String,
    },
    /// It is right again.
    FaultCleared {
        /// The code of the fault.
        code: String,
    },
    /// The lane works differently from now on.
    ModeChanged {
        /// From now on.
        mode: LaneMode,
        /// Who or what changed it.
        cause: String,
    },
    /// A convoy may pass from now on, by the shift leader's act before it.
    ConvoyBegan {
        /// How many vehicles within how long.
        size: ConvoySize,
    },
    /// The convoy may pass no longer: the next vehicle is one like any other.
    ConvoyEnded {
        /// Vehicles of it that drove in.
        passed: u8,
        /// Vehicles that might have.
        of: u8,
        /// Why it is over.
        why: ConvoyEnd,
    },
    /// The agent started; what it found.
    Started {
        /// Its version.
        version: String,
        /// What it found of an earlier life, in words.
        found: String,
    },
}

/// Why a convoy is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConvoyEnd {
    /// All of its vehicles drove in.
    AllPassed,
    /// Its time is over.
    TimeOver,
    /// A shift leader ended it.
    Ended,
    /// The barrier was stopped, is at fault, under a key, or was lost from sight.
    Barrier,
    /// The lane was closed.
    LaneClosed,
}

/// Who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// The centre.
    Central,
    /// The edge, on its snapshot of the lists.
    Snapshot,
}

/// What the agent tells a barrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BarrierAction {
    /// Raise the boom.
    Open,
    /// Lower the boom.
    Close,
    /// Drop the stop chain.
    Stop,
}

/// Where an officer acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActPlace {
    /// At the lane's own panel.
    Panel,
    /// At the centre's console.
    Console,
}
