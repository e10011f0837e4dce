//! The outbox's tables and every statement on them. SQLite, WAL, `synchronous = FULL`: what was
//! committed survives the loss of power.

use std::path::Path;
use std::time::Duration;

use gate_core::ids::{Epoch, LaneId, PassageId};
use gate_core::message::ack::Acknowledgement;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Row as _, SqlitePool};

use super::OutboxError;
use super::draft::Sealed;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS epoch (n INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS event (
    epoch INTEGER NOT NULL, seq INTEGER NOT NULL, lane TEXT NOT NULL, passage BLOB, at_us INTEGER NOT NULL,
    wire BLOB NOT NULL, acked_us INTEGER, PRIMARY KEY (epoch, seq)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS event_waiting ON event (epoch, seq) WHERE acked_us IS NULL;
CREATE INDEX IF NOT EXISTS event_passage ON event (passage) WHERE passage IS NOT NULL;
CREATE TABLE IF NOT EXISTS picture (
    sha256 TEXT PRIMARY KEY, bytes INTEGER NOT NULL, made_us INTEGER NOT NULL, sent_us INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lists (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, wire BLOB NOT NULL);
";

/// An event that central has not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Which start of the agent.
    pub epoch: Epoch,
    /// Its number.
    pub seq: u64,
    /// The lane, for the topic.
    pub lane: LaneId,
    /// The sealed bytes.
    pub wire: Vec<u8>,
}

/// An event of the journal.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The sealed bytes.
    pub wire: Vec<u8>,
    /// Central has it.
    pub acknowledged: bool,
}

pub(super) async fn open(path: &Path) -> Result<SqlitePool, OutboxError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|source| OutboxError::Folder { path: path.to_owned(), source })?;
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5));
    let fail = |source| OutboxError::Database { path: path.to_owned(), source };
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(fail)?;
    sqlx::raw_sql(SCHEMA).execute(&pool).await.map_err(fail)?;
    Ok(pool)
}

/// A file that must exist already, to be read alone.
pub(super) async fn open_to_read(path: &Path) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(Duration::from_secs(5));
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await
}

/// The next epoch: seconds since 1970, or one more than the last where that is larger. So it grows
/// even when the outbox's file was lost, and central never takes new numbers for old ones.
pub(super) async fn begin_epoch(pool: &SqlitePool) -> Result<Epoch, sqlx::Error> {
    let next = "INSERT INTO epoch (n) SELECT max(unixepoch(), coalesce(max(n), 0) + 1) FROM epoch RETURNING n";
    let row = sqlx::query(next).fetch_one(pool).await?;
    Ok(Epoch(u64::try_from(row.get::<i64, _>(0)).unwrap_or(1)))
}

pub(super) async fn insert(pool: &SqlitePool, batch: &[Sealed]) -> Result<(), sqlx::Error> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    for Sealed { event, wire } in batch {
        sqlx::query("INSERT INTO event (epoch, seq, lane, passage, at_us, wire) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(signed(event.epoch.0))
            .bind(signed(event.seq))
            .bind(event.lane.as_str())
            .bind(event.passage.map(|p| p.0.into_bytes().to_vec()))
            .bind(event.at.0)
            .bind(wire.as_slice())
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await
}

pub(super) async fn waiting(pool: &SqlitePool, after: (Epoch, u64), limit: u32) -> Result<Vec<Waiting>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT epoch, seq, lane, wire FROM event WHERE acked_us IS NULL AND (epoch, seq) > (?, ?) ORDER BY epoch, seq LIMIT ?",
    )
    .bind(signed(after.0.0))
    .bind(signed(after.1))
    .bind(limit)
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let lane: String = row.try_get("lane")?;
            Ok(Waiting {
                epoch: Epoch(unsigned(row.try_get("epoch")?)),
                seq: unsigned(row.try_get("seq")?),
                lane: LaneId::new(lane).map_err(|e| sqlx::Error::Decode(Box::new(e)))?,
                wire: row.try_get("wire")?,
            })
        })
        .collect()
}

pub(super) async fn depth(pool: &SqlitePool) -> Result<u64, sqlx::Error> {
    let n: i64 = sqlx::query("SELECT COUNT(*) FROM event WHERE acked_us IS NULL").fetch_one(pool).await?.get(0);
    Ok(unsigned(n))
}

pub(super) async fn acknowledge(pool: &SqlitePool, ack: &Acknowledgement, at_us: i64) -> Result<u64, sqlx::Error> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let mut from = 1;
    let mut covered = 0;
    let ends = ack.gaps.iter().map(|&(first, last)| (first.saturating_sub(1), last.saturating_add(1)));
    for (until, next) in ends.chain([(ack.up_to_seq, 0)]) {
        let done =
            sqlx::query("UPDATE event SET acked_us = ? WHERE epoch = ? AND seq BETWEEN ? AND ? AND acked_us IS NULL")
                .bind(at_us)
                .bind(signed(ack.epoch.0))
                .bind(signed(from))
                .bind(signed(until.min(ack.up_to_seq)))
                .execute(&mut *tx)
                .await?;
        covered += done.rows_affected();
        from = next;
    }
    tx.commit().await?;
    Ok(covered)
}

pub(super) async fn prune(pool: &SqlitePool, before_us: i64) -> Result<u64, sqlx::Error> {
    let done =
        sqlx::query("DELETE FROM event WHERE acked_us IS NOT NULL AND at_us < ?").bind(before_us).execute(pool).await?;
    Ok(done.rows_affected())
}

pub(super) async fn journal(
    pool: &SqlitePool,
    passage: Option<PassageId>,
    limit: u32,
) -> Result<Vec<Kept>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT wire, acked_us FROM event WHERE (?1 IS NULL OR passage = ?1) ORDER BY epoch DESC, seq DESC LIMIT ?2",
    )
    .bind(passage.map(|p| p.0.into_bytes().to_vec()))
    .bind(limit)
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Kept { wire: row.try_get("wire")?, acknowledged: row.try_get::<Option<i64>, _>("acked_us")?.is_some() })
        })
        .collect()
}

/// SQLite counts in `i64`; our numbers never come near its end.
fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

impl Kept {
    /// The event inside. Its signature is this edge's own.
    #[must_use]
    pub fn edge_event(&self) -> Option<gate_core::message::event::EdgeEvent> {
        serde_json::from_slice(&self.payload()?).ok()
    }

    /// The event inside, as JSON, for showing.
    #[must_use]
    pub fn event(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.payload()?).ok()
    }

    fn payload(&self) -> Option<Vec<u8>> {
        use base64::Engine as _;
        let envelope: gate_core::message::envelope::Envelope = serde_json::from_slice(&self.wire).ok()?;
        base64::engine::general_purpose::STANDARD.decode(envelope.payload).ok()
    }
}
