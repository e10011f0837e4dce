//! An event's sealed bytes and the row that is made from them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gate_core::ids::Epoch;
use gate_core::message::envelope::{Envelope, Payload};
use gate_core::message::event::{EdgeEvent, EventBody};
use serde::Deserialize;
use uuid::Uuid;

use crate::sql;
use crate::store::{Store, StoreError};

/// What stands in sealed bytes **that were verified when they came**; `None` when they are no such envelope.
#[must_use]
pub fn payload<T: Payload>(wire: &[u8]) -> Option<T> {
    let envelope: Envelope = serde_json::from_slice(wire).ok()?;
    if envelope.payload_type != T::TYPE {
        return None;
    }
    serde_json::from_slice(&STANDARD.decode(envelope.payload).ok()?).ok()
}

/// Epoch and number of a message whose shape is otherwise unknown.
pub(super) fn numbers(wire: &[u8]) -> Option<(Epoch, u64)> {
    #[derive(Deserialize)]
    struct Numbered {
        epoch: Epoch,
        seq: u64,
    }
    let envelope: Envelope = serde_json::from_slice(wire).ok()?;
    let numbered: Numbered = serde_json::from_slice(&STANDARD.decode(envelope.payload).ok()?).ok()?;
    Some((numbered.epoch, numbered.seq))
}

/// The event's type as the column `kind` holds it: serde's own tag.
pub(super) fn kind(body: &EventBody) -> &'static str {
    match body {
        EventBody::PassageBegan { .. } => "passage_began",
        EventBody::VehicleSeen { .. } => "vehicle_seen",
        EventBody::PlateRead { .. } => "plate_read",
        EventBody::ContainerRead { .. } => "container_read",
        EventBody::Unread { .. } => "unread",
        EventBody::Looked { .. } => "looked",
        EventBody::ShadowRead { .. } => "shadow_read",
        EventBody::Decided { .. } => "decided",
        EventBody::BarrierCommanded { .. } => "barrier_commanded",
        EventBody::BarrierMoved { .. } => "barrier_moved",
        EventBody::Act { .. } => "act",
        EventBody::PassageEnded { .. } => "passage_ended",
        EventBody::Refused { .. } => "refused",
        EventBody::Fault { .. } => "fault",
        EventBody::FaultCleared { .. } => "fault_cleared",
        EventBody::ModeChanged { .. } => "mode_changed",
        EventBody::ConvoyBegan { .. } => "convoy_began",
        EventBody::ConvoyEnded { .. } => "convoy_ended",
        EventBody::Started { .. } => "started",
    }
}

/// What is wrong with the row of an event, judged by the bytes that the record vouches for.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn differs(store: &Store, id: Uuid, body: &[u8]) -> Result<Option<String>, StoreError> {
    let Some(row) = store.row(sql!("SELECT * FROM events WHERE id = $1", id)).await? else {
        return Ok(Some("its row in events is gone".to_owned()));
    };
    let Some(event) = payload::<EdgeEvent>(body) else {
        return Ok(Some("its bytes are no event".to_owned()));
    };
    let same = event.id.0 == id
        && event.edge.as_str() == row.text("edge")?
        && event.epoch.0 == row.count("epoch")?
        && event.seq == row.count("seq")?
        && event.lane.as_str() == row.text("lane")?
        && event.at.0 == row.int("at")?
        && event.clock.synchronised == row.flag("clock_synchronised")?
        && event.clock.offset_us == row.get::<Option<i64>>("clock_offset_us")?
        && event.passage.map(|p| p.0) == row.maybe_uuid("passage")?
        && kind(&event.body) == row.text("kind")?;
    Ok((!same).then(|| format!("events {id} says otherwise: that row was changed")))
}
