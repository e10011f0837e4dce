//! Opens either engine with the settings that the record depends on.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::{Engine, Store, StoreError};

const BUSY: Duration = Duration::from_secs(5);
const ACQUIRE: Duration = Duration::from_secs(10);
const READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 12;

/// Where the database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL address, `postgres://user:password@host/database`.
    Server(String),
}

impl Place {
    /// Reads `database = "..."` of the configuration; a relative file is below `data`.
    #[must_use]
    pub fn parse(text: &str, data: &Path) -> Self {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Self::Server(text.to_owned())
        } else {
            Self::File(data.join(text.strip_prefix("sqlite:").unwrap_or(text)))
        }
    }
}

impl std::fmt::Display for Place {
    /// Never with a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(url) => match (url.find("://"), url.rfind('@')) {
                (Some(start), Some(end)) if start + 3 < end => {
                    let user = url[start + 3..end].split(':').next().unwrap_or_default();
                    write!(f, "{}{user}{}", &url[..start + 3], &url[end..])
                }
                _ => f.write_str(url),
            },
        }
    }
}

impl Store {
    /// Opens the database, making the SQLite file where it is missing. Does not touch the schema.
    ///
    /// # Errors
    /// [`StoreError::Open`] naming the place.
    pub async fn open(place: &Place) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Open { place: place.to_string(), source };
        Ok(Self(match place {
            Place::File(path) => sqlite(path).await.map_err(failed)?,
            Place::Server(url) => postgres(url).await.map_err(failed)?,
        }))
    }
}

async fn sqlite(path: &Path) -> Result<Engine, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY);
    let writer =
        SqlitePoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE).connect_with(options.clone()).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(ACQUIRE)
        .connect_with(options.pragma("query_only", "on"))
        .await?;
    Ok(Engine::Sqlite { writer, readers })
}

async fn postgres(url: &str) -> Result<Engine, sqlx::Error> {
    let options = PgConnectOptions::from_str(url)?.application_name("central-server").options([
        ("synchronous_commit", "on"),
        ("statement_timeout", "30s"),
        ("timezone", "UTC"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(ACQUIRE)
        .connect_with(options)
        .await?;
    Ok(Engine::Postgres(pool))
}
