//! A lane that was cut off tells of its passages late: where a slip of the same vehicle about that time was entered
//! before, the shift leader is told, who withdraws the slip if it was the same passage.

use std::time::Duration;

use gate_core::clock::UtcMicros;
use gate_core::ids::{LaneId, PassageId};
use gate_core::passage::PassageOutcome;
use uuid::Uuid;

use super::check::said;
use super::near::{Sought, near};
use crate::alarm;
use crate::clock::Clock;
use crate::crossing;
use crate::sql;
use crate::store::{StoreError, Tx};

/// The kind of the alarm.
pub const DOUBLED: &str = "paper_doubled";

/// Checks a passage that is over; the alarm and its lane where a slip may be the same one. One whose end nobody saw is
/// what slips are written for.
///
/// # Errors
/// [`StoreError`]; the transaction must then be given up.
pub async fn doubled(
    tx: &mut Tx,
    clock: &Clock,
    within: Duration,
    passage: PassageId,
) -> Result<Option<(Uuid, LaneId)>, StoreError> {
    let Some(record) = crossing::from_tx(tx, passage).await? else { return Ok(None) };
    let Some(plate) = record.plate_text().filter(|_| record.outcome != Some(PassageOutcome::Unseen)) else {
        return Ok(None);
    };
    if !slips_about(tx, &record.lane, record.began_at, within).await? {
        return Ok(None);
    }
    let sought = Sought { passage, lane: &record.lane, at: record.began_at, plate };
    let others = near(tx, sought, within).await?;
    let Some((slip, number)) = others.iter().find_map(|near| Some((near, near.slip.as_ref()?))) else {
        return Ok(None);
    };
    let detail = format!("{plate} {}; {number}: {} {}", said(record.began_at), slip.plate, said(slip.at));
    let raised = alarm::of_passage(tx, clock, DOUBLED, (&record.lane, passage), &detail).await?;
    Ok(raised.map(|alarm| (alarm, record.lane)))
}

/// Whether the lane has slips of about that time at all: on most days there are none.
async fn slips_about(tx: &mut Tx, lane: &LaneId, at: UtcMicros, within: Duration) -> Result<bool, StoreError> {
    let within = i64::try_from(within.as_micros()).unwrap_or(i64::MAX);
    let row = tx
        .row(sql!(
            "SELECT number FROM paper_slips WHERE at >= $1 AND at <= $2 AND lane = $3 AND withdrawn_at IS NULL LIMIT 1",
            at.0.saturating_sub(within),
            at.0.saturating_add(within),
            lane
        ))
        .await?;
    Ok(row.is_some())
}
