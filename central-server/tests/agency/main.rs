//! The agency API as agencies meet it, on both engines.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests may stop where they stand, and say why")]

#[path = "../common/postgres.rs"]
mod postgres;

mod ask;
mod command;
mod house;
mod key;
mod paper;
mod record;
