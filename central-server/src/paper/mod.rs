//! Passages by hand while power or the edge was gone (`domain.md`, "The lane on a bad day"): officers let vehicles pass
//! and write numbered slips of paper; somebody enters each of them later, as such.
//!
//! - A slip becomes a passage of its vehicle's crossing like any other, marked so that nobody takes it for what a machine
//!   saw: [`crate::crossing::PassageRecord::paper`].
//! - A number exists once. A slip that was entered wrongly is withdrawn with a reason: kept, shown, counted no more.

mod check;
mod keep;
mod near;
mod slip;

pub use check::{BadSlip, Bounds, Written, check};
pub use keep::{EnterError, WithdrawError, enter, withdraw};
pub use near::Near;
pub use slip::{PaperSlip, Slip, SlipOutcome, SlipReason, Withdrawal, differs, list, of_passage};
