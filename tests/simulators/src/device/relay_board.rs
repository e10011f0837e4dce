//! A Waveshare-like relay board: eight relays, eight inputs, a timer per relay.

use serde::{Deserialize, Serialize};

use super::{bits_answer, exception, refuse};
use crate::plant::{Drive, LanePlant, NoteKind, Sensor};

/// What a relay is wired to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelayUse {
    /// The controller's OPEN input.
    Open,
    /// The controller's CLOSE input.
    Close,
    /// The stop chain: energised = closed.
    StopChain,
    /// The driver's light: energised = green, released = red.
    Green,
    /// The same for drivers at the other end of a lane that can be turned.
    OtherGreen,
    /// Nothing.
    Spare,
}

impl RelayUse {
    const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Close => "close",
            Self::StopChain => "stop_chain",
            Self::Green => "green",
            Self::OtherGreen => "other_green",
            Self::Spare => "spare",
        }
    }
}

/// Relays 1 to 8 as a standard lane wires them.
pub const STANDARD_RELAYS: [RelayUse; 8] = [
    RelayUse::Open,
    RelayUse::Close,
    RelayUse::StopChain,
    RelayUse::Green,
    RelayUse::OtherGreen,
    RelayUse::Spare,
    RelayUse::Spare,
    RelayUse::Spare,
];

/// Inputs 1 to 8 as a standard lane wires them. Loops and photocell are energised when free.
pub const STANDARD_INPUTS: [Sensor; 8] = [
    Sensor::ApproachLoop,
    Sensor::BoomLoop,
    Sensor::ExitLoop,
    Sensor::Photocell,
    Sensor::OpenLimit,
    Sensor::ClosedLimit,
    Sensor::ManualKey,
    Sensor::Emergency,
];

#[derive(Clone, Copy, Debug, Default)]
struct Relay {
    on: bool,
    since_ms: u64,
    off_at_ms: Option<u64>,
    held_noted: bool,
}

/// The board.
#[derive(Clone, Debug)]
pub struct RelayBoard {
    relays: [Relay; 8],
    powered: bool,
    stuck_relay: Option<usize>,
}

impl RelayBoard {
    /// A board in service: the stop chain's relay is on.
    #[must_use]
    pub fn in_service() -> Self {
        let mut relays = [Relay::default(); 8];
        for (relay, used) in relays.iter_mut().zip(STANDARD_RELAYS) {
            relay.on = used == RelayUse::StopChain;
        }
        Self { relays, powered: true, stuck_relay: None }
    }

    /// Which relays are energised.
    #[must_use]
    pub fn energised(&self) -> [bool; 8] {
        self.relays.map(|r| r.on)
    }

    /// Cuts the board's power: every relay falls off, nothing is answered.
    pub fn cut_power(&mut self, plant: &mut LanePlant) {
        self.powered = false;
        for index in 0..8 {
            self.set(index, false, None, plant);
        }
    }

    /// Gives the board its power back; every relay stays off.
    pub const fn restore_power(&mut self) {
        self.powered = true;
    }

    /// A relay (1 to 8) whose contacts weld: it does not release any more. `None` mends it.
    pub const fn set_stuck(&mut self, relay: Option<usize>) {
        self.stuck_relay = relay;
    }

    /// Ends the pulses whose time is over and notes what must not be.
    pub fn pass(&mut self, plant: &mut LanePlant) {
        let now = plant.now_ms();
        for (index, used) in STANDARD_RELAYS.into_iter().enumerate() {
            if self.relays[index].off_at_ms.is_some_and(|at| now >= at) {
                self.set(index, false, None, plant);
            }
            let relay = &mut self.relays[index];
            let moves = matches!(used, RelayUse::Open | RelayUse::Close);
            if moves && relay.on && now - relay.since_ms > 1500 && !relay.held_noted {
                relay.held_noted = true;
                plant.journal.note(now, NoteKind::RelayHeld, used.name());
            }
        }
    }

    /// The answer to a request; `None` while the board has no power.
    pub fn answer(&mut self, pdu: &[u8], plant: &mut LanePlant) -> Option<Vec<u8>> {
        if !self.powered {
            return None;
        }
        self.pass(plant);
        let function = *pdu.first()?;
        let [_, a, b, c, d, ..] = *pdu else { return Some(refuse(function, exception::VALUE)) };
        let (first, second) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        Some(match function {
            0x01 => Self::read(function, first, second, |i| self.relays[i].on),
            0x02 => Self::read(function, first, second, |i| Self::input(i, plant)),
            0x05 => self.write(pdu, first, second, plant),
            _ => refuse(function, exception::FUNCTION),
        })
    }

    fn read(function: u8, first: u16, count: u16, bit: impl Fn(usize) -> bool) -> Vec<u8> {
        let (first, count) = (usize::from(first), usize::from(count));
        if count == 0 {
            return refuse(function, exception::VALUE);
        }
        if first + count > 8 {
            return refuse(function, exception::ADDRESS);
        }
        let bits: Vec<bool> = (first..first + count).map(bit).collect();
        bits_answer(function, &bits)
    }

    fn input(index: usize, plant: &LanePlant) -> bool {
        let sensor = STANDARD_INPUTS[index];
        let active = plant.contact(sensor);
        match sensor {
            Sensor::ApproachLoop | Sensor::BoomLoop | Sensor::ExitLoop | Sensor::Photocell => !active,
            _ => active,
        }
    }

    fn write(&mut self, pdu: &[u8], address: u16, value: u16, plant: &mut LanePlant) -> Vec<u8> {
        let index = usize::from(address & 0x00FF);
        match (address >> 8, value) {
            _ if index >= 8 => return refuse(0x05, exception::ADDRESS),
            (0x00, 0xFF00) => self.set(index, true, None, plant),
            (0x00, 0x0000) => self.set(index, false, None, plant),
            (0x00, 0x5500) => self.set(index, !self.relays[index].on, None, plant),
            (0x02, 1..=0x7FFF) => self.set(index, true, Some(u64::from(value) * 100), plant),
            (0x00 | 0x02, _) => return refuse(0x05, exception::VALUE),
            _ => return refuse(0x05, exception::ADDRESS),
        }
        pdu.get(..5).unwrap_or_default().to_vec()
    }

    fn set(&mut self, index: usize, on: bool, for_ms: Option<u64>, plant: &mut LanePlant) {
        let now = plant.now_ms();
        let used = STANDARD_RELAYS[index];
        let relay = &mut self.relays[index];
        let was = relay.on;
        relay.off_at_ms = for_ms.map(|ms| now + ms);
        if !on && self.stuck_relay == Some(index + 1) {
            return;
        }
        relay.on = on;
        if was != on {
            relay.since_ms = now;
            relay.held_noted = false;
            if on {
                plant.journal.pulse_begins(now, used.name(), true);
            } else {
                plant.journal.pulse_ends(now, used.name());
            }
        }
        self.act(used, on, was, plant);
    }

    fn act(&self, used: RelayUse, on: bool, was: bool, plant: &mut LanePlant) {
        let both = self.relays.iter().zip(STANDARD_RELAYS);
        let moving = both.filter(|(r, u)| r.on && matches!(u, RelayUse::Open | RelayUse::Close)).count();
        if moving > 1 && on && !was {
            plant.journal.note(plant.now_ms(), NoteKind::OpenAndClose, "OPEN and CLOSE energised together");
        }
        match used {
            RelayUse::Open if on && !was => plant.drive(Drive::Up),
            RelayUse::Close if on && !was => plant.drive(Drive::Down),
            RelayUse::StopChain => plant.set_stop_chain(on),
            RelayUse::Green => plant.set_green(false, on),
            RelayUse::OtherGreen => plant.set_green(true, on),
            _ => {}
        }
    }
}
