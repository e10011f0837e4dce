//! Slips in the database.

use gate_core::clock::UtcMicros;
use gate_core::ids::PassageId;

use super::number::number_key;
use super::slip::{Slip, SlipReason, Withdrawal};
use crate::crossing::{PassageRecord, core};
use crate::sql;
use crate::store::{Row, Store, StoreError, Tx};

/// Slips given at once: the newest.
const MOST: i64 = 200;

/// The slip that a passage is.
///
/// # Errors
/// [`StoreError`]; the transaction must then be given up.
pub async fn of_passage(tx: &mut Tx, passage: PassageId) -> Result<Option<Slip>, StoreError> {
    let row = tx.row(sql!("SELECT * FROM paper_slips WHERE passage = $1", passage)).await?;
    row.as_ref().map(read).transpose()
}

/// What is wrong with the row of a slip, judged by the passage that the record vouches for.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn differs(store: &Store, said: &PassageRecord) -> Result<Option<String>, StoreError> {
    if said.paper.is_none() {
        return Ok(None);
    }
    let Some(row) = store.row(sql!("SELECT * FROM paper_slips WHERE passage = $1", said.id)).await? else {
        return Ok(Some("its row in paper_slips is gone".to_owned()));
    };
    let slip = read(&row)?;
    let columns = row.text("number")? == slip.paper.number
        && row.text("number_key")? == number_key(&slip.paper.number)
        && row.text("lane")? == slip.lane.as_str()
        && row.int("at")? == slip.at.0
        && row.text("core")? == core(&slip.plate)
        && row.get::<Option<String>>("declaration")? == slip.paper.declaration
        && row.word::<SlipReason>("reason")? == slip.paper.reason
        && row.int("entered_at")? == slip.paper.entered_at.0;
    let same = columns && slip.passage_record(said.corrected.clone()) == *said;
    Ok((!same).then(|| format!("paper_slips {} says otherwise: that row was changed", said.id)))
}

/// The slips that were entered last, the newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(store: &Store) -> Result<Vec<Slip>, StoreError> {
    let newest = sql!("SELECT * FROM paper_slips ORDER BY entered_at DESC, passage DESC LIMIT $1", MOST);
    store.rows(newest).await?.iter().map(read).collect()
}

pub(super) fn read(row: &Row) -> Result<Slip, StoreError> {
    let mut slip: Slip = row.json("slip")?;
    if let Some(at) = row.get::<Option<i64>>("withdrawn_at")? {
        let (by, reason) = (row.text("withdrawn_by")?, row.text("withdrawn_reason")?);
        slip.paper.withdrawn = Some(Withdrawal { at: UtcMicros(at), by, reason });
    }
    Ok(slip)
}
