//! The site's rules: what a passage needs before it may open by itself. Each version stays for ever,
//! with who made it and why.

use gate_core::decision::{ConfirmationKind, ConfirmationRule, OfflinePolicy, RuleSet};
use gate_core::message::command::OfficerRef;
use gate_core::vehicle::Direction;

use super::touch;
use crate::audit::Act;
use crate::clock::Clock;
use crate::sql;
use crate::store::{Store, StoreError, Tx};

/// The rules of a new site: `domain.md` section 2, "entered" holds only when border guard and customs
/// both confirmed; leaving needs both too.
#[must_use]
pub fn of_a_new_site() -> RuleSet {
    use ConfirmationKind::{BorderGuardIn, BorderGuardOut, CustomsIn, CustomsOut};
    let rule = |direction, needs: &[ConfirmationKind]| ConfirmationRule {
        direction: Some(direction),
        country: None,
        laden: None,
        needs: needs.to_vec(),
    };
    RuleSet {
        version: 1,
        min_probability: 0.99,
        confirmations: vec![
            rule(Direction::Entry, &[BorderGuardIn, CustomsIn]),
            rule(Direction::Exit, &[BorderGuardOut, CustomsOut]),
        ],
        max_list_age_s: 3600,
        offline: OfflinePolicy::ExpectedAndConfirmed,
    }
}

/// Writes the first rules of a site; does nothing where there are rules.
///
/// # Errors
/// [`StoreError`].
pub async fn first(store: &Store, clock: &Clock, officer: OfficerRef) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    if tx.row(sql!("SELECT version FROM rules LIMIT 1")).await?.is_none() {
        change(&mut tx, clock, of_a_new_site(), officer, "rules of a new site").await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Puts new rules in force. The version is given here.
///
/// # Errors
/// [`StoreError`]; the transaction must then be given up.
pub async fn change(
    tx: &mut Tx,
    clock: &Clock,
    mut rules: RuleSet,
    officer: OfficerRef,
    reason: &str,
) -> Result<u64, StoreError> {
    let last = tx.row(sql!("SELECT COALESCE(MAX(version), 0) AS version FROM rules")).await?;
    rules.version = last.map_or(Ok(0), |row| row.count("version"))? + 1;
    let body = serde_json::json!(rules);
    tx.run(sql!(
        "INSERT INTO rules (version, body, since, officer, reason) VALUES ($1, $2, $3, $4, $5)",
        rules.version,
        body.to_string(),
        clock.now(),
        &officer.name,
        reason
    ))
    .await?;
    let act = Act {
        officer,
        act: "rules".to_owned(),
        lane: None,
        passage: None,
        reason: reason.to_owned(),
        detail: body,
        command: None,
    };
    act.record(tx, clock).await?;
    touch(tx, clock).await?;
    Ok(rules.version)
}

/// The rules in force.
///
/// # Errors
/// [`StoreError`].
pub async fn now(store: &Store) -> Result<RuleSet, StoreError> {
    match store.row(sql!("SELECT body FROM rules ORDER BY version DESC LIMIT 1")).await? {
        Some(row) => row.json("body"),
        None => Ok(of_a_new_site()),
    }
}
