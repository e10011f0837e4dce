//! Gives waiting leaves their places in the tree and signs a checkpoint over them.
//!
//! One at a time: in SQLite by the writing transaction, in PostgreSQL by an advisory lock that is
//! tried and, when another central holds it, left to that one.

use std::time::Duration;

use ed25519_dalek::SigningKey;
use gate_core::ids::SiteId;
use gate_core::message::envelope::seal;

use super::checkpoint::Checkpoint;
use super::tree::{Growing, Hash, Node, cover, leaf_hash};
use crate::app::App;
use crate::clock::Clock;
use crate::sql;
use crate::store::{Query, Store, StoreError, Tx, Value};

/// Leaves placed in one step: short, so that a question for a decision waits for no more than one.
const MAX_STEP: usize = 250;
/// Nodes written in one statement.
const MAX_ROWS: usize = 200;
/// The advisory lock's number: "gate" in ASCII.
const LOCK: i64 = 0x6761_7465;

/// Places leaves for as long as central runs.
pub async fn sequence(app: App) {
    let pause = Duration::from_millis(app.config.record.checkpoint_ms);
    loop {
        let placed = place_waiting(&app.store, &app.config.site, &app.keys.signing, &app.clock).await;
        match placed {
            Ok(n) => {
                metrics::counter!("central_record_leaves_total").increment(n as u64);
                if n == MAX_STEP {
                    continue;
                }
            }
            Err(error) => {
                metrics::counter!("central_record_failures_total").increment(1);
                tracing::error!(%error, "the record could not be sequenced; tried again");
            }
        }
        tokio::select! {
            () = app.stop.cancelled() => break,
            () = tokio::time::sleep(pause) => {}
        }
    }
    // What was committed while we waited gets its place now, not at the next start.
    if let Err(error) = place_waiting(&app.store, &app.config.site, &app.keys.signing, &app.clock).await {
        tracing::warn!(%error, "the last leaves are placed at the next start");
    }
}

/// Places up to 250 waiting leaves and signs a checkpoint; how many were placed.
///
/// # Errors
/// [`StoreError`]; nothing is placed then.
pub async fn place_waiting(store: &Store, site: &SiteId, key: &SigningKey, clock: &Clock) -> Result<usize, StoreError> {
    let any = store.row(sql!("SELECT id FROM record_leaves WHERE idx IS NULL LIMIT 1")).await?;
    if any.is_none() {
        return Ok(0);
    }
    let mut tx = store.begin().await?;
    if !lock(&mut tx).await? {
        return Ok(0);
    }
    let waiting = sql!("SELECT id, commitment FROM record_leaves WHERE idx IS NULL ORDER BY at, id LIMIT $1", MAX_STEP);
    let waiting = tx.rows(waiting).await?;
    let mut tree = resume(&mut tx).await?;
    let mut nodes: Vec<(Node, Hash)> = Vec::with_capacity(waiting.len() * 2);
    for row in &waiting {
        let place = tree.size();
        nodes.extend(tree.add(leaf_hash(&row.hash("commitment")?)));
        tx.run(sql!("UPDATE record_leaves SET idx = $1 WHERE id = $2", place, row.uuid("id")?)).await?;
    }
    for some in nodes.chunks(MAX_ROWS) {
        tx.run(insert_nodes(some)).await?;
    }
    sign(&mut tx, &tree, site, key, clock).await?;
    tx.commit().await?;
    Ok(waiting.len())
}

async fn lock(tx: &mut Tx) -> Result<bool, StoreError> {
    if !tx.is_postgres() {
        return Ok(true);
    }
    let got = sql!("SELECT CAST(CASE WHEN pg_try_advisory_xact_lock($1) THEN 1 ELSE 0 END AS BIGINT) AS got", LOCK);
    Ok(match tx.row(got).await? {
        Some(row) => row.flag("got")?,
        None => false,
    })
}

/// The tree as it stands, from its complete subtrees.
async fn resume(tx: &mut Tx) -> Result<Growing, StoreError> {
    let last = tx.row(sql!("SELECT MAX(idx) AS last FROM record_leaves")).await?;
    let last: Option<i64> = match last {
        Some(row) => row.get("last")?,
        None => None,
    };
    let size = last.map_or(0, |i| u64::try_from(i).unwrap_or(0) + 1);
    let mut hashes = Vec::new();
    for (level, index) in cover(0, size) {
        let row = tx.row(sql!("SELECT hash FROM record_nodes WHERE level = $1 AND idx = $2", level, index)).await?;
        let missing = || StoreError::Odd {
            column: "record_nodes".to_owned(),
            found: format!("no node ({level}, {index}) of a tree of {size}; run `central-server audit verify`"),
        };
        hashes.push(row.ok_or_else(missing)?.hash("hash")?);
    }
    Ok(Growing::resume(size, &hashes))
}

fn insert_nodes(nodes: &[(Node, Hash)]) -> Query {
    let mut values = Vec::with_capacity(nodes.len() * 3);
    let mut rows = Vec::with_capacity(nodes.len());
    for (n, ((level, index), hash)) in nodes.iter().enumerate() {
        rows.push(format!("(${}, ${}, ${})", n * 3 + 1, n * 3 + 2, n * 3 + 3));
        values.extend([Value::from(*level), Value::from(*index), Value::from(hash)]);
    }
    Query::assembled(format!("INSERT INTO record_nodes (level, idx, hash) VALUES {}", rows.join(", ")), values)
}

async fn sign(tx: &mut Tx, tree: &Growing, site: &SiteId, key: &SigningKey, clock: &Clock) -> Result<(), StoreError> {
    let root = tree.root();
    let checkpoint = Checkpoint { site: site.clone(), size: tree.size(), root: hex::encode(root), at: clock.now() };
    let envelope = seal(&checkpoint, key)
        .map_err(|e| StoreError::Odd { column: "checkpoint".to_owned(), found: e.to_string() })?;
    tx.run(sql!(
        "INSERT INTO checkpoints (size, root, at, envelope) VALUES ($1, $2, $3, $4)",
        checkpoint.size,
        root,
        checkpoint.at,
        envelope
    ))
    .await?;
    Ok(())
}
