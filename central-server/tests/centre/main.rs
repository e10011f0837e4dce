//! The whole centre as its neighbours meet it: the real program, the real mosquitto, both databases in
//! turn; an edge and an officer played by the test.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, reason = "tests stop where they stand")]

#[path = "../common/postgres.rs"]
mod postgres;

mod edge;
mod house;
mod person;
mod scene;

mod audit;
mod console;
mod day;
mod decide;
mod evidence;
mod first;
mod identity;
mod ingest;
mod lists;
mod outside;
mod paper;
mod production;
mod recognition;
mod roles;
mod signing;
mod trailer;
mod trouble;
