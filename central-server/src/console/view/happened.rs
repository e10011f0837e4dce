//! What the lane told while the passage lasted.

use gate_core::ids::{GrantId, Sha256Hex};
use gate_core::message::event::{ActPlace, BarrierAction, EdgeEvent, EventBody};
use gate_core::reading::{LookFate, PlateReading};
use gate_core::vehicle::Role;
use serde::Serialize;

use super::span;
use crate::app::App;
use crate::crossing::PassageRecord;
use crate::ingest::payload;
use crate::sql;
use crate::store::StoreError;

/// Events of a lane looked at for one passage.
const MAX: i64 = 500;

/// What the boom was seen to do.
#[derive(Clone, Debug, Serialize)]
pub struct Boom {
    /// When.
    pub at: i64,
    /// The barrier's state from then on.
    pub state: String,
    /// We caused it.
    pub commanded: bool,
}

/// The looks at a vehicle that could not be read.
#[derive(Clone, Debug, Serialize)]
pub struct Unread {
    /// How many looks had which fate.
    pub fates: Vec<(String, u32)>,
    /// The best frames.
    pub frames: Vec<Sha256Hex>,
}

/// Every look at a vehicle that is gone, by count, and the first and the last ones each with its fate.
#[derive(Clone, Debug, Serialize)]
pub struct Looked {
    /// How many looks had which fate.
    pub fates: Vec<(String, u32)>,
    /// The looks.
    pub looks: Vec<LookFate>,
}

/// An event with the time central received it.
pub(super) struct Received {
    pub at: i64,
    pub event: EdgeEvent,
}

/// The lane's events around the passage that belong to it or to nobody, in the edge's order.
pub(super) struct Happened(Vec<Received>);

pub(super) async fn of(app: &App, record: &PassageRecord) -> Result<Happened, StoreError> {
    // What the lane told then has nothing to do with what was written on paper.
    if record.paper.is_some() {
        return Ok(Happened(Vec::new()));
    }
    let (from, to) = span(record, app.clock.now());
    let rows = app
        .store
        .rows(sql!(
            "SELECT e.received_at, l.body FROM events e JOIN record_leaves l ON l.id = e.leaf \
             WHERE e.passage = $4 OR (e.passage IS NULL AND e.lane = $1 AND e.at >= $2 AND e.at <= $3) \
             ORDER BY e.epoch, e.seq LIMIT $5",
            &record.lane,
            from,
            to,
            record.id,
            MAX
        ))
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let body = row.get::<Option<Vec<u8>>>("body")?;
        if let Some(event) = body.and_then(|body| payload::<EdgeEvent>(&body)) {
            all.push(Received { at: row.int("received_at")?, event });
        }
    }
    Ok(Happened(all))
}

impl Happened {
    pub(super) fn all(&self) -> impl Iterator<Item = &Received> {
        self.0.iter()
    }

    pub(super) fn boom(&self) -> Vec<Boom> {
        let moved = |r: &Received| match &r.event.body {
            EventBody::BarrierMoved { state, commanded } => {
                Some(Boom { at: r.event.at.0, state: state.clone(), commanded: *commanded })
            }
            _ => None,
        };
        self.0.iter().filter_map(moved).collect()
    }

    /// The tractor's reading that stands: the last one.
    pub(super) fn reading(&self) -> Option<PlateReading> {
        self.0.iter().rev().find_map(|r| match &r.event.body {
            EventBody::PlateRead { reading } if reading.role == Role::Tractor => Some(reading.clone()),
            _ => None,
        })
    }

    /// The looks, while nothing was read after them.
    pub(super) fn unread(&self) -> Option<Unread> {
        if self.reading().is_some() {
            return None;
        }
        self.0.iter().rev().find_map(|r| match &r.event.body {
            EventBody::Unread { fates, frames } => Some(Unread { fates: fates.clone(), frames: frames.clone() }),
            _ => None,
        })
    }

    /// How all looks fared, when the vehicle is gone.
    pub(super) fn looked(&self) -> Option<Looked> {
        self.0.iter().rev().find_map(|r| match &r.event.body {
            EventBody::Looked { fates, looks } => Some(Looked { fates: fates.clone(), looks: looks.clone() }),
            _ => None,
        })
    }

    /// Acts at the lane's own panel.
    pub(super) fn at_panel(&self) -> impl Iterator<Item = &Received> {
        self.0.iter().filter(|r| matches!(&r.event.body, EventBody::Act { place: ActPlace::Panel, .. }))
    }

    /// Where an opening by this grant was commanded.
    pub(super) fn opened_by(&self, grant: GrantId) -> Option<usize> {
        self.0.iter().position(|r| {
            matches!(&r.event.body, EventBody::BarrierCommanded { action: BarrierAction::Open, grant: Some(g), .. } if *g == grant)
        })
    }

    /// The first state of the boom after `from` that `fits`: when, and which.
    pub(super) fn boom_after(&self, from: usize, fits: impl Fn(&str) -> bool) -> Option<(i64, String)> {
        self.0.iter().skip(from).find_map(|r| match &r.event.body {
            EventBody::BarrierMoved { state, .. } if fits(state) => Some((r.event.at.0, state.clone())),
            _ => None,
        })
    }
}
