use super::*;
use crate::sql;
use crate::testing::engines;

#[tokio::test]
async fn both_engines_keep_every_kind_of_value() {
    for (name, store, _dir) in engines("values").await {
        let id = uuid::Uuid::now_v7();
        store
            .run(sql!(
                "INSERT INTO alarms (id, at, kind, lane, passage, detail) VALUES ($1, $2, $3, $4, $5, $6)",
                id,
                1_700_000_000_000_000_i64,
                "watchlist",
                None::<String>,
                Some(id),
                "xe 云G12345"
            ))
            .await
            .unwrap();
        let row = store.row(sql!("SELECT * FROM alarms WHERE id = $1", id)).await.unwrap().unwrap();
        assert_eq!(row.uuid("passage").unwrap(), id, "{name}");
        assert_eq!(row.int("at").unwrap(), 1_700_000_000_000_000, "{name}");
        assert_eq!(row.get::<Option<String>>("lane").unwrap(), None, "{name}");
        assert_eq!(row.text("detail").unwrap(), "xe 云G12345", "{name}");
        assert!(row.text("nowhere").is_err(), "{name}");
    }
}

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_nothing_and_duplicates_are_told_apart() {
    for (name, store, _dir) in engines("rollback").await {
        let add =
            || sql!("INSERT INTO checkpoints (size, root, at, envelope) VALUES ($1, $2, 0, $2)", 7_i64, vec![1u8]);
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.run(add()).await.unwrap(), 1, "{name}");
        drop(tx);
        assert!(store.row(sql!("SELECT size FROM checkpoints")).await.unwrap().is_none(), "{name}");
        store.run(add()).await.unwrap();
        let twice = store.run(add()).await.unwrap_err();
        assert!(twice.is_duplicate() && twice.is_refusal(), "{name}: {twice}");
        let away = store.run(sql!("INSERT INTO nowhere VALUES (1)")).await.unwrap_err();
        assert!(!away.is_refusal(), "{name}: {away}");
    }
}

#[tokio::test]
async fn migrating_twice_changes_nothing() {
    for (name, store, _dir) in engines("migrate").await {
        store.migrate().await.unwrap();
        let row = store.row(sql!("SELECT version FROM lists")).await.unwrap().unwrap();
        assert_eq!(row.int("version").unwrap(), 1, "{name}");
    }
}

#[tokio::test]
async fn many_writers_wait_for_each_other_instead_of_failing() {
    for (name, store, _dir) in engines("writers").await {
        let tasks: Vec<_> = (0..40)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut tx = store.begin().await.unwrap();
                    tx.run(sql!("UPDATE lists SET version = version + 1")).await.unwrap();
                    tx.commit().await.unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let row = store.row(sql!("SELECT version FROM lists")).await.unwrap().unwrap();
        assert_eq!(row.int("version").unwrap(), 41, "{name}");
    }
}

#[test]
fn a_password_is_never_shown() {
    let place = Place::parse("postgres://gate:secret@db.local:5432/gate", std::path::Path::new("/data"));
    assert_eq!(place.to_string(), "postgres://gate@db.local:5432/gate");
    assert_eq!(Place::parse("gate.db", std::path::Path::new("/data")), Place::File("/data/gate.db".into()));
}
