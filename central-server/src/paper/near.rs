//! Whether the lane has such a vehicle round that time already: by its own machine, or by another slip.

use std::time::Duration;

use gate_core::clock::UtcMicros;
use gate_core::ids::{LaneId, PassageId};
use gate_core::plate::confusion::{Likeness, compare};

use super::check::said;
use crate::sql;
use crate::store::{StoreError, Tx};

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

/// The passage for which others are looked for.
pub(super) struct Sought<'a> {
    pub passage: PassageId,
    pub lane: &'a LaneId,
    pub at: UtcMicros,
    pub plate: &'a str,
}

/// Other passages with the same plate, or one that a reader takes for it, the nearest in time first.
pub(super) async fn near(tx: &mut Tx, sought: Sought<'_>, within: Duration) -> Result<Vec<Near>, StoreError> {
    let us = |time: Duration| i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
    let (from, to) = (sought.at.0.saturating_sub(us(within)), sought.at.0.saturating_add(us(within)));
    let rows = tx
        .rows(sql!(
            "SELECT p.began_at, p.ended_at, COALESCE(p.corrected, v.text) AS plate, s.number FROM passages p \
             LEFT JOIN passage_vehicles v ON v.passage = p.id AND v.part = 'tractor' \
             LEFT JOIN paper_slips s ON s.passage = p.id \
             WHERE p.lane = $1 AND p.began_at >= $2 AND p.began_at <= $3 AND COALESCE(p.ended_at, p.began_at) >= $4 \
             AND s.withdrawn_at IS NULL AND p.id <> $5 ORDER BY p.began_at DESC LIMIT $6",
            sought.lane,
            from.saturating_sub(us(STOOD)),
            to,
            from,
            sought.passage,
            MOST
        ))
        .await?;
    let mut found = Vec::new();
    for row in &rows {
        let Some(plate) = row.get::<Option<String>>("plate")? else { continue };
        if compare(&plate, sought.plate) != Likeness::Different {
            found.push(Near { at: UtcMicros(row.int("began_at")?), plate, slip: row.get("number")? });
        }
    }
    found.sort_by_key(|near| near.at.0.abs_diff(sought.at.0));
    Ok(found)
}
