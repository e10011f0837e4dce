//! The boom and its motor.

use gate_core::barrier::config::BarrierConfig;

use crate::rng::Rng;

#[derive(Clone, Debug)]
pub struct Boom {
    deg: f64,
    direction: i8,
    /// Degrees in a millisecond.
    rise: f64,
    fall: f64,
    /// It does not move, whatever its motor does.
    pub jammed: bool,
    /// Somebody or something moves it, without any order: -1 or 1.
    pub strange: i8,
}

impl Boom {
    /// Down in most histories; its real times are within a tenth of those that were measured.
    pub fn new(config: &BarrierConfig, rng: &mut Rng) -> Self {
        Self {
            deg: if rng.chance(850) { 0.0 } else { rng.pick(&[90.0, 45.0]) },
            direction: 0,
            rise: 90.0 / (f64::from(config.travel_open_ms) * rng.metres(0.9, 1.1)),
            fall: 90.0 / (f64::from(config.travel_close_ms) * rng.metres(0.9, 1.1)),
            jammed: false,
            strange: 0,
        }
    }

    pub fn degrees(&self) -> f64 {
        self.deg
    }

    pub fn is_up(&self) -> bool {
        self.deg >= 89.5
    }

    pub fn is_down(&self) -> bool {
        self.deg <= 0.5
    }

    /// High enough for a vehicle to drive.
    pub fn is_open_enough(&self) -> bool {
        self.deg >= 80.0
    }

    /// Low enough that no driver drives into it.
    pub fn is_low(&self) -> bool {
        self.deg < 70.0
    }

    pub fn is_lowering(&self) -> bool {
        self.direction < 0 && !self.is_down()
    }

    pub fn drive(&mut self, direction: i8) {
        self.direction = direction;
    }

    pub fn halt(&mut self) {
        self.direction = 0;
    }

    /// Whether it is somewhere else in a while.
    pub fn moves(&self) -> bool {
        self.strange != 0 || (self.direction != 0 && !self.jammed)
    }

    pub fn advance(&mut self, ms: u64) {
        if !self.moves() {
            return;
        }
        let direction = if self.strange == 0 { self.direction } else { self.strange };
        let way = if direction > 0 { self.rise } else { -self.fall };
        self.deg = (self.deg + way * ms as f64).clamp(0.0, 90.0);
        if (self.direction > 0 && self.deg >= 90.0) || (self.direction < 0 && self.deg <= 0.0) {
            self.direction = 0;
        }
    }
}
