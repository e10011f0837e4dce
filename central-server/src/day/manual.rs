//! A time in MANUAL, and what the record says around its beginning. The record tells that the key was turned, not why:
//! what somebody said near it stands beside it and is never called its cause.

use gate_core::message::command::LaneMode;
use gate_core::message::event::{EdgeEvent, EventBody};
use serde::Serialize;

/// What was said so long before or after the beginning stands beside it, in microseconds.
pub(super) const NEAR: i64 = 5 * 60_000_000;

/// Acts on one vehicle: they come with every passage and say nothing of the barrier.
const ON_A_VEHICLE: [&str; 6] = ["open", "priority", "refuse", "hold", "correct_plate", "was_trailer"];

/// Whether nothing is written to the barrier in this state.
pub(super) fn is_manual(state: &str) -> bool {
    matches!(state, "manual_local" | "maintenance")
}

/// One time in MANUAL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manual {
    /// `manual_local` (the key) or `maintenance` (the lock).
    pub state: String,
    /// When it began, also where that was the day before.
    pub since: i64,
    /// When it ended; `None`: it was still so at the end of what is accounted for.
    pub until: Option<i64>,
    /// What counts of it: in the day, the lane open; microseconds.
    pub counted: i64,
    /// Faults that stood when it began.
    pub faults: Vec<String>,
    /// What was said near its beginning.
    pub said: Vec<Said>,
}

impl Manual {
    pub(super) fn begun(since: i64, state: &str, faults: Vec<String>) -> Self {
        Self { state: state.to_owned(), since, until: None, counted: 0, faults, said: Vec::new() }
    }

    pub(super) fn explain(&mut self, said: &[Said]) {
        let end = self.since.saturating_add(NEAR).min(self.until.unwrap_or(i64::MAX));
        let near = self.since.saturating_sub(NEAR)..=end;
        self.said = said.iter().filter(|s| near.contains(&s.at)).cloned().collect();
    }
}

/// Something that was done to the whole lane, with what was said to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// When.
    pub at: i64,
    /// Who; `None` where `text` names whoever it was.
    pub officer: Option<String>,
    /// What: `mode`, `stop`, `reset`, `hold_open` ...
    pub act: String,
    /// How the lane works from then on, where that changed.
    pub mode: Option<LaneMode>,
    /// Why, in the words of the record.
    pub text: String,
}

impl Said {
    /// What an event says of the whole lane, if anything.
    pub(super) fn of(event: &EdgeEvent) -> Option<Self> {
        let at = event.at.0;
        match &event.body {
            EventBody::ModeChanged { mode, cause } => {
                Some(Self { at, officer: None, act: "mode".to_owned(), mode: Some(*mode), text: cause.clone() })
            }
            // A change of mode is told by its own event.
            EventBody::Act { officer, act, reason, .. } if act != "mode" && !ON_A_VEHICLE.contains(&act.as_str()) => {
                Some(Self {
                    at,
                    officer: Some(officer.name.clone()),
                    act: act.clone(),
                    mode: None,
                    text: reason.clone(),
                })
            }
            _ => None,
        }
    }
}
