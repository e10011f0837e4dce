//! Confirmations that are owed: of vehicles that an officer let through first (an ambulance) or by a paper slip, until
//! each is given.

use gate_core::clock::UtcMicros;
use gate_core::decision::{ConfirmationKind, owed};
use gate_core::ids::PassageId;
use gate_core::passage::PassageOutcome;

use crate::clock::Clock;
use crate::crossing::{self, PassageRecord, core};
use crate::declaration::HeldLists;
use crate::sql;
use crate::store::{Store, StoreError, Tx, word};

/// Owed ones given at once: the oldest open ones first.
pub const MOST: i64 = 200;

/// One that is owed, or was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// By which passage's vehicle.
    pub passage: PassageId,
    /// Which.
    pub kind: ConfirmationKind,
    /// Since the vehicle drove through.
    pub since: UtcMicros,
    /// When it was given, by whom, and by which paper.
    pub settled: Option<(UtcMicros, String, String)>,
}

/// Notes what a passage owes once it is through; of any other passage, and of one that was noted before, nothing.
///
/// # Errors
/// [`StoreError`]; the transaction must then be given up.
pub async fn note(tx: &mut Tx, lists: &HeldLists, passage: PassageId) -> Result<(), StoreError> {
    let Some(record) = crossing::from_tx(tx, passage).await? else { return Ok(()) };
    let (Some(direction), Some(since)) = (record.direction, record.ended_at) else { return Ok(()) };
    if !(record.priority || record.paper.is_some()) || record.outcome != Some(PassageOutcome::Passed) {
        return Ok(());
    }
    let plate = plate(&record).map(core);
    let announced = |v: &&gate_core::decision::ExpectedVehicle| {
        v.direction == direction && plate.as_ref().is_some_and(|p| *p == core(&v.plate))
    };
    for kind in owed(&lists.rules, direction, lists.expected.iter().find(announced)) {
        tx.run(sql!(
            "INSERT INTO owed_confirmations (passage, kind, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            passage,
            word(&kind),
            since
        ))
        .await?;
    }
    Ok(())
}

/// Strikes out what a passage owes that counts for nothing any more: what was given stays. Returns what it was.
///
/// # Errors
/// [`StoreError`]; the transaction must then be given up.
pub async fn void(tx: &mut Tx, passage: PassageId) -> Result<Vec<ConfirmationKind>, StoreError> {
    let open =
        sql!("SELECT kind FROM owed_confirmations WHERE passage = $1 AND settled_at IS NULL ORDER BY kind", passage);
    let kinds = tx.rows(open).await?.iter().map(|row| row.word("kind")).collect::<Result<_, _>>()?;
    tx.run(sql!("DELETE FROM owed_confirmations WHERE passage = $1 AND settled_at IS NULL", passage)).await?;
    Ok(kinds)
}

/// As announced, where the decision found that; else as an officer or the reader has it.
fn plate(record: &PassageRecord) -> Option<&str> {
    let matched = record.decision.as_ref().and_then(|d| d.matched.as_deref());
    record.corrected.as_deref().or(matched).or_else(|| record.plate_text())
}

/// What is owed, the oldest first, then what was given, the newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(store: &Store) -> Result<Vec<Owed>, StoreError> {
    let rows = store
        .rows(sql!(
            "SELECT * FROM owed_confirmations ORDER BY CASE WHEN settled_at IS NULL THEN 0 ELSE 1 END, \
             CASE WHEN settled_at IS NULL THEN since ELSE -settled_at END, passage, kind LIMIT $1",
            MOST
        ))
        .await?;
    rows.iter()
        .map(|row| {
            let settled = match row.get::<Option<i64>>("settled_at")? {
                Some(at) => Some((UtcMicros(at), row.text("settled_by")?, row.text("note")?)),
                None => None,
            };
            Ok(Owed {
                passage: PassageId(row.uuid("passage")?),
                kind: row.word("kind")?,
                since: UtcMicros(row.int("since")?),
                settled,
            })
        })
        .collect()
}

/// Notes that one was given; whether it was owed until now.
///
/// # Errors
/// [`StoreError`]; the transaction must then be given up.
pub async fn settle(
    tx: &mut Tx,
    clock: &Clock,
    passage: PassageId,
    kind: ConfirmationKind,
    (officer, note): (&str, &str),
) -> Result<bool, StoreError> {
    let changed = tx
        .run(sql!(
            "UPDATE owed_confirmations SET settled_at = $1, settled_by = $2, note = $3 \
             WHERE passage = $4 AND kind = $5 AND settled_at IS NULL",
            clock.now(),
            officer,
            note,
            passage,
            word(&kind)
        ))
        .await?;
    Ok(changed == 1)
}
