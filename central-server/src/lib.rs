//! The centre of the gate: ingest -> passages -> crossings -> decisions and routing -> console and agencies.
//!
//! - [`ingest`]: events of the edges, verified, kept once, acknowledged
//! - [`crossing`]: passages folded from their events, grouped into crossings
//! - [`day`]: what each lane's day came to
//! - [`paper`]: passages by hand while power or the edge was gone, entered later from numbered slips
//! - [`declaration`]: expected vehicles, confirmations, permits, watchlist, rules
//! - [`decision`]: answers to the lanes' questions; [`alarm`]: what only some may learn of
//! - [`edge`]: enrolment, keys, live lanes, commands, snapshots
//! - [`evidence`]: pictures by their hash
//! - [`recognition`]: how well cameras and models read, for those who keep them
//! - [`officer`], [`console`], [`agency`]: people and those they share with
//! - [`audit`]: the record that can be trusted
//! - [`broker`]: MQTT; [`store`]: the database; [`config`], [`clock`], [`app`], [`http`], [`cli`]

pub mod agency;
pub mod alarm;
pub mod app;
pub mod audit;
pub mod broker;
pub mod cli;
pub mod clock;
pub mod config;
pub mod console;
pub mod crossing;
pub mod day;
pub mod decision;
pub mod declaration;
pub mod edge;
pub mod evidence;
pub mod http;
pub mod ingest;
pub mod officer;
pub mod owed;
pub mod paper;
pub mod recognition;
pub mod routing;
pub mod serve;
pub mod store;
pub mod trailer;

#[cfg(test)]
mod testing;
