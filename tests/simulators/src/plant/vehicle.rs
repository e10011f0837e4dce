//! A vehicle: what of it loops and beams see, and how its driver behaves.

use serde::{Deserialize, Serialize};

use super::{ENDS_M, STOP_LINE_M};

/// What comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VehicleKind {
    /// A car: one body.
    Car,
    /// A rigid lorry: one body.
    Lorry,
    /// A tractor with a drawbar trailer: two bodies and a gap that neither loop nor beam sees.
    Trailer,
    /// A motorcycle: short, and loops do not see it.
    Motorcycle,
}

impl VehicleKind {
    /// Its usual length in metres.
    #[must_use]
    pub const fn usual_length_m(self) -> f64 {
        match self {
            Self::Car => 4.5,
            Self::Lorry => 10.0,
            Self::Trailer => 18.0,
            Self::Motorcycle => 2.0,
        }
    }

    /// The angle of the boom at which it touches the vehicle.
    pub(super) const fn touched_below_deg(self) -> f64 {
        match self {
            Self::Car | Self::Motorcycle => 40.0,
            Self::Lorry | Self::Trailer => 70.0,
        }
    }
}

/// How its driver behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// Waits at the stop line until the boom stands open.
    #[default]
    Waits,
    /// Follows the vehicle ahead through the open boom without waiting for a turn of its own.
    Tailgates,
    /// Drives back out.
    TurnsBack,
    /// Stands under the boom once it is there.
    StopsUnderBoom,
}

/// One vehicle in the lane.
#[derive(Clone, Debug)]
pub struct Vehicle {
    /// Its number in the lane, from 1.
    pub id: u64,
    /// What it is.
    pub kind: VehicleKind,
    /// Its length in metres.
    pub length_m: f64,
    /// Where its front is.
    pub front_m: f64,
    /// Its speed in driving direction, metres a second.
    pub speed_m_s: f64,
    /// How its driver behaves.
    pub manner: Manner,
    /// Length of the gap between its bodies, in metres; zero for one body.
    pub gap_m: f64,
    /// It set off after the boom opened for it.
    pub under_way: bool,
}

/// Speed on the way to the stop line and through the boom.
const SPEED_M_S: f64 = 2.0;
/// Room kept to the vehicle ahead.
const ROOM_M: f64 = 1.5;

impl Vehicle {
    /// A vehicle that appears with its front at `front_m`.
    #[must_use]
    pub fn new(id: u64, kind: VehicleKind, length_m: f64, front_m: f64, manner: Manner) -> Self {
        let gap_m = if kind == VehicleKind::Trailer { 1.5 } else { 0.0 };
        Self { id, kind, length_m, front_m, speed_m_s: 0.0, manner, gap_m, under_way: false }
    }

    /// Where its rear is.
    #[must_use]
    pub fn rear_m(&self) -> f64 {
        self.front_m - self.length_m
    }

    /// Some part of it, the coupling included, is between `from` and `to`.
    #[must_use]
    pub fn reaches(&self, (from, to): (f64, f64)) -> bool {
        self.front_m > from && self.rear_m() < to
    }

    /// A loop or beam between `from` and `to` sees it: the gap before a trailer is not seen.
    #[must_use]
    pub fn seen_at(&self, (from, to): (f64, f64)) -> bool {
        if self.gap_m <= 0.0 {
            return self.reaches((from, to));
        }
        let tractor_rear = self.front_m - 0.35 * self.length_m;
        let trailer_front = tractor_rear - self.gap_m;
        (self.front_m > from && tractor_rear < to) || (trailer_front > from && self.rear_m() < to)
    }

    /// It stands at the stop line and waits for the boom.
    #[must_use]
    pub fn waits_at_line(&self) -> bool {
        !self.under_way && (self.front_m - STOP_LINE_M).abs() < 0.3
    }

    /// Drives for `ms` milliseconds; `ahead_m` is the rear of the vehicle ahead, `boom_open` what the
    /// driver sees of the boom, `turn` whether an opening or the green light is for the next vehicle.
    pub fn drive(&mut self, ms: f64, ahead_m: Option<f64>, boom_open: bool, turn: bool) {
        let step = SPEED_M_S * ms / 1000.0;
        let before = self.front_m;
        if self.manner == Manner::TurnsBack && self.front_m < 0.0 {
            self.front_m -= step;
        } else {
            self.front_m = (self.front_m + step).min(self.may_go_to(ahead_m, boom_open, turn).max(self.front_m));
        }
        self.speed_m_s = (self.front_m - before) * 1000.0 / ms.max(0.001);
    }

    fn may_go_to(&mut self, ahead_m: Option<f64>, boom_open: bool, turn: bool) -> f64 {
        let behind_other = ahead_m.map_or(f64::INFINITY, |rear| rear - ROOM_M);
        if self.front_m <= STOP_LINE_M {
            let follows = self.manner == Manner::Tailgates && behind_other.is_finite();
            let own_turn = turn && ahead_m.is_none_or(|rear| rear > super::SWEEP_M.1);
            self.under_way = boom_open && (follows || own_turn);
            if !self.under_way {
                return STOP_LINE_M.min(behind_other);
            }
        }
        // Past the line a driver goes on, but not into a boom that is not open.
        let boom = if self.front_m < super::SWEEP_M.0 && !boom_open { super::SWEEP_M.0 - 0.4 } else { f64::INFINITY };
        let stands = if self.manner == Manner::StopsUnderBoom { self.length_m / 2.0 } else { f64::INFINITY };
        behind_other.min(boom).min(stands)
    }

    /// It left the lane.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.rear_m() > ENDS_M.1 || (self.manner == Manner::TurnsBack && self.front_m < ENDS_M.0)
    }
}
