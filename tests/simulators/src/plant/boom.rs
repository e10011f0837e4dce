//! The boom and its motor.

use serde::{Deserialize, Serialize};

/// The open position in degrees.
pub const OPEN_DEG: f64 = 90.0;

/// How long the boom takes from one limit to the other.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoomTimes {
    /// Up, in milliseconds.
    pub open_ms: u32,
    /// Down, in milliseconds.
    pub close_ms: u32,
}

impl Default for BoomTimes {
    fn default() -> Self {
        Self { open_ms: 2500, close_ms: 3000 }
    }
}

/// What the motor does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drive {
    /// Nothing.
    Still,
    /// Raises the boom.
    Up,
    /// Lowers the boom.
    Down,
}

/// The boom.
#[derive(Clone, Debug)]
pub struct Boom {
    angle_deg: f64,
    drive: Drive,
    times: BoomTimes,
    jammed: bool,
}

impl Boom {
    /// A closed boom.
    #[must_use]
    pub const fn closed(times: BoomTimes) -> Self {
        Self { angle_deg: 0.0, drive: Drive::Still, times, jammed: false }
    }

    /// Its angle: 0 closed, 90 open.
    #[must_use]
    pub const fn angle_deg(&self) -> f64 {
        self.angle_deg
    }

    /// What its motor does.
    #[must_use]
    pub const fn drive(&self) -> Drive {
        self.drive
    }

    /// The open limit switch is reached.
    #[must_use]
    pub fn at_open(&self) -> bool {
        self.angle_deg >= OPEN_DEG - 0.5
    }

    /// The closed limit switch is reached.
    #[must_use]
    pub fn at_closed(&self) -> bool {
        self.angle_deg <= 0.5
    }

    /// Sets the motor.
    pub const fn set_drive(&mut self, drive: Drive) {
        self.drive = drive;
    }

    /// A jammed boom does not move whatever its motor does.
    pub const fn set_jammed(&mut self, jammed: bool) {
        self.jammed = jammed;
    }

    /// A hand moves the boom.
    pub const fn move_by_hand(&mut self, angle_deg: f64) {
        self.angle_deg = angle_deg.clamp(0.0, OPEN_DEG);
    }

    /// Lets `ms` milliseconds pass. The limits end the drive.
    pub fn pass(&mut self, ms: f64) {
        if self.jammed {
            return;
        }
        match self.drive {
            Drive::Still => {}
            Drive::Up => {
                self.angle_deg = (self.angle_deg + OPEN_DEG * ms / f64::from(self.times.open_ms)).min(OPEN_DEG)
            }
            Drive::Down => self.angle_deg = (self.angle_deg - OPEN_DEG * ms / f64::from(self.times.close_ms)).max(0.0),
        }
        if (self.drive == Drive::Up && self.angle_deg >= OPEN_DEG)
            || (self.drive == Drive::Down && self.angle_deg <= 0.0)
        {
            self.drive = Drive::Still;
        }
    }
}
