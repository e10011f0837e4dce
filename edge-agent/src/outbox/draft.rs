//! An event before it has a number, and the numbering that gives it one.

use ed25519_dalek::SigningKey;
use gate_core::clock::{ClockQuality, UtcMicros};
use gate_core::ids::{EdgeId, Epoch, EventId, LaneId, PassageId};
use gate_core::message::envelope::{self, EnvelopeError};
use gate_core::message::event::{EdgeEvent, EventBody};

/// What a lane wants recorded.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Which lane.
    pub lane: LaneId,
    /// Which passage, where it belongs to one.
    pub passage: Option<PassageId>,
    /// When it happened.
    pub at: UtcMicros,
    /// How far that time can be trusted.
    pub clock: ClockQuality,
    /// What happened.
    pub body: EventBody,
}

/// A draft with its number, sealed for the wire.
pub(super) struct Sealed {
    pub event: EdgeEvent,
    pub wire: Vec<u8>,
}

/// Gives events their numbers and signatures.
pub struct Numbering {
    edge: EdgeId,
    epoch: Epoch,
    key: SigningKey,
    last: u64,
}

impl Numbering {
    /// Begins at 1 in this epoch.
    #[must_use]
    pub fn new(edge: EdgeId, epoch: Epoch, key: SigningKey) -> Self {
        Self { edge, epoch, key, last: 0 }
    }

    /// The number given last.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Gives the next number.
    ///
    /// # Errors
    /// [`EnvelopeError::Malformed`] when the body cannot be written as JSON; no number is used.
    pub(super) fn seal(&mut self, draft: &Draft) -> Result<Sealed, EnvelopeError> {
        let unix_ms = u64::try_from(draft.at.0 / 1000).unwrap_or(0);
        let event = EdgeEvent {
            id: EventId::from_parts(unix_ms, rand::random()),
            edge: self.edge.clone(),
            lane: draft.lane.clone(),
            epoch: self.epoch,
            seq: self.last + 1,
            at: draft.at,
            clock: draft.clock,
            passage: draft.passage,
            body: draft.body.clone(),
        };
        let wire = envelope::seal(&event, &self.key)?;
        self.last += 1;
        Ok(Sealed { event, wire })
    }
}
