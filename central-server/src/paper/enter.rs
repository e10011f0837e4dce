//! A slip is entered, once: its passage, its crossing, what it owes and the act, in one transaction.

use gate_core::clock::UtcMicros;
use gate_core::decision::{Decider, ExpectedVehicle, decide};
use gate_core::message::command::OfficerRef;
use gate_core::message::exchange::Seen;
use gate_core::reading::PlateReading;
use gate_core::vehicle::Role;
use serde_json::json;
use thiserror::Error;

use super::check::said;
use super::near::{Near, Sought, near};
use super::number::number_key;
use super::rows::read;
use super::slip::Slip;
use crate::alarm;
use crate::app::App;
use crate::audit::Act;
use crate::crossing::{self, core};
use crate::decision::hold_vehicle;
use crate::declaration::HeldLists;
use crate::edge::News;
use crate::owed;
use crate::sql;
use crate::store::{StoreError, Tx, word};

/// Why a slip was not entered.
#[derive(Debug, Error)]
pub enum EnterError {
    /// Somebody entered it before.
    #[error("slip {number} is here already: {by} entered it at {at} ({plate} at {lane}); look at both slips, or have that one withdrawn by the shift leader", at = said(*at))]
    Known {
        /// Its number.
        number: String,
        /// Who entered it.
        by: String,
        /// When.
        at: UtcMicros,
        /// Of which vehicle.
        plate: String,
        /// At which lane.
        lane: String,
    },
    /// The lane has such a vehicle round that time already.
    #[error(
        "the lane has {0} already; say that this is another passage if it is, else put the slip to that one's papers"
    )]
    Near(Near),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Enters a slip: its passage, its crossing, what it owes, its act, and a silent alarm where it is watched for.
/// `another` is the officer's word that it is another passage than one of about that time.
///
/// # Errors
/// [`EnterError`]; nothing is kept then.
pub async fn enter(app: &App, officer: OfficerRef, mut slip: Slip, another: bool) -> Result<(), EnterError> {
    let held = app.lists.now(&app.clock).await?;
    let declared = declared(&held, &slip);
    // A plate whose text alone does not tell its country is the declared vehicle's.
    slip.country = slip.country.or_else(|| declared.map(|v| v.country));
    let mut tx = app.store.begin().await?;
    // Two slips of one vehicle are seen by each other.
    tx.hold(&format!("paper slips of {}", slip.lane)).await?;
    if let Some(vehicle) = declared {
        hold_vehicle(&mut tx, vehicle).await?;
    }
    insert(&mut tx, &slip).await?;
    let sought = Sought { passage: slip.passage, lane: &slip.lane, at: slip.at, plate: &slip.plate };
    let near = near(&mut tx, sought, app.config.paper.near()).await?.into_iter().next();
    if let Some(near) = near.as_ref().filter(|_| !another) {
        return Err(EnterError::Near(near.clone()));
    }
    let act = Act {
        officer,
        act: "enter_slip".to_owned(),
        lane: Some(slip.lane.clone()),
        passage: Some(slip.passage),
        reason: slip.paper.note.clone(),
        detail: json!({"slip": slip, "another_than": near.map(|near| near.to_string())}),
        command: None,
    };
    let id = act.record(&mut tx, &app.clock).await?;
    crossing::refresh(&mut tx, slip.passage, &app.clock).await?;
    owed::note(&mut tx, &held, slip.passage).await?;
    let hits = watch_hits(&held, &slip, app.clock.now());
    let raised = alarm::watchlist(&mut tx, &app.clock, &slip.lane, slip.passage, &hits).await?;
    tx.commit().await?;
    metrics::counter!("central_paper_slips_total", "reason" => word(&slip.paper.reason)).increment(1);
    app.live.tell(News::of_act(id, &act));
    if let Some(alarm) = raised {
        app.live.tell(News::Alarm { alarm, kind: alarm::WATCHLIST.to_owned(), lane: act.lane });
    }
    Ok(())
}

/// The vehicle of the lists that it is: by the declaration that the slip names, else of its direction, else any.
fn declared<'a>(held: &'a HeldLists, slip: &Slip) -> Option<&'a ExpectedVehicle> {
    let plate = core(&slip.plate);
    let fitting = held.expected.iter().filter(|v| core(&v.plate) == plate);
    fitting.min_by_key(|v| (Some(&v.declaration) != slip.paper.declaration.as_ref(), v.direction != slip.direction))
}

async fn insert(tx: &mut Tx, slip: &Slip) -> Result<(), EnterError> {
    let key = number_key(&slip.paper.number);
    let added = tx
        .run(sql!(
            "INSERT INTO paper_slips (passage, number, number_key, lane, at, core, declaration, reason, entered_at, slip) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
            slip.passage,
            &slip.paper.number,
            &key,
            &slip.lane,
            slip.at,
            core(&slip.plate),
            slip.paper.declaration.as_deref(),
            word(&slip.paper.reason),
            slip.paper.entered_at,
            json!(slip).to_string()
        ))
        .await?;
    if added == 1 {
        return Ok(());
    }
    let known = sql!("SELECT * FROM paper_slips WHERE number_key = $1 AND withdrawn_at IS NULL", &key);
    let known = tx.row(known).await?.as_ref().map(read).transpose()?.unwrap_or_else(|| slip.clone());
    let Slip { paper, plate, lane, .. } = known;
    let (number, by, at) = (paper.number, paper.entered_by, paper.entered_at);
    Err(EnterError::Known { number, by, at, plate, lane: lane.as_str().to_owned() })
}

/// Whom of the watchlist the slip names.
fn watch_hits(held: &HeldLists, slip: &Slip, now: UtcMicros) -> Vec<String> {
    let trailer = slip
        .trailer
        .as_deref()
        .map(|plate| PlateReading { role: Role::Trailer, ..PlateReading::by_officer(plate, None) });
    let seen = Seen {
        direction: slip.direction,
        plates: std::iter::once(PlateReading::by_officer(&slip.plate, None)).chain(trailer).collect(),
        containers: Vec::new(),
        class: None,
        on_loop: false,
        lane_automatic: false,
    };
    decide(&seen, held.of_decision(), now, Decider::Central).watch_hits
}
