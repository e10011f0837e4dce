//! A leaf: bytes that are vouched for, under a salt.
//!
//! The tree holds `SHA-256(salt || body)` alone. Erasing salt and body (personal data) leaves the tree
//! whole, and without the salt nobody can guess a plate back from its hash.

use gate_core::clock::UtcMicros;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::sql;
use crate::store::{StoreError, Tx, word};

/// What a leaf speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeafKind {
    /// An edge's event: the body is the sealed envelope as it arrived.
    Event,
    /// A passage that ended: the body is its closed form, JSON.
    Passage,
    /// A decision of central: the body is the sealed reply as it went out.
    Decision,
    /// An officer's or administrator's act, JSON.
    Act,
    /// An agency's access, JSON.
    Access,
}

/// `SHA-256(salt || body)`.
#[must_use]
pub fn commitment(salt: &[u8], body: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(body).finalize().into()
}

/// Writes a leaf for `subject` (the id of the row it speaks of) and returns the leaf's id. The
/// sequencer gives it its place in the tree after the commit.
///
/// # Errors
/// [`StoreError`] of the insert; the transaction must then be given up.
pub async fn add_leaf(
    tx: &mut Tx,
    kind: LeafKind,
    subject: Uuid,
    at: UtcMicros,
    body: &[u8],
) -> Result<Uuid, StoreError> {
    let id = Uuid::now_v7();
    add_leaf_as(tx, id, kind, subject, at, body).await?;
    Ok(id)
}

/// As [`add_leaf`], under an id (UUIDv7) that the caller has written down already.
///
/// # Errors
/// As [`add_leaf`].
pub async fn add_leaf_as(
    tx: &mut Tx,
    id: Uuid,
    kind: LeafKind,
    subject: Uuid,
    at: UtcMicros,
    body: &[u8],
) -> Result<(), StoreError> {
    let salt: [u8; 32] = rand::random();
    tx.run(sql!(
        "INSERT INTO record_leaves (id, kind, subject, at, salt, body, commitment) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id,
        word(&kind),
        subject,
        at,
        salt,
        body,
        commitment(&salt, body)
    ))
    .await?;
    Ok(())
}
