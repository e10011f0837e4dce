//! Whether the lane has such a vehicle round that time already: by its own machine, or by another slip.

use std::time::Duration;

use gate_core::clock::UtcMicros;
use gate_core::plate::confusion::{Likeness, compare};

use super::check::said;
use super::slip::Slip;
use crate::sql;
use crate::store::{Row, StoreError, Tx};

/// Passages of the lane that are looked at, the newest first.
const MOST: i64 = 500;
/// A passage that began so long before may have lasted until then: its end may be the next start of the lane's agent.
const STOOD: Duration = Duration::from_secs(12 * 3600);

/// A passage of the lane that may be the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// When it began.
    pub at: UtcMicros,
    /// Its plate.
    pub plate: String,
    /// The slip that it is; `None`: the lane's machine recorded it.
    pub slip: Option<String>,
}

impl std::fmt::Display for Near {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (plate, at) = (&self.plate, said(self.at));
        match &self.slip {
            Some(number) => write!(f, "{plate} at {at} by slip {number}"),
            None => write!(f, "{plate} at {at} by the lane's machine"),
        }
    }
}

/// The passage nearest in time with the same plate, or one that a reader takes for it.
pub(super) async fn near(tx: &mut Tx, slip: &Slip, within: Duration) -> Result<Option<Near>, StoreError> {
    let us = |time: Duration| i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
    let (from, to) = (slip.at.0.saturating_sub(us(within)), slip.at.0.saturating_add(us(within)));
    let rows = tx
        .rows(sql!(
            "SELECT p.began_at, p.ended_at, COALESCE(p.corrected, v.text) AS plate, s.number FROM passages p \
             LEFT JOIN passage_vehicles v ON v.passage = p.id AND v.part = 'tractor' \
             LEFT JOIN paper_slips s ON s.passage = p.id \
             WHERE p.lane = $1 AND p.began_at >= $2 AND p.began_at <= $3 AND COALESCE(p.ended_at, p.began_at) >= $4 \
             AND s.withdrawn_at IS NULL AND p.id <> $5 ORDER BY p.began_at DESC LIMIT $6",
            &slip.lane,
            from.saturating_sub(us(STOOD)),
            to,
            from,
            slip.passage,
            MOST
        ))
        .await?;
    let mut found = rows.iter().map(|row| read(row, slip)).collect::<Result<Vec<_>, _>>()?;
    found.sort_by_key(|near| near.as_ref().map(|near| near.at.0.abs_diff(slip.at.0)));
    Ok(found.into_iter().flatten().next())
}

fn read(row: &Row, slip: &Slip) -> Result<Option<Near>, StoreError> {
    let Some(plate) = row.get::<Option<String>>("plate")? else { return Ok(None) };
    if compare(&plate, &slip.plate) == Likeness::Different {
        return Ok(None);
    }
    Ok(Some(Near { at: UtcMicros(row.int("began_at")?), plate, slip: row.get("number")? }))
}
