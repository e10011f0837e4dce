//! Passages in the database.

use gate_core::clock::UtcMicros;
use gate_core::decision::Decision;
use gate_core::ids::{EdgeId, LaneId, PassageId, Sha256Hex};
use gate_core::message::event::EdgeEvent;

use super::identity::core;
use super::passage::{PassagePart, PassageRecord};
use crate::ingest::payload;
use crate::sql;
use crate::store::{Row, Store, StoreError, Tx, word};

/// Events of one passage that are folded; one that makes more is broken.
const MAX_EVENTS: i64 = 2000;

pub(super) async fn events(tx: &mut Tx, passage: PassageId) -> Result<Vec<EdgeEvent>, StoreError> {
    let rows = tx
        .rows(sql!(
            "SELECT l.body FROM events e JOIN record_leaves l ON l.id = e.leaf WHERE e.passage = $1 \
             AND e.kind NOT IN ('looked', 'shadow_read') ORDER BY e.epoch, e.seq LIMIT $2",
            passage,
            MAX_EVENTS
        ))
        .await?;
    let mut events = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(body) = row.get::<Option<Vec<u8>>>("body")? {
            events.extend(payload::<EdgeEvent>(&body));
        }
    }
    Ok(events)
}

/// The plate as an officer at the console corrected it last.
pub(super) async fn correction(tx: &mut Tx, passage: PassageId) -> Result<Option<String>, StoreError> {
    let row = tx
        .row(sql!(
            "SELECT detail FROM acts WHERE passage = $1 AND act = 'correct_plate' ORDER BY at DESC, id DESC LIMIT 1",
            passage
        ))
        .await?;
    let Some(row) = row else { return Ok(None) };
    let detail: serde_json::Value = row.json("detail")?;
    Ok(detail["plate"].as_str().map(str::to_owned))
}

pub(super) async fn write(tx: &mut Tx, p: &PassageRecord) -> Result<(), StoreError> {
    tx.run(sql!(
        "INSERT INTO passages (id, edge, lane, direction, began_at, ended_at, outcome, opened_by, class, class_confidence, \
         verdict, decision, decided_by, unread, corrected, priority, paper, clock_synchronised, events, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 1) \
         ON CONFLICT (id) DO UPDATE SET direction = excluded.direction, began_at = excluded.began_at, \
         ended_at = excluded.ended_at, outcome = excluded.outcome, opened_by = excluded.opened_by, class = excluded.class, \
         class_confidence = excluded.class_confidence, verdict = excluded.verdict, decision = excluded.decision, \
         decided_by = excluded.decided_by, unread = excluded.unread, corrected = excluded.corrected, \
         priority = excluded.priority, paper = excluded.paper, \
         clock_synchronised = excluded.clock_synchronised, events = excluded.events, version = passages.version + 1",
        p.id,
        &p.edge,
        &p.lane,
        p.direction.map_or_else(|| "unknown".to_owned(), |d| word(&d)),
        p.began_at,
        p.ended_at,
        p.outcome.map(|o| word(&o)),
        p.opened_by.map(|o| word(&o)),
        p.class.map(|c| word(&c)),
        p.class_confidence,
        p.decision.as_ref().map(|d| word(&d.verdict)),
        p.decision.as_ref().map(|d| serde_json::json!(d).to_string()),
        p.decided_by.map(|d| word(&d)),
        p.unread,
        p.corrected.as_deref(),
        p.priority,
        p.paper.as_ref().map(|paper| serde_json::json!(paper).to_string()),
        p.clock_synchronised,
        p.events
    ))
    .await?;
    tx.run(sql!("DELETE FROM passage_vehicles WHERE passage = $1", p.id)).await?;
    for (position, part) in p.parts.iter().enumerate() {
        write_part(tx, p.id, position, part).await?;
    }
    Ok(())
}

async fn write_part(tx: &mut Tx, passage: PassageId, position: usize, part: &PassagePart) -> Result<(), StoreError> {
    tx.run(sql!(
        "INSERT INTO passage_vehicles (passage, part, position, text, core, country, kind, color, valid, probability, frame, \
         crop) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        passage,
        word(&part.part),
        position,
        &part.text,
        core(&part.text),
        part.country.map(|c| word(&c)),
        part.kind.map(|k| word(&k)),
        part.color.map(|c| word(&c)),
        part.valid,
        part.probability,
        part.frame.as_ref().map(|f| f.0.as_str()),
        part.crop.as_ref().map(|c| c.0.as_str())
    ))
    .await?;
    Ok(())
}

/// A passage as its rows say, within a transaction.
///
/// # Errors
/// [`StoreError`].
pub async fn from_tx(tx: &mut Tx, passage: PassageId) -> Result<Option<PassageRecord>, StoreError> {
    let Some(row) = tx.row(sql!("SELECT * FROM passages WHERE id = $1", passage)).await? else { return Ok(None) };
    let parts = tx.rows(sql!("SELECT * FROM passage_vehicles WHERE passage = $1 ORDER BY position", passage)).await?;
    read(&row, &parts).map(Some)
}

/// A passage as its rows say.
///
/// # Errors
/// [`StoreError`].
pub async fn from_store(store: &Store, passage: PassageId) -> Result<Option<PassageRecord>, StoreError> {
    let Some(row) = store.row(sql!("SELECT * FROM passages WHERE id = $1", passage)).await? else { return Ok(None) };
    let parts =
        store.rows(sql!("SELECT * FROM passage_vehicles WHERE passage = $1 ORDER BY position", passage)).await?;
    read(&row, &parts).map(Some)
}

fn name<T, E: std::fmt::Display>(made: Result<T, E>) -> Result<T, StoreError> {
    made.map_err(|e| StoreError::Odd { column: "name".to_owned(), found: e.to_string() })
}

fn read(row: &Row, parts: &[Row]) -> Result<PassageRecord, StoreError> {
    let direction = row.text("direction")?;
    let decision: Option<String> = row.get("decision")?;
    let paper: Option<String> = row.get("paper")?;
    Ok(PassageRecord {
        id: PassageId(row.uuid("id")?),
        edge: name(EdgeId::new(row.text("edge")?))?,
        lane: name(LaneId::new(row.text("lane")?))?,
        direction: if direction == "unknown" { None } else { Some(row.word("direction")?) },
        began_at: UtcMicros(row.int("began_at")?),
        ended_at: row.get::<Option<i64>>("ended_at")?.map(UtcMicros),
        outcome: row.maybe_word("outcome")?,
        opened_by: row.maybe_word("opened_by")?,
        class: row.maybe_word("class")?,
        class_confidence: row.get("class_confidence")?,
        decision: if decision.is_some() { Some(row.json::<Decision>("decision")?) } else { None },
        decided_by: row.maybe_word("decided_by")?,
        unread: row.flag("unread")?,
        corrected: row.get("corrected")?,
        priority: row.flag("priority")?,
        paper: if paper.is_some() { Some(row.json("paper")?) } else { None },
        parts: parts.iter().map(read_part).collect::<Result<_, _>>()?,
        clock_synchronised: row.flag("clock_synchronised")?,
        events: row.count("events")?,
    })
}

fn read_part(row: &Row) -> Result<PassagePart, StoreError> {
    Ok(PassagePart {
        part: row.word("part")?,
        text: row.text("text")?,
        country: row.maybe_word("country")?,
        kind: row.maybe_word("kind")?,
        color: row.maybe_word("color")?,
        valid: row.get::<Option<i64>>("valid")?.map(|v| v != 0),
        probability: row.get("probability")?,
        frame: row.get::<Option<String>>("frame")?.map(Sha256Hex),
        crop: row.get::<Option<String>>("crop")?.map(Sha256Hex),
    })
}
