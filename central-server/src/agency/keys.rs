//! Agencies and their bearer keys. A key is shown once, when it is made; what is kept is its SHA-256.

use std::time::Duration;

use gate_core::clock::UtcMicros;
use gate_core::message::command::OfficerRef;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::audit::Act;
use crate::clock::Clock;
use crate::sql;
use crate::store::{Store, StoreError, Tx};

/// Begins every key, so that one that leaked into a text is found there.
const PREFIX: &str = "gate-agency-";
/// Digits of a key's hash by which people name it.
const ID_DIGITS: usize = 12;

/// What can go wrong with agencies and keys.
#[derive(Debug, Error)]
pub enum AgencyError {
    /// The name cannot stand in a table and a path.
    #[error("agency {0:?} is not a name: use 1 to 32 of a-z, 0-9 and '-', beginning with a letter")]
    Name(String),
    /// There is one already.
    #[error("agency {0} is known already; give it a further key with `central-server agency key {0} --label LABEL`")]
    Known(String),
    /// There is none.
    #[error("agency {0:?} is not known; see `central-server agency list`")]
    Unknown(String),
    /// No such key, or it is revoked already.
    #[error("agency {agency} has no key {key:?} in force; see `central-server agency list`")]
    NoKey {
        /// Whose.
        agency: String,
        /// Which.
        key: String,
    },
    /// A text is empty or too long.
    #[error("{what} {found:?}: 1 to 200 characters are needed")]
    Text {
        /// Which.
        what: &'static str,
        /// As given.
        found: String,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A key as people see it in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// The first digits of its hash.
    pub id: String,
    /// What it is for.
    pub label: String,
    /// Since when.
    pub since: UtcMicros,
    /// Until when; `None`: until it is revoked.
    pub until: Option<UtcMicros>,
    /// When it was revoked.
    pub revoked: Option<UtcMicros>,
}

/// An agency as people see it in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedAgency {
    /// Its short name.
    pub agency: String,
    /// Its name for people.
    pub full_name: String,
    /// Since when nothing of it is answered.
    pub disabled: Option<UtcMicros>,
    /// Its keys, oldest first.
    pub keys: Vec<ListedKey>,
}

/// A key to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewKey<'a> {
    /// What it is for.
    pub label: &'a str,
    /// For how long; `None`: until it is revoked.
    pub life: Option<Duration>,
}

/// Adds an agency with its first key and returns the key; it is nowhere else.
///
/// # Errors
/// [`AgencyError`]; nothing is changed then.
pub async fn add(
    store: &Store,
    clock: &Clock,
    by: OfficerRef,
    agency: &str,
    full_name: &str,
    key: NewKey<'_>,
) -> Result<String, AgencyError> {
    check_name(agency)?;
    check_text("--full-name", full_name)?;
    let mut tx = store.begin().await?;
    let added = tx
        .run(sql!(
            "INSERT INTO agencies (agency, full_name, added_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            agency,
            full_name,
            clock.now()
        ))
        .await?;
    if added == 0 {
        return Err(AgencyError::Known(agency.to_owned()));
    }
    let made = insert_key(&mut tx, clock, agency, key).await?;
    let detail = serde_json::json!({"agency": agency, "full_name": full_name, "key": id(&made), "label": key.label});
    record(&mut tx, clock, by, "agency_add", "", detail).await?;
    tx.commit().await?;
    Ok(made)
}

/// Gives an agency a further key and returns it; it is nowhere else.
///
/// # Errors
/// [`AgencyError`]; nothing is changed then.
pub async fn add_key(
    store: &Store,
    clock: &Clock,
    by: OfficerRef,
    agency: &str,
    key: NewKey<'_>,
) -> Result<String, AgencyError> {
    let mut tx = store.begin().await?;
    let known = sql!("SELECT agency FROM agencies WHERE agency = $1 AND disabled_at IS NULL", agency);
    if tx.row(known).await?.is_none() {
        return Err(AgencyError::Unknown(agency.to_owned()));
    }
    let made = insert_key(&mut tx, clock, agency, key).await?;
    let detail = serde_json::json!({"agency": agency, "key": id(&made), "label": key.label});
    record(&mut tx, clock, by, "agency_key", "", detail).await?;
    tx.commit().await?;
    Ok(made)
}

/// Revokes one key, by the first digits of its hash, or the agency with all its keys. Takes effect with
/// the next question.
///
/// # Errors
/// [`AgencyError`]; nothing is changed then.
pub async fn revoke(
    store: &Store,
    clock: &Clock,
    by: OfficerRef,
    agency: &str,
    key: Option<&str>,
    reason: &str,
) -> Result<(), AgencyError> {
    check_text("--reason", reason)?;
    let now = clock.now();
    let mut tx = store.begin().await?;
    match key {
        None => {
            let gone = tx
                .run(sql!(
                    "UPDATE agencies SET disabled_at = $1 WHERE agency = $2 AND disabled_at IS NULL",
                    now,
                    agency
                ))
                .await?;
            if gone == 0 {
                return Err(AgencyError::Unknown(agency.to_owned()));
            }
            let all = "UPDATE agency_keys SET revoked_at = $1 WHERE agency = $2 AND revoked_at IS NULL";
            tx.run(crate::store::Query::new(all, vec![now.into(), agency.into()])).await?;
        }
        Some(wanted) => revoke_key(&mut tx, now, agency, wanted).await?,
    }
    let detail = serde_json::json!({"agency": agency, "key": key});
    record(&mut tx, clock, by, "agency_revoke", reason, detail).await?;
    tx.commit().await?;
    Ok(())
}

async fn revoke_key(tx: &mut Tx, now: UtcMicros, agency: &str, wanted: &str) -> Result<(), AgencyError> {
    let no_key = || AgencyError::NoKey { agency: agency.to_owned(), key: wanted.to_owned() };
    let held = sql!("SELECT key_hash FROM agency_keys WHERE agency = $1 AND revoked_at IS NULL", agency);
    let mut found = None;
    for row in tx.rows(held).await? {
        let hash = row.hash("key_hash")?;
        if wanted.len() >= ID_DIGITS && hex::encode(hash).starts_with(wanted) {
            found = Some(hash);
        }
    }
    let hash = found.ok_or_else(no_key)?;
    tx.run(sql!("UPDATE agency_keys SET revoked_at = $1 WHERE key_hash = $2", now, hash)).await?;
    Ok(())
}

/// All agencies with their keys.
///
/// # Errors
/// [`StoreError`].
pub async fn list(store: &Store) -> Result<Vec<ListedAgency>, StoreError> {
    let mut all = Vec::new();
    for row in store.rows(sql!("SELECT agency, full_name, disabled_at FROM agencies ORDER BY agency")).await? {
        let agency = row.text("agency")?;
        let keys = sql!("SELECT * FROM agency_keys WHERE agency = $1 ORDER BY added_at, key_hash", &agency);
        let mut listed = Vec::new();
        for key in store.rows(keys).await? {
            listed.push(ListedKey {
                id: hex::encode(key.hash("key_hash")?)[..ID_DIGITS].to_owned(),
                label: key.text("label")?,
                since: UtcMicros(key.int("added_at")?),
                until: key.get::<Option<i64>>("until_at")?.map(UtcMicros),
                revoked: key.get::<Option<i64>>("revoked_at")?.map(UtcMicros),
            });
        }
        all.push(ListedAgency {
            agency,
            full_name: row.text("full_name")?,
            disabled: row.get::<Option<i64>>("disabled_at")?.map(UtcMicros),
            keys: listed,
        });
    }
    Ok(all)
}

/// The agency that a key belongs to, if it is good now.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn whose(store: &Store, now: UtcMicros, key: &str) -> Result<Option<String>, StoreError> {
    let row = store
        .row(sql!(
            "SELECT k.agency FROM agency_keys k JOIN agencies a ON a.agency = k.agency WHERE k.key_hash = $1 \
             AND k.revoked_at IS NULL AND a.disabled_at IS NULL AND (k.until_at IS NULL OR k.until_at > $2)",
            hash(key),
            now
        ))
        .await?;
    row.map(|row| row.text("agency")).transpose()
}

async fn insert_key(tx: &mut Tx, clock: &Clock, agency: &str, key: NewKey<'_>) -> Result<String, AgencyError> {
    check_text("--label", key.label)?;
    // 256 random bits: a plain hash of it is safe to keep, there is nothing to guess.
    let made = format!("{PREFIX}{}", hex::encode(rand::random::<[u8; 32]>()));
    let now = clock.now();
    tx.run(sql!(
        "INSERT INTO agency_keys (key_hash, agency, label, added_at, until_at) VALUES ($1, $2, $3, $4, $5)",
        hash(&made),
        agency,
        key.label,
        now,
        key.life.map(|life| now.plus(life))
    ))
    .await?;
    Ok(made)
}

async fn record(
    tx: &mut Tx,
    clock: &Clock,
    officer: OfficerRef,
    act: &str,
    reason: &str,
    detail: serde_json::Value,
) -> Result<(), StoreError> {
    let (act, reason) = (act.to_owned(), reason.to_owned());
    let act = Act { officer, act, lane: None, passage: None, reason, detail, command: None };
    act.record(tx, clock).await.map(|_| ())
}

fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

fn id(key: &str) -> String {
    hex::encode(hash(key))[..ID_DIGITS].to_owned()
}

fn check_name(name: &str) -> Result<(), AgencyError> {
    let good = (1..=32).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if good { Ok(()) } else { Err(AgencyError::Name(name.to_owned())) }
}

fn check_text(what: &'static str, text: &str) -> Result<(), AgencyError> {
    let good = !text.trim().is_empty() && text.chars().count() <= 200 && !text.chars().any(char::is_control);
    if good { Ok(()) } else { Err(AgencyError::Text { what, found: text.to_owned() }) }
}
