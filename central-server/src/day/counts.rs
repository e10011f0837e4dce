//! What is counted of a day by the database itself, the same for both engines.

use std::collections::BTreeMap;

use gate_core::message::event::EdgeEvent;

use super::{Day, Passages};
use crate::sql;
use crate::store::{Query, Row, Store, StoreError};

/// Starts of an edge looked at for what has not arrived.
const MOST_STARTS: i64 = 100;

/// Numbered messages of the edge that have not arrived, of the starts that these events are of.
pub(super) async fn missing(store: &Store, edge: &str, events: &[EdgeEvent]) -> Result<u64, StoreError> {
    let epochs = || events.iter().map(|e| e.epoch.0);
    let (Some(first), Some(last)) = (epochs().min(), epochs().max()) else { return Ok(0) };
    let rows = store
        .rows(sql!(
            "SELECT e.low, (SELECT MAX(r.seq) FROM received r WHERE r.edge = e.edge AND r.epoch = e.epoch) AS high, \
             (SELECT COUNT(*) FROM received r WHERE r.edge = e.edge AND r.epoch = e.epoch AND r.seq > e.low) AS above \
             FROM epochs e WHERE e.edge = $1 AND e.epoch >= $2 AND e.epoch <= $3 ORDER BY e.epoch DESC LIMIT $4",
            edge,
            first,
            last,
            MOST_STARTS
        ))
        .await?;
    let mut missing = 0;
    for row in &rows {
        let (low, above) = (row.count("low")?, row.count("above")?);
        let high = row.get::<Option<i64>>("high")?.and_then(|high| u64::try_from(high).ok()).unwrap_or(low);
        missing += high.saturating_sub(low).saturating_sub(above);
    }
    Ok(missing)
}

/// The passages that began in the day and that a machine saw, by lane.
pub(super) async fn passages(store: &Store, day: &Day) -> Result<BTreeMap<String, Passages>, StoreError> {
    let rows = store
        .rows(sql!(
            "SELECT lane, COUNT(*) AS passages, CAST(SUM(unread) AS BIGINT) AS unread, \
             CAST(SUM(CASE WHEN outcome = 'passed' AND opened_by IN ('central', 'snapshot') THEN 1 ELSE 0 END) AS BIGINT) \
             AS automatic FROM passages WHERE began_at >= $1 AND began_at < $2 AND paper IS NULL GROUP BY lane",
            day.from,
            day.end
        ))
        .await?;
    let read = |row: &Row| {
        let passages =
            Passages { all: row.count("passages")?, automatic: row.count("automatic")?, unread: row.count("unread")? };
        Ok((row.text("lane")?, passages))
    };
    rows.iter().map(read).collect()
}

/// Counts by lane and name.
type Counts = BTreeMap<String, BTreeMap<String, u64>>;

/// Acts at the console on a vehicle, under the lane's word for them. Paper is entered later and elsewhere.
pub(super) async fn acts(store: &Store, day: &Day) -> Result<Counts, StoreError> {
    counts(
        store,
        sql!(
            "SELECT lane, CASE WHEN act = 'grant' THEN 'open' ELSE act END AS name, COUNT(*) AS times FROM acts \
             WHERE at >= $1 AND at < $2 AND lane IS NOT NULL AND passage IS NOT NULL \
             AND act NOT IN ('enter_slip', 'withdraw_slip') GROUP BY lane, name",
            day.from,
            day.end
        ),
    )
    .await
}

/// Vehicles of the day that passed or were turned away by paper slips, by their reason.
pub(super) async fn paper(store: &Store, day: &Day) -> Result<Counts, StoreError> {
    counts(
        store,
        sql!(
            "SELECT lane, reason AS name, COUNT(*) AS times FROM paper_slips WHERE at >= $1 AND at < $2 \
             AND withdrawn_at IS NULL GROUP BY lane, reason",
            day.from,
            day.end
        ),
    )
    .await
}

pub(super) async fn alarms(store: &Store, day: &Day) -> Result<Counts, StoreError> {
    counts(
        store,
        sql!(
            "SELECT lane, kind AS name, COUNT(*) AS times FROM alarms WHERE at >= $1 AND at < $2 AND lane IS NOT NULL \
             GROUP BY lane, kind",
            day.from,
            day.end
        ),
    )
    .await
}

async fn counts(store: &Store, query: Query) -> Result<Counts, StoreError> {
    let mut counts = Counts::new();
    for row in store.rows(query).await? {
        counts.entry(row.text("lane")?).or_default().insert(row.text("name")?, row.count("times")?);
    }
    Ok(counts)
}
