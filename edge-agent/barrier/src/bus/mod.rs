//! One bus: a serial port or a TCP connection, owned by one task.
//!
//! What the owner keeps true:
//! - one request at a time; STOP first, then polling of inputs, then commands, then lights and texts;
//! - a request that could not be sent in its time is dropped, not sent late; a motion whose turn comes while a stop is
//!   held is not sent either;
//! - after a time-out a TCP connection is dropped, and on a line the unit is left alone for as long as
//!   its answer may still come; what waits in the port is thrown away before every request; so an
//!   answer is never taken for that of another request;
//! - an adapter that echoes is found by its first read, and no echo counts as a device's word;
//! - a unit that fails again and again rests, and the others keep their rate;
//! - a port that vanished is opened again; every queue is bounded.

mod breaker;
mod endpoint;
mod error;
mod link;
pub mod once;
mod owner;
mod request;
mod tap;

use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

pub use endpoint::Endpoint;
pub use error::{BusError, Fault, Place};
pub use request::{Answered, Reply, Urgency, Work};

use crate::clock::Clock;
use request::Job;

/// Requests that may wait in each of the four queues.
const QUEUE: usize = 16;

/// Whether a bus is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BusState {
    /// Not opened yet.
    Starting,
    /// Open.
    Open,
    /// Cannot be opened, or broke; with the reason.
    Absent(String),
}

/// A handle to a bus; the owner task ends when the last is dropped.
#[derive(Clone, Debug)]
pub struct Bus {
    name: String,
    endpoint: String,
    queues: [mpsc::Sender<Job>; 4],
    state: watch::Receiver<BusState>,
}

/// What a request needs beside its work.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// How urgent it is.
    pub urgency: Urgency,
    /// Longest time for the answer.
    pub timeout: Duration,
    /// Longest wait before it is sent; `None` waits as long as it takes.
    pub patience: Option<Duration>,
}

impl Bus {
    /// Starts the owner of a bus. The port need not be there yet.
    #[must_use]
    pub fn start(name: &str, endpoint: Endpoint, clock: Clock) -> Self {
        let (stop, stops) = mpsc::channel(QUEUE);
        let (poll, polls) = mpsc::channel(QUEUE);
        let (command, commands) = mpsc::channel(QUEUE);
        let (background, backgrounds) = mpsc::channel(QUEUE);
        let (report, state) = watch::channel(BusState::Starting);
        let shown = endpoint.to_string();
        let owner = owner::Owner::new(name, endpoint, clock, [stops, polls, commands, backgrounds], report);
        tokio::spawn(owner.run());
        Self { name: name.to_owned(), endpoint: shown, queues: [stop, poll, command, background], state }
    }

    /// Asks a unit and waits for its answer.
    ///
    /// # Errors
    /// [`BusError`]; [`BusError::may_have_acted`] tells whether the device may have done it all the same.
    pub async fn ask(&self, unit: u8, work: Work, terms: Terms) -> Result<Answered, BusError> {
        self.ask_in_turn(unit, work, terms, None).await
    }

    /// The same, not sent while `held` is true when its turn comes: a motion that waits behind a STOP.
    ///
    /// # Errors
    /// As [`Bus::ask`]; [`Fault::StopHeld`] when it was not sent.
    pub async fn ask_unless(
        &self,
        unit: u8,
        work: Work,
        terms: Terms,
        held: watch::Receiver<bool>,
    ) -> Result<Answered, BusError> {
        self.ask_in_turn(unit, work, terms, Some(held)).await
    }

    async fn ask_in_turn(
        &self,
        unit: u8,
        work: Work,
        terms: Terms,
        unless: Option<watch::Receiver<bool>>,
    ) -> Result<Answered, BusError> {
        let (reply, answer) = oneshot::channel();
        let queue = match terms.urgency {
            Urgency::Stop => &self.queues[0],
            Urgency::Poll => &self.queues[1],
            Urgency::Command => &self.queues[2],
            Urgency::Background => &self.queues[3],
        };
        let job = Job {
            unit,
            work: work.clone(),
            urgency: terms.urgency,
            timeout: terms.timeout,
            send_by: terms.patience.map(|p| Instant::now() + p),
            unless,
            reply,
        };
        match queue.try_send(job) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => return Err(self.unsent(unit, &work, Fault::QueueFull)),
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(self.unsent(unit, &work, Fault::Closed)),
        }
        answer.await.unwrap_or_else(|_| Err(self.unsent(unit, &work, Fault::Closed)))
    }

    /// Whether the bus is there.
    #[must_use]
    pub fn state(&self) -> BusState {
        self.state.borrow().clone()
    }

    fn unsent(&self, unit: u8, work: &Work, fault: Fault) -> BusError {
        let place = Place {
            bus: self.name.clone(),
            endpoint: self.endpoint.clone(),
            unit,
            request: work.to_string(),
            sent: Vec::new(),
            received: Vec::new(),
        };
        BusError { fault, elapsed: Duration::ZERO, place: Box::new(place) }
    }
}
