//! Silent alarms: rows that only those who may see them learn of.

use gate_core::decision::{Decider, Decision, ReasonCode, decide};
use gate_core::ids::{LaneId, PassageId};
use gate_core::message::exchange::Seen;
use gate_core::reading::PlateReading;
use gate_core::vehicle::Direction;
use uuid::Uuid;

use crate::clock::Clock;
use crate::declaration::HeldLists;
use crate::sql;
use crate::store::{StoreError, Tx};

/// The kind of an alarm for a watchlist hit.
pub const WATCHLIST: &str = "watchlist";

/// The kind of an alarm for messages that somebody forged or altered.
pub const REFUSED_MESSAGES: &str = "refused_messages";

/// Raises an alarm of this kind for this lane, unless one stands that nobody has acknowledged.
///
/// # Errors
/// [`StoreError`]; the transaction must then be given up.
pub async fn standing(
    tx: &mut Tx,
    clock: &Clock,
    kind: &str,
    lane: &str,
    detail: &str,
) -> Result<Option<Uuid>, StoreError> {
    let open = sql!("SELECT id FROM alarms WHERE kind = $1 AND lane = $2 AND acknowledged_at IS NULL", kind, lane);
    if tx.row(open).await?.is_some() {
        return Ok(None);
    }
    let id = clock.id();
    tx.run(sql!(
        "INSERT INTO alarms (id, at, kind, lane, detail) VALUES ($1, $2, $3, $4, $5)",
        id,
        clock.now(),
        kind,
        lane,
        detail
    ))
    .await?;
    Ok(Some(id))
}

/// Raises one alarm per passage and set of references; `None` when it stands already.
///
/// # Errors
/// [`StoreError`]; the transaction must then be given up.
pub async fn watchlist(
    tx: &mut Tx,
    clock: &Clock,
    lane: &LaneId,
    passage: PassageId,
    references: &[String],
) -> Result<Option<Uuid>, StoreError> {
    if references.is_empty() {
        return Ok(None);
    }
    of_passage(tx, clock, WATCHLIST, (lane, passage), &references.join("; ")).await
}

/// Raises an alarm about a passage; `None` when the very same stands already.
///
/// # Errors
/// [`StoreError`]; the transaction must then be given up.
pub async fn of_passage(
    tx: &mut Tx,
    clock: &Clock,
    kind: &str,
    (lane, passage): (&LaneId, PassageId),
    detail: &str,
) -> Result<Option<Uuid>, StoreError> {
    let standing =
        sql!("SELECT id FROM alarms WHERE passage = $1 AND kind = $2 AND detail = $3", passage, kind, detail);
    if tx.row(standing).await?.is_some() {
        return Ok(None);
    }
    let id = clock.id();
    tx.run(sql!(
        "INSERT INTO alarms (id, at, kind, lane, passage, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        clock.now(),
        kind,
        lane,
        passage,
        detail
    ))
    .await?;
    Ok(Some(id))
}

/// Raises the alarm for an inspection that an edge ordered by its own lists while central was silent.
///
/// # Errors
/// [`StoreError`]; the transaction must then be given up.
pub async fn of_snapshot(
    tx: &mut Tx,
    clock: &Clock,
    held: &HeldLists,
    (lane, passage): (&LaneId, PassageId),
    decision: &Decision,
) -> Result<Option<Uuid>, StoreError> {
    if !decision.reasons.iter().any(|r| r.code == ReasonCode::Inspection) {
        return Ok(None);
    }
    let rows = tx
        .rows(sql!("SELECT reading FROM readings WHERE passage = $1 AND part IN ('tractor', 'trailer')", passage))
        .await?;
    let plates = rows.iter().map(|row| row.json("reading")).collect::<Result<Vec<PlateReading>, _>>()?;
    let seen = Seen {
        direction: Direction::Entry,
        plates,
        containers: Vec::new(),
        class: None,
        on_loop: false,
        lane_automatic: false,
    };
    let mut hits = decide(&seen, held.of_decision(), clock.now(), Decider::Central).watch_hits;
    if hits.is_empty() {
        // The entry is gone from the list since, or the plate was read otherwise then.
        hits.push("by the lane's own list while central was silent".to_owned());
    }
    watchlist(tx, clock, lane, passage, &hits).await
}
