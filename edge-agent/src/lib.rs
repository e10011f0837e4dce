//! The agent at the gate: cameras, lanes, barriers and the uplink.
//!
//! `main.rs` is only the command line; everything else is here, so that tests drive the same code.

pub mod clock;
pub mod evidence;
pub mod identity;
pub mod outbox;
pub mod uplink;
