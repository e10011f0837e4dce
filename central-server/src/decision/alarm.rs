//! Silent alarms: rows that only those who may see them learn of.

use gate_core::ids::{LaneId, PassageId};
use uuid::Uuid;

use crate::clock::Clock;
use crate::sql;
use crate::store::{StoreError, Tx};

/// The kind of an alarm for a watchlist hit.
pub const WATCHLIST: &str = "watchlist";

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
    let detail = references.join("; ");
    let standing =
        sql!("SELECT id FROM alarms WHERE passage = $1 AND kind = $2 AND detail = $3", passage, WATCHLIST, &detail);
    if tx.row(standing).await?.is_some() {
        return Ok(None);
    }
    let id = clock.id();
    tx.run(sql!(
        "INSERT INTO alarms (id, at, kind, lane, passage, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        clock.now(),
        WATCHLIST,
        lane,
        passage,
        detail
    ))
    .await?;
    Ok(Some(id))
}
