//! The pure domain of the gate: no I/O, no async, no clock of its own. Both binaries, the edge agent
//! and the central server, run this one code; time is an argument.
//!
//! - [`plate`], [`container`], [`vehicle`], [`reading`]: what is seen
//! - [`decision`], [`routing`], [`crossing`], [`passage`]: who may pass, where to, and the record of it
//! - [`lane`], [`barrier`]: the machines that move the boom, `step(state, input, now) -> effects`
//! - [`message`]: all that passes between edge and centre
//! - [`clock`], [`ids`], [`words`]: time, names, and the texts that people read

pub mod barrier;
pub mod clock;
pub mod container;
pub mod crossing;
pub mod decision;
pub mod ids;
pub mod lane;
pub mod message;
pub mod passage;
pub mod plate;
pub mod reading;
pub mod routing;
pub mod vehicle;
pub mod words;
