//! The vehicle at the stop line: what was seen of it and what was decided.

use serde::{Deserialize, Serialize};

use crate::decision::Decision;
use crate::ids::{GrantId, PassageId, RequestId, Sha256Hex, TrackId};
use crate::message::exchange::Seen;
use crate::passage::OpenedBy;
use crate::reading::{ContainerReading, PlateReading};
use crate::vehicle::{Direction, VehicleClass};

/// Most plates and containers kept of one vehicle.
const MAX_READINGS: usize = 8;

/// One vehicle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vehicle {
    /// Its passage.
    pub passage: PassageId,
    /// The unbroken sight of it.
    pub track: TrackId,
    /// Its plates, the tractor's first.
    pub plates: Vec<PlateReading>,
    /// Its containers.
    pub containers: Vec<ContainerReading>,
    /// Its class.
    pub class: Option<VehicleClass>,
    /// Looks by fate, for "why was it not read".
    pub fates: Vec<(String, u32)>,
    /// The best frames.
    pub frames: Vec<Sha256Hex>,
    /// The question that is open.
    pub asked: Option<RequestId>,
    /// It was asked before the class was told.
    #[serde(default)]
    pub asked_without_class: bool,
    /// What was decided last.
    pub decision: Option<Decision>,
    /// The grant it drives on.
    pub grant: Option<GrantId>,
    /// By whose word the boom opened.
    pub opened_by: OpenedBy,
    /// A plate was read as well as it will be.
    pub ready: bool,
    /// It drove in without a grant, and that was recorded as a fault.
    pub alarmed: bool,
    /// On its way through it left the stop line, or nobody saw whether it did: whoever comes there now may be
    /// another.
    pub left_line: bool,
    /// The way was seen clear behind it while an officer was waited for.
    #[serde(default)]
    pub through: bool,
    /// It drove in and counted as one of a convoy.
    #[serde(default)]
    pub counted: bool,
    /// An officer said something about it: from then on officers decide.
    pub officer_spoke: bool,
}

impl Vehicle {
    pub(super) fn new(passage: PassageId, track: TrackId) -> Self {
        Self {
            passage,
            track,
            plates: Vec::new(),
            containers: Vec::new(),
            class: None,
            fates: Vec::new(),
            frames: Vec::new(),
            asked: None,
            asked_without_class: false,
            decision: None,
            grant: None,
            opened_by: OpenedBy::Nobody,
            ready: false,
            left_line: false,
            through: false,
            alarmed: false,
            counted: false,
            officer_spoke: false,
        }
    }

    /// Keeps a reading in the place of an earlier one of the same role and view.
    pub(super) fn keep_plate(&mut self, reading: PlateReading) {
        self.plates.retain(|p| (p.role, p.view) != (reading.role, reading.view));
        if self.plates.len() < MAX_READINGS {
            self.plates.push(reading);
            self.plates.sort_by_key(|p| p.role);
        }
    }

    /// Keeps a container in the place of an earlier reading of the same number.
    pub(super) fn keep_container(&mut self, reading: ContainerReading) {
        self.containers.retain(|c| c.code != reading.code);
        if self.containers.len() < MAX_READINGS {
            self.containers.push(reading);
        }
    }

    pub(super) fn seen(&self, direction: Direction, on_loop: bool, lane_automatic: bool) -> Seen {
        Seen {
            direction,
            plates: self.plates.clone(),
            containers: self.containers.clone(),
            class: self.class,
            on_loop,
            lane_automatic,
        }
    }
}
