//! A passage as a whole: what its events say, folded in the order the edge numbered them.
//!
//! A pure function of the set of events: however often and in whatever order they arrive, the same
//! passage comes out.

use gate_core::clock::UtcMicros;
use gate_core::decision::Decision;
use gate_core::ids::{EdgeId, LaneId, PassageId, Sha256Hex};
use gate_core::message::event::{DecidedBy, EdgeEvent, EventBody};
use gate_core::passage::{OpenedBy, PassageOutcome};
use gate_core::plate::{Country, PlateColor, PlateKind};
use gate_core::reading::{ContainerReading, PlateReading};
use gate_core::vehicle::{Direction, Role, VehicleClass};
use serde::{Deserialize, Serialize};

use crate::paper::PaperSlip;

/// Containers kept per passage: two on a lorry, and room for doubtful ones.
const MAX_CONTAINERS: usize = 6;

/// A passage; what agencies get, and what its leaf in the record vouches for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassageRecord {
    /// Its id.
    pub id: PassageId,
    /// Whose lane.
    pub edge: EdgeId,
    /// Which lane.
    pub lane: LaneId,
    /// Which way; `None` while its first event is missing.
    pub direction: Option<Direction>,
    /// The time of its first event.
    pub began_at: UtcMicros,
    /// When it ended.
    pub ended_at: Option<UtcMicros>,
    /// How it ended.
    pub outcome: Option<PassageOutcome>,
    /// By whose word the boom opened.
    pub opened_by: Option<OpenedBy>,
    /// The vehicle's class as seen.
    pub class: Option<VehicleClass>,
    /// How sure, 0 to 1.
    pub class_confidence: Option<f64>,
    /// The last decision.
    pub decision: Option<Decision>,
    /// Who made it.
    pub decided_by: Option<DecidedBy>,
    /// Nothing legible was seen within the time.
    pub unread: bool,
    /// The plate as an officer corrected it.
    pub corrected: Option<String>,
    /// An officer let it through first; the confirmations that it lacked are owed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub priority: bool,
    /// No machine saw it: an officer wrote a slip of paper, and somebody entered it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<PaperSlip>,
    /// Plates and containers.
    pub parts: Vec<PassagePart>,
    /// Every event's clock was synchronised.
    pub clock_synchronised: bool,
    /// How many events it was folded from.
    pub events: u64,
}

/// Tractor, trailer or container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The vehicle that drives.
    Tractor,
    /// The vehicle that is pulled.
    Trailer,
    /// A box.
    Container,
}

/// One vehicle or box of a passage, by the reading that stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassagePart {
    /// Which.
    pub part: Part,
    /// Plate or container code, normalised.
    pub text: String,
    /// The plate's country.
    pub country: Option<Country>,
    /// The plate's kind.
    pub kind: Option<PlateKind>,
    /// The plate's colour.
    pub color: Option<PlateColor>,
    /// A container's check digit agrees.
    pub valid: Option<bool>,
    /// Probability that the text is right as a whole, 0 to 1; 1 for what an officer wrote on a slip of paper.
    pub probability: f64,
    /// The frame that was read.
    pub frame: Option<Sha256Hex>,
    /// The plate cut out of it.
    pub crop: Option<Sha256Hex>,
}

impl PassageRecord {
    /// Folds the events of one passage. `None` when there are none.
    ///
    /// `correction` is the plate as an officer at the console corrected it last; it goes before a
    /// correction at the lane.
    #[must_use]
    pub fn fold(events: &[EdgeEvent], correction: Option<&str>) -> Option<Self> {
        let mut ordered: Vec<&EdgeEvent> = events.iter().collect();
        ordered.sort_by_key(|e| (e.epoch, e.seq));
        let first = ordered.first()?;
        let mut passage = Self {
            id: first.passage?,
            edge: first.edge.clone(),
            lane: first.lane.clone(),
            direction: None,
            began_at: first.at,
            ended_at: None,
            outcome: None,
            opened_by: None,
            class: None,
            class_confidence: None,
            decision: None,
            decided_by: None,
            unread: false,
            corrected: None,
            priority: false,
            paper: None,
            parts: Vec::new(),
            clock_synchronised: true,
            events: 0,
        };
        for event in ordered {
            passage.take(event);
        }
        if let Some(correction) = correction {
            passage.corrected = Some(correction.to_owned());
        }
        passage.parts.sort_by(|a, b| (a.part, &a.text).cmp(&(b.part, &b.text)));
        Some(passage)
    }

    fn take(&mut self, event: &EdgeEvent) {
        self.events += 1;
        self.clock_synchronised &= event.clock.synchronised;
        match &event.body {
            EventBody::PassageBegan { direction, .. } => self.direction = Some(*direction),
            EventBody::VehicleSeen { class, confidence } => {
                self.class = Some(*class);
                self.class_confidence = Some(f64::from(*confidence));
            }
            EventBody::PlateRead { reading } => self.plate(reading),
            EventBody::ContainerRead { reading } => self.container(reading),
            EventBody::Unread { .. } => self.unread = true,
            EventBody::Decided { decision, by, .. } => {
                self.decision = Some(decision.clone());
                self.decided_by = Some(*by);
            }
            EventBody::Act { plate: Some(plate), .. } => self.corrected = Some(plate.clone()),
            // The word that opened is the last one.
            EventBody::Act { act, .. } if act == "priority" || act == "open" => self.priority = act == "priority",
            // The edge may have recorded the end and died before it remembered that.
            EventBody::PassageEnded { outcome: PassageOutcome::Unseen, .. } if self.outcome.is_some() => {}
            EventBody::PassageEnded { outcome, opened_by } => {
                self.ended_at = Some(event.at);
                self.outcome = Some(*outcome);
                self.opened_by = Some(*opened_by);
            }
            _ => {}
        }
    }

    /// A later reading is better than the one before it: it takes its place.
    fn plate(&mut self, reading: &PlateReading) {
        let part = match reading.role {
            Role::Tractor => Part::Tractor,
            Role::Trailer => Part::Trailer,
        };
        self.parts.retain(|p| p.part != part);
        self.unread = false;
        self.parts.push(PassagePart {
            part,
            text: reading.text.clone(),
            country: reading.country,
            kind: reading.kind,
            color: reading.color,
            valid: None,
            probability: f64::from(reading.probability),
            frame: reading.evidence.as_ref().map(|e| e.frame.clone()),
            crop: reading.evidence.as_ref().map(|e| e.plate.clone()),
        });
    }

    fn container(&mut self, reading: &ContainerReading) {
        self.parts.retain(|p| !(p.part == Part::Container && p.text == reading.code));
        if self.parts.iter().filter(|p| p.part == Part::Container).count() >= MAX_CONTAINERS {
            return;
        }
        self.parts.push(PassagePart {
            part: Part::Container,
            text: reading.code.clone(),
            country: None,
            kind: None,
            color: None,
            valid: Some(reading.valid),
            probability: f64::from(reading.probability),
            frame: reading.frame.clone(),
            crop: None,
        });
    }

    /// The tractor's plate that counts: as corrected, or as read.
    #[must_use]
    pub fn plate_text(&self) -> Option<&str> {
        self.corrected.as_deref().or_else(|| self.tractor().map(|p| p.text.as_str()))
    }

    /// The tractor's reading.
    #[must_use]
    pub fn tractor(&self) -> Option<&PassagePart> {
        self.parts.iter().find(|p| p.part == Part::Tractor)
    }
}

#[cfg(test)]
mod tests {
    use gate_core::clock::ClockQuality;
    use gate_core::ids::{Epoch, EventId, TrackId};
    use uuid::Uuid;

    use super::*;

    fn event(seq: u64, body: EventBody) -> EdgeEvent {
        EdgeEvent {
            id: EventId(Uuid::from_u128(u128::from(seq))),
            edge: EdgeId::new("edge-1").unwrap(),
            lane: LaneId::new("in-1").unwrap(),
            epoch: Epoch(1),
            seq,
            at: UtcMicros(i64::try_from(seq).unwrap()),
            clock: ClockQuality { synchronised: true, offset_us: None },
            passage: Some(PassageId(Uuid::from_u128(7))),
            body,
        }
    }

    #[test]
    fn an_end_that_was_seen_is_not_undone_by_the_next_start() {
        let began = EventBody::PassageBegan { direction: Direction::Entry, track: TrackId(9) };
        let unseen = EventBody::PassageEnded { outcome: PassageOutcome::Unseen, opened_by: OpenedBy::Snapshot };
        let passed = EventBody::PassageEnded { outcome: PassageOutcome::Passed, opened_by: OpenedBy::Snapshot };
        let ended = |bodies: Vec<EventBody>| {
            let events: Vec<_> = (1..).zip(bodies).map(|(seq, body)| event(seq, body)).collect();
            let record = PassageRecord::fold(&events, None).unwrap();
            (record.outcome, record.ended_at)
        };
        let seen = ended(vec![began.clone(), passed, unseen.clone()]);
        assert_eq!(seen, (Some(PassageOutcome::Passed), Some(UtcMicros(2))));
        assert_eq!(ended(vec![began, unseen]), (Some(PassageOutcome::Unseen), Some(UtcMicros(2))));
    }
}
