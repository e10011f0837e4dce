//! Proofs out of the stored tree: what an agency or a witness gets to check by itself.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;
use uuid::Uuid;

use super::leaf::LeafKind;
use super::offline::VerifiableRecord;
use super::tree::{Hash, Node, consistency_ranges, cover, fold, inclusion_ranges};
use crate::sql;
use crate::store::{Query, Row, Store, StoreError, Value, word};

/// Why there is no proof.
#[derive(Debug, Error)]
pub enum ProofError {
    /// No such record, or erased.
    #[error("no such entry in the record")]
    NoRecord,
    /// Written, but not yet under a checkpoint.
    #[error("the entry is not yet under a signed checkpoint; ask again in a moment")]
    NotYet,
    /// The sizes do not fit the record.
    #[error("sizes {old} and {new} do not fit: 1 <= old <= new <= the record's size")]
    Sizes {
        /// The older size.
        old: u64,
        /// The newer size.
        new: u64,
    },
    /// The stored tree is damaged.
    #[error("node {0:?} of the stored tree is missing; run `central-server audit verify`")]
    Damaged(Node),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The newest signed checkpoint: its size and envelope.
///
/// # Errors
/// [`ProofError::NotYet`] when there is none.
pub async fn latest_checkpoint(store: &Store) -> Result<(u64, String), ProofError> {
    let row = store.row(sql!("SELECT size, envelope FROM checkpoints ORDER BY size DESC LIMIT 1")).await?;
    let row = row.ok_or(ProofError::NotYet)?;
    let envelope: Vec<u8> = row.get("envelope")?;
    Ok((row.count("size")?, String::from_utf8_lossy(&envelope).into_owned()))
}

/// The record of a row, newest leaf first where it has several (a passage that changed after it ended).
///
/// # Errors
/// [`ProofError`].
pub async fn record_of_subject(store: &Store, kind: LeafKind, subject: Uuid) -> Result<VerifiableRecord, ProofError> {
    let found = store
        .row(sql!(
            "SELECT id, idx, kind, subject, salt, body FROM record_leaves WHERE subject = $1 AND kind = $2 \
             ORDER BY at DESC, id DESC LIMIT 1",
            subject,
            word(&kind)
        ))
        .await?;
    record(store, &found.ok_or(ProofError::NoRecord)?).await
}

/// The record of a leaf.
///
/// # Errors
/// [`ProofError`].
pub async fn record_of_leaf(store: &Store, leaf: Uuid) -> Result<VerifiableRecord, ProofError> {
    let found =
        store.row(sql!("SELECT id, idx, kind, subject, salt, body FROM record_leaves WHERE id = $1", leaf)).await?;
    record(store, &found.ok_or(ProofError::NoRecord)?).await
}

async fn record(store: &Store, row: &Row) -> Result<VerifiableRecord, ProofError> {
    let body: Vec<u8> = row.get::<Option<Vec<u8>>>("body")?.ok_or(ProofError::NoRecord)?;
    let salt: Vec<u8> = row.get::<Option<Vec<u8>>>("salt")?.ok_or(ProofError::NoRecord)?;
    let index: i64 = row.get::<Option<i64>>("idx")?.ok_or(ProofError::NotYet)?;
    let index = u64::try_from(index).map_err(|_| ProofError::NoRecord)?;
    let (size, checkpoint) = latest_checkpoint(store).await?;
    if index >= size {
        return Err(ProofError::NotYet);
    }
    let proof = hashes(store, &inclusion_ranges(index, size)).await?;
    Ok(VerifiableRecord {
        kind: row.word("kind")?,
        id: row.uuid("subject")?,
        body: STANDARD.encode(body),
        salt: hex::encode(salt),
        index,
        proof: proof.iter().map(hex::encode).collect(),
        checkpoint: serde_json::from_str(&checkpoint)
            .map_err(|e| StoreError::Odd { column: "envelope".to_owned(), found: e.to_string() })?,
    })
}

/// The proof that the record of `old` entries is the beginning of that of `new`.
///
/// # Errors
/// [`ProofError`].
pub async fn consistency(store: &Store, old: u64, new: u64) -> Result<Vec<Hash>, ProofError> {
    let (size, _) = latest_checkpoint(store).await?;
    if old == 0 || old > new || new > size {
        return Err(ProofError::Sizes { old, new });
    }
    hashes(store, &consistency_ranges(old, new)).await
}

/// The hashes over ranges of leaves, from the stored nodes, in one query.
async fn hashes(store: &Store, ranges: &[(u64, u64)]) -> Result<Vec<Hash>, ProofError> {
    let covers: Vec<Vec<Node>> = ranges.iter().map(|&(from, to)| cover(from, to)).collect();
    let wanted: BTreeSet<Node> = covers.iter().flatten().copied().collect();
    let found = nodes(store, &wanted).await?;
    covers
        .iter()
        .map(|cover| {
            let hashes = cover.iter().map(|n| found.get(n).copied().ok_or(ProofError::Damaged(*n)));
            Ok(fold(&hashes.collect::<Result<Vec<Hash>, _>>()?))
        })
        .collect()
}

async fn nodes(store: &Store, wanted: &BTreeSet<Node>) -> Result<BTreeMap<Node, Hash>, ProofError> {
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    // A proof over n leaves names at most about (log2 n)^2 nodes.
    let pairs: Vec<String> =
        (0..wanted.len()).map(|n| format!("(level = ${} AND idx = ${})", n * 2 + 1, n * 2 + 2)).collect();
    let values = wanted.iter().flat_map(|&(level, index)| [Value::from(level), Value::from(index)]).collect();
    let text = format!("SELECT level, idx, hash FROM record_nodes WHERE {}", pairs.join(" OR "));
    let mut found = BTreeMap::new();
    for row in store.rows(Query::assembled(text, values)).await? {
        let level = u32::try_from(row.int("level")?).unwrap_or(u32::MAX);
        found.insert((level, row.count("idx")?), row.hash("hash")?);
    }
    Ok(found)
}
