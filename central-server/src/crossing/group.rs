//! Which crossing a passage belongs to.

use std::time::Duration;

use gate_core::crossing::CrossingState;
use gate_core::ids::PassageId;
use gate_core::passage::PassageOutcome;
use gate_core::vehicle::Direction;
use uuid::Uuid;

use super::identity::{core, key};
use super::passage::PassageRecord;
use crate::clock::Clock;
use crate::declaration;
use crate::sql;
use crate::store::{StoreError, Tx, word};

/// A vehicle that was not seen for so long begins a new crossing (a stay of 30 days is allowed).
const LONGEST: Duration = Duration::from_secs(31 * 24 * 3600);

/// Puts the passage into its vehicle's open crossing, or begins one. Nothing is done while the plate
/// is unknown.
pub(super) async fn assign(tx: &mut Tx, passage: &PassageRecord, clock: &Clock) -> Result<(), StoreError> {
    let (Some(text), Some(direction)) = (passage.plate_text(), passage.direction) else { return Ok(()) };
    let identity = key(text, passage.tractor().and_then(|p| p.country));
    let current = current(tx, passage.id).await?;
    let crossing = match current.clone() {
        Some((id, same)) if same == identity => id,
        _ => match open(tx, &identity, passage).await? {
            Some(id) => id,
            None => begin(tx, &identity, direction, passage, clock).await?,
        },
    };
    tx.run(sql!("UPDATE passages SET crossing = $1 WHERE id = $2", crossing, passage.id)).await?;
    if let Some((old, _)) = current.filter(|(old, _)| *old != crossing) {
        // The plate was read better: a crossing that only this passage made is none.
        drop_empty(tx, old).await?;
    }
    settle(tx, crossing, clock).await
}

/// Takes a passage that counts for nothing any more out of its crossing.
pub(super) async fn leave(tx: &mut Tx, passage: PassageId, clock: &Clock) -> Result<(), StoreError> {
    let Some((crossing, _)) = current(tx, passage).await? else { return Ok(()) };
    tx.run(sql!("UPDATE passages SET crossing = NULL WHERE id = $1", passage)).await?;
    if !drop_empty(tx, crossing).await? {
        return settle(tx, crossing, clock).await;
    }
    declaration::touch(tx, clock).await
}

/// A crossing that has no passage left is none; whether it was so.
async fn drop_empty(tx: &mut Tx, crossing: Uuid) -> Result<bool, StoreError> {
    let empty = sql!(
        "DELETE FROM crossings WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM passages WHERE crossing = $1)",
        crossing
    );
    Ok(tx.run(empty).await? == 1)
}

async fn current(tx: &mut Tx, passage: PassageId) -> Result<Option<(Uuid, String)>, StoreError> {
    let row = tx
        .row(sql!(
            "SELECT c.id, c.identity FROM passages p JOIN crossings c ON c.id = p.crossing WHERE p.id = $1",
            passage
        ))
        .await?;
    row.map(|row| Ok((row.uuid("id")?, row.text("identity")?))).transpose()
}

/// The crossing of this vehicle that the passage's time falls into.
async fn open(tx: &mut Tx, identity: &str, passage: &PassageRecord) -> Result<Option<Uuid>, StoreError> {
    let longest = i64::try_from(LONGEST.as_micros()).unwrap_or(i64::MAX);
    let row = tx
        .row(sql!(
            "SELECT id FROM crossings WHERE identity = $1 AND (ended_at IS NULL OR ended_at >= $2) \
             AND last_at >= $3 AND began_at <= $4 ORDER BY began_at DESC LIMIT 1",
            identity,
            passage.began_at,
            passage.began_at.0.saturating_sub(longest),
            passage.began_at.0.saturating_add(longest)
        ))
        .await?;
    row.map(|row| row.uuid("id")).transpose()
}

async fn begin(
    tx: &mut Tx,
    identity: &str,
    direction: Direction,
    passage: &PassageRecord,
    clock: &Clock,
) -> Result<Uuid, StoreError> {
    let id = clock.id();
    tx.run(sql!(
        "INSERT INTO crossings (id, identity, direction, began_at, last_at, state) VALUES ($1, $2, $3, $4, $4, $5)",
        id,
        identity,
        word(&direction),
        passage.began_at,
        word(&CrossingState::AtGate)
    ))
    .await?;
    Ok(id)
}

/// Works out from its passages where the crossing stands. What decisions ask for changes with it.
async fn settle(tx: &mut Tx, crossing: Uuid, clock: &Clock) -> Result<(), StoreError> {
    let rows = tx
        .rows(sql!(
            "SELECT p.direction, p.began_at, p.ended_at, p.outcome, p.decision, p.corrected, s.core, s.declaration \
             FROM passages p LEFT JOIN paper_slips s ON s.passage = p.id WHERE p.crossing = $1 ORDER BY p.began_at, p.id",
            crossing
        ))
        .await?;
    let (mut state, mut ended, mut matched) = (CrossingState::AtGate, None, None);
    let (mut first, mut named) = (None, None);
    let (mut began, mut last) = (i64::MAX, i64::MIN);
    for row in &rows {
        let end: Option<i64> = row.get("ended_at")?;
        began = began.min(row.int("began_at")?);
        last = last.max(end.unwrap_or(row.int("began_at")?));
        let outcome: Option<PassageOutcome> = row.maybe_word("outcome")?;
        // A passage whose first event is missing has no direction yet.
        if let Ok(direction) = crate::store::unword::<Direction>(&row.text("direction")?) {
            first = first.or(Some(direction));
            let after = state.after(direction, outcome);
            ended = match after.is_over() {
                false => None,
                true if after == state => ended,
                true => end,
            };
            state = after;
        }
        if row.get::<Option<String>>("decision")?.is_some() {
            let decision: gate_core::decision::Decision = row.json("decision")?;
            matched = decision.matched.or(matched);
        }
        // The officer's word goes before the reader's, on paper too.
        matched = row.get::<Option<String>>("core")?.or(matched);
        named = row.get::<Option<String>>("declaration")?.or(named);
        matched = row.get::<Option<String>>("corrected")?.or(matched);
    }
    let first = first.map(|direction| word(&direction));
    let declaration = match matched {
        Some(plate) => declaration_of(tx, &plate, named.as_deref(), began).await?,
        None => None,
    };
    let changed = tx
        .run(sql!(
            "UPDATE crossings SET state = $1, ended_at = $2, began_at = $3, last_at = $4, declaration = $5, \
             direction = COALESCE($7, direction) WHERE id = $6 AND state <> $1",
            word(&state),
            ended,
            began,
            last,
            declaration.as_deref(),
            crossing,
            first.as_deref()
        ))
        .await?;
    if changed == 1 {
        return declaration::touch(tx, clock).await;
    }
    tx.run(sql!(
        "UPDATE crossings SET ended_at = $1, began_at = $2, last_at = $3, declaration = $4, \
         direction = COALESCE($6, direction) WHERE id = $5",
        ended,
        began,
        last,
        declaration.as_deref(),
        crossing,
        first.as_deref()
    ))
    .await?;
    Ok(())
}

/// The declaration that announced this plate: the one that a paper slip names, or one of around then.
async fn declaration_of(
    tx: &mut Tx,
    plate: &str,
    named: Option<&str>,
    began: i64,
) -> Result<Option<String>, StoreError> {
    let row = tx
        .row(sql!(
            "SELECT declaration FROM expected_vehicles WHERE core = $1 AND (from_at <= $2 OR declaration = $3) \
             ORDER BY CASE WHEN declaration = $3 THEN 0 ELSE 1 END, until_at DESC LIMIT 1",
            core(plate),
            began,
            named
        ))
        .await?;
    row.map(|row| row.text("declaration")).transpose()
}
