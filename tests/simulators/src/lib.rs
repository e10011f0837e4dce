//! Simulators of the lane's devices that speak the real bytes: relay board, barrier controllers, display,
//! with a boom, loops and lorries behind them. Real time; used by tests and by the demo.
//!
//! - [`plant`]: the lane as it really is
//! - [`device`]: what its devices answer
//! - [`wire`]: their frames over TCP and pty, with the faults a line can have
//! - [`site`]: the lanes of one process, from a TOML file
//! - [`control`]: the HTTP port that brings vehicles, faults and the truth
//! - [`judge`]: holds that log to the rules of the boom
//! - [`log`]: what the devices heard and answered, and where the boom was
//! - [`wiring`]: an edge's wiring file for a lane

pub mod control;
pub mod device;
pub mod judge;
pub mod log;
pub mod plant;
pub mod site;
pub mod wire;
pub mod wiring;
