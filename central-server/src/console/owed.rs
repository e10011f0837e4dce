//! Confirmations owed by vehicles that went first, for those who work lanes.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use gate_core::decision::ConfirmationKind;
use gate_core::ids::PassageId;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::acts::reason;
use crate::app::App;
use crate::audit::Act;
use crate::crossing;
use crate::edge::News;
use crate::http::{Body, Fault};
use crate::officer::SignedIn;
use crate::owed::{self, Owed};

/// What `/owed` says.
#[derive(Debug, Serialize)]
pub(super) struct OwedView {
    owed: Vec<OwedOne>,
}

/// One of them, with the vehicle.
#[derive(Debug, Serialize)]
struct OwedOne {
    passage: PassageId,
    lane: String,
    plate: Option<String>,
    kind: ConfirmationKind,
    since: i64,
    settled_at: Option<i64>,
    settled_by: Option<String>,
    note: Option<String>,
}

/// What the officer notes: which paper of which force.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    kind: ConfirmationKind,
    note: String,
}

pub(super) async fn list(State(app): State<App>) -> Result<Json<OwedView>, Fault> {
    let mut owed = Vec::new();
    for Owed { passage, kind, since, settled } in owed::list(&app.store).await? {
        let Some(record) = crossing::from_store(&app.store, passage).await? else { continue };
        let (at, by, note) = settled.map_or((None, None, None), |(at, by, note)| (Some(at.0), Some(by), Some(note)));
        owed.push(OwedOne {
            passage,
            lane: record.lane.as_str().to_owned(),
            plate: record.plate_text().map(str::to_owned),
            kind,
            since: since.0,
            settled_at: at,
            settled_by: by,
            note,
        });
    }
    Ok(Json(OwedView { owed }))
}

pub(super) async fn settle(
    State(app): State<App>,
    Extension(who): Extension<SignedIn>,
    Path(id): Path<String>,
    Body(said): Body<Said>,
) -> Result<StatusCode, Fault> {
    let passage = super::passage_id(&id)?;
    let note = reason(&said.note)?;
    if note.is_empty() {
        return Err(Fault::new(StatusCode::BAD_REQUEST, "reason", "note is empty: which paper of which force?"));
    }
    let record = crossing::from_store(&app.store, passage).await?;
    let record = record
        .ok_or_else(|| Fault::new(StatusCode::NOT_FOUND, "passage", format!("passage {passage} is not known")))?;
    let mut tx = app.store.begin().await?;
    if !owed::settle(&mut tx, &app.clock, passage, said.kind, (&who.name, &note)).await? {
        let text = "this confirmation is not owed (any more) by this vehicle; look again";
        return Err(Fault::new(StatusCode::CONFLICT, "changed", text));
    }
    let act = Act {
        officer: who.officer(),
        act: "settle_owed".to_owned(),
        lane: Some(record.lane),
        passage: Some(passage),
        reason: note,
        detail: json!({"kind": said.kind}),
        command: None,
    };
    let act_id = act.record(&mut tx, &app.clock).await?;
    tx.commit().await?;
    app.live.tell(News::of_act(act_id, &act));
    Ok(StatusCode::NO_CONTENT)
}
