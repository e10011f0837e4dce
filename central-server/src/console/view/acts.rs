//! What people did with a passage, and what the lane and the boom were seen to do after it.

use gate_core::ids::{GrantId, PassageId};
use gate_core::message::event::{ActPlace, BarrierAction, EventBody};
use serde::Serialize;
use uuid::Uuid;

use super::happened::{Happened, Received};
use crate::app::App;
use crate::crossing::PassageRecord;
use crate::sql;
use crate::store::{Row, StoreError};

/// One act.
#[derive(Clone, Debug, Serialize)]
pub struct ActView {
    /// In the record; `None` for an act at the lane's panel, which its event vouches for.
    pub id: Option<Uuid>,
    /// When: central's clock for the console, the lane's for its panel.
    pub at: i64,
    /// Who.
    pub officer: String,
    /// As what.
    pub role: String,
    /// What: `open`, `refuse`, `hold`, `stop`, `mode`, `correct_plate`, `confirm_plate` ...
    pub act: String,
    /// Why, in the officer's words.
    pub reason: String,
    /// From where.
    pub place: ActPlace,
    /// What else belongs to it.
    pub detail: serde_json::Value,
    /// What came of it; `None` for acts that ask nothing of the lane.
    pub outcome: Option<ActOutcome>,
}

/// What came of an act.
#[derive(Clone, Debug, Serialize)]
pub struct ActOutcome {
    /// How far it came.
    pub state: Came,
    /// Since when, by the lane's clock; of `sent`, by central's.
    pub at: i64,
    /// Why it was refused, or the boom's state.
    pub detail: String,
}

/// How far an act came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// It went out; the lane has not said anything of it.
    Sent,
    /// The lane took it.
    Accepted,
    /// The lane did not carry it out.
    Refused,
    /// The boom was told to open, and has not been seen open.
    Opening,
    /// The boom was seen open.
    Opened,
    /// The boom was seen stopped.
    Stopped,
}

pub(super) async fn of(app: &App, record: &PassageRecord, happened: &Happened) -> Result<Vec<ActView>, StoreError> {
    let (from, to) = super::span(record, app.clock.now());
    // Those for the whole lane (STOP, mode) belong to the passage that they fell into.
    let rows = app
        .store
        .rows(sql!(
            "SELECT * FROM acts WHERE passage = $1 \
             OR (passage IS NULL AND lane = $2 AND at >= $3 AND at <= $4 AND act IN ('stop', 'mode', 'convoy', 'convoy_over')) ORDER BY at, id LIMIT 200",
            record.id,
            &record.lane,
            from,
            to
        ))
        .await?;
    let mut acts = rows.iter().map(|row| at_console(row, happened)).collect::<Result<Vec<_>, _>>()?;
    acts.extend(happened.at_panel().filter_map(|r| at_panel(r, record.id, happened)));
    acts.sort_by_key(|act| act.at);
    Ok(acts)
}

/// The plate that an officer gave last, who it was, and whether it was confirmed as shown.
pub(super) fn last_plate(acts: &[ActView]) -> Option<(&str, &str, bool)> {
    acts.iter().rev().find_map(|act| {
        let confirmed = act.act == "confirm_plate";
        let plate = act.detail["plate"].as_str().filter(|_| confirmed || act.act == "correct_plate")?;
        Some((plate, act.officer.as_str(), confirmed))
    })
}

fn at_console(row: &Row, happened: &Happened) -> Result<ActView, StoreError> {
    let named = row.text("act")?;
    // The lane's word for what a grant asks of it.
    let act = if named == "grant" { "open".to_owned() } else { named };
    let mut view = ActView {
        id: Some(row.uuid("id")?),
        at: row.int("at")?,
        officer: row.text("officer")?,
        role: row.text("role")?,
        act,
        reason: row.text("reason")?,
        place: ActPlace::Console,
        detail: row.json("detail")?,
        outcome: None,
    };
    if row.maybe_uuid("command")?.is_some() {
        view.outcome = Some(came_of(&view, happened));
    }
    Ok(view)
}

/// What the lane told after it had the command: events that central received later than it sent it.
fn came_of(act: &ActView, happened: &Happened) -> ActOutcome {
    let said = |state, at, detail: &str| ActOutcome { state, at, detail: detail.to_owned() };
    let grant = act.detail["grant"].as_str().and_then(|g| g.parse().ok()).map(GrantId);
    if let Some(place) = grant.and_then(|g| happened.opened_by(g)) {
        return match happened.boom_after(place, |state| state == "open" || state.starts_with("fault")) {
            Some((at, state)) if state == "open" => said(Came::Opened, at, &state),
            Some((at, state)) => said(Came::Refused, at, &state),
            None => said(Came::Opening, happened.all().nth(place).map_or(act.at, |r| r.event.at.0), ""),
        };
    }
    let mut taken = None;
    for r in happened.all().filter(|r| r.at >= act.at) {
        match &r.event.body {
            EventBody::BarrierCommanded { action: BarrierAction::Stop, .. } if act.act == "stop" => {
                taken = Some(said(Came::Accepted, r.event.at.0, ""));
            }
            EventBody::BarrierMoved { state, .. } if act.act == "stop" && state == "stopped" => {
                return said(Came::Stopped, r.event.at.0, state);
            }
            EventBody::Act { officer, act: what, place: ActPlace::Console, .. }
                if *what == act.act && officer.name == act.officer && taken.is_none() =>
            {
                taken = Some(said(Came::Accepted, r.event.at.0, ""));
            }
            EventBody::Refused { what, why } if concerns(what, &act.act) => {
                return said(Came::Refused, r.event.at.0, why);
            }
            _ => {}
        }
    }
    taken.unwrap_or_else(|| said(Came::Sent, act.at, ""))
}

/// Whether a refusal at the lane speaks of such an act: `command grant` or `open`.
fn concerns(what: &str, act: &str) -> bool {
    let last = what.rsplit(' ').next().unwrap_or(what);
    last == act || (matches!(act, "open" | "priority") && last == "grant")
}

fn at_panel(r: &Received, passage: PassageId, happened: &Happened) -> Option<ActView> {
    let EventBody::Act { officer, act, reason, place, plate } = &r.event.body else { return None };
    if r.event.passage.is_some_and(|p| p != passage) {
        return None;
    }
    let place_of_act = happened.all().position(|other| other.event.id == r.event.id)?;
    let opens = matches!(act.as_str(), "open" | "priority");
    let outcome = opens.then(|| match happened.boom_after(place_of_act, |state| state == "open") {
        Some((at, state)) => ActOutcome { state: Came::Opened, at, detail: state },
        None => ActOutcome { state: Came::Accepted, at: r.event.at.0, detail: String::new() },
    });
    Some(ActView {
        id: None,
        at: r.event.at.0,
        officer: officer.name.clone(),
        role: crate::store::word(&officer.role),
        act: act.clone(),
        reason: reason.clone(),
        place: *place,
        detail: plate.as_ref().map_or(serde_json::json!({}), |plate| serde_json::json!({"plate": plate})),
        outcome,
    })
}
