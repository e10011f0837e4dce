//! The officer's word on a plate: corrected, identified by something else than the plate, or confirmed as
//! shown. Recorded; the passage is folded anew; what the rules say to that plate is shown. Nothing opens by it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use gate_core::decision::identity::Identity;
use gate_core::plate::text::normalise;
use serde::Deserialize;
use serde_json::json;

use super::acts::reason;
use super::identity;
use super::view::{PassageView, view};
use crate::alarm;
use crate::app::App;
use crate::audit::Act;
use crate::crossing::{self, PassageRecord};
use crate::decision::{self, Fresh};
use crate::edge::News;
use crate::http::{Body, Fault};
use crate::officer::SignedIn;

/// What the officer says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    plate: String,
    #[serde(default)]
    reason: Option<String>,
    /// The plate was not read: how the vehicle was identified.
    #[serde(default)]
    identity: Option<Identity>,
}

/// What is recorded of it.
struct Word {
    act: &'static str,
    plate: String,
    reason: String,
    identity: Option<Identity>,
}

pub(super) async fn correct(
    State(app): State<App>,
    Extension(who): Extension<SignedIn>,
    Path(id): Path<String>,
    Body(said): Body<Said>,
) -> Result<Json<PassageView>, Fault> {
    let (record, plate) = (of_path(&app, &id).await?, plate(&said.plate)?);
    let reason = reason(said.reason.as_deref().unwrap_or_default())?;
    if reason.is_empty() {
        return Err(Fault::new(StatusCode::BAD_REQUEST, "reason", "a reason is needed to correct a plate"));
    }
    if let Some(identity) = &said.identity {
        identity::check(&app, identity, &plate).await?;
    }
    take(&app, &who, &record, Word { act: "correct_plate", plate, reason, identity: said.identity }).await
}

pub(super) async fn confirm(
    State(app): State<App>,
    Extension(who): Extension<SignedIn>,
    Path(id): Path<String>,
    Body(said): Body<Said>,
) -> Result<Json<PassageView>, Fault> {
    let (record, plate) = (of_path(&app, &id).await?, plate(&said.plate)?);
    if said.identity.is_some() {
        let text = "an identity goes with a corrected plate, not with one that is confirmed as shown";
        return Err(Fault::new(StatusCode::BAD_REQUEST, "identity", text));
    }
    let shown = record.plate_text().map(normalise);
    if shown.as_ref() != Some(&plate) {
        let shown = shown.unwrap_or_else(|| "no plate".to_owned());
        let text = format!("the lane shows {shown} now, not {plate}; look again");
        return Err(Fault::new(StatusCode::CONFLICT, "changed", text));
    }
    let reason = reason(said.reason.as_deref().unwrap_or_default())?;
    take(&app, &who, &record, Word { act: "confirm_plate", plate, reason, identity: None }).await
}

async fn of_path(app: &App, id: &str) -> Result<PassageRecord, Fault> {
    let id = super::passage_id(id)?;
    crossing::from_store(&app.store, id)
        .await?
        .ok_or_else(|| Fault::new(StatusCode::NOT_FOUND, "passage", format!("passage {id} is not known")))
}

fn plate(text: &str) -> Result<String, Fault> {
    crossing::written_plate(text).ok_or_else(|| {
        let text = format!("{text:?} is no plate: 4 to 10 letters and digits, as 24C-123.45 or 云G·12345");
        Fault::new(StatusCode::BAD_REQUEST, "plate", text)
    })
}

async fn take(app: &App, who: &SignedIn, record: &PassageRecord, word: Word) -> Result<Json<PassageView>, Fault> {
    let Word { act, plate, reason, identity } = word;
    let fresh = decision::on_plate(app, record, &plate, &who.name, act == "confirm_plate").await?;
    // What the officer was shown belongs to the act.
    let mut detail =
        json!({"plate": plate, "was": record.plate_text(), "decision": fresh.as_ref().map(|f| &f.decision)});
    if let Some(identity) = identity {
        detail["identity"] = json!(identity);
    }
    let act = Act {
        officer: who.officer(),
        act: act.to_owned(),
        lane: Some(record.lane.clone()),
        passage: Some(record.id),
        reason,
        detail,
        command: None,
    };
    let mut tx = app.store.begin().await?;
    let id = act.record(&mut tx, &app.clock).await?;
    crossing::refresh(&mut tx, record.id, &app.clock).await?;
    let hits = fresh.as_ref().map_or(&[][..], |f: &Fresh| f.watch_hits.as_slice());
    let raised = alarm::watchlist(&mut tx, &app.clock, &record.lane, record.id, hits).await?;
    tx.commit().await?;
    app.live.tell(News::of_act(id, &act));
    if let Some(alarm) = raised {
        app.live.tell(News::Alarm { alarm, kind: alarm::WATCHLIST.to_owned(), lane: act.lane });
    }
    let view = view(app, record.id).await?;
    view.map(Json).ok_or_else(|| Fault::new(StatusCode::NOT_FOUND, "passage", "the passage is gone"))
}
