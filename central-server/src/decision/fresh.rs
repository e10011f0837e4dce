//! A decision made anew on the plate that an officer gives: shown to the officer, never sent to the
//! lane. Only the officer's own act opens.

use gate_core::decision::{Decider, Decision, Outcome, decide};
use gate_core::message::exchange::{RouteAdvice, Seen};
use gate_core::reading::{ContainerReading, PlateReading};
use serde::Serialize;

use crate::app::App;
use crate::crossing::PassageRecord;
use crate::routing;
use crate::sql;
use crate::store::StoreError;

/// What the lists say now about the officer's plate.
#[derive(Clone, Debug, Serialize)]
pub struct Fresh {
    /// The officer's plate, normalised.
    pub plate: String,
    /// Who gave it.
    pub by: String,
    /// The officer confirmed the plate that was shown; otherwise it was corrected.
    pub confirmed: bool,
    /// What the rules say to it.
    pub decision: Decision,
    /// Where the vehicle would be sent.
    pub route: Option<RouteAdvice>,
    /// For alarms alone; never leaves central with a page.
    #[serde(skip)]
    pub watch_hits: Vec<String>,
}

/// Decides about a passage as if its tractor's plate had been read as `plate`.
///
/// # Errors
/// [`StoreError`].
pub async fn on_plate(
    app: &App,
    passage: &PassageRecord,
    plate: &str,
    by: &str,
    confirmed: bool,
) -> Result<Option<Fresh>, StoreError> {
    let Some(seen) = seen(app, passage, plate).await? else { return Ok(None) };
    let held = app.lists.now(&app.clock).await?;
    let Outcome { decision, expected, watch_hits } =
        decide(&seen, held.of_decision(), app.clock.now(), Decider::Central);
    let expected = expected.and_then(|place| held.expected.get(place));
    let route = routing::advise(app, &decision, expected, &seen).await?;
    Ok(Some(Fresh { plate: plate.to_owned(), by: by.to_owned(), confirmed, decision, route, watch_hits }))
}

/// What was seen of the passage, with the officer's plate in place of the tractor's reading.
async fn seen(app: &App, passage: &PassageRecord, plate: &str) -> Result<Option<Seen>, StoreError> {
    let Some(direction) = passage.direction else { return Ok(None) };
    let rows = app
        .store
        .rows(sql!("SELECT part, reading FROM readings WHERE passage = $1 ORDER BY at DESC, event DESC", passage.id))
        .await?;
    let (mut tractor, mut trailer, mut containers) = (None::<PlateReading>, None, Vec::<ContainerReading>::new());
    for row in rows {
        match row.text("part")?.as_str() {
            "tractor" if tractor.is_none() => tractor = Some(row.json("reading")?),
            "trailer" if trailer.is_none() => trailer = Some(row.json("reading")?),
            "container" => {
                let reading: ContainerReading = row.json("reading")?;
                if containers.iter().all(|c| c.code != reading.code) {
                    containers.push(reading);
                }
            }
            _ => {}
        }
    }
    let mut plates = vec![PlateReading::by_officer(plate, tractor.as_ref())];
    plates.extend(trailer);
    let stands_there = app.live.lane(&passage.lane).is_some_and(|l| l.live && l.status.passage == Some(passage.id));
    Ok(Some(Seen {
        direction,
        plates,
        containers,
        class: passage.class,
        on_loop: stands_there,
        // The officer opens, not the lane: its mode is no reason against.
        lane_automatic: true,
    }))
}
