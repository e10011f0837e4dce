//! What the driver reads: a small set of signs, each with its text in Vietnamese without accents (the
//! display's characters have none) and in Chinese. Watchlist, chance inspection and any other refusal
//! look the same.

use serde::{Deserialize, Serialize};

use super::state::LaneState;
use super::vehicle::Vehicle;
use crate::barrier::state::BarrierState;
use crate::decision::{ReasonCode, Verdict};
use crate::message::command::LaneMode;

/// A sign to the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Drive up to the stop line.
    DriveUp,
    /// Stop.
    Stop,
    /// Wait a moment.
    Wait,
    /// Drive.
    Go,
    /// An officer is coming.
    WaitForOfficer,
    /// Go to the inspection place.
    Inspection,
    /// The lane is closed.
    Closed,
}

impl Sign {
    /// All signs.
    pub const ALL: [Self; 7] =
        [Self::DriveUp, Self::Stop, Self::Wait, Self::Go, Self::WaitForOfficer, Self::Inspection, Self::Closed];

    /// Vietnamese, unaccented.
    #[must_use]
    pub fn vi(self) -> &'static str {
        match self {
            Self::DriveUp => "MOI XE VAO",
            Self::Stop => "DUNG LAI",
            Self::Wait => "XIN CHO",
            Self::Go => "MOI DI",
            Self::WaitForOfficer => "CHO CAN BO",
            Self::Inspection => "VAO LUONG KIEM TRA",
            Self::Closed => "LAN DONG",
        }
    }

    /// Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::DriveUp => "请驶入",
            Self::Stop => "停车",
            Self::Wait => "请稍候",
            Self::Go => "请通行",
            Self::WaitForOfficer => "请等候工作人员",
            Self::Inspection => "请到查验通道",
            Self::Closed => "车道关闭",
        }
    }

    pub(super) fn of(state: LaneState, mode: LaneMode, barrier: BarrierState, vehicle: Option<&Vehicle>) -> Self {
        let inspection = || {
            vehicle.and_then(|v| v.decision.as_ref()).is_some_and(|d| {
                d.verdict == Verdict::Refuse && d.reasons.iter().any(|r| r.code == ReasonCode::Inspection)
            })
        };
        match (state, barrier) {
            (LaneState::Granted | LaneState::Passing, BarrierState::Open) => Self::Go,
            (LaneState::Granted, BarrierState::Opening) => Self::Wait,
            (LaneState::Tailgated | LaneState::Passing | LaneState::Granted, _) => Self::Stop,
            (_, BarrierState::Stopped | BarrierState::Fault(_)) => Self::Stop,
            (LaneState::Capturing | LaneState::Deciding, _) => Self::Wait,
            (LaneState::Referred, _) => Self::WaitForOfficer,
            (LaneState::Refused, _) if inspection() => Self::Inspection,
            (LaneState::Refused, _) => Self::WaitForOfficer,
            (LaneState::Idle, _) if mode == LaneMode::Closed => Self::Closed,
            (LaneState::Idle, BarrierState::Closed) => Self::DriveUp,
            (LaneState::Idle, _) => Self::Stop,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fit_a_lane_display() {
        for sign in Sign::ALL {
            assert!(sign.vi().is_ascii() && sign.vi().len() <= 24, "{sign:?}");
            assert!((1..=10).contains(&sign.zh().chars().count()), "{sign:?}");
        }
    }
}
