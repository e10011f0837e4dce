//! The lane as it really is: boom, vehicles, loops, photocell. Devices look at it and move it; tests and
//! the demo ask it for the truth. Pure: time is an argument.
//!
//! Places are metres along the lane, the boom at 0, vehicles driving towards greater numbers.

mod boom;
mod journal;
mod lane;
mod vehicle;

pub use boom::{Boom, BoomTimes, Drive};
pub use journal::{Journal, Note, NoteKind, Pulse};
pub use lane::{LanePlant, Sensor, SensorFault};
pub use vehicle::{Manner, Vehicle, VehicleKind};

/// The stop line.
pub const STOP_LINE_M: f64 = -2.5;
/// What the boom sweeps, in driving direction.
pub const SWEEP_M: (f64, f64) = (-0.6, 0.6);
/// The loop before the stop line.
pub const APPROACH_LOOP_M: (f64, f64) = (-6.0, -3.5);
/// The loop under the boom.
pub const BOOM_LOOP_M: (f64, f64) = (-1.2, 1.2);
/// The photocell's beam.
pub const PHOTOCELL_M: (f64, f64) = (0.25, 0.30);
/// The loop behind the boom.
pub const EXIT_LOOP_M: (f64, f64) = (3.0, 5.0);
/// Where vehicles appear, and where they are gone.
pub const ENDS_M: (f64, f64) = (-30.0, 15.0);

#[cfg(test)]
mod tests;
