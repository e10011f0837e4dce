//! What a shift leader's word for a convoy permits: so many vehicles within so long, and nothing once it is over.

use gate_core::lane::state::LaneState;
use gate_core::message::event::{ConvoyEnd, EventBody};
use gate_core::passage::{OpenedBy, PassageOutcome};

use super::Broken;
use crate::fact::{Fact, Local};

/// The last convoy that began.
#[derive(Clone, Debug, Default)]
pub struct Convoy {
    open: bool,
    until: u64,
    passed: u16,
    of: u16,
}

impl Convoy {
    /// Vehicles may pass by it, or follow who does.
    pub fn lets_in(&self, now: u64) -> bool {
        self.open && now <= self.until
    }

    /// `lane`: what the lane was doing before this step.
    pub fn note(&mut self, fact: &Fact, lane: LaneState, now: u64) {
        match fact {
            Fact::Started => *self = Self::default(),
            Fact::Ordered(Local::Stop | Local::Maintenance(true) | Local::ConvoyOver) => self.open = false,
            Fact::Event(body) => match &**body {
                EventBody::ConvoyBegan { size } => {
                    // The last vehicle of the one before may be on its way still.
                    let of = u16::from(size.vehicles) + u16::from(lane == LaneState::Passing);
                    *self = Self { open: true, until: now + 60_000 * u64::from(size.minutes), passed: 0, of };
                }
                EventBody::ConvoyEnded { .. } => self.open = false,
                EventBody::PassageEnded { outcome: PassageOutcome::Passed, opened_by: OpenedBy::Convoy } => {
                    self.passed += 1;
                }
                _ => {}
            },
            _ => {}
        }
    }

    /// What the agent says of it, against what was ordered and what passed.
    pub fn judge(&self, body: &EventBody, ordered: &[Local]) -> Result<(), Broken> {
        match body {
            EventBody::ConvoyBegan { size } if !ordered.contains(&Local::Convoy(*size)) => {
                Err(("I3", "a convoy that no shift leader ordered".to_owned()))
            }
            EventBody::ConvoyEnded { passed, of, why } if (*why == ConvoyEnd::AllPassed) != (passed == of) => {
                Err(("I4", format!("{passed} of {of} passed, and the convoy ended by {why:?}")))
            }
            EventBody::PassageEnded { .. } if self.passed > self.of => {
                Err(("I4", format!("{} vehicles passed by the word for {}", self.passed, self.of)))
            }
            _ => Ok(()),
        }
    }
}
