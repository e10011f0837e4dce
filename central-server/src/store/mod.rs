//! The database: SQLite by default, PostgreSQL by one line of configuration.
//!
//! - Both engines run the same SQL text with `$n` parameters; times are `BIGINT` microseconds UTC, ids
//!   16 bytes, flags 0 and 1, enums their bare word. The engines differ in `engine` and nowhere else.
//! - SQLite: WAL, `synchronous=FULL`, one writing connection, every writing transaction begun with
//!   `BEGIN IMMEDIATE` (a read that turns into a write would skip the busy handler), a pool of readers.
//! - Nothing assumes one central process: whoever changes a row that others read first locks it.

mod engine;
mod migrate;
mod open;
mod row;
mod tx;
mod value;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{PgPool, SqlitePool};
use thiserror::Error;

pub use open::Place;
pub use row::{Column, Row};
pub use tx::Tx;
pub use value::{Query, Value};

/// What can go wrong with the database.
#[derive(Debug, Error)]
pub enum StoreError {
    /// It cannot be opened.
    #[error("database {place:?}: {source}; is the disk full, the folder not central's own, or the server down?")]
    Open {
        /// The file or the address without its password.
        place: String,
        /// What the engine says.
        source: sqlx::Error,
    },
    /// A statement failed.
    #[error("{text:?}: {source}")]
    Query {
        /// The statement.
        text: String,
        /// What the engine says.
        source: sqlx::Error,
    },
    /// The schema cannot be brought up to date.
    #[error("schema: {0}; a newer central may have written this database: run that version, or restore a backup")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A stored value does not have the shape it was written with.
    #[error("column {column} holds {found}")]
    Odd {
        /// Which column.
        column: String,
        /// What stands there.
        found: String,
    },
}

impl StoreError {
    /// Whether the statement hit a `unique` or `primary key` rule.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Query { source: sqlx::Error::Database(e), .. } if e.is_unique_violation())
    }

    /// Whether it is the data that the engine refuses (and not that the engine is away or busy).
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Query { source: sqlx::Error::Database(e), .. } => {
                e.is_unique_violation() || e.is_foreign_key_violation() || e.is_check_violation()
                // PostgreSQL's data exceptions, as a zero byte in a text.
                || e.code().is_some_and(|c| c.starts_with("22"))
            }
            Self::Odd { .. } => true,
            _ => false,
        }
    }
}

/// A handle to the database; clones are cheap.
#[derive(Clone, Debug)]
pub struct Store(Engine);

#[derive(Clone, Debug)]
enum Engine {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres(PgPool),
}

impl Store {
    /// Begins a writing transaction. Hold it over database work alone, never over the network.
    ///
    /// # Errors
    /// [`StoreError::Query`] when the engine is away, or busy for longer than the time-out.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let failed = |source| StoreError::Query { text: "begin".to_owned(), source };
        Ok(Tx(match &self.0 {
            Engine::Sqlite { writer, .. } => {
                tx::Inner::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?)
            }
            Engine::Postgres(pool) => tx::Inner::Postgres(pool.begin().await.map_err(failed)?),
        }))
    }

    /// All rows of a reading query.
    ///
    /// # Errors
    /// [`StoreError::Query`] with the query's text.
    pub async fn rows(&self, query: Query) -> Result<Vec<Row>, StoreError> {
        let failed = |source| StoreError::Query { text: "connection".to_owned(), source };
        match &self.0 {
            Engine::Sqlite { readers, .. } => {
                engine::sqlite_rows(&mut *readers.acquire().await.map_err(failed)?, &query).await
            }
            Engine::Postgres(pool) => engine::postgres_rows(&mut *pool.acquire().await.map_err(failed)?, &query).await,
        }
    }

    /// The first row, if any.
    ///
    /// # Errors
    /// [`StoreError::Query`] with the query's text.
    pub async fn row(&self, query: Query) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(query).await?.into_iter().next())
    }

    /// One statement in a transaction of its own; the count of rows it changed.
    ///
    /// # Errors
    /// [`StoreError::Query`] with the statement's text.
    pub async fn run(&self, query: Query) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let changed = tx.run(query).await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// `sqlite` or `postgresql`, for people.
    #[must_use]
    pub fn engine_name(&self) -> &'static str {
        match self.0 {
            Engine::Sqlite { .. } => "sqlite",
            Engine::Postgres(_) => "postgresql",
        }
    }

    /// Closes all connections; SQLite's log is folded into its file.
    pub async fn close(&self) {
        match &self.0 {
            Engine::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }
}

/// The bare word of a `snake_case` enum, as columns hold it: `Direction::Entry` is `entry`.
#[must_use]
pub fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => unreachable!("word() takes enums without fields, got {other:?}"),
    }
}

/// Reads a bare word back.
///
/// # Errors
/// The word and what was expected, for people.
pub fn unword<T: DeserializeOwned>(word: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests;
