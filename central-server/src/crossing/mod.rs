//! Passages and crossings: a passage is folded from its events, whatever order they came in; the
//! passages of one vehicle, from the gate's first zone to its last, are one crossing.

mod group;
mod identity;
mod passage;
mod rows;

use gate_core::ids::PassageId;
use uuid::Uuid;

use crate::audit::{LeafKind, add_leaf};
use crate::clock::Clock;
use crate::paper;
use crate::sql;
use crate::store::{Store, StoreError, Tx};

pub use gate_core::crossing::CrossingState;
pub use identity::{core, written_plate};
pub use passage::{Part, PassagePart, PassageRecord};
pub use rows::{from_store, from_tx};

/// Folds a passage anew from all its events, or its paper slip, and its officers' corrections, within the
/// caller's transaction. Whoever records an act that corrects a passage calls this before the commit.
///
/// # Errors
/// [`StoreError`]; the transaction must then be given up.
pub async fn refresh(tx: &mut Tx, passage: PassageId, clock: &Clock) -> Result<(), StoreError> {
    // Against another central that folds it at the same time.
    tx.hold(&format!("passage {passage}")).await?;
    let before = rows::from_tx(tx, passage).await?;
    let events = rows::events(tx, passage).await?;
    let correction = rows::correction(tx, passage).await?;
    let is_paper = events.is_empty() || before.as_ref().is_some_and(|p| p.paper.is_some());
    let record = match paper::of_passage(tx, passage).await?.filter(|_| is_paper) {
        Some(slip) => Some(slip.passage_record(correction)),
        None => PassageRecord::fold(&events, correction.as_deref()),
    };
    let Some(record) = record else { return Ok(()) };
    if before.as_ref() == Some(&record) {
        return Ok(());
    }
    rows::write(tx, &record).await?;
    if record.paper.as_ref().is_some_and(|paper| paper.withdrawn.is_some()) {
        group::leave(tx, passage, clock).await?;
    } else {
        group::assign(tx, &record, clock).await?;
    }
    if record.ended_at.is_some() {
        let body = serde_json::to_vec(&record)
            .map_err(|e| StoreError::Odd { column: "passage".to_owned(), found: e.to_string() })?;
        let leaf = add_leaf(tx, LeafKind::Passage, passage.0, clock.now(), &body).await?;
        tx.run(sql!("UPDATE passages SET leaf = $1 WHERE id = $2", leaf, passage)).await?;
    }
    Ok(())
}

/// What is wrong with the rows of a passage, judged by its newest leaf. Older leaves of it are its
/// earlier closed forms.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn differs(store: &Store, leaf: Uuid, passage: Uuid, body: &[u8]) -> Result<Option<String>, StoreError> {
    let row = store.row(sql!("SELECT leaf FROM passages WHERE id = $1", passage)).await?;
    let Some(row) = row else { return Ok(Some("its row in passages is gone".to_owned())) };
    if row.maybe_uuid("leaf")? != Some(leaf) {
        return Ok(None);
    }
    let Ok(said) = serde_json::from_slice::<PassageRecord>(body) else {
        return Ok(Some("its bytes are no passage".to_owned()));
    };
    // Through the same text: reading a number from JSON may turn its last bit.
    let stands = from_store(store, PassageId(passage)).await?.and_then(|p| serde_json::to_vec(&p).ok());
    let stands = stands.and_then(|bytes| serde_json::from_slice::<PassageRecord>(&bytes).ok());
    if stands.as_ref() != Some(&said) {
        return Ok(Some(format!("passages {passage} (or its vehicles) says otherwise: a row was changed")));
    }
    paper::differs(store, &said).await
}
