//! Tells what a message is before anything of it is believed.

use gate_core::ids::{EdgeId, Epoch, LaneId};
use gate_core::message::envelope::{self, EnvelopeError};
use gate_core::message::event::{EdgeEvent, EventBody};
use gate_core::message::topic::{Channel, Topic};
use gate_core::passage::OpenedBy;
use rumqttc::Publish;

use super::event::numbers;
use crate::app::App;
use crate::edge::Roster;

/// Largest number that both databases hold.
const MAX_NUMBER: u64 = i64::MAX as u64;

/// What a message is.
#[derive(Debug)]
pub enum Examined {
    /// An event of a known edge about its own lane.
    Event {
        /// What it says.
        event: Box<EdgeEvent>,
        /// The sealed bytes.
        wire: Vec<u8>,
    },
    /// Numbered by a known edge, but no event: kept and acknowledged, without effect.
    Kept {
        /// Whose.
        edge: EdgeId,
        /// Its number.
        epoch: Epoch,
        /// Its number.
        seq: u64,
        /// On which topic.
        topic: String,
        /// Why it is no event.
        why: String,
        /// The sealed bytes.
        wire: Vec<u8>,
    },
    /// Nobody's: counted, noted once.
    Strange {
        /// The lane of the topic where it is a known one.
        lane: Option<LaneId>,
        /// A stable word: `retained`, `envelope`, `key`, `signature`, `edge`, `number`, `topic`.
        kind: &'static str,
        /// Why.
        why: String,
        /// The bytes.
        wire: Vec<u8>,
    },
}

/// Examines messages in the order they came.
pub(super) async fn all(app: &App, messages: impl Iterator<Item = Publish>) -> Vec<Examined> {
    let mut roster = app.rosters.now().await;
    let mut examined = Vec::new();
    for message in messages {
        let mut what = one(&roster, &message);
        if matches!(what, Examined::Strange { kind: "key", .. }) {
            // Perhaps enrolled a moment ago.
            roster = app.rosters.for_stranger().await;
            what = one(&roster, &message);
        }
        examined.push(what);
    }
    examined
}

fn one(roster: &Roster, message: &Publish) -> Examined {
    let wire = message.payload.to_vec();
    let Some(Channel::Event(lane)) = Topic::parse(&message.topic).map(|t| t.channel) else {
        return Examined::Strange { lane: None, kind: "topic", why: "not a lane's event topic".to_owned(), wire };
    };
    let known = roster.lanes.contains_key(&lane).then(|| lane.clone());
    let strange = |kind, why: String, wire| Examined::Strange { lane: known.clone(), kind, why, wire };
    if message.retain {
        return strange("retained", "an event must not be retained".to_owned(), wire);
    }
    let opened = match envelope::open::<EdgeEvent>(&wire, &roster.trusted) {
        Ok(opened) => opened,
        Err(EnvelopeError::Shape { keyid, detail, .. }) => {
            let edge = roster.by_key.get(&keyid).cloned();
            return match (edge, numbers(&wire)) {
                (Some(edge), Some((epoch, seq))) if fits(epoch.0, seq) => Examined::Kept {
                    edge,
                    epoch,
                    seq,
                    topic: message.topic.clone(),
                    why: format!("shape: {detail}"),
                    wire,
                },
                _ => strange("number", format!("wrong shape and no number: {detail}"), wire),
            };
        }
        Err(error) => {
            let kind = match error {
                EnvelopeError::UnknownKey { .. } => "key",
                EnvelopeError::BadSignature { .. } => "signature",
                _ => "envelope",
            };
            return strange(kind, error.to_string(), wire);
        }
    };
    let event = opened.payload;
    if roster.by_key.get(&opened.keyid) != Some(&event.edge) {
        return strange(
            "edge",
            format!("says it is of edge {}, signed by key {} of another", event.edge, opened.keyid),
            wire,
        );
    }
    if !fits(event.epoch.0, event.seq) {
        return strange("number", format!("epoch {} or number {} out of range", event.epoch.0, event.seq), wire);
    }
    let kept = |event: EdgeEvent, why: String, wire| Examined::Kept {
        edge: event.edge,
        epoch: event.epoch,
        seq: event.seq,
        topic: message.topic.clone(),
        why,
        wire,
    };
    if event.lane != lane || !roster.owns(&event.edge, &lane) {
        let why = format!(
            "lane {} on the topic of {lane}; edge {} may speak for its own lanes alone",
            event.lane, event.edge
        );
        return kept(event, why, wire);
    }
    if matches!(event.body, EventBody::PassageEnded { opened_by: OpenedBy::Paper, .. }) {
        return kept(
            event,
            "says that it was opened by paper; only an officer at the centre enters slips".to_owned(),
            wire,
        );
    }
    Examined::Event { event: Box::new(event), wire }
}

fn fits(epoch: u64, seq: u64) -> bool {
    epoch <= MAX_NUMBER && (1..=MAX_NUMBER).contains(&seq)
}
