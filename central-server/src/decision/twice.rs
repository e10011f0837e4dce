//! One announced vehicle is let through once, also when two lanes ask for it in the same moment (a
//! copied plate). After its passage the crossing says that it is inside or has left; this closes the
//! time between the decision and that.

use std::time::Duration;

use gate_core::clock::UtcMicros;
use gate_core::decision::ExpectedVehicle;
use gate_core::ids::PassageId;

use crate::crossing::core;
use crate::sql;
use crate::store::{StoreError, Tx, word};

/// How long a decision to open counts while its passage has not ended.
const OPEN_FOR: Duration = Duration::from_secs(15 * 60);

/// Holds the vehicle against other centrals until the transaction ends.
///
/// # Errors
/// [`StoreError`]; the transaction must then be given up.
pub async fn hold(tx: &mut Tx, vehicle: &ExpectedVehicle) -> Result<(), StoreError> {
    tx.hold(&format!("vehicle {}/{}", vehicle.declaration, core(&vehicle.plate))).await
}

/// The lane where another passage was let through as this vehicle and has not turned back, also by a paper slip that
/// was entered a moment ago and is the last that is known of it. Holds the vehicle.
pub(super) async fn elsewhere(
    tx: &mut Tx,
    vehicle: &ExpectedVehicle,
    passage: PassageId,
    now: UtcMicros,
) -> Result<Option<String>, StoreError> {
    hold(tx, vehicle).await?;
    let core = core(&vehicle.plate);
    let since = now.0.saturating_sub(i64::try_from(OPEN_FOR.as_micros()).unwrap_or(i64::MAX));
    let row = tx
        .row(sql!(
            "SELECT d.lane FROM decisions d LEFT JOIN passages p ON p.id = d.passage \
             WHERE d.declaration = $1 AND d.core = $2 AND d.direction = $3 AND d.verdict = 'open' AND d.passage <> $4 \
             AND d.answered_at >= $5 AND (p.outcome IS NULL OR p.outcome IN ('passed', 'tailgated')) \
             UNION ALL SELECT s.lane FROM paper_slips s JOIN passages p ON p.id = s.passage \
             JOIN crossings c ON c.id = p.crossing WHERE c.declaration = $1 AND s.core = $2 AND p.direction = $3 \
             AND p.outcome = 'passed' AND p.ended_at >= c.last_at AND s.entered_at >= $5 LIMIT 1",
            &vehicle.declaration,
            core,
            word(&vehicle.direction),
            passage,
            since
        ))
        .await?;
    row.map(|row| row.text("lane")).transpose()
}
