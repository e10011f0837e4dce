//! The edges as central knows them: enrolment and keys, their lanes now, commands to them, the lists
//! they decide by, and their HTTP door (`/edge/v1/...`).

pub mod authority;
mod command;
mod door;
pub mod enrolment;
mod keys;
mod live;
mod roster;
pub mod snapshot;
pub mod status;

pub use command::{CommandError, Commander, GRANT_LIFE_MS, Sent};
pub use door::router;
pub use keys::{KeyFiles, Keys, KeysError};
pub use live::{Following, Live, LiveLane, News, Numbered};
pub use roster::{Roster, Rosters};
