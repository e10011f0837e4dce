//! Fresh databases of both engines for unit tests.

#[path = "../tests/common/postgres.rs"]
mod postgres;

use crate::store::{Place, Store};

/// A migrated, empty store of each engine that this machine has. SQLite's folder lives as long as the
/// third part.
pub async fn engines(name: &str) -> Vec<(&'static str, Store, tempfile::TempDir)> {
    let mut places = vec![("sqlite", None)];
    match postgres::fresh_database() {
        Ok(url) => places.push(("postgresql", Some(url))),
        Err(reason) => eprintln!("SKIPPED {name} on postgresql: {reason}"),
    }
    let mut stores = Vec::new();
    for (engine, url) in places {
        let dir = tempfile::tempdir().unwrap();
        let place = url.map_or_else(|| Place::File(dir.path().join("test.db")), Place::Server);
        let store = Store::open(&place).await.unwrap();
        store.migrate().await.unwrap();
        stores.push((engine, store, dir));
    }
    stores
}
