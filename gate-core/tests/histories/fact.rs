//! What can be observed of an agent from outside: what it was told, by whom, and what it did.

use gate_core::barrier::io::{DeviceNews, Output};
use gate_core::barrier::round::Round;
use gate_core::barrier::state::{BarrierNews, BarrierState};
use gate_core::ids::{GrantId, TrackId};
use gate_core::lane::state::LaneState;
use gate_core::message::command::ConvoySize;
use gate_core::message::event::EventBody;

/// A permission to open that somebody entitled gave to the agent.
#[derive(Clone, Debug)]
pub struct Offer {
    pub grant: GrantId,
    pub track: TrackId,
    pub until: u64,
    /// The vehicle that was meant: the one at the stop line when the question was asked.
    pub vehicle: Option<u64>,
    pub by: &'static str,
}

/// What an officer at the lane orders the barrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Local {
    Stop,
    Reset,
    WayIsEmpty,
    HoldOpen(bool),
    Maintenance(bool),
    TailgatingKey,
    Convoy(ConvoySize),
    ConvoyOver,
}

#[derive(Clone, Debug)]
pub enum Fact {
    /// The agent starts, knowing nothing.
    Started,
    /// It is killed.
    Killed,
    /// It is told what the inputs say.
    Read(Round),
    /// It is told what became of an output, or of the bus.
    Device(DeviceNews),
    /// Somebody entitled orders something.
    Ordered(Local),
    /// Somebody entitled permits to open once.
    Offered(Offer),
    /// The barrier is asked to open for a track by nobody in particular.
    Rogue(TrackId),
    /// A message that must have no effect.
    Bad(&'static str),
    /// One record of a refusal.
    #[expect(dead_code, reason = "read by whoever replays a history")]
    Refused(String),
    /// The cameras tell that another vehicle stands there.
    TrackChanged,
    /// It writes an output.
    Output(Output),
    /// The barrier machine tells.
    Told(BarrierNews),
    /// The lane machine records.
    Event(Box<EventBody>),
    /// A passage begins under the id of the one before.
    BegunTwice,
    /// A step of it is over; how it says it is.
    Done(BarrierState, LaneState),
}
