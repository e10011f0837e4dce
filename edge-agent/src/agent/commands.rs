//! Verified commands of central, each to its lane; STOP past everything.

use std::collections::BTreeMap;

use gate_core::ids::LaneId;
use gate_core::message::command::{CommandBody, LaneCommand};
use gate_core::message::event::EventBody;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::lane::handle::LaneHandle;
use crate::lane::view::{LaneOrder, LaneStop};
use crate::outbox::{Draft, Outbox};

/// Hands commands on until stopped. Never waits for a lane: one that does not take a command must not keep a
/// STOP from another.
pub(super) async fn carry(
    mut commands: mpsc::Receiver<LaneCommand>,
    lanes: BTreeMap<LaneId, LaneHandle>,
    outbox: Outbox,
    clock: Clock,
    stop: CancellationToken,
) {
    loop {
        let command = tokio::select! {
            () = stop.cancelled() => return,
            command = commands.recv() => command,
        };
        let Some(command) = command else { return };
        let name = command.lane.clone();
        let refused = match lanes.get(&name) {
            None => Some("this edge runs no such lane".to_owned()),
            Some(lane) if command.body == CommandBody::Stop => {
                lane.stop(LaneStop::Command(Box::new(command)));
                None
            }
            Some(lane) => lane
                .orders
                .try_send(LaneOrder::Command(Box::new(command)))
                .err()
                .map(|_| "the lane takes no orders now: too many wait".to_owned()),
        };
        if let Some(why) = refused {
            tracing::warn!(lane = %name, why, "command refused");
            let body = EventBody::Refused { what: "command".to_owned(), why };
            let draft = Draft { lane: name, passage: None, at: clock.utc(), clock: clock.quality(), body };
            if let Err(error) = outbox.record(draft) {
                tracing::error!(%error, "a refusal could not be recorded");
            }
        }
    }
}
