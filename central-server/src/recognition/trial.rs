//! What models on trial made of passages: kept as the edges tell it, summed up camera by camera, and shown where the
//! two sets of models differ.

use bytes::Bytes;
use gate_core::ids::Sha256Hex;
use gate_core::message::event::EdgeEvent;
use gate_core::reading::ShadowReading;
use serde::Serialize;
use uuid::Uuid;

use crate::evidence::{Evidence, EvidenceError};
use crate::sql;
use crate::store::{Row, Store, StoreError, Tx};

/// Cameras and models summed up at once, at most.
const MOST_TRIALS: i64 = 200;
/// Disagreements given at once: the newest.
const MOST_SHOWN: i64 = 100;

/// How a trial stands at one camera.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trial {
    /// The lane.
    pub lane: String,
    /// The camera in it.
    pub camera: String,
    /// The models on trial, by the short hash of their manifest.
    pub models: String,
    /// Passages that both looked at.
    pub passages: u64,
    /// Those of which both made the same.
    pub agreeing: u64,
    /// Looks that both made.
    pub looks: u64,
    /// Those at which both read the same.
    pub looks_agreeing: u64,
    /// The first report, microseconds UTC.
    pub from: i64,
    /// The last one.
    pub to: i64,
}

/// A passage of which the two made something else.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Disagreement {
    /// The event that told it.
    pub event: Uuid,
    /// The passage.
    pub passage: Uuid,
    /// When it was over, microseconds UTC.
    pub at: i64,
    /// The lane.
    pub lane: String,
    /// The plate as an officer gave it, where one did.
    pub corrected: Option<String>,
    /// What both made of it. Its pictures are given by the event alone.
    pub reading: ShadowReading,
}

/// Keeps a report, within the transaction of its event.
///
/// # Errors
/// [`StoreError`]; the transaction must then be given up.
pub async fn keep(tx: &mut Tx, event: &EdgeEvent, reading: &ShadowReading) -> Result<(), StoreError> {
    let Some(passage) = event.passage else { return Ok(()) };
    tx.run(sql!(
        "INSERT INTO shadow_readings (event, passage, at, lane, camera, models, looks, agreeing, agrees, reading) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        event.id,
        passage,
        event.at,
        &event.lane,
        &reading.camera,
        &reading.models,
        reading.looks,
        reading.agreeing,
        reading.agrees(),
        serde_json::json!(reading).to_string()
    ))
    .await?;
    Ok(())
}

/// How the trials stand that were told of since `from` (microseconds UTC), the newest models first.
///
/// # Errors
/// [`StoreError`].
pub async fn trials(store: &Store, from: i64) -> Result<Vec<Trial>, StoreError> {
    let rows = store
        .rows(sql!(
            "SELECT lane, camera, models, COUNT(*) AS passages, CAST(SUM(agrees) AS BIGINT) AS agreed, \
             CAST(SUM(looks) AS BIGINT) AS looked, CAST(SUM(agreeing) AS BIGINT) AS alike, MIN(at) AS first_at, \
             MAX(at) AS last_at FROM shadow_readings WHERE at >= $1 GROUP BY lane, camera, models \
             ORDER BY MAX(at) DESC, lane, camera LIMIT $2",
            from,
            MOST_TRIALS
        ))
        .await?;
    let read = |row: &Row| {
        Ok(Trial {
            lane: row.text("lane")?,
            camera: row.text("camera")?,
            models: row.text("models")?,
            passages: row.count("passages")?,
            agreeing: row.count("agreed")?,
            looks: row.count("looked")?,
            looks_agreeing: row.count("alike")?,
            from: row.int("first_at")?,
            to: row.int("last_at")?,
        })
    };
    rows.iter().map(read).collect()
}

/// The newest disagreements since `from`.
///
/// # Errors
/// [`StoreError`].
pub async fn disagreements(store: &Store, from: i64) -> Result<Vec<Disagreement>, StoreError> {
    let rows = store
        .rows(sql!(
            "SELECT s.event, s.passage, s.at, s.lane, s.reading, p.corrected FROM shadow_readings s \
             LEFT JOIN passages p ON p.id = s.passage WHERE s.agrees = 0 AND s.at >= $1 ORDER BY s.at DESC LIMIT $2",
            from,
            MOST_SHOWN
        ))
        .await?;
    let read = |row: &Row| {
        Ok(Disagreement {
            event: row.uuid("event")?,
            passage: row.uuid("passage")?,
            at: row.int("at")?,
            lane: row.text("lane")?,
            corrected: row.get("corrected")?,
            reading: row.json("reading")?,
        })
    };
    rows.iter().map(read).collect()
}

/// A picture of a disagreement: the frame, or the plate cut from it. `None` when there is none, or when it has not
/// arrived.
///
/// # Errors
/// [`EvidenceError`].
pub async fn picture(
    store: &Store,
    evidence: &Evidence,
    event: Uuid,
    plate: bool,
) -> Result<Option<Bytes>, EvidenceError> {
    let row = store.row(sql!("SELECT reading FROM shadow_readings WHERE event = $1 AND agrees = 0", event)).await?;
    let Some(row) = row else { return Ok(None) };
    let reading: ShadowReading = row.json("reading")?;
    let name: Option<Sha256Hex> = if plate { reading.plate } else { reading.frame };
    match name {
        Some(name) => evidence.get(&name).await,
        None => Ok(None),
    }
}
