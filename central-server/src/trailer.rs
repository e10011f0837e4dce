//! The trailer or container that was seen only behind the boom: checked there, and a vehicle with another one than was
//! declared is held at its next checkpoint until a shift leader has settled it (`domain.md`, "The lane on a bad day").

use std::collections::BTreeSet;

use gate_core::decision::{ExpectedVehicle, other_than_declared};
use gate_core::ids::{LaneId, PassageId};
use gate_core::message::exchange::Seen;
use gate_core::passage::PassageOutcome;
use gate_core::reading::{ContainerReading, PlateReading};
use uuid::Uuid;

use crate::clock::Clock;
use crate::crossing::{self, core};
use crate::declaration::{self, HeldLists};
use crate::sql;
use crate::store::{Store, StoreError, Tx};

/// The kind of the alarm.
pub const MISMATCH: &str = "trailer_mismatch";

/// Checks a passage that is through; the alarm and its lane where something else was seen than was declared.
///
/// # Errors
/// [`StoreError`]; the transaction must then be given up.
pub async fn check(
    tx: &mut Tx,
    clock: &Clock,
    lists: &HeldLists,
    passage: PassageId,
) -> Result<Option<(Uuid, LaneId)>, StoreError> {
    let Some(record) = crossing::from_tx(tx, passage).await? else { return Ok(None) };
    let (Some(direction), Some(plate)) = (record.direction, record.plate_text().map(core)) else { return Ok(None) };
    if record.outcome != Some(PassageOutcome::Passed) {
        return Ok(None);
    }
    let announced = |v: &&ExpectedVehicle| v.direction == direction && core(&v.plate) == plate;
    let Some(vehicle) = lists.expected.iter().find(announced) else { return Ok(None) };
    let mut seen = Seen {
        direction,
        plates: readings::<PlateReading>(tx, passage, "trailer").await?,
        containers: readings::<ContainerReading>(tx, passage, "container").await?,
        class: record.class,
        on_loop: false,
        lane_automatic: false,
    };
    // Several readings of one trailer: the last is the best.
    seen.plates.drain(..seen.plates.len().saturating_sub(1));
    let Some(other) = other_than_declared(vehicle, &seen) else { return Ok(None) };
    let known = sql!("SELECT id FROM alarms WHERE passage = $1 AND kind = $2", passage, MISMATCH);
    if tx.row(known).await?.is_some() {
        return Ok(None);
    }
    let declared = vehicle.trailer.iter().chain(&vehicle.containers).cloned().collect::<Vec<_>>().join(", ");
    let id = clock.id();
    tx.run(sql!(
        "INSERT INTO alarms (id, at, kind, lane, passage, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        clock.now(),
        MISMATCH,
        &record.lane,
        passage,
        format!("{}: {other} ≠ {declared}", vehicle.plate)
    ))
    .await?;
    declaration::touch(tx, clock).await?;
    Ok(Some((id, record.lane)))
}

async fn readings<T: serde::de::DeserializeOwned>(
    tx: &mut Tx,
    passage: PassageId,
    part: &str,
) -> Result<Vec<T>, StoreError> {
    let rows = tx.rows(sql!(
        "SELECT reading FROM readings WHERE passage = $1 AND part = $2 ORDER BY at, event",
        passage,
        part
    ));
    rows.await?.iter().map(|row| row.json("reading")).collect()
}

/// The identities of vehicles with such an alarm that nobody has settled.
///
/// # Errors
/// [`StoreError`].
pub async fn held(store: &Store) -> Result<BTreeSet<String>, StoreError> {
    let rows = store
        .rows(sql!(
            "SELECT DISTINCT c.identity FROM alarms a JOIN passages p ON p.id = a.passage \
             JOIN crossings c ON c.id = p.crossing WHERE a.kind = $1 AND a.acknowledged_at IS NULL",
            MISMATCH
        ))
        .await?;
    rows.iter().map(|row| row.text("identity")).collect()
}
