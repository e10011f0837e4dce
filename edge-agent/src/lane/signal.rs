//! What goes into a lane and what comes out of it, in words that can be written down: the journal's
//! vocabulary.

use gate_core::barrier::io::{DeviceNews, InputName, InputReading, Output};
use gate_core::barrier::round::Round;
use gate_core::clock::Monotonic;
use gate_core::decision::Decision;
use gate_core::ids::{GrantId, LaneSession, PassageId, RequestId, TrackId};
use gate_core::lane::effect::{Ask, Sight};
use gate_core::lane::sign::Sign;
use gate_core::message::command::{LaneCommand, OfficerRef};
use gate_core::message::event::{DecidedBy, EventBody};
use serde::{Deserialize, Serialize};

use super::view::LaneAct;

/// What happens to a lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Time passed; at least every 50 ms.
    Tick,
    /// A round of readings of one device.
    Read(Readings),
    /// What became of an output, or of a bus.
    Device(DeviceNews),
    /// Events reach the disk and the cameras are well.
    Healthy(bool),
    /// The cameras tell of the vehicle of a passage.
    Sight {
        /// Of which.
        passage: PassageId,
        /// What.
        sight: Box<Sight>,
    },
    /// The cameras tell: another vehicle stands where the one of this passage stood.
    TrackChanged(PassageId),
    /// The answer to a question.
    Reply {
        /// Which question.
        request: RequestId,
        /// The answer.
        decision: Decision,
        /// Whose it is.
        by: DecidedBy,
        /// The grant that came with it, and its life in milliseconds.
        grant: Option<(GrantId, u32)>,
    },
    /// A command of central whose signature was checked.
    Command(Box<LaneCommand>),
    /// A person at the lane panel.
    Person {
        /// Who; `None` for STOP without a sign-in.
        officer: Option<OfficerRef>,
        /// What.
        act: LaneAct,
        /// Why.
        reason: String,
    },
    /// The word that commands must echo from now on.
    Session(LaneSession),
    /// The stop chain was dropped in an earlier life of the agent: it stays dropped.
    StillStopped,
}

/// A round of readings, written short: one character for each of [`InputName::ALL`], `1` active, `0` not,
/// `?` unreadable, `.` not read in this round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readings {
    /// When the driver read them, in microseconds of the process's clock.
    at_us: u64,
    /// The readings.
    all: String,
}

impl Readings {
    /// Writes a round down. The driver reads all of a round at one time.
    #[must_use]
    pub fn of(readings: &[InputReading]) -> Self {
        let at = readings.iter().map(|r| r.read_at).max().unwrap_or_default();
        let letter = |name: &InputName| match readings.iter().find(|r| r.name == *name).map(|r| r.active) {
            Some(Some(true)) => '1',
            Some(Some(false)) => '0',
            Some(None) => '?',
            None => '.',
        };
        Self { at_us: micros(at), all: InputName::ALL.iter().map(letter).collect() }
    }

    /// The round again.
    #[must_use]
    pub fn round(&self) -> Round {
        let letters = InputName::ALL.iter().zip(self.all.chars());
        letters.fold(Round::new(from_micros(self.at_us)), |round, (&name, letter)| match letter {
            '1' => round.with(name, Some(true)),
            '0' => round.with(name, Some(false)),
            '?' => round.with(name, None),
            _ => round,
        })
    }
}

/// A time of the process's clock in whole microseconds, rounded down.
#[must_use]
pub fn micros(at: Monotonic) -> u64 {
    u64::try_from(at.0.as_micros()).unwrap_or(u64::MAX)
}

/// The time of so many microseconds.
#[must_use]
pub fn from_micros(us: u64) -> Monotonic {
    Monotonic(std::time::Duration::from_micros(us))
}

/// What a lane wants done, in this order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// An output of the barrier or the light.
    Output(Output),
    /// To be recorded.
    Record {
        /// Of which passage.
        passage: Option<PassageId>,
        /// What.
        body: Box<EventBody>,
    },
    /// Ask central, and past the deadline the edge's own lists.
    Ask {
        /// The question.
        ask: Box<Ask>,
        /// The lane's session now.
        session: LaneSession,
    },
    /// The cameras look at this vehicle.
    Watch {
        /// Its passage.
        passage: PassageId,
        /// Its track.
        track: TrackId,
    },
    /// The cameras may rest.
    WatchNoMore,
    /// Show this to the driver.
    Show(Sign),
    /// An officer has been waited for: 1 sound, 2 shift leader, 3 out of routing.
    Escalate(u8),
    /// To the person who asked: done, or why not.
    Answer(Result<(), String>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_written_short_read_back() {
        let read_at = Monotonic::from_millis(1234);
        let all =
            [(InputName::OpenLimit, Some(true)), (InputName::LoopExit, None), (InputName::Photocell, Some(false))];
        let readings: Vec<_> = all.iter().map(|&(name, active)| InputReading { name, active, read_at }).collect();
        let short = Readings::of(&readings);
        assert_eq!(short.all, "1...?0...");
        assert_eq!(short.round().readings().collect::<Vec<_>>(), readings);
    }
}
