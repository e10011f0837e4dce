//! The day out of the database: bounded, by index, the same for both engines.

use gate_core::message::command::LaneMode;
use gate_core::message::event::{EdgeEvent, EventBody};

use super::Day;
use super::manual::{NEAR, is_manual};
use crate::ingest::payload;
use crate::sql;
use crate::store::{Query, Row, Store, StoreError};

/// Events of one lane and day that are folded; the account of a lane that makes more ends with the last of them.
const MOST: i64 = 50_000;
/// Faults looked back at for those that stood at midnight.
const MOST_FAULTS: i64 = 1_000;

/// What was heard of a lane in the day.
pub(super) struct Heard {
    pub count: u64,
    pub first: Option<i64>,
    pub last: Option<i64>,
    /// Something was heard before the day.
    pub before: bool,
}

/// What changed how a lane stands.
pub(super) struct Changes {
    pub events: Vec<EdgeEvent>,
    /// They are all that there is up to here.
    pub until: i64,
}

/// Every lane with its edge, and whether that edge is enrolled still.
pub(super) async fn lanes(store: &Store) -> Result<Vec<(String, String, bool)>, StoreError> {
    let all = sql!("SELECT l.lane, l.edge, e.disabled_at FROM lanes l JOIN edges e ON e.edge = l.edge ORDER BY l.lane");
    let read = |row: &Row| Ok((row.text("lane")?, row.text("edge")?, row.get::<Option<i64>>("disabled_at")?.is_none()));
    store.rows(all).await?.iter().map(read).collect()
}

pub(super) async fn heard(store: &Store, day: &Day, lane: &str) -> Result<Heard, StoreError> {
    let row = store
        .row(sql!(
            "SELECT COUNT(*) AS heard, MIN(at) AS first_at, MAX(at) AS last_at FROM events \
             WHERE lane = $1 AND at >= $2 AND at < $3",
            lane,
            day.from,
            day.end
        ))
        .await?;
    let before = store.row(sql!("SELECT at FROM events WHERE lane = $1 AND at < $2 LIMIT 1", lane, day.from)).await?;
    let before = before.is_some();
    match row {
        None => Ok(Heard { count: 0, first: None, last: None, before }),
        Some(row) => {
            Ok(Heard { count: row.count("heard")?, first: row.get("first_at")?, last: row.get("last_at")?, before })
        }
    }
}

/// What changed the lane in the day, and what says how it stood when the day began.
pub(super) async fn standing(store: &Store, day: &Day, lane: &str) -> Result<Changes, StoreError> {
    let mut events = before(store, day.from.0, lane).await?;
    let of_day = bodies(
        store,
        sql!(
            "SELECT l.body FROM events e JOIN record_leaves l ON l.id = e.leaf \
             WHERE e.lane = $1 AND e.at >= $2 AND e.at < $3 \
             AND e.kind IN ('mode_changed', 'barrier_moved', 'started', 'fault', 'fault_cleared', 'act') \
             ORDER BY e.at, e.epoch, e.seq LIMIT $4",
            lane,
            day.from,
            day.end,
            MOST
        ),
    )
    .await?;
    let until = match of_day.last() {
        Some(last) if of_day.len() as i64 >= MOST => last.at.0,
        _ => day.until.0,
    };
    events.extend(of_day);
    Ok(Changes { events, until })
}

/// The mode that was told last before `at`.
pub(super) async fn mode_before(store: &Store, at: i64, lane: &str) -> Result<Option<LaneMode>, StoreError> {
    let last = newest(store, lane, "mode_changed", (i64::MIN, at), 1).await?.pop();
    Ok(last.and_then(|event| match event.body {
        EventBody::ModeChanged { mode, .. } => Some(mode),
        _ => None,
    }))
}

/// How the lane stood at `at`: the last word of its mode, of its start and boom, and of each fault since that start.
async fn before(store: &Store, at: i64, lane: &str) -> Result<Vec<EdgeEvent>, StoreError> {
    let ever = (i64::MIN, at);
    let mut events = newest(store, lane, "started", ever, 1).await?;
    let since = events.last().map_or(i64::MIN, |start| start.at.0);
    for kind in ["fault", "fault_cleared"] {
        events.extend(newest(store, lane, kind, (since, at), MOST_FAULTS).await?);
    }
    events.extend(newest(store, lane, "mode_changed", ever, 1).await?);
    for moved in newest(store, lane, "barrier_moved", ever, 1).await? {
        events.extend(said_near(store, &moved, at, lane).await?);
        events.push(moved);
    }
    Ok(events)
}

/// The newest events of a kind, from the first moment to before the second.
async fn newest(
    store: &Store,
    lane: &str,
    kind: &'static str,
    (from, to): (i64, i64),
    most: i64,
) -> Result<Vec<EdgeEvent>, StoreError> {
    // The kind stands in the text: an index over some kinds is used for those alone that can be seen there.
    let text = format!(
        "SELECT l.body FROM events e JOIN record_leaves l ON l.id = e.leaf WHERE e.lane = $1 AND e.kind = '{kind}' \
         AND e.at >= $2 AND e.at < $3 ORDER BY e.at DESC, e.epoch DESC, e.seq DESC LIMIT $4"
    );
    bodies(store, Query::assembled(text, vec![lane.into(), from.into(), to.into(), most.into()])).await
}

/// What was said when a MANUAL began that lasts into the day.
async fn said_near(store: &Store, moved: &EdgeEvent, at: i64, lane: &str) -> Result<Vec<EdgeEvent>, StoreError> {
    match &moved.body {
        EventBody::BarrierMoved { state, .. } if is_manual(state) => {}
        _ => return Ok(Vec::new()),
    }
    let acts = sql!(
        "SELECT l.body FROM events e JOIN record_leaves l ON l.id = e.leaf WHERE e.lane = $1 AND e.at >= $2 \
         AND e.at <= $3 AND e.at < $4 AND e.kind = 'act' LIMIT $5",
        lane,
        moved.at.0.saturating_sub(NEAR),
        moved.at.0.saturating_add(NEAR),
        at,
        MOST_FAULTS
    );
    bodies(store, acts).await
}

async fn bodies(store: &Store, query: Query) -> Result<Vec<EdgeEvent>, StoreError> {
    let mut events = Vec::new();
    for row in store.rows(query).await? {
        // An erased body is told no more.
        let body = row.get::<Option<Vec<u8>>>("body")?;
        events.extend(body.and_then(|body| payload::<EdgeEvent>(&body)));
    }
    Ok(events)
}
