//! The people who work at the gate: accounts, signing in, sessions, roles.
//!
//! - [`account`]: added at the command line, with a one-time invite; no default password anywhere
//! - [`sign_in`], [`password`], [`session`]: argon2id, a lock after five failures, sessions at the server
//! - [`roles`]: one table of who may use which route; [`guard`]: stands before all of them

pub mod account;
mod door;
pub mod guard;
pub mod password;
mod recent;
pub mod roles;
pub mod session;
pub mod sign_in;

pub use door::router;
pub use recent::Recent;
pub use session::SignedIn;

#[cfg(test)]
mod tests;
