//! An act: what a person did, with the reason, as it stands in the record.

use gate_core::ids::{CommandId, LaneId, PassageId};
use gate_core::message::command::OfficerRef;
use serde_json::json;
use uuid::Uuid;

use super::leaf::{LeafKind, add_leaf};
use crate::clock::Clock;
use crate::sql;
use crate::store::{StoreError, Tx, word};

/// One act. Its time and id are given when it is recorded.
#[derive(Clone, Debug)]
pub struct Act {
    /// Who.
    pub officer: OfficerRef,
    /// What: `grant`, `refuse`, `stop`, `correct_plate`, `confirm`, `import` ...
    pub act: String,
    /// Where.
    pub lane: Option<LaneId>,
    /// For which passage.
    pub passage: Option<PassageId>,
    /// Why, in the officer's words.
    pub reason: String,
    /// What else belongs to it: an object.
    pub detail: serde_json::Value,
    /// The command it sent.
    pub command: Option<CommandId>,
}

impl Act {
    /// Writes the act and its leaf within the caller's transaction, so that an effect and its record
    /// stand or fall together. Returns the act's id.
    ///
    /// # Errors
    /// [`StoreError`]; the transaction must then be given up.
    pub async fn record(&self, tx: &mut Tx, clock: &Clock) -> Result<Uuid, StoreError> {
        let (id, at) = (clock.id(), clock.now());
        let body = json!({
            "id": id, "at": at, "officer": self.officer, "act": self.act, "lane": self.lane, "passage": self.passage,
            "reason": self.reason, "detail": self.detail, "command": self.command,
        })
        .to_string();
        let leaf = add_leaf(tx, LeafKind::Act, id, at, body.as_bytes()).await?;
        tx.run(sql!(
            "INSERT INTO acts (id, at, officer, role, act, lane, passage, reason, detail, command, leaf) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            id,
            at,
            &self.officer.name,
            word(&self.officer.role),
            &self.act,
            self.lane.as_ref(),
            self.passage,
            &self.reason,
            self.detail.to_string(),
            self.command,
            leaf
        ))
        .await?;
        Ok(id)
    }
}
