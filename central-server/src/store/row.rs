//! A row of either engine, read by column name.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type};
use uuid::Uuid;

use super::StoreError;

/// One row of an answer.
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

/// A Rust type that both engines can give: `i64`, `f64`, `String`, `Vec<u8>` and `Option` of each.
pub trait Column: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres> {}
impl<T> Column for T where T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres> {}

impl Row {
    /// The value of a column.
    ///
    /// # Errors
    /// [`StoreError::Query`] when there is no such column or it holds another kind.
    pub fn get<T: Column>(&self, column: &str) -> Result<T, StoreError> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
        .map_err(|source| StoreError::Query { text: format!("column {column}"), source })
    }

    /// A text.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn text(&self, column: &str) -> Result<String, StoreError> {
        self.get(column)
    }

    /// A whole number.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn int(&self, column: &str) -> Result<i64, StoreError> {
        self.get(column)
    }

    /// A flag, stored as 0 or 1.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn flag(&self, column: &str) -> Result<bool, StoreError> {
        Ok(self.get::<i64>(column)? != 0)
    }

    /// A number that is never negative.
    ///
    /// # Errors
    /// As [`Row::get`], and when it is negative.
    pub fn count(&self, column: &str) -> Result<u64, StoreError> {
        let value = self.int(column)?;
        u64::try_from(value).map_err(|_| Self::odd(column, format!("{value}, expected a count")))
    }

    /// A 16-byte id.
    ///
    /// # Errors
    /// As [`Row::get`], and when it has another length.
    pub fn uuid(&self, column: &str) -> Result<Uuid, StoreError> {
        let bytes = self.get::<Vec<u8>>(column)?;
        Uuid::from_slice(&bytes).map_err(|_| Self::odd(column, format!("{} bytes, expected 16", bytes.len())))
    }

    /// A 16-byte id or NULL.
    ///
    /// # Errors
    /// As [`Row::uuid`].
    pub fn maybe_uuid(&self, column: &str) -> Result<Option<Uuid>, StoreError> {
        if self.get::<Option<Vec<u8>>>(column)?.is_none() {
            return Ok(None);
        }
        self.uuid(column).map(Some)
    }

    /// A 32-byte hash.
    ///
    /// # Errors
    /// As [`Row::get`], and when it has another length.
    pub fn hash(&self, column: &str) -> Result<[u8; 32], StoreError> {
        let bytes = self.get::<Vec<u8>>(column)?;
        let length = bytes.len();
        bytes.try_into().map_err(|_| Self::odd(column, format!("{length} bytes, expected 32")))
    }

    /// A value stored as the JSON text of a `gate-core` type.
    ///
    /// # Errors
    /// As [`Row::get`], and when the text does not fit the type.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        let text = self.text(column)?;
        serde_json::from_str(&text).map_err(|e| Self::odd(column, format!("{text:?}: {e}")))
    }

    /// A value stored as the bare word of a `snake_case` enum (`"entry"` without its quotes).
    ///
    /// # Errors
    /// As [`Row::get`], and when the word is not one of the enum's.
    pub fn word<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        let text = self.text(column)?;
        super::unword(&text).map_err(|e| Self::odd(column, e))
    }

    /// As [`Row::word`], for a column that can be NULL.
    ///
    /// # Errors
    /// As [`Row::word`].
    pub fn maybe_word<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<Option<T>, StoreError> {
        let text = self.get::<Option<String>>(column)?;
        text.map(|t| super::unword(&t).map_err(|e| Self::odd(column, e))).transpose()
    }

    fn odd(column: &str, found: String) -> StoreError {
        StoreError::Odd { column: column.to_owned(), found }
    }
}
