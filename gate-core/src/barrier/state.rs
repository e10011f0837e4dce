//! The states of a barrier, the faults that end in one of them, and what the machine tells.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::grant::{GrantRefusal, Void};
use super::io::{InputName, Motion, Output};
use crate::ids::GrantId;

/// What a barrier is doing, as far as its inputs prove it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BarrierState {
    /// Not known yet: after every start, reconnection and return of power.
    Unknown,
    /// Down, by its limit.
    Closed,
    /// On its way up.
    Opening,
    /// Up, by its limit.
    Open,
    /// Up and to stay up until an officer at the lane says otherwise.
    HeldOpen,
    /// On its way down.
    Closing,
    /// The stop chain is dropped.
    Stopped,
    /// Something is wrong; ends by a reset at the lane.
    Fault(Fault),
    /// The key at the barrier stands on MANUAL: nothing is written.
    ManualLocal,
    /// Locked for work: nothing is written.
    Maintenance,
    /// The emergency input holds it open.
    EmergencyOpen,
}

/// Why a barrier is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// A motion relay did not go off.
    RelayStuck,
    /// The boom took longer than 1.5 times its measured way.
    TravelTime,
    /// Both limits at once.
    LimitsContradict,
    /// No limit although nothing moves.
    LimitsLost,
    /// A limit changed without our command.
    UncommandedMove,
    /// The boom came down while a body was or may have been in its way.
    ClosingOnBody,
    /// The stop chain could not be dropped.
    StopFailed,
}

impl Fault {
    /// The stable code of events and status.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::RelayStuck => "relay_stuck",
            Self::TravelTime => "travel_time",
            Self::LimitsContradict => "limits_contradict",
            Self::LimitsLost => "limits_lost",
            Self::UncommandedMove => "uncommanded_move",
            Self::ClosingOnBody => "closing_on_body",
            Self::StopFailed => "stop_failed",
        }
    }
}

impl fmt::Display for BarrierState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Unknown => "unknown",
            Self::Closed => "closed",
            Self::Opening => "opening",
            Self::Open => "open",
            Self::HeldOpen => "held_open",
            Self::Closing => "closing",
            Self::Stopped => "stopped",
            Self::Fault(fault) => return write!(f, "fault({})", fault.code()),
            Self::ManualLocal => "manual_local",
            Self::Maintenance => "maintenance",
            Self::EmergencyOpen => "emergency_open",
        };
        f.write_str(name)
    }
}

/// What a step of the machine brings about.
#[derive(Clone, Debug, PartialEq)]
pub enum BarrierEffect {
    /// To be written by the driver, in this order.
    Output(Output),
    /// To be told and recorded.
    Told(BarrierNews),
}

/// What the machine tells.
#[derive(Clone, Debug, PartialEq)]
pub enum BarrierNews {
    /// The state changed.
    State {
        /// From now on.
        now: BarrierState,
        /// Our command or grant caused it, or a cause that the profile declares.
        commanded: bool,
    },
    /// A motion pulse was given.
    Commanded {
        /// Which way.
        motion: Motion,
        /// The grant that an OPEN consumed.
        grant: Option<GrantId>,
        /// Who or what caused it.
        cause: String,
    },
    /// The stop chain was dropped.
    Stopped {
        /// Who or what caused it.
        cause: String,
    },
    /// A grant is gone.
    GrantVoid {
        /// Which.
        grant: GrantId,
        /// Why.
        why: Void,
    },
    /// A grant was not taken.
    GrantRefused {
        /// Which.
        grant: GrantId,
        /// Why.
        why: GrantRefusal,
    },
    /// An order was not carried out.
    Refused {
        /// Which.
        order: &'static str,
        /// Why, for the officer.
        why: String,
    },
    /// The vehicle is under the boom.
    Entered,
    /// The vehicle drove through and the way is clear.
    DroveThrough,
    /// The vehicle left backwards.
    BackedOut,
    /// A second vehicle drove in behind the first.
    Tailgated,
    /// Inputs that did not show the vehicle: no automatic close until looked at.
    SensorImplausible {
        /// Which.
        silent: Vec<InputName>,
    },
}
