//! A transaction: all of it is committed or none. Dropped without [`Tx::commit`] it is rolled back.

use sha2::{Digest as _, Sha256};
use sqlx::{Postgres, Sqlite, Transaction};

use super::{Query, Row, StoreError, engine};

/// A writing transaction. In SQLite it is begun with `BEGIN IMMEDIATE` on the one writing connection.
pub struct Tx(pub(super) Inner);

pub(super) enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Runs a statement; the count of rows it changed.
    ///
    /// # Errors
    /// [`StoreError::Query`] with the statement's text.
    pub async fn run(&mut self, query: Query) -> Result<u64, StoreError> {
        match &mut self.0 {
            Inner::Sqlite(tx) => engine::sqlite_run(tx, &query).await,
            Inner::Postgres(tx) => engine::postgres_run(tx, &query).await,
        }
    }

    /// All rows of a query (also of `insert ... returning`).
    ///
    /// # Errors
    /// [`StoreError::Query`] with the query's text.
    pub async fn rows(&mut self, query: Query) -> Result<Vec<Row>, StoreError> {
        match &mut self.0 {
            Inner::Sqlite(tx) => engine::sqlite_rows(tx, &query).await,
            Inner::Postgres(tx) => engine::postgres_rows(tx, &query).await,
        }
    }

    /// The first row, if any.
    ///
    /// # Errors
    /// [`StoreError::Query`] with the query's text.
    pub async fn row(&mut self, query: Query) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(query).await?.into_iter().next())
    }

    /// Holds a name against other centrals until this transaction ends. SQLite has one writing transaction at a time.
    ///
    /// # Errors
    /// [`StoreError::Query`] with the statement's text.
    pub async fn hold(&mut self, name: &str) -> Result<(), StoreError> {
        if self.is_postgres() {
            let digest = Sha256::digest(name);
            let mut key = [0; 8];
            key.copy_from_slice(&digest[..8]);
            let lock = "SELECT 1 AS one FROM (SELECT pg_advisory_xact_lock($1)) AS locked";
            self.rows(Query::new(lock, vec![i64::from_be_bytes(key).into()])).await?;
        }
        Ok(())
    }

    /// Whether this is PostgreSQL, for the few places where several centrals must agree who goes first.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self.0, Inner::Postgres(_))
    }

    /// Makes all of it last: after this returns it survives a loss of power.
    ///
    /// # Errors
    /// [`StoreError::Query`]; then nothing of it happened.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.0 {
            Inner::Sqlite(tx) => tx.commit().await,
            Inner::Postgres(tx) => tx.commit().await,
        }
        .map_err(|source| StoreError::Query { text: "commit".to_owned(), source })
    }
}
