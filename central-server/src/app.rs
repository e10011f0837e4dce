//! What every part of central holds in its hands.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::broker::Post;
use crate::clock::Clock;
use crate::config::Config;
use crate::declaration::Lists;
use crate::edge::{Commander, Keys, Live, Rosters};
use crate::evidence::Evidence;
use crate::officer::Recent;
use crate::store::Store;

/// The running centre; clones are cheap. Routers take it as their state.
#[derive(Clone)]
pub struct App {
    /// The checked configuration.
    pub config: Arc<Config>,
    /// The database.
    pub store: Store,
    /// Time.
    pub clock: Clock,
    /// Central's own keys, and those of the edges.
    pub keys: Arc<Keys>,
    /// The lanes now, and the news of them.
    pub live: Live,
    /// Sends officers' commands to lanes.
    pub commander: Commander,
    /// What decisions are made from.
    pub lists: Lists,
    /// The pictures.
    pub evidence: Evidence,
    /// Who was signed in a moment ago: for STOP while the database is away.
    pub recent: Recent,
    /// Who may speak for which edge and lane.
    pub rosters: Rosters,
    /// What central sends over MQTT.
    pub post: Post,
    /// Cancelled when central shuts down: every stream and loop ends on it.
    pub stop: CancellationToken,
}
