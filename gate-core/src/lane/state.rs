//! The states of a lane and the reasons for its waits.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::machine::Lane;
use crate::barrier::state::BarrierState;
use crate::decision::ReasonCode;
use crate::message::command::LaneMode;

/// What a lane is doing with the vehicle at its stop line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LaneState {
    /// Nobody is there.
    Idle,
    /// A vehicle is there; its plate is being read.
    Capturing,
    /// Asked for a decision.
    Deciding,
    /// Opened for it.
    Granted,
    /// An officer decides.
    Referred,
    /// It has to leave.
    Refused,
    /// It drives through.
    Passing,
    /// A second vehicle drove in behind; an officer's key ends this.
    Tailgated,
}

impl LaneState {
    /// Its name in status and events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Capturing => "capturing",
            Self::Deciding => "deciding",
            Self::Granted => "granted",
            Self::Referred => "referred",
            Self::Refused => "refused",
            Self::Passing => "passing",
            Self::Tailgated => "tailgated",
        }
    }

    /// Whether the vehicle has not driven in yet, so that an empty stop line means that it left.
    #[must_use]
    pub fn stands_at_stop_line(self) -> bool {
        matches!(self, Self::Capturing | Self::Deciding | Self::Referred | Self::Refused)
    }
}

impl fmt::Display for LaneState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a lane waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// For an officer, because of this.
    Officer(ReasonCode),
    /// For the vehicle to leave.
    VehicleLeaves,
    /// For the vehicle to drive.
    VehicleDrives,
    /// For an officer's key after tailgating.
    Tailgating,
    /// For the barrier to come down.
    BarrierCloses,
    /// For a reset of the barrier at the lane.
    BarrierReset,
}

impl Waiting {
    pub(super) fn of(lane: &Lane) -> Option<Self> {
        let reset = matches!(
            lane.barrier,
            BarrierState::Stopped | BarrierState::Fault(_) | BarrierState::ManualLocal | BarrierState::EmergencyOpen
        );
        match lane.state {
            LaneState::Tailgated => Some(Self::Tailgating),
            _ if reset => Some(Self::BarrierReset),
            LaneState::Referred => {
                let first = lane.vehicle.as_ref().and_then(|v| v.decision.as_ref()?.reasons.first());
                Some(Self::Officer(first.map_or(ReasonCode::Unread, |r| r.code)))
            }
            LaneState::Refused => Some(Self::VehicleLeaves),
            LaneState::Granted => Some(Self::VehicleDrives),
            LaneState::Capturing | LaneState::Deciding if lane.barrier == BarrierState::Open => {
                Some(Self::BarrierCloses)
            }
            LaneState::Idle if lane.mode == LaneMode::Closed => None,
            _ => None,
        }
    }

    /// Its stable name in status.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::Officer(code) => {
                let name = serde_json::to_value(code).ok().and_then(|v| v.as_str().map(str::to_owned));
                format!("officer:{}", name.unwrap_or_default())
            }
            Self::VehicleLeaves => "vehicle_leaves".to_owned(),
            Self::VehicleDrives => "vehicle_drives".to_owned(),
            Self::Tailgating => "tailgating".to_owned(),
            Self::BarrierCloses => "barrier_closes".to_owned(),
            Self::BarrierReset => "barrier_reset".to_owned(),
        }
    }
}
