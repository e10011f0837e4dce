//! A slip that was entered wrongly is withdrawn by a shift leader: it stays, and counts for nothing from then on.

use gate_core::clock::UtcMicros;
use gate_core::ids::PassageId;
use gate_core::message::command::OfficerRef;
use serde_json::json;
use thiserror::Error;

use super::check::said;
use super::rows::of_passage;
use crate::app::App;
use crate::audit::Act;
use crate::crossing;
use crate::edge::News;
use crate::owed;
use crate::sql;
use crate::store::StoreError;

/// Why a slip was not withdrawn.
#[derive(Debug, Error)]
pub enum WithdrawError {
    /// There is none.
    #[error("passage {0} is no paper slip; choose one of the list")]
    Unknown(PassageId),
    /// Somebody did so before.
    #[error("slip {number} was withdrawn by {by} at {at}; look again", at = said(*at))]
    Before {
        /// Its number.
        number: String,
        /// Who.
        by: String,
        /// When.
        at: UtcMicros,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Withdraws a slip that was entered wrongly: it stays, and counts for nothing from now on.
///
/// # Errors
/// [`WithdrawError`]; nothing is changed then.
pub async fn withdraw(app: &App, officer: OfficerRef, passage: PassageId, reason: &str) -> Result<(), WithdrawError> {
    let mut tx = app.store.begin().await?;
    let changed = tx
        .run(sql!(
            "UPDATE paper_slips SET withdrawn_at = $1, withdrawn_by = $2, withdrawn_reason = $3 \
             WHERE passage = $4 AND withdrawn_at IS NULL",
            app.clock.now(),
            &officer.name,
            reason,
            passage
        ))
        .await?;
    let slip = of_passage(&mut tx, passage).await?.ok_or(WithdrawError::Unknown(passage))?;
    if let Some(before) = slip.paper.withdrawn.filter(|_| changed == 0) {
        return Err(WithdrawError::Before { number: slip.paper.number, by: before.by, at: before.at });
    }
    let act = Act {
        officer,
        act: "withdraw_slip".to_owned(),
        lane: Some(slip.lane),
        passage: Some(passage),
        reason: reason.to_owned(),
        detail: json!({"number": slip.paper.number, "no_longer_owed": owed::void(&mut tx, passage).await?}),
        command: None,
    };
    let id = act.record(&mut tx, &app.clock).await?;
    crossing::refresh(&mut tx, passage, &app.clock).await?;
    tx.commit().await?;
    app.live.tell(News::of_act(id, &act));
    Ok(())
}
