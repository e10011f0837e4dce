//! What the tests of the whole gate are made of: the real processes, the people at their pages, the
//! vehicles, and the plant's truth.
//!
//! - [`programs`]: our binaries, started, watched, ended
//! - [`scenes`]: what the cameras see, with its truth
//! - [`lanes`]: the simulated lanes, their wiring, their truth
//! - [`postgres`]: a private database server
//! - [`site`]: centre, broker, edge, lanes and cameras together
//! - [`people`]: the officer at the console, the person at the lane panel, the agency
//! - [`drive`]: one vehicle through one lane, from its arrival to its record
//! - [`account`]: what must be true of all passages afterwards
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, missing_docs)]

pub mod account;
pub mod drive;
pub mod lanes;
pub mod people;
pub mod postgres;
pub mod programs;
pub mod scenes;
pub mod site;
