//! The barrier: safety before everything (`domain.md` section 4).
//!
//! [`machine::Barrier`] is a pure state machine; [`io`] holds the words between it and the drivers.

mod anew;
pub mod config;
pub mod defect;
pub mod grant;
pub mod inputs;
pub mod io;
pub mod latch;
mod light;
pub mod machine;
mod motion;
mod orders;
mod relays;
pub mod round;
pub mod state;

#[cfg(test)]
mod tests;
