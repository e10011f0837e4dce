//! Passages by hand while power or the edge was gone (`domain.md`, "The lane on a bad day"): officers let vehicles pass
//! and write numbered slips of paper; somebody enters each of them later, as such.
//!
//! - A slip becomes a passage of its vehicle's crossing like any other, marked so that nobody takes it for what a machine
//!   saw: [`crate::crossing::PassageRecord::paper`].
//! - A number exists once. A slip that was entered wrongly is withdrawn with a reason: kept, shown, counted no more.

mod check;
mod doubled;
mod enter;
mod near;
mod number;
mod rows;
mod slip;
mod withdraw;

pub use check::{BadSlip, Bounds, Written, check};
pub use doubled::{DOUBLED, doubled};
pub use enter::{EnterError, enter};
pub use near::Near;
pub use rows::{differs, list, of_passage};
pub use slip::{PaperSlip, Slip, SlipOutcome, SlipReason, Withdrawal};
pub use withdraw::{WithdrawError, withdraw};
