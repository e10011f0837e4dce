//! What a lane shows, and what people may ask of it: the face of a lane towards the panel, the
//! uplink and the status, whatever its inside.

use gate_core::clock::{Monotonic, UtcMicros};
use gate_core::decision::Decision;
use gate_core::ids::Sha256Hex;
use gate_core::lane::sign::Sign;
use gate_core::message::command::{ConvoySize, LaneCommand, LaneMode, OfficerRef};
use gate_core::message::exchange::RouteAdvice;
use gate_core::message::status::LaneStatus;
use gate_core::plate::text::for_people;
use gate_core::reading::{ContainerReading, PlateReading};
use gate_core::vehicle::{Direction, VehicleClass};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::core::LaneCore;

/// A lane as it is now: all that the panel draws. Replaced whole on each change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LaneView {
    /// State, barrier, inputs, faults, display: what central is told as well.
    pub status: LaneStatus,
    /// The vehicle's class.
    pub class: Option<VehicleClass>,
    /// Plates of the vehicle at the stop line.
    pub plates: Vec<PlateReading>,
    /// Their texts as people write them.
    pub shown: Vec<String>,
    /// Its containers.
    pub containers: Vec<ContainerReading>,
    /// What was decided.
    pub decision: Option<Decision>,
    /// The best picture of it: the frame that was read.
    pub frame: Option<Sha256Hex>,
    /// The best frames of a vehicle that could not be read.
    pub frames: Vec<Sha256Hex>,
    /// Looks by fate, for "why was it not read".
    pub fates: Vec<(String, u32)>,
    /// Where the vehicle is sent.
    pub route: Option<RouteAdvice>,
    /// What the driver reads.
    pub sign: Sign,
    /// The same in Chinese.
    pub sign_zh: String,
    /// Since when the lane has been in its state.
    pub since: UtcMicros,
    /// How long an officer has been waited for: 0 not, 1 sound, 2 shift leader, 3 out of routing.
    pub escalated: u8,
    /// The cameras.
    pub cameras: Vec<CameraView>,
    /// The lane can be turned.
    pub both_ways: bool,
}

impl LaneView {
    /// A lane as its machines are; `faults` are those around them.
    pub(super) fn of(core: &LaneCore, faults: &[String], since: UtcMicros, now: Monotonic) -> Self {
        let mut status = core.status(now);
        status.faults.extend_from_slice(faults);
        status.faults.sort();
        status.faults.dedup();
        let vehicle = core.lane().vehicle();
        let plates = vehicle.map(|v| v.plates.clone()).unwrap_or_default();
        let frame = plates.iter().find_map(|p| p.evidence.as_ref().map(|e| e.frame.clone()));
        let frames = vehicle.map(|v| v.frames.clone()).unwrap_or_default();
        let sign = core.lane().sign();
        Self {
            status,
            class: vehicle.and_then(|v| v.class),
            containers: vehicle.map(|v| v.containers.clone()).unwrap_or_default(),
            decision: vehicle.and_then(|v| v.decision.clone()),
            frame: frame.or_else(|| frames.first().cloned()),
            shown: plates.iter().map(|p| for_people(&p.text, p.country)).collect(),
            plates,
            frames,
            fates: vehicle.map(|v| v.fates.clone()).unwrap_or_default(),
            route: None,
            sign,
            sign_zh: sign.zh().to_owned(),
            since,
            escalated: 0,
            cameras: Vec::new(),
            both_ways: false,
        }
    }
}

/// A camera, as the panel shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CameraView {
    /// Its name.
    pub name: String,
    /// What is wrong with it, by a stable code; `None` when it is well.
    pub fault: Option<String>,
    /// The same in words.
    pub detail: String,
}

/// What is asked of a lane. Its queue is bounded; STOP goes a way of its own.
#[derive(Debug)]
pub enum LaneOrder {
    /// A person at the lane panel.
    Act {
        /// Who.
        officer: Option<OfficerRef>,
        /// What.
        act: LaneAct,
        /// Why, in the person's words.
        reason: String,
        /// Told whether the lane took it, and if not, why.
        answer: oneshot::Sender<Result<(), String>>,
    },
    /// A command of central whose signature was checked.
    Command(Box<LaneCommand>),
}

/// A STOP on its way to the machine; the stop chain is being dropped already.
#[derive(Debug)]
pub enum LaneStop {
    /// At the panel, with or without a sign-in.
    Person(Option<OfficerRef>),
    /// From central.
    Command(Box<LaneCommand>),
}

/// What a person may do at the lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LaneAct {
    /// Let the vehicle at the stop line pass, once.
    Open,
    /// Let it pass first, once; the confirmations that it lacks are owed.
    Priority,
    /// Send it back.
    Refuse,
    /// Keep it where it is.
    Hold,
    /// Drop the stop chain. Never refused.
    Stop,
    /// End STOPPED, FAULT, EMERGENCY_OPEN or MANUAL_LOCAL with the boom in view. Never moves it.
    Reset,
    /// Write what the plate really says. Never opens by itself.
    CorrectPlate(String),
    /// The second vehicle was the first one's trailer.
    WasTrailer,
    /// Keep the boom up, or no longer.
    HoldOpen(bool),
    /// The way is empty, the boom in view.
    WayIsEmpty,
    /// Change how the lane works.
    Mode(LaneMode),
    /// Let the next vehicles pass as a convoy.
    Convoy(ConvoySize),
    /// End the convoy.
    ConvoyOver,
    /// Have the lane lead this way, its two ends in view; never moves the boom.
    Turn(Direction),
}
