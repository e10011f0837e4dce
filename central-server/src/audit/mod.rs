//! The record that can be trusted: every event, passage, decision, act and agency access is a salted
//! leaf of an RFC 6962 Merkle tree with signed checkpoints, written in the same transaction as the
//! thing itself.
//!
//! A leaf gets its place in the tree after the commit, by whichever central holds the database's
//! sequencer lock; a checkpoint over all placed leaves is signed in the same step.

mod act;
mod checkpoint;
mod leaf;
mod offline;
mod proof;
mod sequencer;
pub mod tree;
mod verify;

pub use act::Act;
pub use checkpoint::Checkpoint;
pub use leaf::{LeafKind, add_leaf, add_leaf_as, commitment};
pub use offline::{OfflineError, VerifiableRecord, VerifiedRecord};
pub use proof::{ProofError, consistency, latest_checkpoint, record_of_leaf, record_of_subject};
pub use sequencer::{place_waiting, sequence};
pub use verify::{Finding, Report, verify};
