//! The passages of the two periods, out of the database.

use gate_core::clock::UtcMicros;
use serde::Serialize;

use super::differs;
use super::drift::{self, CameraDrift, Passed, Read};
use crate::config::RecognitionWatch;
use crate::sql;
use crate::store::{Row, Store, StoreError};

/// Readings looked at for one period, at most; the newest.
const MOST: i64 = 200_000;
const DAY_US: i64 = 86_400_000_000;

/// The periods that are compared, each from its first moment to before its last, microseconds UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Periods {
    /// The window that ends now.
    pub window: (i64, i64),
    /// What it is compared with.
    pub baseline: (i64, i64),
}

impl Periods {
    /// The periods of the configuration: the baseline from its own first day where one is given, else right before
    /// the window.
    #[must_use]
    pub fn at(now: UtcMicros, watch: &RecognitionWatch) -> Self {
        let window = now.0.saturating_sub(i64::from(watch.window_days) * DAY_US);
        let length = i64::from(watch.baseline_days) * DAY_US;
        let from = watch.baseline_from_us().unwrap_or_else(|| window.saturating_sub(length));
        Self { window: (window, now.0), baseline: (from, from.saturating_add(length).min(window)) }
    }
}

/// Every camera's figures in both periods, and what moved too far.
///
/// # Errors
/// [`StoreError`].
pub async fn cameras(
    store: &Store,
    periods: Periods,
    watch: &RecognitionWatch,
) -> Result<Vec<CameraDrift>, StoreError> {
    let window = of(store, periods.window).await?;
    let baseline = of(store, periods.baseline).await?;
    Ok(drift::compare(&window, &baseline, watch))
}

async fn of(store: &Store, (from, to): (i64, i64)) -> Result<Vec<Passed>, StoreError> {
    let rows = store
        .rows(sql!(
            "SELECT p.id, p.lane, p.verdict, p.corrected, r.text, r.probability, r.camera, r.height_px FROM passages p \
             LEFT JOIN readings r ON r.passage = p.id AND r.part = 'tractor' \
             WHERE p.began_at >= $1 AND p.began_at < $2 AND p.ended_at IS NOT NULL AND p.paper IS NULL \
             ORDER BY p.began_at DESC, p.id, r.at DESC LIMIT $3",
            from,
            to,
            MOST
        ))
        .await?;
    let mut passed = Vec::new();
    let mut last = None;
    for row in &rows {
        let id = row.uuid("id")?;
        // The newest reading comes first: it is the one that stands.
        if last.replace(id) != Some(id) {
            passed.push(read(row)?);
        }
    }
    Ok(passed)
}

fn read(row: &Row) -> Result<Passed, StoreError> {
    let given: Option<String> = row.get("corrected")?;
    let read = match row.get::<Option<String>>("text")? {
        None => None,
        Some(text) => Some(Read {
            camera: row.get::<Option<String>>("camera")?.unwrap_or_default(),
            probability: row.get("probability")?,
            height_px: row.get("height_px")?,
            corrected: given.is_some_and(|given| differs(&given, &text)),
        }),
    };
    let referred = row.get::<Option<String>>("verdict")?.as_deref() == Some("refer");
    Ok(Passed { lane: row.text("lane")?, referred, read })
}
