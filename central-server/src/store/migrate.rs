//! The schema, as numbered steps. Each is written once; PostgreSQL gets `BYTEA` where it says `BLOB`.

use sqlx::AssertSqlSafe;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{SqlSafeStr as _, SqlStr};

use super::{Engine, Store, StoreError};

/// Number, name, text. Add at the end; never change one that was released.
const STEPS: &[(i64, &str, &str)] = &[
    (1, "edges and their events", include_str!("migrations/0001_edges.sql")),
    (2, "passages and crossings", include_str!("migrations/0002_passages.sql")),
    (3, "declarations and lists", include_str!("migrations/0003_lists.sql")),
    (4, "officers and agencies", include_str!("migrations/0004_people.sql")),
    (5, "the record", include_str!("migrations/0005_record.sql")),
    (6, "what decisions were about", include_str!("migrations/0006_decisions.sql")),
    (7, "pictures of passages", include_str!("migrations/0007_pictures.sql")),
    (8, "how well plates are read", include_str!("migrations/0008_recognition.sql")),
    (9, "how lanes stood", include_str!("migrations/0009_standing.sql")),
    (10, "who went first", include_str!("migrations/0010_priority.sql")),
    (11, "tags of declared vehicles", include_str!("migrations/0011_tags.sql")),
    (12, "paper slips", include_str!("migrations/0012_paper.sql")),
];

fn steps(postgres: bool) -> Migrator {
    let text = |sql: &'static str| -> SqlStr {
        if postgres { AssertSqlSafe(sql.replace("BLOB", "BYTEA")).into_sql_str() } else { sql.into_sql_str() }
    };
    Migrator::with_migrations(
        STEPS
            .iter()
            .map(|&(number, name, sql)| Migration::new(number, name.into(), MigrationType::Simple, text(sql), false))
            .collect(),
    )
}

impl Store {
    /// Brings the schema up to date; does nothing when it is. Several centrals may do so at once.
    ///
    /// # Errors
    /// [`StoreError::Migrate`] when a step fails or the database is newer than this program.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match &self.0 {
            Engine::Sqlite { writer, .. } => steps(false).run(writer).await?,
            Engine::Postgres(pool) => steps(true).run(pool).await?,
        }
        Ok(())
    }
}
