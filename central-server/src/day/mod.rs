//! The day's account of each lane: how long it was open, how much of that in MANUAL and why, and what it asked of
//! officers. A post that has to take the key each hour switches the system off; this shows it before that.
//!
//! All of it is folded from what the edges told and officers did, so a late event changes the account of its own day.
//! What the record cannot tell is said to be unknown; a lane of which nothing was heard has no account.

mod counts;
mod fold;
mod manual;
mod rows;

use std::collections::BTreeMap;

use gate_core::clock::UtcMicros;
use gate_core::message::command::LaneMode;
use jiff::civil::Date;
use serde::Serialize;

use crate::clock::{day_of, midnight};
use crate::store::{Store, StoreError};

pub use fold::{Span, Times, Told, fold};
pub use manual::{Manual, Said};

/// A day at the gate, as far as it has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub day: Date,
    /// Its first moment.
    pub from: UtcMicros,
    /// The first moment after it.
    pub end: UtcMicros,
    /// What is accounted for ends here: now, or the end of the day.
    pub until: UtcMicros,
}

impl Day {
    /// The day that `text` names, or today.
    ///
    /// # Errors
    /// What is wrong with it and what to write, for people.
    pub fn read(text: Option<&str>, now: UtcMicros) -> Result<Self, String> {
        let today = day_of(now).map_err(|e| format!("today: {e}; set the clock of the centre"))?;
        let day = match text {
            None => today,
            Some(text) => text.parse().map_err(|_| format!("day {text:?} is no day; write it as {today}"))?,
        };
        if day > today {
            return Err(format!("day {day} has not begun; today is {today}"));
        }
        let far = |e: jiff::Error| format!("day {day}: {e}; ask for a day since the gate was opened");
        let (from, end) = (midnight(day).map_err(far)?, day.tomorrow().and_then(midnight).map_err(far)?);
        Ok(Self { day, from, end, until: end.min(now) })
    }
}

/// What a lane's day came to.
#[derive(Clone, Debug, Serialize)]
pub struct LaneDay {
    /// The lane.
    pub lane: String,
    /// Events of it in the day, of every kind.
    pub heard: u64,
    /// The last of them.
    pub last_at: Option<i64>,
    /// How it worked at the end, as far as a change was told.
    pub mode: Option<LaneMode>,
    /// Where its time went; `None` where nothing was heard of it.
    pub times: Option<Times>,
    /// Every time in MANUAL.
    pub manual: Vec<Manual>,
    /// Its passages, those by paper left out.
    pub passages: Passages,
    /// Vehicles by paper slips that stand, by the reason why there was no machine.
    pub paper: BTreeMap<String, u64>,
    /// Acts of officers on its vehicles, by name.
    pub interventions: BTreeMap<String, u64>,
    /// Faults that began, by code; `officer_away_1` to `3` among them.
    pub faults: BTreeMap<String, u64>,
    /// Alarms by kind, of those that the asker may see.
    pub alarms: BTreeMap<String, u64>,
    /// Numbered messages of its edge that have not arrived.
    pub missing: u64,
    /// A clock was not synchronised.
    pub clock_doubtful: bool,
}

/// Passages that began in the day, as machines saw them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Passages {
    /// All of them.
    pub all: u64,
    /// Those that drove through by a decision alone.
    pub automatic: u64,
    /// Those of which no plate was read.
    pub unread: u64,
}

/// Every lane's account of a day. `sees` says which kinds of alarms are counted.
///
/// # Errors
/// [`StoreError`].
pub async fn lanes(store: &Store, day: &Day, sees: impl Fn(&str) -> bool) -> Result<Vec<LaneDay>, StoreError> {
    let (passages, acts) = (counts::passages(store, day).await?, counts::acts(store, day).await?);
    let (alarms, paper) = (counts::alarms(store, day).await?, counts::paper(store, day).await?);
    let mut lanes = Vec::new();
    for (lane, edge, enrolled) in rows::lanes(store).await? {
        let mut account = lane_of(store, day, &lane, &edge).await?;
        if account.heard == 0 && !enrolled && !paper.contains_key(&lane) {
            continue;
        }
        account.paper = paper.get(&lane).cloned().unwrap_or_default();
        account.passages = passages.get(&lane).copied().unwrap_or_default();
        for (act, count) in acts.get(&lane).into_iter().flatten() {
            *account.interventions.entry(act.clone()).or_default() += count;
        }
        account.alarms = alarms.get(&lane).cloned().unwrap_or_default();
        account.alarms.retain(|kind, _| sees(kind));
        lanes.push(account);
    }
    Ok(lanes)
}

async fn lane_of(store: &Store, day: &Day, lane: &str, edge: &str) -> Result<LaneDay, StoreError> {
    let heard = rows::heard(store, day, lane).await?;
    let mut account = LaneDay {
        lane: lane.to_owned(),
        heard: heard.count,
        last_at: heard.last,
        mode: None,
        times: None,
        manual: Vec::new(),
        passages: Passages::default(),
        paper: BTreeMap::new(),
        interventions: BTreeMap::new(),
        faults: BTreeMap::new(),
        alarms: BTreeMap::new(),
        missing: 0,
        clock_doubtful: false,
    };
    let Some(first) = heard.first else {
        account.mode = rows::mode_before(store, day.from.0, lane).await?;
        return Ok(account);
    };
    let standing = rows::standing(store, day, lane).await?;
    // A lane that is new is open from its first word on.
    let from = if heard.before { day.from.0 } else { first };
    let span = Span { from, until: standing.until.max(from) };
    account.missing = counts::missing(store, edge, &standing.events).await?;
    let Told { times, manual, interventions, faults, mode, clock_doubtful } = fold(standing.events, span);
    Ok(LaneDay { times: Some(times), manual, interventions, faults, mode, clock_doubtful, ..account })
}

#[cfg(test)]
mod tests;
