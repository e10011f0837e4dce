//! What can be asked on a bus, and how urgent it is.

use std::borrow::Cow;
use std::fmt;

use gate_core::clock::Monotonic;
use tokio::sync::{oneshot, watch};
use tokio_modbus::Request;

use super::error::BusError;
use crate::codec::simple_rs485;

/// What is asked of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// FC01: `count` coils from `first`.
    ReadCoils(u16, u16),
    /// FC02: `count` discrete inputs from `first`.
    ReadDiscreteInputs(u16, u16),
    /// FC03: `count` holding registers from `first`.
    ReadHoldingRegisters(u16, u16),
    /// FC04: `count` input registers from `first`.
    ReadInputRegisters(u16, u16),
    /// FC05: a coil on or off.
    WriteCoil(u16, bool),
    /// FC05 with a value of the maker's own: a coil pulsed by the board's timer.
    JogCoil(u16, u16),
    /// FC06: one holding register.
    WriteRegister(u16, u16),
    /// FC10: two holding registers from an address.
    WriteTwoRegisters(u16, [u16; 2]),
    /// A frame of another protocol that is not answered.
    Frame(Vec<u8>),
    /// A query to the simple RS-485 controller.
    SimpleQuery,
}

impl Work {
    /// The request for tokio-modbus; `None` when it is not Modbus. A jog goes as a raw FC05, for the
    /// library knows the values FF00 and 0000 alone.
    pub(super) fn modbus(&self) -> Option<Request<'static>> {
        Some(match *self {
            Self::ReadCoils(first, count) => Request::ReadCoils(first, count),
            Self::ReadDiscreteInputs(first, count) => Request::ReadDiscreteInputs(first, count),
            Self::ReadHoldingRegisters(first, count) => Request::ReadHoldingRegisters(first, count),
            Self::ReadInputRegisters(first, count) => Request::ReadInputRegisters(first, count),
            Self::WriteCoil(address, on) => Request::WriteSingleCoil(address, on),
            Self::JogCoil(address, value) => {
                let [a, b] = address.to_be_bytes();
                let [c, d] = value.to_be_bytes();
                Request::Custom(0x05, Cow::Owned(vec![a, b, c, d]))
            }
            Self::WriteRegister(address, word) => Request::WriteSingleRegister(address, word),
            Self::WriteTwoRegisters(first, words) => Request::WriteMultipleRegisters(first, Cow::Owned(words.to_vec())),
            Self::Frame(_) | Self::SimpleQuery => return None,
        })
    }

    /// The answer to a single write is the request itself, byte for byte (Modbus application protocol
    /// V1.1b3, 6.5 and 6.6).
    pub(super) const fn is_echoed(&self) -> bool {
        matches!(self, Self::WriteCoil(..) | Self::JogCoil(..) | Self::WriteRegister(..))
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadCoils(first, count) => write!(f, "FC01 read {count} coils from {first}"),
            Self::ReadDiscreteInputs(first, count) => write!(f, "FC02 read {count} discrete inputs from {first}"),
            Self::ReadHoldingRegisters(first, count) => write!(f, "FC03 read {count} holding registers from {first}"),
            Self::ReadInputRegisters(first, count) => write!(f, "FC04 read {count} input registers from {first}"),
            Self::WriteCoil(address, on) => write!(f, "FC05 write coil {address} {}", if *on { "on" } else { "off" }),
            Self::JogCoil(address, value) => write!(f, "FC05 jog coil {address:#06x} value {value}"),
            Self::WriteRegister(address, word) => write!(f, "FC06 write register {address} = {word:#06x}"),
            Self::WriteTwoRegisters(first, words) => write!(f, "FC10 write registers from {first} = {words:04x?}"),
            Self::Frame(bytes) => write!(f, "frame of {} bytes", bytes.len()),
            Self::SimpleQuery => write!(f, "query of the simple controller"),
        }
    }
}

/// What a unit answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Bits, one per coil or input asked for.
    Bits(Vec<bool>),
    /// Words, one per register asked for.
    Words(Vec<u16>),
    /// A write was confirmed; or a frame without an answer was sent.
    Done,
    /// The simple controller's report.
    Simple(simple_rs485::Answer),
}

/// A reply with its times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// When the request was put on the wire. What the reply says was true at this time or later.
    pub sent_at: Monotonic,
    /// When the answer was whole.
    pub done_at: Monotonic,
    /// The answer.
    pub reply: Reply,
}

/// How urgent a request is; the first waiting one of the highest goes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// STOP: goes before everything, leaves an unfinished request behind, ignores rest and lateness.
    Stop,
    /// Polling of inputs.
    Poll,
    /// Motion commands and read-back.
    Command,
    /// Lights and texts.
    Background,
}

/// One request on its way to the owner of the bus.
pub(super) struct Job {
    pub unit: u8,
    pub work: Work,
    pub urgency: Urgency,
    pub timeout: std::time::Duration,
    pub send_by: Option<tokio::time::Instant>,
    /// Not sent while this is true.
    pub unless: Option<watch::Receiver<bool>>,
    pub reply: oneshot::Sender<Result<Answered, BusError>>,
}
