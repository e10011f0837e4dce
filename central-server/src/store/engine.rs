//! The two engines behind one face: each query is written once, each engine gets its own types here.

use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::query::Query as SqlxQuery;
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{AssertSqlSafe, Executor as _, Postgres, Sqlite};

use super::{Query, Row, StoreError, Value};

macro_rules! bound {
    ($name:ident, $db:ty, $arguments:ty) => {
        fn $name(query: &Query) -> SqlxQuery<'static, $db, $arguments> {
            let mut bound = sqlx::query::<$db>(AssertSqlSafe(query.text.to_string()));
            for value in &query.values {
                bound = match value.clone() {
                    Value::Int(v) => bound.bind(v),
                    Value::Text(v) => bound.bind(v),
                    Value::Blob(v) => bound.bind(v),
                    Value::Real(v) => bound.bind(v),
                };
            }
            bound
        }
    };
}
bound!(for_sqlite, Sqlite, SqliteArguments);
bound!(for_postgres, Postgres, PgArguments);

fn failed(query: &Query) -> impl Fn(sqlx::Error) -> StoreError + '_ {
    |source| StoreError::Query { text: query.text.to_string(), source }
}

pub(super) async fn sqlite_rows(at: &mut SqliteConnection, query: &Query) -> Result<Vec<Row>, StoreError> {
    let rows = at.fetch_all(for_sqlite(query)).await.map_err(failed(query))?;
    Ok(rows.into_iter().map(Row::Sqlite).collect())
}

pub(super) async fn postgres_rows(at: &mut PgConnection, query: &Query) -> Result<Vec<Row>, StoreError> {
    let rows = at.fetch_all(for_postgres(query)).await.map_err(failed(query))?;
    Ok(rows.into_iter().map(Row::Postgres).collect())
}

pub(super) async fn sqlite_run(at: &mut SqliteConnection, query: &Query) -> Result<u64, StoreError> {
    Ok(at.execute(for_sqlite(query)).await.map_err(failed(query))?.rows_affected())
}

pub(super) async fn postgres_run(at: &mut PgConnection, query: &Query) -> Result<u64, StoreError> {
    Ok(at.execute(for_postgres(query)).await.map_err(failed(query))?.rows_affected())
}
