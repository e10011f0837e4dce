//! What happens to a lane and what it brings about.

use serde::{Deserialize, Serialize};

use super::sign::Sign;
use crate::barrier::grant::Void;
use crate::barrier::state::BarrierState;
use crate::decision::Decision;
use crate::ids::{GrantId, PassageId, RequestId, Sha256Hex, TrackId};
use crate::message::command::{ConvoySize, LaneMode, OfficerRef};
use crate::message::event::{ActPlace, DecidedBy, EventBody};
use crate::message::exchange::Seen;
use crate::reading::{ContainerReading, PlateReading};
use crate::vehicle::{Role, VehicleClass, View};

/// Fresh ids that a step may use; the caller makes new ones for every step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepIds {
    /// For a passage that begins.
    pub passage: PassageId,
    /// For a question.
    pub request: RequestId,
    /// For a grant that an officer at the lane gives.
    pub grant: GrantId,
}

impl StepIds {
    /// The `n`-th ids beside these; the last bytes of an id are random, and theirs differ in `byte`.
    pub(super) fn beside(self, byte: usize, n: u8) -> Self {
        let nth = |id: uuid::Uuid| {
            let mut bytes = id.into_bytes();
            if let Some(byte) = bytes.get_mut(byte) {
                *byte = byte.wrapping_add(n);
            }
            uuid::Uuid::from_bytes(bytes)
        };
        Self {
            passage: PassageId(nth(self.passage.0)),
            request: RequestId(nth(self.request.0)),
            grant: GrantId(nth(self.grant.0)),
        }
    }

    /// For what begins in the same step after an order was carried out.
    pub(super) fn second(self) -> Self {
        self.beside(14, 1)
    }
}

/// What happens.
#[derive(Clone, Debug, PartialEq)]
pub enum LaneInput {
    /// Time passed; at least every 100 ms.
    Tick,
    /// The loop at the stop line; `None` = unknown.
    StopLine(Option<bool>),
    /// Events reach the disk and the cameras are well.
    Healthy(bool),
    /// The barrier's state.
    Barrier(BarrierState),
    /// The barrier tells: the vehicle is under the boom.
    Entered,
    /// The barrier tells: it drove through and the way is clear.
    DroveThrough,
    /// The barrier tells: it left backwards.
    BackedOut,
    /// The barrier tells: a second vehicle drove in.
    Tailgated,
    /// The cameras tell: another vehicle stands there.
    TrackChanged,
    /// The cameras tell.
    Sight(Sight),
    /// The answer to a question, central's or the edge's own.
    Replied {
        /// Which question.
        request: RequestId,
        /// The decision and who made it.
        decision: (Decision, DecidedBy),
        /// The grant that came with it, and its life in milliseconds.
        grant: Option<(GrantId, u32)>,
    },
    /// Somebody acts.
    Order(Order),
}

/// What the cameras tell of the vehicle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    /// Its class and how sure that is.
    Class(VehicleClass, f32),
    /// A plate; `ready` when more looks would not change it.
    Plate {
        /// The reading.
        reading: PlateReading,
        /// Good enough to ask by.
        ready: bool,
    },
    /// A container.
    Container(ContainerReading),
    /// How the looks fared, and the best frames.
    Looks {
        /// Looks by fate.
        fates: Vec<(String, u32)>,
        /// The best frames.
        frames: Vec<Sha256Hex>,
    },
}

impl Sight {
    /// Seen while a vehicle drives through, it may be of the one behind it: its class, and a plate that is neither a
    /// trailer's nor seen from the rear. Better a plate less than another's on the record.
    pub(super) fn may_be_of_the_next(&self) -> bool {
        match self {
            Self::Class(..) => true,
            Self::Plate { reading, .. } => reading.view != Some(View::Rear) && reading.role != Role::Trailer,
            Self::Container(_) | Self::Looks { .. } => false,
        }
    }
}

/// Somebody's act, whose right to it was checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Who.
    pub officer: OfficerRef,
    /// From where.
    pub place: ActPlace,
    /// Why.
    pub reason: String,
    /// What.
    pub act: Act,
}

/// What an officer may do with the vehicle at the stop line.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Let it pass once: by a grant of the console, or at the lane by one that the lane makes.
    Open {
        /// The console's grant with its passage, track and life; `None` at the lane.
        given: Option<(GrantId, PassageId, TrackId, u32)>,
        /// It goes first: the confirmations that it lacks are owed.
        priority: bool,
    },
    /// Send it back; of this passage where it is named.
    Refuse(Option<PassageId>),
    /// Keep it where it is.
    Hold(Option<PassageId>),
    /// What its plate really says.
    CorrectPlate(String),
    /// The second vehicle was the first one's trailer.
    WasTrailer,
    /// Change how the lane works.
    Mode(LaneMode),
    /// The next vehicles pass by this word; a shift leader's.
    Convoy(ConvoySize),
    /// The convoy is over; a shift leader's.
    ConvoyOver,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    /// Its id.
    pub request: RequestId,
    /// Which passage.
    pub passage: PassageId,
    /// Which track of it.
    pub track: TrackId,
    /// What was seen.
    pub seen: Seen,
}

/// What a step brings about.
#[derive(Clone, Debug, PartialEq)]
pub enum LaneEffect {
    /// Record this.
    Emit {
        /// Of which passage.
        passage: Option<PassageId>,
        /// What.
        body: EventBody,
    },
    /// Ask central, and past the deadline the edge's own lists.
    Ask(Box<Ask>),
    /// Give the barrier this grant and open by it.
    Open {
        /// The grant.
        grant: GrantId,
        /// For this track.
        track: TrackId,
        /// Its life in milliseconds.
        life_ms: u32,
        /// Who or what caused it.
        cause: String,
    },
    /// Take the barrier's live grant back.
    VoidGrant(Void),
    /// The cameras look at this vehicle at full rate.
    Watch {
        /// Its passage.
        passage: PassageId,
        /// Its track.
        track: TrackId,
    },
    /// The cameras may rest.
    WatchNoMore,
    /// Show this to the driver.
    Show(Sign),
    /// An officer has been waited for: 1 sound, 2 shift leader, 3 out of routing.
    Escalate(u8),
    /// An order was not carried out, and why.
    OrderRefused(String),
    /// The case of the second vehicle is settled: the barrier's latch may go on.
    TailgatingSettled,
}
