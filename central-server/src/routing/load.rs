//! How many vehicles are at each place, as far as central sent them there.

use std::collections::BTreeMap;
use std::time::Duration;

use gate_core::clock::UtcMicros;

use crate::sql;
use crate::store::{Store, StoreError};

/// A vehicle that was sent somewhere longer ago is not counted (a stay of 36 hours is allowed).
const COUNTED: Duration = Duration::from_secs(36 * 3600);

/// Vehicles by place: let through to it, and not gone since.
///
/// # Errors
/// [`StoreError`].
pub async fn loads(store: &Store, now: UtcMicros) -> Result<BTreeMap<String, u32>, StoreError> {
    let since = now.0.saturating_sub(i64::try_from(COUNTED.as_micros()).unwrap_or(i64::MAX));
    let rows = store
        .rows(sql!(
            "SELECT d.route_to, COUNT(DISTINCT d.passage) AS n FROM decisions d \
             JOIN passages p ON p.id = d.passage JOIN crossings c ON c.id = p.crossing \
             WHERE d.answered_at >= $1 AND d.route_to IS NOT NULL AND c.state = 'inside' GROUP BY d.route_to",
            since
        ))
        .await?;
    rows.iter().map(|row| Ok((row.text("route_to")?, u32::try_from(row.count("n")?).unwrap_or(u32::MAX)))).collect()
}
