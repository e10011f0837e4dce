//! Commands from afar: fresh, meant for this lane, each once (rule 11). STOP is never refused for age,
//! session or sequence.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::effect::{Act, Order};
use crate::barrier::defect::{Defect, Defects};
use crate::ids::{CommandId, LaneId, LaneSession};
use crate::message::command::{CommandBody, LaneCommand};
use crate::message::event::ActPlace;

/// Command ids remembered for telling copies.
const REMEMBERED: usize = 1024;

/// Why a command has no effect; one record of it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum CommandRefusal {
    /// For another lane.
    #[error("it is for lane {0}")]
    WrongLane(LaneId),
    /// An old session: the command was delayed or replayed.
    #[error("its session is not the lane's now: it was delayed or replayed")]
    Stale,
    /// Its number is not above the last one of the session.
    #[error("its number {seq} is not above {last}: it came late or twice")]
    OutOfOrder {
        /// Its number.
        seq: u64,
        /// The highest so far.
        last: u64,
    },
    /// The same command again.
    #[error("it was carried out before")]
    Copy,
    /// A grant without a reason or for too long.
    #[error("{0}")]
    Unfit(String),
}

/// What a command means for the lane.
#[derive(Clone, Debug, PartialEq)]
pub enum Accepted {
    /// Stop the boom.
    Stop {
        /// Who.
        cause: String,
    },
    /// For the lane machine.
    Order(Order),
}

/// The lane's word that commands must echo, and what was seen of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Freshness {
    lane: LaneId,
    now: LaneSession,
    before: Option<LaneSession>,
    last_seq: u64,
    seen: VecDeque<CommandId>,
    #[serde(skip)]
    pub(crate) defects: Defects,
}

impl Freshness {
    /// Begins with a first session.
    #[must_use]
    pub fn new(lane: LaneId, session: LaneSession) -> Self {
        Self { lane, now: session, before: None, last_seq: 0, seen: VecDeque::new(), defects: Defects::default() }
    }

    /// The session now.
    #[must_use]
    pub fn session(&self) -> &LaneSession {
        &self.now
    }

    /// A new session; the one before is good until the next renewal, for commands under way.
    pub fn renew(&mut self, session: LaneSession) {
        self.before = Some(std::mem::replace(&mut self.now, session));
    }

    /// Judges a command whose signature was checked.
    ///
    /// # Errors
    /// [`CommandRefusal`].
    pub fn accept(&mut self, command: LaneCommand) -> Result<Accepted, CommandRefusal> {
        if command.lane != self.lane && !self.defects.has(Defect::TakesOtherLanes) {
            return Err(CommandRefusal::WrongLane(command.lane));
        }
        if command.body == CommandBody::Stop {
            return Ok(Accepted::Stop { cause: format!("console: {}", command.officer.name) });
        }
        if self.seen.contains(&command.id) {
            return Err(CommandRefusal::Copy);
        }
        let current = command.session == self.now || Some(&command.session) == self.before.as_ref();
        if !current && !self.defects.has(Defect::TakesOldSessions) {
            return Err(CommandRefusal::Stale);
        }
        if command.seq <= self.last_seq && !self.defects.has(Defect::TakesOldNumbers) {
            return Err(CommandRefusal::OutOfOrder { seq: command.seq, last: self.last_seq });
        }
        let act = match command.body {
            CommandBody::Grant { .. } if command.reason.trim().is_empty() => {
                return Err(CommandRefusal::Unfit("a grant needs a reason".to_owned()));
            }
            CommandBody::Grant { life_ms, .. } if life_ms > CommandBody::MAX_GRANT_LIFE_MS => {
                return Err(CommandRefusal::Unfit(format!("a grant may not live for {life_ms} ms")));
            }
            CommandBody::Grant { grant, passage, track, life_ms, priority } => {
                Act::Open { given: Some((grant, passage, track, life_ms)), priority }
            }
            CommandBody::Refuse { passage } => Act::Refuse(Some(passage)),
            CommandBody::Hold { passage } => Act::Hold(Some(passage)),
            CommandBody::Mode { mode } => Act::Mode(mode),
            CommandBody::Convoy { size } => Act::Convoy(size.check().map_err(CommandRefusal::Unfit)?),
            CommandBody::ConvoyOver => Act::ConvoyOver,
            CommandBody::Stop => return Ok(Accepted::Stop { cause: command.officer.name }),
        };
        self.last_seq = command.seq;
        if self.seen.len() >= REMEMBERED {
            self.seen.pop_front();
        }
        self.seen.push_back(command.id);
        let order = Order { officer: command.officer, place: ActPlace::Console, reason: command.reason, act };
        Ok(Accepted::Order(order))
    }
}

#[cfg(test)]
mod tests;
