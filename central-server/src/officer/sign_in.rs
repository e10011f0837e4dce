//! Signing in: five failures lock an account for a quarter of an hour, and no answer tells whether a
//! name is known, locked or disabled.

use std::time::Duration;

use gate_core::clock::UtcMicros;
use gate_core::message::command::{OfficerRef, OfficerRole};
use thiserror::Error;

use super::account::{record, secret_hash};
use super::password::{self, PasswordError};
use super::session;
use crate::clock::Clock;
use crate::sql;
use crate::store::{Row, Store, StoreError, Tx};

/// The account is locked with this failure.
pub const MAX_FAILED: u64 = 5;
/// For so long.
pub const LOCKED_FOR: Duration = Duration::from_secs(15 * 60);

/// Why nobody was signed in.
#[derive(Debug, Error)]
pub enum SignInError {
    /// One text for every cause.
    #[error(
        "name or password is wrong, or the account is locked for 15 minutes after {MAX_FAILED} failures; an administrator can reset it"
    )]
    Refused,
    /// One text for every cause.
    #[error(
        "the invite is wrong, used or older than 72 hours; an administrator gives a new one: central-server user reset NAME"
    )]
    Invite,
    /// The new password breaks a rule, or too many sign in at once.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Somebody signed in.
#[derive(Debug)]
pub struct Begun {
    /// For the cookie; nowhere else.
    pub token: String,
    /// Sign-in name.
    pub name: String,
    /// As officers know them.
    pub full_name: String,
    /// What they may do.
    pub role: OfficerRole,
}

/// Where a sign-in comes from.
#[derive(Clone, Copy, Debug)]
pub struct From<'a> {
    /// The address of the connection.
    pub address: &'a str,
    /// The token that the browser had before: it ends.
    pub before: Option<&'a str>,
}

/// Signs in with a password.
///
/// # Errors
/// [`SignInError`].
pub async fn sign_in(
    store: &Store,
    clock: &Clock,
    name: &str,
    password: String,
    from: From<'_>,
) -> Result<Begun, SignInError> {
    let name = name.trim().to_lowercase();
    let attempt = attempt(store, clock, &name).await?;
    let (hash, may) = match &attempt {
        Some(row) => (row.get::<Option<String>>("password_hash")?, may(row)?),
        None => (None, false),
    };
    let right = password::verify(password, hash).await?;
    if !right || !may {
        refused(store, clock, attempt.as_ref(), &name, from.address).await?;
        return Err(SignInError::Refused);
    }
    let mut tx = store.begin().await?;
    let good = sql!(
        "UPDATE officers SET failed = 0, locked_until = NULL, last_seen_at = $1 \
         WHERE name = $2 AND disabled_at IS NULL AND password_hash IS NOT NULL RETURNING name, full_name, role",
        clock.now(),
        &name
    );
    let row = tx.row(good).await?.ok_or(SignInError::Refused)?;
    begun(tx, clock, &row, "sign_in", from).await
}

/// Uses an invite up and sets the password.
///
/// # Errors
/// [`SignInError`]; the invite stays good when it is the password that is refused.
pub async fn first_sign_in(
    store: &Store,
    clock: &Clock,
    name: &str,
    invite: &str,
    password: String,
    from: From<'_>,
) -> Result<Begun, SignInError> {
    let name = name.trim().to_lowercase();
    let attempt = attempt(store, clock, &name).await?;
    let good = match &attempt {
        Some(row) => may(row)? && invited(row, invite, clock.now())?,
        None => false,
    };
    if !good {
        refused(store, clock, attempt.as_ref(), &name, from.address).await?;
        return Err(SignInError::Invite);
    }
    // The invite proved who it is: a password that breaks a rule is no failure.
    store.run(sql!("UPDATE officers SET failed = 0, locked_until = NULL WHERE name = $1", &name)).await?;
    password::check(&password, &name)?;
    let hash = password::hash(password).await?;
    let mut tx = store.begin().await?;
    // Taken in one statement: of two that come with the same invite, one gets it.
    let taken = sql!(
        "UPDATE officers SET password_hash = $1, invite_hash = NULL, invite_until = NULL, failed = 0, locked_until = NULL, \
         last_seen_at = $2 WHERE name = $3 AND invite_hash = $4 AND invite_until > $2 AND disabled_at IS NULL \
         RETURNING name, full_name, role",
        hash,
        clock.now(),
        &name,
        secret_hash(invite)
    );
    let row = tx.row(taken).await?.ok_or(SignInError::Invite)?;
    tx.run(sql!("DELETE FROM sessions WHERE officer = $1", &name)).await?;
    begun(tx, clock, &row, "first_sign_in", from).await
}

/// Ends a session by its token's hash.
///
/// # Errors
/// [`StoreError`].
pub async fn sign_out(store: &Store, clock: &Clock, signed_in: &session::SignedIn) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    session::end(&mut tx, signed_in.token_hash).await?;
    record(&mut tx, clock, signed_in.officer(), "sign_out", "", serde_json::json!({})).await?;
    tx.commit().await
}

/// Counts the attempt as a failure before anything is compared, so that many at once cannot try more
/// than five. `None`: no such name.
async fn attempt(store: &Store, clock: &Clock, name: &str) -> Result<Option<Row>, StoreError> {
    let now = clock.now();
    let mut tx = store.begin().await?;
    let row = tx
        .row(sql!(
            "UPDATE officers SET \
             failed = CASE WHEN locked_until IS NOT NULL AND locked_until <= $1 THEN 1 ELSE failed + 1 END, \
             locked_until = CASE WHEN locked_until IS NOT NULL AND locked_until <= $1 THEN NULL \
                                 WHEN locked_until IS NULL AND failed + 1 >= $2 THEN $3 ELSE locked_until END \
             WHERE name = $4 RETURNING role, failed, password_hash, disabled_at, invite_hash, invite_until",
            now,
            MAX_FAILED,
            now.plus(LOCKED_FOR),
            name
        ))
        .await?;
    if row.is_none() {
        // As much is written for a name that nobody has: the time tells nothing.
        tx.run(sql!("UPDATE lists SET changed_at = changed_at WHERE one = 1")).await?;
    }
    tx.commit().await?;
    Ok(row)
}

fn may(row: &Row) -> Result<bool, StoreError> {
    Ok(row.count("failed")? <= MAX_FAILED && row.get::<Option<i64>>("disabled_at")?.is_none())
}

fn invited(row: &Row, invite: &str, now: UtcMicros) -> Result<bool, StoreError> {
    let hash = row.get::<Option<Vec<u8>>>("invite_hash")?;
    let until = row.get::<Option<i64>>("invite_until")?;
    Ok(hash.is_some_and(|h| h == secret_hash(invite)) && until.is_some_and(|u| u > now.0))
}

async fn refused(store: &Store, clock: &Clock, row: Option<&Row>, name: &str, address: &str) -> Result<(), StoreError> {
    metrics::counter!("central_sign_ins_total", "fate" => "refused").increment(1);
    // The name as typed may be a password by mistake: it is logged only when it is a name.
    let Some(row) = row else {
        tracing::warn!(address, "a sign-in by an unknown name was refused");
        return Ok(());
    };
    tracing::warn!(name, address, "a sign-in was refused");
    if row.count("failed")? == MAX_FAILED {
        let mut tx = store.begin().await?;
        let who = OfficerRef { name: name.to_owned(), role: row.word("role")? };
        record(&mut tx, clock, who, "sign_in_locked", "", serde_json::json!({"from": address})).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn begun(mut tx: Tx, clock: &Clock, row: &Row, act: &str, from: From<'_>) -> Result<Begun, SignInError> {
    let (name, role) = (row.text("name")?, row.word("role")?);
    if let Some(before) = from.before {
        session::end(&mut tx, secret_hash(before)).await?;
    }
    let token = session::begin(&mut tx, &name, from.address, clock.now()).await?;
    let who = OfficerRef { name: name.clone(), role };
    record(&mut tx, clock, who, act, "", serde_json::json!({"from": from.address})).await?;
    let begun = Begun { token, name, full_name: row.text("full_name")?, role };
    tx.commit().await?;
    metrics::counter!("central_sign_ins_total", "fate" => "good").increment(1);
    Ok(begun)
}
