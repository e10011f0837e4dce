//! The cameras and the models of the agent, handed to its lanes.

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::{Config, LaneConfig};
use crate::evidence::Evidence;
use crate::lane::eyes::LaneEyes;

/// What sees for the lanes.
pub(super) struct Sight;

impl Sight {
    pub fn open(_config: &Config, _evidence: &Evidence, _clock: &Clock, _stop: &CancellationToken) -> Self {
        Self
    }

    pub fn lane(&self, _lane: &LaneConfig, _tasks: &mut JoinSet<()>) -> LaneEyes {
        LaneEyes::none()
    }
}

/// Whether each model is there and is what the manifest says.
pub(crate) fn check_models(_config: &Config) -> Vec<(String, Result<String, String>)> {
    Vec::new()
}
