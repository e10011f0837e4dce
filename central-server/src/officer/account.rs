//! Accounts: added, listed, disabled and reset by an administrator at the command line. Nobody has a
//! password before they set their own with a one-time invite.

use std::time::Duration;

use gate_core::message::command::{OfficerRef, OfficerRole};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::audit::Act;
use crate::clock::Clock;
use crate::sql;
use crate::store::{Store, StoreError, Tx, word};

/// An invite is good for so long.
pub const INVITE_LIFE: Duration = Duration::from_secs(72 * 3600);

/// Why an account was not changed.
#[derive(Debug, Error)]
pub enum AccountError {
    /// Not a name.
    #[error("{0:?} is not a sign-in name: use 2 to 32 of a-z, 0-9, '.', '-' and '_', beginning with a letter")]
    Name(String),
    /// No full name.
    #[error("the full name is empty or longer than 100 characters; officers read it beside every act")]
    FullName,
    /// The name is taken.
    #[error("{0} has an account already; `central-server user reset {0}` gives a new invite")]
    Taken(String),
    /// No such account.
    #[error("{0} has no account; see `central-server user list`")]
    Unknown(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An account as it is listed.
#[derive(Clone, Debug)]
pub struct Account {
    /// Sign-in name.
    pub name: String,
    /// As officers know them.
    pub full_name: String,
    /// What they may do.
    pub role: OfficerRole,
    /// `active`, `invited`, `locked`, `disabled`, `no password`.
    pub state: &'static str,
}

fn check_name(name: &str) -> Result<(), AccountError> {
    let good = (2..=32).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_'));
    if good { Ok(()) } else { Err(AccountError::Name(name.to_owned())) }
}

/// Adds an account and returns the invite for its first sign-in; it is nowhere else.
///
/// # Errors
/// [`AccountError`]; nothing is changed then.
pub async fn add(
    store: &Store,
    clock: &Clock,
    by: OfficerRef,
    name: &str,
    full_name: &str,
    role: OfficerRole,
) -> Result<String, AccountError> {
    check_name(name)?;
    if full_name.trim().is_empty() || full_name.chars().count() > 100 {
        return Err(AccountError::FullName);
    }
    let (invite, now) = (new_secret(), clock.now());
    let mut tx = store.begin().await?;
    let added = tx
        .run(sql!(
            "INSERT INTO officers (name, full_name, role, added_at, failed, invite_hash, invite_until) \
             VALUES ($1, $2, $3, $4, 0, $5, $6) ON CONFLICT DO NOTHING",
            name,
            full_name.trim(),
            word(&role),
            now,
            secret_hash(&invite),
            now.plus(INVITE_LIFE)
        ))
        .await?;
    if added == 0 {
        return Err(AccountError::Taken(name.to_owned()));
    }
    record(&mut tx, clock, by, "user_add", "", serde_json::json!({"name": name, "full_name": full_name, "role": role}))
        .await?;
    tx.commit().await?;
    Ok(invite)
}

/// Takes the password away, ends the sessions, and returns a new invite. Also unlocks and re-enables.
///
/// # Errors
/// [`AccountError`]; nothing is changed then.
pub async fn reset(store: &Store, clock: &Clock, by: OfficerRef, name: &str) -> Result<String, AccountError> {
    let (invite, now) = (new_secret(), clock.now());
    let mut tx = store.begin().await?;
    let changed = tx
        .run(sql!(
            "UPDATE officers SET password_hash = NULL, failed = 0, locked_until = NULL, disabled_at = NULL, \
             invite_hash = $1, invite_until = $2 WHERE name = $3",
            secret_hash(&invite),
            now.plus(INVITE_LIFE),
            name
        ))
        .await?;
    if changed == 0 {
        return Err(AccountError::Unknown(name.to_owned()));
    }
    tx.run(sql!("DELETE FROM sessions WHERE officer = $1", name)).await?;
    record(&mut tx, clock, by, "user_reset", "", serde_json::json!({"name": name})).await?;
    tx.commit().await?;
    Ok(invite)
}

/// Disables an account: its sessions end with this.
///
/// # Errors
/// [`AccountError`]; nothing is changed then.
pub async fn disable(
    store: &Store,
    clock: &Clock,
    by: OfficerRef,
    name: &str,
    reason: &str,
) -> Result<(), AccountError> {
    let mut tx = store.begin().await?;
    let changed = tx
        .run(sql!(
            "UPDATE officers SET disabled_at = $1, invite_hash = NULL, invite_until = NULL \
             WHERE name = $2 AND disabled_at IS NULL",
            clock.now(),
            name
        ))
        .await?;
    if changed == 0 {
        return Err(AccountError::Unknown(name.to_owned()));
    }
    tx.run(sql!("DELETE FROM sessions WHERE officer = $1", name)).await?;
    record(&mut tx, clock, by, "user_disable", reason, serde_json::json!({"name": name})).await?;
    tx.commit().await?;
    Ok(())
}

/// All accounts, by name.
///
/// # Errors
/// [`StoreError`].
pub async fn list(store: &Store, clock: &Clock) -> Result<Vec<Account>, StoreError> {
    let now = clock.now().0;
    let rows = store.rows(sql!("SELECT * FROM officers ORDER BY name")).await?;
    let state = |row: &crate::store::Row| -> Result<&'static str, StoreError> {
        let after = |column: &str| Ok::<_, StoreError>(row.get::<Option<i64>>(column)?.is_some_and(|t| t > now));
        Ok(match () {
            () if row.get::<Option<i64>>("disabled_at")?.is_some() => "disabled",
            () if row.get::<Option<String>>("password_hash")?.is_none() && after("invite_until")? => "invited",
            () if row.get::<Option<String>>("password_hash")?.is_none() => "no password",
            () if after("locked_until")? => "locked",
            () => "active",
        })
    };
    rows.iter()
        .map(|row| {
            Ok(Account {
                name: row.text("name")?,
                full_name: row.text("full_name")?,
                role: row.word("role")?,
                state: state(row)?,
            })
        })
        .collect()
}

/// Writes an act of the accounts' keeping.
pub(super) async fn record(
    tx: &mut Tx,
    clock: &Clock,
    by: OfficerRef,
    act: &str,
    reason: &str,
    detail: serde_json::Value,
) -> Result<(), StoreError> {
    let act = Act {
        officer: by,
        act: act.to_owned(),
        lane: None,
        passage: None,
        reason: reason.to_owned(),
        detail,
        command: None,
    };
    act.record(tx, clock).await?;
    Ok(())
}

/// 256 random bits, hexadecimal.
pub(super) fn new_secret() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}

/// What is stored of a secret that is random by itself.
pub(super) fn secret_hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.trim().as_bytes()).into()
}
