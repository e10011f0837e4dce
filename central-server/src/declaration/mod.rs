//! What is announced and allowed: declarations with their expected vehicles, the confirmations of each
//! force, permits, the watchlist, the rules; and the lists that decisions are made from.

pub mod import;
mod lists;
mod parse;
mod rows;
pub mod rules;

pub use import::{Format, ImportError, Imported, Kind};
pub use lists::{HeldLists, Lists};

use crate::clock::Clock;
use crate::sql;
use crate::store::{StoreError, Tx};

/// Says that something a decision asks for has changed: the version grows, every central reads the
/// lists anew, every edge gets a new snapshot. Call it in the transaction that changes them.
///
/// # Errors
/// [`StoreError`]; the transaction must then be given up.
pub async fn touch(tx: &mut Tx, clock: &Clock) -> Result<(), StoreError> {
    tx.run(sql!("UPDATE lists SET version = version + 1, changed_at = $1 WHERE one = 1", clock.now())).await?;
    Ok(())
}
