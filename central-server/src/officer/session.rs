//! Sessions at the server: a random token in the cookie, its hash in the database, an end.
//!
//! - A session ends 12 hours after sign-in, with sign-out, and when its officer is disabled or reset.
//! - It is **locked** 15 minutes (administrators: 5) after the last thing a *person* did: any POST,
//!   among them the page's own word that keys or pointer were used. Reading and the live stream do not
//!   count, so an unwatched page locks. A locked session shows and does nothing, except STOP.

use std::time::Duration;

use gate_core::clock::UtcMicros;
use gate_core::message::command::{OfficerRef, OfficerRole};
use serde::Serialize;

use super::account::{new_secret, secret_hash};
use crate::sql;
use crate::store::{Store, StoreError, Tx};

/// A session never lasts longer.
pub const LIFE: Duration = Duration::from_secs(12 * 3600);
/// Sessions of one officer at the same time; a further one ends the oldest.
const AT_ONCE: i64 = 5;

/// Locked after so long without a person's doing.
#[must_use]
pub fn idle_limit(role: OfficerRole) -> Duration {
    match role {
        OfficerRole::Officer | OfficerRole::ShiftLeader => Duration::from_secs(15 * 60),
        OfficerRole::Administrator => Duration::from_secs(5 * 60),
    }
}

/// Who is signed in, by the session's row.
#[derive(Clone, Debug, Serialize)]
pub struct SignedIn {
    /// Sign-in name.
    pub name: String,
    /// As officers know them.
    pub full_name: String,
    /// What they may do now.
    pub role: OfficerRole,
    /// Last doing of the person.
    #[serde(skip)]
    pub seen_at: UtcMicros,
    /// The session's end.
    #[serde(skip)]
    pub until: UtcMicros,
    /// The session's key in the database.
    #[serde(skip)]
    pub token_hash: [u8; 32],
}

impl SignedIn {
    /// For the record.
    #[must_use]
    pub fn officer(&self) -> OfficerRef {
        OfficerRef { name: self.name.clone(), role: self.role }
    }

    /// When it locks, if nothing is done.
    #[must_use]
    pub fn locks_at(&self) -> UtcMicros {
        self.seen_at.plus(idle_limit(self.role))
    }

    /// Whether it is locked.
    #[must_use]
    pub fn is_locked(&self, now: UtcMicros) -> bool {
        now >= self.locks_at()
    }
}

/// Begins a session within the transaction that recorded the sign-in. Returns the token.
///
/// # Errors
/// [`StoreError`]; the transaction must then be given up.
pub(super) async fn begin(tx: &mut Tx, name: &str, from: &str, now: UtcMicros) -> Result<String, StoreError> {
    tx.run(sql!("DELETE FROM sessions WHERE until_at <= $1", now)).await?;
    tx.run(sql!(
        "DELETE FROM sessions WHERE officer = $1 AND token_hash NOT IN \
         (SELECT token_hash FROM sessions WHERE officer = $1 ORDER BY began_at DESC LIMIT $2)",
        name,
        AT_ONCE - 1
    ))
    .await?;
    let token = new_secret();
    tx.run(sql!(
        "INSERT INTO sessions (token_hash, officer, began_at, seen_at, until_at, from_address) \
         VALUES ($1, $2, $3, $3, $4, $5)",
        secret_hash(&token),
        name,
        now,
        now.plus(LIFE),
        from
    ))
    .await?;
    Ok(token)
}

/// The session's key in the database.
#[must_use]
pub fn token_hash(token: &str) -> [u8; 32] {
    secret_hash(token)
}

/// The session of a token that has not ended; it may be locked.
///
/// # Errors
/// [`StoreError`].
pub async fn find(store: &Store, token: &str, now: UtcMicros) -> Result<Option<SignedIn>, StoreError> {
    by_hash(store, secret_hash(token), now).await
}

/// As [`find`], by the session's key.
///
/// # Errors
/// [`StoreError`].
pub async fn by_hash(store: &Store, token_hash: [u8; 32], now: UtcMicros) -> Result<Option<SignedIn>, StoreError> {
    let row = store
        .row(sql!(
            "SELECT s.seen_at, s.until_at, o.name, o.full_name, o.role FROM sessions s \
             JOIN officers o ON o.name = s.officer \
             WHERE s.token_hash = $1 AND s.until_at > $2 AND o.disabled_at IS NULL",
            token_hash,
            now
        ))
        .await?;
    row.map(|row| {
        Ok(SignedIn {
            name: row.text("name")?,
            full_name: row.text("full_name")?,
            role: row.word("role")?,
            seen_at: UtcMicros(row.int("seen_at")?),
            until: UtcMicros(row.int("until_at")?),
            token_hash,
        })
    })
    .transpose()
}

/// The person did something now.
///
/// # Errors
/// [`StoreError`].
pub async fn touch(store: &Store, token_hash: [u8; 32], now: UtcMicros) -> Result<(), StoreError> {
    store.run(sql!("UPDATE sessions SET seen_at = $1 WHERE token_hash = $2 AND seen_at < $1", now, token_hash)).await?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn end(tx: &mut Tx, token_hash: [u8; 32]) -> Result<(), StoreError> {
    tx.run(sql!("DELETE FROM sessions WHERE token_hash = $1", token_hash)).await?;
    Ok(())
}
