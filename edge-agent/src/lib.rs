//! The agent at the gate: cameras, lanes, barriers and the uplink.
//!
//! `main.rs` is only the command line; everything else is here, so that tests drive the same code.

pub mod agent;
pub mod cli;
pub mod clock;
pub mod commission;
pub mod config;
pub mod evidence;
pub mod explain;
pub mod identity;
pub mod lane;
pub mod outbox;
pub mod panel;
pub mod read;
pub mod sight;
pub mod uplink;
