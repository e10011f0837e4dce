//! A slip of paper as it was entered, and the passage that it becomes.

use gate_core::clock::UtcMicros;
use gate_core::ids::{EdgeId, LaneId, PassageId};
use gate_core::passage::{OpenedBy, PassageOutcome};
use gate_core::plate::Country;
use gate_core::vehicle::Direction;
use serde::{Deserialize, Serialize};

use crate::crossing::{Part, PassagePart, PassageRecord};

/// Why there was no machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlipReason {
    /// No power at the lane.
    NoPower,
    /// The lane's edge was gone.
    EdgeGone,
    /// Barrier, cameras or loops were defective.
    DevicesDefective,
    /// Something else, which the note says.
    Other,
}

/// What the officers did with the vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlipOutcome {
    /// They let it pass.
    Passed,
    /// They sent it back.
    TurnedAway,
}

/// What a slip says beside the vehicle; a part of its passage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperSlip {
    /// Its number, as it stands on it.
    pub number: String,
    /// Why there was no machine.
    pub reason: SlipReason,
    /// What became of the vehicle, as written; also where the slip was withdrawn.
    pub outcome: SlipOutcome,
    /// The declaration, as written.
    pub declaration: Option<String>,
    /// The officer who wrote it.
    pub written_by: String,
    /// What else stands on it.
    pub note: String,
    /// Who entered it.
    pub entered_by: String,
    /// When.
    pub entered_at: UtcMicros,
    /// It was entered wrongly, and counts for nothing.
    pub withdrawn: Option<Withdrawal>,
}

/// A shift leader's word that a slip was entered wrongly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// When.
    pub at: UtcMicros,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// A whole slip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    /// The passage that it is.
    pub passage: PassageId,
    /// Whose lane.
    pub edge: EdgeId,
    /// Which lane.
    pub lane: LaneId,
    /// Which way.
    pub direction: Direction,
    /// When the vehicle passed or was turned away.
    pub at: UtcMicros,
    /// The plate of the vehicle that drives, normalised.
    pub plate: String,
    /// Its country, where the text or a declaration tells.
    pub country: Option<Country>,
    /// The trailer's plate, normalised.
    pub trailer: Option<String>,
    /// Container codes, their check digits good.
    pub containers: Vec<String>,
    /// The rest.
    pub paper: PaperSlip,
}

impl Slip {
    /// The passage that it is. `correction` is the plate as an officer at the console corrected it later.
    #[must_use]
    pub fn passage_record(self, correction: Option<String>) -> PassageRecord {
        let (outcome, opened_by) = match (&self.paper.withdrawn, self.paper.outcome) {
            (Some(_), _) => (None, None),
            (None, SlipOutcome::Passed) => (Some(PassageOutcome::Passed), Some(OpenedBy::Paper)),
            (None, SlipOutcome::TurnedAway) => (Some(PassageOutcome::TurnedAway), Some(OpenedBy::Nobody)),
        };
        PassageRecord {
            id: self.passage,
            edge: self.edge,
            lane: self.lane,
            direction: Some(self.direction),
            began_at: self.at,
            ended_at: Some(self.at),
            outcome,
            opened_by,
            class: None,
            class_confidence: None,
            decision: None,
            decided_by: None,
            unread: false,
            corrected: correction,
            priority: false,
            parts: parts(self.plate, self.country, self.trailer, self.containers),
            // The time is a hand's.
            clock_synchronised: false,
            events: 0,
            paper: Some(self.paper),
        }
    }
}

fn parts(
    plate: String,
    country: Option<Country>,
    trailer: Option<String>,
    containers: Vec<String>,
) -> Vec<PassagePart> {
    let written = |part, text, country, valid| PassagePart {
        part,
        text,
        country,
        kind: None,
        color: None,
        valid,
        probability: 1.0,
        frame: None,
        crop: None,
    };
    let mut parts = vec![written(Part::Tractor, plate, country, None)];
    parts.extend(trailer.map(|plate| written(Part::Trailer, plate, None, None)));
    parts.extend(containers.into_iter().map(|code| written(Part::Container, code, None, Some(true))));
    parts
}
