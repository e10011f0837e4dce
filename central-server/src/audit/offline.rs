//! A record that anyone can check without central: its bytes, its salt, its place, the proof, and the
//! signed checkpoint. Needed besides: central's public key, from a source the checker trusts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::VerifyingKey;
use gate_core::message::envelope::{self, Envelope, EnvelopeError, TrustedKeys};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;
use uuid::Uuid;

use super::checkpoint::Checkpoint;
use super::leaf::{LeafKind, commitment};
use super::tree::{Hash, leaf_hash, verify_inclusion};

/// As it stands in an agency's answer and in the file of `central-server audit verify-record`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerifiableRecord {
    /// What it speaks of.
    #[schema(value_type = String)]
    pub kind: LeafKind,
    /// Of which row.
    #[schema(value_type = String)]
    pub id: Uuid,
    /// The bytes that are vouched for, standard base64. For a passage: its closed form, JSON.
    pub body: String,
    /// 32 bytes, hexadecimal.
    pub salt: String,
    /// The leaf's place in the tree, from 0.
    pub index: u64,
    /// The inclusion proof, hashes in hexadecimal, the leaf's neighbour first.
    pub proof: Vec<String>,
    /// The signed checkpoint (DSSE) that the proof leads to.
    #[schema(value_type = Object)]
    pub checkpoint: Envelope,
}

/// What is wrong with a record.
#[derive(Debug, Error)]
pub enum OfflineError {
    /// A field is not what it should be.
    #[error("{field} is not {expected}")]
    Shape {
        /// Which.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// The checkpoint is not central's.
    #[error("the checkpoint: {0}")]
    Checkpoint(#[from] EnvelopeError),
    /// The bytes are not those that the tree holds.
    #[error(
        "the record was changed: its bytes and proof do not lead to the root {root} of the checkpoint over {size} entries"
    )]
    Changed {
        /// The signed root.
        root: String,
        /// The signed size.
        size: u64,
    },
}

/// A record that was checked.
#[derive(Debug)]
pub struct VerifiedRecord {
    /// The bytes that central vouches for.
    pub body: Vec<u8>,
    /// Under this checkpoint.
    pub checkpoint: Checkpoint,
}

impl VerifiableRecord {
    /// Checks the record against central's public key.
    ///
    /// # Errors
    /// [`OfflineError`] naming what is wrong.
    pub fn verify(&self, central: &VerifyingKey) -> Result<VerifiedRecord, OfflineError> {
        let shape = |field, expected| OfflineError::Shape { field, expected };
        let body = STANDARD.decode(&self.body).map_err(|_| shape("body", "standard base64"))?;
        let salt = hash(&self.salt).ok_or_else(|| shape("salt", "64 hexadecimal digits"))?;
        let proof: Option<Vec<Hash>> = self.proof.iter().map(|h| hash(h)).collect();
        let proof = proof.ok_or_else(|| shape("proof", "hashes of 64 hexadecimal digits"))?;
        let wire = serde_json::to_vec(&self.checkpoint).map_err(|_| shape("checkpoint", "an envelope"))?;
        let checkpoint = envelope::open::<Checkpoint>(&wire, &TrustedKeys::new([*central]))?.payload;
        let root = hash(&checkpoint.root).ok_or_else(|| shape("checkpoint.root", "64 hexadecimal digits"))?;
        let leaf = leaf_hash(&commitment(&salt, &body));
        if !verify_inclusion(&leaf, self.index, checkpoint.size, &proof, &root) {
            return Err(OfflineError::Changed { root: checkpoint.root, size: checkpoint.size });
        }
        Ok(VerifiedRecord { body, checkpoint })
    }
}

fn hash(text: &str) -> Option<Hash> {
    hex::decode(text).ok()?.try_into().ok()
}
