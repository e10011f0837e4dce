//! Where a lane's time went: a fold over what changed how it stood, a pure function of the set of events. In whatever
//! order they arrive, the same account comes out.

use std::collections::{BTreeMap, BTreeSet};

use gate_core::message::command::LaneMode;
use gate_core::message::event::{ActPlace, EdgeEvent, EventBody};
use serde::Serialize;

use super::manual::{Manual, Said, is_manual};

/// The fault of a lane that cannot read too many of its vehicles.
const DEGRADED: &str = "lane_degraded";
/// The alarm that an officer is waited for: no fault of a device.
const OFFICER_AWAY: &str = "officer_away";

/// What is accounted for, microseconds UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first moment.
    pub from: i64,
    /// The first moment after it.
    pub until: i64,
}

/// Where a lane's time went, microseconds. But for `open` each is a part of `open`, and they overlap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Times {
    /// What is accounted for begins here.
    pub from: i64,
    /// And ends here.
    pub until: i64,
    /// The lane was not closed.
    pub open: i64,
    /// The barrier's key stood on MANUAL, or it was locked for maintenance.
    pub manual: i64,
    /// Every vehicle waited for an officer by the lane's mode.
    pub attended: i64,
    /// The stop chain was dropped.
    pub stopped: i64,
    /// The barrier was at fault.
    pub faulty: i64,
    /// The emergency input held the boom open.
    pub emergency_open: i64,
    /// The lane was degraded.
    pub degraded: i64,
    /// Where the boom was, was not known.
    pub unknown: i64,
    /// How often the lane's agent started.
    pub starts: u64,
    /// At most so long was nobody there before those starts; the state of before counts through it.
    pub unseen: i64,
}

/// What the events of a lane say of a day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// Where its time went.
    pub times: Times,
    /// Every time in MANUAL, the first first.
    pub manual: Vec<Manual>,
    /// Acts at the lane's own panel on a vehicle, by name.
    pub interventions: BTreeMap<String, u64>,
    /// Faults that began, by code.
    pub faults: BTreeMap<String, u64>,
    /// The last mode that was told.
    pub mode: Option<LaneMode>,
    /// A clock was not synchronised.
    pub clock_doubtful: bool,
}

/// Folds the events of one lane. Those before the span only say how the lane stood when it began.
#[must_use]
pub fn fold(mut events: Vec<EdgeEvent>, span: Span) -> Told {
    events.sort_by_key(|e| (e.at, e.epoch, e.seq));
    let mut lane = Standing::at(span);
    for event in &events {
        lane.passes(event.at.0);
        lane.take(event);
    }
    lane.passes(span.until);
    let Standing { mut told, said, .. } = lane;
    for manual in &mut told.manual {
        manual.explain(&said);
    }
    told
}

/// How a lane stands while its events go by.
struct Standing {
    span: Span,
    /// Accounted for up to here.
    now: i64,
    /// The event before.
    last: Option<i64>,
    barrier: String,
    /// Faults that stand.
    faults: BTreeSet<String>,
    /// It is in the last MANUAL of those that were told.
    in_manual: bool,
    said: Vec<Said>,
    told: Told,
}

impl Standing {
    fn at(span: Span) -> Self {
        let times = Times { from: span.from, until: span.until, ..Times::default() };
        Self {
            span,
            now: span.from,
            last: None,
            barrier: "unknown".to_owned(),
            faults: BTreeSet::new(),
            in_manual: false,
            said: Vec::new(),
            told: Told { times, ..Told::default() },
        }
    }

    /// Time passes while everything stays as it is.
    fn passes(&mut self, at: i64) {
        let at = at.clamp(self.now, self.span.until.max(self.now));
        let passed = at - self.now;
        self.now = at;
        if self.told.mode == Some(LaneMode::Closed) {
            return;
        }
        let times = &mut self.told.times;
        times.open += passed;
        if self.told.mode == Some(LaneMode::Attended) {
            times.attended += passed;
        }
        if self.faults.contains(DEGRADED) {
            times.degraded += passed;
        }
        match self.barrier.as_str() {
            "unknown" => times.unknown += passed,
            "stopped" => times.stopped += passed,
            "emergency_open" => times.emergency_open += passed,
            state if state.starts_with("fault") => times.faulty += passed,
            state if is_manual(state) => {
                times.manual += passed;
                if let Some(manual) = self.told.manual.last_mut() {
                    manual.counted += passed;
                }
            }
            _ => {}
        }
    }

    fn take(&mut self, event: &EdgeEvent) {
        let at = event.at.0;
        let counts = at >= self.span.from;
        self.told.clock_doubtful |= counts && !event.clock.synchronised;
        match &event.body {
            EventBody::ModeChanged { mode, .. } => self.told.mode = Some(*mode),
            EventBody::BarrierMoved { state, .. } => self.barrier_is(state, at),
            EventBody::Started { .. } => self.started(at, counts),
            EventBody::Fault { code, .. } => {
                if counts {
                    *self.told.faults.entry(code.clone()).or_default() += 1;
                }
                self.faults.insert(code.clone());
            }
            EventBody::FaultCleared { code } => {
                self.faults.remove(code);
            }
            EventBody::Act { act, place: ActPlace::Panel, .. } if counts && event.passage.is_some() => {
                *self.told.interventions.entry(act.clone()).or_default() += 1;
            }
            _ => {}
        }
        self.said.extend(Said::of(event));
        self.last = Some(at);
    }

    /// A new life begins with nothing known of the boom and no fault told; the mode is kept, or a stricter one.
    fn started(&mut self, at: i64, counts: bool) {
        self.barrier_is("unknown", at);
        self.faults.clear();
        if counts {
            self.told.times.starts += 1;
            let since = self.last.unwrap_or(at).max(self.span.from);
            if self.told.mode != Some(LaneMode::Closed) {
                self.told.times.unseen += at - since;
            }
        }
    }

    fn barrier_is(&mut self, state: &str, at: i64) {
        if state == self.barrier {
            return;
        }
        if self.in_manual
            && let Some(manual) = self.told.manual.last_mut()
        {
            manual.until = Some(at);
            if at <= self.span.from {
                self.told.manual.pop();
            }
        }
        self.in_manual = is_manual(state);
        if self.in_manual {
            let faults = self.faults.iter().filter(|code| !code.starts_with(OFFICER_AWAY)).cloned().collect();
            self.told.manual.push(Manual::begun(at, state, faults));
        }
        state.clone_into(&mut self.barrier);
    }
}
