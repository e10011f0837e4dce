//! The simulator's own log of a lane: what its devices heard and answered, byte for byte, and where the boom was
//! meanwhile. Judges read it; it does not ask the agent.

use std::collections::VecDeque;

use crate::plant::{Drive, LanePlant};
use crate::wire::WireFaultKind;

/// Entries that are kept until they are taken: about ten minutes of a lane. Older ones are lost, and counted.
pub const KEPT: usize = 20_000;
/// The boom is noted again when it has turned so far.
const STEP_DEG: f64 = 5.0;

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Logged {
    /// A device heard something.
    Heard(Heard),
    /// The boom, its motor, the stop chain or the light changed.
    Plant(PlantSeen),
}

/// What a device heard, and what went back.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Milliseconds since the simulator started.
    pub at_ms: u64,
    /// `board`, `controller` or `display`.
    pub port: &'static str,
    /// The PDU of a Modbus request, or the bytes as they came.
    pub asked: Vec<u8>,
    /// What the device answered; `None` when it did not, or was not let hear.
    pub answered: Option<Vec<u8>>,
    /// What the line did to this one.
    pub fault: Option<WireFaultKind>,
    /// The boom's angle at this moment.
    pub boom_deg: f64,
}

/// The lane as it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlantSeen {
    /// Milliseconds since the simulator started.
    pub at_ms: u64,
    /// The boom's angle.
    pub boom_deg: f64,
    /// What its motor does.
    pub drive: Drive,
    /// The stop chain is closed.
    pub chain: bool,
    /// The driver's light is green.
    pub green: bool,
    /// A vehicle is in the sweep.
    pub body: bool,
}

impl PlantSeen {
    fn of(plant: &LanePlant) -> Self {
        Self {
            at_ms: plant.now_ms(),
            boom_deg: plant.boom().angle_deg(),
            drive: plant.boom().drive(),
            chain: plant.stop_chain_closed(),
            green: plant.green(),
            body: plant.body_in_sweep(),
        }
    }

    fn differs(&self, other: &Self) -> bool {
        (self.drive, self.chain, self.green, self.body) != (other.drive, other.chain, other.green, other.body)
            || (self.boom_deg - other.boom_deg).abs() >= STEP_DEG
    }
}

/// The log of one lane, oldest entry first.
#[derive(Clone, Debug, Default)]
pub struct LaneLog {
    entries: VecDeque<Logged>,
    seen: Option<PlantSeen>,
    lost: u64,
}

impl LaneLog {
    /// Notes the plant where it changed.
    pub fn look(&mut self, plant: &LanePlant) {
        let now = PlantSeen::of(plant);
        if self.seen.is_none_or(|before| now.differs(&before)) {
            self.seen = Some(now);
            self.push(Logged::Plant(now));
        }
    }

    /// Notes what a device heard.
    pub fn hear(&mut self, heard: Heard) {
        self.push(Logged::Heard(heard));
    }

    fn push(&mut self, entry: Logged) {
        if self.entries.len() == KEPT {
            self.entries.pop_front();
            self.lost += 1;
        }
        self.entries.push_back(entry);
    }

    /// What a port heard, oldest first.
    #[must_use]
    pub fn heard(&self, port: &str) -> Vec<Vec<u8>> {
        let heard = self.entries.iter().filter_map(|entry| match entry {
            Logged::Heard(heard) if heard.port == port => Some(heard.asked.clone()),
            _ => None,
        });
        heard.collect()
    }

    /// Takes all entries out, and how many were lost because nobody took them in time.
    pub fn take(&mut self) -> (Vec<Logged>, u64) {
        (self.entries.drain(..).collect(), std::mem::take(&mut self.lost))
    }
}
