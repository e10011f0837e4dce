//! A lane at work: its two machines joined, fed and obeyed.
//!
//! - [`core`]: the whole inside of a lane, pure: barrier and lane machine, commands, officers' acts
//! - [`handle`]: its start; the task behind it feeds the machines and carries out what they say
//! - [`decide`]: central asked within its deadline, then the edge's own lists
//! - [`journal`], [`replay`]: all that went in and came out, in a ring on disk, and the same machines over it
//! - [`kept`]: what must survive a restart
//! - `ends`: the two ends of a lane that can be turned, and the turn
//! - [`tags`]: which RFID tags are heard at the lane, when a person asks
//! - [`view`]: what a lane shows and what may be asked of it

pub mod core;
pub mod decide;
mod ends;
pub mod eyes;
mod faults;
pub mod handle;
mod hands;
pub mod journal;
pub mod kept;
mod order;
pub mod replay;
mod runner;
pub mod signal;
pub mod tags;
mod unended;
pub mod view;
mod wellness;
