//! What bytes mean to the boom, by the makers' sheets; written apart from the driver.

use crate::log::Heard;
use crate::site::BarrierKind;

/// What a device was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Something was read.
    Read,
    /// Raise the boom.
    Open,
    /// Lower the boom.
    Close,
    /// Halt the boom, or take OPEN and CLOSE away.
    Halt,
    /// Drop the stop chain.
    DropChain,
    /// Make the stop chain whole again.
    CloseChain,
    /// Green, by the board's own timer.
    Green,
    /// Red at once.
    Red,
    /// A text or a voice.
    Text,
    /// What may never be told, and why.
    Never(&'static str),
}

/// What an answer said about the lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// When it was true.
    pub at_ms: u64,
    /// When it arrived.
    pub arrived_ms: u64,
    /// Loop under the boom, loop behind it or photocell occupied.
    pub occupied: Option<bool>,
    /// Open limit and closed limit reached.
    pub limits: Option<(bool, bool)>,
}

/// Shortest and longest pulse of a motion relay in the board's units of 100 ms (rule 1), and longest green (rule 3).
const MOTION: std::ops::RangeInclusive<u16> = 3..=15;
const GREEN: std::ops::RangeInclusive<u16> = 1..=30;

/// Reads the bytes of one lane.
#[derive(Debug)]
pub struct Reader {
    barrier: BarrierKind,
    /// Bytes of the simple controller that are no whole frame yet.
    waiting: Vec<u8>,
}

impl Reader {
    /// For a lane of this kind, wired as the committed examples are.
    #[must_use]
    pub const fn new(barrier: BarrierKind) -> Self {
        Self { barrier, waiting: Vec::new() }
    }

    /// What a device was told.
    pub fn told(&mut self, heard: &Heard) -> Vec<Meaning> {
        match (heard.port, self.barrier) {
            ("display", _) => vec![Meaning::Text],
            ("controller", BarrierKind::SimpleRs485) => self.simple(&heard.asked),
            ("controller", _) => vec![came(&heard.asked)],
            _ => vec![self.board(&heard.asked)],
        }
    }

    fn board(&self, pdu: &[u8]) -> Meaning {
        let [function, a, b, c, d] = *pdu else { return Meaning::Never("a request that the board does not have") };
        let (address, value) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        match (function, address, value) {
            (1 | 2, 0..=7, 1..=8) => Meaning::Read,
            (5, 0x0200 | 0x0201, _) if self.barrier != BarrierKind::Relays => Meaning::Never("relays 1 and 2 are free"),
            (5, 0x0200, value) if MOTION.contains(&value) => Meaning::Open,
            (5, 0x0201, value) if MOTION.contains(&value) => Meaning::Close,
            (5, 0x0200 | 0x0201, _) => Meaning::Never("a pulse outside 300 to 1500 ms"),
            (5, 0x0203, value) if GREEN.contains(&value) => Meaning::Green,
            (5, 0 | 1, 0) => Meaning::Halt,
            (5, 2, 0) => Meaning::DropChain,
            (5, 2, 0xFF00) => Meaning::CloseChain,
            (5, 3, 0) => Meaning::Red,
            (5, 0 | 1, 0xFF00) => Meaning::Never("a motion relay switched on for good"),
            _ => Meaning::Never("a write that no lane has"),
        }
    }

    fn simple(&mut self, bytes: &[u8]) -> Vec<Meaning> {
        self.waiting.extend_from_slice(bytes);
        let mut told = Vec::new();
        while self.waiting.len() >= 5 {
            let frame: Vec<u8> = self.waiting.drain(..5).collect();
            told.push(match frame[..] {
                [0xAA, 0x55, 1, 1, 2] => Meaning::Open,
                [0xAA, 0x55, 2, 1, 3] => Meaning::Halt,
                [0xAA, 0x55, 3, 1, 4] => Meaning::Close,
                [0xAA, 0x55, 4, 1, 5] => Meaning::Read,
                _ => Meaning::Never("a frame that the simple controller does not have"),
            });
        }
        told
    }

    /// Whether this asks for the limits of the boom.
    #[must_use]
    pub fn asks_limits(&self, heard: &Heard) -> bool {
        match (heard.port, self.barrier) {
            ("board", BarrierKind::Relays) => heard.asked.first() == Some(&2),
            ("controller", BarrierKind::Came) => heard.asked.first() == Some(&3),
            ("controller", BarrierKind::SimpleRs485) => heard.asked.starts_with(&[0xAA, 0x55, 4]),
            _ => false,
        }
    }

    /// What an answer said; `late_ms` is how late it came.
    #[must_use]
    pub fn seen(&self, heard: &Heard, late_ms: u64) -> Option<Seen> {
        let answer = heard.answered.as_deref()?;
        let none = Seen { at_ms: heard.at_ms, arrived_ms: heard.at_ms + late_ms, occupied: None, limits: None };
        match (heard.port, self.barrier, &heard.asked[..], answer) {
            ("board", _, [2, 0, 0, 0, 8], [2, 1, bits]) => {
                let on = |input: u8| bits & (1 << (input - 1)) != 0;
                let limits = (self.barrier == BarrierKind::Relays).then(|| (on(5), on(6)));
                Some(Seen { occupied: Some(!(on(2) && on(3) && on(4))), limits, ..none })
            }
            ("controller", BarrierKind::Came, [3, 0, 100, ..], [3, 2, 0, status]) => {
                Some(Seen { limits: Some((*status == 16, *status == 17)), ..none })
            }
            ("controller", BarrierKind::SimpleRs485, _, [0xAA, 0x55, 1, boom, _, _]) => {
                Some(Seen { limits: Some((*boom == 1, *boom == 2)), ..none })
            }
            _ => None,
        }
    }
}

fn came(pdu: &[u8]) -> Meaning {
    match *pdu {
        [3, 0, 100 | 101, 0, 1..=2] => Meaning::Read,
        [5, 0, 0, 0xFF, 0] => Meaning::Halt,
        [5, 0, 1, 0xFF, 0] => Meaning::Open,
        [5, 0, 3, 0xFF, 0] => Meaning::Close,
        _ => Meaning::Never("a request that no barrier controller is given"),
    }
}
