//! The agency API as agencies meet it, on both engines.

#[path = "../common/postgres.rs"]
mod postgres;

mod ask;
mod command;
mod house;
mod key;
mod record;
