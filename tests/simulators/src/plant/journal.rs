//! What happened in a lane: notes of what must not happen, and the pulses of the relays.

use std::collections::VecDeque;

use serde::Serialize;

/// What is kept of each: the newest.
const KEPT: usize = 1000;

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// The boom touched a vehicle.
    BoomOnBody,
    /// The boom moved down while a vehicle was in its sweep.
    ClosingOnBody,
    /// The boom began to open with no vehicle before it.
    OpenedWithoutVehicle,
    /// OPEN and CLOSE were energised together.
    OpenAndClose,
    /// A motion relay was energised for more than 1.5 s.
    RelayHeld,
    /// A vehicle drove through behind another on the same opening.
    Tailgated,
    /// A vehicle passed the boom.
    Passed,
    /// A vehicle left backwards.
    TurnedBack,
    /// A vehicle stands at the stop line.
    Arrived,
    /// The boom reached a limit or left it.
    Limit,
    /// The stop chain was dropped or closed.
    StopChain,
}

/// One note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Milliseconds since the simulator started.
    pub at_ms: u64,
    /// About what.
    pub kind: NoteKind,
    /// In words.
    pub text: String,
}

/// One energised time of a relay, or one command of a controller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pulse {
    /// Milliseconds since the simulator started.
    pub at_ms: u64,
    /// `open`, `close`, `stop_chain`, `green`, ...
    pub name: String,
    /// How long; `None` while it lasts. A controller's command has no length.
    pub length_ms: Option<u64>,
}

/// Notes and pulses of a lane.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    notes: VecDeque<Note>,
    pulses: VecDeque<Pulse>,
}

impl Journal {
    /// Adds a note.
    pub fn note(&mut self, at_ms: u64, kind: NoteKind, text: impl Into<String>) {
        let text = text.into();
        if matches!(kind, NoteKind::BoomOnBody | NoteKind::ClosingOnBody | NoteKind::OpenedWithoutVehicle) {
            tracing::warn!(at_ms, ?kind, text, "in the lane");
        }
        if self.notes.len() == KEPT {
            self.notes.pop_front();
        }
        self.notes.push_back(Note { at_ms, kind, text });
    }

    /// A relay was energised, or a command came.
    pub fn pulse_begins(&mut self, at_ms: u64, name: &str, has_length: bool) {
        if self.pulses.len() == KEPT {
            self.pulses.pop_front();
        }
        let length_ms = (!has_length).then_some(0);
        self.pulses.push_back(Pulse { at_ms, name: name.to_owned(), length_ms });
    }

    /// A relay was released.
    pub fn pulse_ends(&mut self, at_ms: u64, name: &str) {
        if let Some(pulse) = self.pulses.iter_mut().rev().find(|p| p.name == name && p.length_ms.is_none()) {
            pulse.length_ms = Some(at_ms.saturating_sub(pulse.at_ms));
        }
    }

    /// The notes, oldest first.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        self.notes.iter().cloned().collect()
    }

    /// The pulses, oldest first.
    #[must_use]
    pub fn pulses(&self) -> Vec<Pulse> {
        self.pulses.iter().cloned().collect()
    }

    /// How many notes of a kind there are.
    #[must_use]
    pub fn count(&self, kind: NoteKind) -> usize {
        self.notes.iter().filter(|n| n.kind == kind).count()
    }
}
