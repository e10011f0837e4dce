//! The lane: from first presence to lane clear, one vehicle at a time (`domain.md` section 4, "The lane
//! on a bad day").
//!
//! [`machine::Lane`] is a pure state machine beside the barrier's, [`joint`] makes one of the two; [`command`] judges
//! what central sends.

pub mod command;
mod convoy;
mod degraded;
mod driving;
pub mod effect;
pub mod joint;
pub mod machine;
mod orders;
mod presence;
mod question;
pub mod sign;
pub mod state;
mod time;
pub mod vehicle;

#[cfg(test)]
mod tests;
