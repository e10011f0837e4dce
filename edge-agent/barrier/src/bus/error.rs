//! What can go wrong on a bus, with enough to find the frame on an analyser: bus, unit, request, bytes
//! and time.

use std::fmt::{self, Write as _};
use std::time::Duration;

use thiserror::Error;

/// A request that was not confirmed.
#[derive(Clone, Debug, Error)]
#[error("{place}: {fault} after {} ms{}", elapsed.as_millis(), bytes(&place.sent, &place.received))]
pub struct BusError {
    /// What went wrong.
    pub fault: Fault,
    /// How long it took.
    pub elapsed: Duration,
    /// Where, and with which bytes.
    pub place: Box<Place>,
}

/// The bus, the unit, the request and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The bus's name in the lane's wiring.
    pub bus: String,
    /// Its port or address.
    pub endpoint: String,
    /// The unit that was asked.
    pub unit: u8,
    /// The request in words, as `FC05 write coil 3 on`.
    pub request: String,
    /// Bytes that were sent.
    pub sent: Vec<u8>,
    /// Bytes that came.
    pub received: Vec<u8>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bus {} ({}) unit {}: {}", self.bus, self.endpoint, self.unit, self.request)
    }
}

impl BusError {
    /// The device may have acted: bytes of the request went out and nothing says that it refused.
    #[must_use]
    pub fn may_have_acted(&self) -> bool {
        !self.place.sent.is_empty() && !matches!(self.fault, Fault::Exception(_))
    }
}

/// What went wrong.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Fault {
    /// The port or connection is not there.
    #[error("the port is not there ({0}); check cable, adapter and power")]
    Absent(String),
    /// No whole answer in time.
    #[error("no answer; check address, power and the two wires")]
    Silent,
    /// The device refused.
    #[error("the device refused with exception {0}; check the profile's addresses")]
    Exception(String),
    /// The adapter sends back what is sent, so that nothing tells an answer from an echo.
    #[error("the adapter sends back what it is given; switch its local echo off")]
    Echo,
    /// An answer that is not to this request.
    #[error("a wrong answer ({0}); it is not used")]
    Wrong(String),
    /// The bytes on the line ended or broke.
    #[error("the line broke ({0}); it is opened again")]
    Broken(String),
    /// The unit failed several times and is left alone for a moment.
    #[error("not sent: the unit failed repeatedly and is tried again shortly")]
    Resting,
    /// A late answer of this unit may still be on its way.
    #[error("not sent: a late answer to the request before may still come")]
    LateAnswerPossible,
    /// It waited too long for its turn, and acting late is worse than not acting.
    #[error("not sent: its time was over before its turn came")]
    Expired,
    /// A stop came while it waited for its turn.
    #[error("not sent: the stop is held")]
    StopHeld,
    /// A STOP could not wait for the answer.
    #[error("left unfinished for a STOP")]
    LeftForStop,
    /// Too many requests wait.
    #[error("not sent: too many requests wait for this bus")]
    QueueFull,
    /// The bus was shut down.
    #[error("not sent: the bus is shut down")]
    Closed,
}

fn bytes(sent: &[u8], received: &[u8]) -> String {
    let mut text = String::new();
    for (name, bytes) in [("sent", sent), ("received", received)] {
        if !bytes.is_empty() {
            let _ = write!(text, "; {name}");
            for byte in bytes {
                let _ = write!(text, " {byte:02X}");
            }
        }
    }
    text
}
