//! Tells whether a message is a question that may be answered.

use std::time::Duration;

use gate_core::ids::LaneId;
use gate_core::message::envelope::{self, EnvelopeError};
use gate_core::message::exchange::DecisionRequest;
use rumqttc::Publish;

use crate::app::App;

/// A question older than this lay in the broker while central was away; its edge has decided long ago.
const OLD: Duration = Duration::from_secs(10);

/// The question, or why it is none.
pub(super) async fn verified(app: &App, lane: &LaneId, message: &Publish) -> Result<DecisionRequest, String> {
    if message.retain {
        return Err("a question must not be retained".to_owned());
    }
    let mut roster = app.rosters.now().await;
    let mut opened = envelope::open::<DecisionRequest>(&message.payload, &roster.trusted);
    if matches!(opened, Err(EnvelopeError::UnknownKey { .. })) {
        roster = app.rosters.for_stranger().await;
        opened = envelope::open(&message.payload, &roster.trusted);
    }
    let opened = opened.map_err(|e| e.to_string())?;
    let request = opened.payload;
    if roster.by_key.get(&opened.keyid) != Some(&request.edge) {
        return Err(format!("says it is of edge {}, signed by key {} of another", request.edge, opened.keyid));
    }
    if request.lane != *lane || !roster.owns(&request.edge, lane) {
        return Err(format!("lane {} on the topic of {lane}; edge {} owns neither", request.lane, request.edge));
    }
    if roster.lanes.get(lane).is_some_and(|(_, ways)| !ways.allow(request.seen.direction)) {
        return Err(format!("lane {lane} leads the other way; give edge and central the same direction"));
    }
    // The edge's own measure of how far its clock is ahead of ours, where it has one.
    let status = app.live.edges().into_iter().find(|s| s.edge == request.edge);
    let offset = status.and_then(|s| s.clock.offset_us).unwrap_or(0);
    let asked_at = gate_core::clock::UtcMicros(request.at.0.saturating_sub(offset));
    let age = app.clock.now().since(asked_at);
    if age > OLD {
        return Err(format!("asked {} s ago; its edge has decided by itself", age.as_secs()));
    }
    Ok(request)
}
