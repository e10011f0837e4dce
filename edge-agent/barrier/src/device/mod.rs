//! The devices of one lane at work: inputs polled, outputs carried out and confirmed, texts shown.
//!
//! [`LaneDevices::start`] opens the buses and polls at once; it writes nothing by itself. Outputs are
//! handed over with [`LaneDevices::apply`], which never waits; what became of them, and every reading,
//! comes back in order through the receiver as [`DeviceEvent`]s.
//!
//! - A pulse is sent once, never again; an unsure one counts as taken, and its relay is read until off.
//! - OPEN and CLOSE are never energised together: the other relay is cleared first, or nothing is sent.
//! - A stop clears OPEN and CLOSE, drops the chain, and is repeated until the board has confirmed it.
//!   While it holds no pulse is sent. Only [`Output::RestoreStop`] ends it.

mod display;
mod light;
mod motion;
mod poll;
mod relay;
mod stop;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use gate_core::barrier::io::{DeviceNews, InputReading, Motion, Output};
use thiserror::Error;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::{error, warn};

use crate::bus::{Bus, BusState};
use crate::clock::Clock;
use crate::wiring::{LaneWiring, WiredDevice};

/// Events that may wait for the lane. When it does not take them, polling waits, and readings grow old.
const EVENTS: usize = 64;
/// Outputs of one kind that may wait.
const OUTPUTS: usize = 8;

/// What the devices say, in the order in which it happened.
#[derive(Clone, Debug, PartialEq)]
pub enum DeviceEvent {
    /// One round of readings of one device.
    Inputs(Vec<InputReading>),
    /// What became of an output, or of the bus.
    News(DeviceNews),
    /// The same in words, with bus, unit, request, bytes and time; for journal and technician.
    Trouble(String),
}

/// An output or text that was not accepted.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotAccepted {
    /// Too many wait already.
    #[error("{what} was not accepted: {OUTPUTS} of its kind wait already; the bus is too slow or broken")]
    Full {
        /// What.
        what: String,
    },
    /// The wiring has no such device.
    #[error("{what} was not accepted: the lane's wiring has none; add it to the lane's file")]
    NotWired {
        /// What.
        what: &'static str,
    },
    /// The display cannot show it.
    #[error("text was not accepted: {0}")]
    Text(String),
}

/// How the devices are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceHealth {
    /// Each bus, by its name in the wiring.
    pub buses: BTreeMap<String, BusState>,
    /// The stop is held by software: the chain is dropped, or is being dropped.
    pub stop_held: bool,
}

/// A device with its bus, ready to be asked.
#[derive(Clone, Debug)]
pub(crate) struct Station {
    pub bus: Bus,
    pub wired: Arc<WiredDevice>,
}

impl Station {
    fn timeout(&self) -> Duration {
        self.wired.profile.line.timeout()
    }
}

/// What every task of a lane's devices shares.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub wiring: Arc<LaneWiring>,
    pub stations: Arc<BTreeMap<String, Station>>,
    pub events: mpsc::Sender<DeviceEvent>,
    pub end: CancellationToken,
}

impl Shared {
    /// The station of a device that the wiring names; the wiring's check has made sure that it is there.
    fn station(&self, device: &str) -> Option<&Station> {
        self.stations.get(device)
    }

    async fn tell(&self, news: DeviceNews) {
        // The lane may be gone; then nobody needs it.
        let _ = self.events.send(DeviceEvent::News(news)).await;
    }

    async fn trouble(&self, what: impl std::fmt::Display) {
        warn!(lane = %self.wiring.lane, "{what}");
        let _ = self.events.send(DeviceEvent::Trouble(what.to_string())).await;
    }
}

/// The devices of one lane. They rest when this is dropped.
#[derive(Debug)]
pub struct LaneDevices {
    /// First, so that the tasks are told to end before what they wait for goes away.
    _end: DropGuard,
    shared: Shared,
    motions: mpsc::Sender<motion::Pulse>,
    lights: mpsc::Sender<light::Light>,
    texts: mpsc::Sender<display::Text>,
    stop: watch::Sender<bool>,
    turned: watch::Sender<bool>,
}

impl LaneDevices {
    /// Opens the lane's buses and begins to poll. Needs a tokio runtime. A device that is not there is
    /// no error: it is looked for again and again, and its inputs are unknown meanwhile.
    #[must_use]
    pub fn start(wiring: LaneWiring, clock: &Clock) -> (Self, mpsc::Receiver<DeviceEvent>) {
        let (events, receiver) = mpsc::channel(EVENTS);
        let buses: BTreeMap<_, _> = wiring
            .buses
            .iter()
            .map(|(name, endpoint)| (name.clone(), Bus::start(name, endpoint.clone(), clock.clone())))
            .collect();
        let stations = wiring.devices.iter().filter_map(|(name, device)| {
            let bus = buses.get(&device.bus)?.clone();
            Some((name.clone(), Station { bus, wired: Arc::new(device.clone()) }))
        });
        let end = CancellationToken::new();
        let shared =
            Shared { stations: Arc::new(stations.collect()), wiring: Arc::new(wiring), events, end: end.clone() };
        let (motions, pulses) = mpsc::channel(OUTPUTS);
        let (lights, light) = mpsc::channel(OUTPUTS);
        let (texts, text) = mpsc::channel(OUTPUTS);
        let (stop, stopped) = watch::channel(false);
        let (turned, turns) = watch::channel(false);
        poll::start(&shared);
        spawn(&shared, motion::run(shared.clone(), pulses, stopped.clone()));
        spawn(&shared, light::run(shared.clone(), light, turns));
        spawn(&shared, display::run(shared.clone(), text));
        spawn(&shared, stop::run(shared.clone(), stopped));
        (Self { _end: end.drop_guard(), shared, motions, lights, texts, stop, turned }, receiver)
    }

    /// Has an output carried out; returns at once. What becomes of it is told by [`DeviceEvent::News`].
    ///
    /// # Errors
    /// [`NotAccepted`] when too many of its kind wait or nothing is wired for it; nothing is sent then.
    /// A stop is always accepted.
    pub fn apply(&self, output: Output) -> Result<(), NotAccepted> {
        match output {
            Output::DropStop => {
                let _ = self.stop.send_replace(true);
                Ok(())
            }
            Output::RestoreStop => {
                let _ = self.stop.send_replace(false);
                Ok(())
            }
            Output::Pulse { motion, length } => {
                let pulse = motion::Pulse { motion, length, asked: tokio::time::Instant::now() };
                self.motions.try_send(pulse).map_err(|_| NotAccepted::Full { what: format!("{motion:?} pulse") })
            }
            Output::Green { .. } | Output::Red if self.shared.wiring.end.light.is_none() => {
                Err(NotAccepted::NotWired { what: "light" })
            }
            Output::Green { length } => self.light(light::Light::Green(length)),
            Output::Red => self.light(light::Light::Red),
        }
    }

    fn light(&self, light: light::Light) -> Result<(), NotAccepted> {
        self.lights.try_send(light).map_err(|_| NotAccepted::Full { what: format!("{light:?}") })
    }

    /// From which end vehicles drive in now: `true` = from the other one. Green is shown at that end alone.
    pub fn turn(&self, turned: bool) {
        self.turned.send_replace(turned);
    }

    /// Shows a text on a line (from 1) of the display where vehicles drive in; unaccented Vietnamese, English or Chinese.
    ///
    /// # Errors
    /// [`NotAccepted`] when there is no display, the text cannot be shown, or too many wait.
    pub fn show(&self, line: u8, text: &str) -> Result<(), NotAccepted> {
        self.show_at(*self.turned.borrow(), line, text)
    }

    /// The same at the end where nobody may drive in.
    ///
    /// # Errors
    /// As [`LaneDevices::show`].
    pub fn show_behind(&self, line: u8, text: &str) -> Result<(), NotAccepted> {
        self.show_at(!*self.turned.borrow(), line, text)
    }

    fn show_at(&self, other_end: bool, line: u8, text: &str) -> Result<(), NotAccepted> {
        let device = self.shared.wiring.end(other_end).and_then(|end| end.display.as_deref());
        let text = display::Text::new(&self.shared, device, line, text)?;
        self.texts.try_send(text).map_err(|_| NotAccepted::Full { what: "text".to_owned() })
    }

    /// How the buses and the stop are now.
    #[must_use]
    pub fn health(&self) -> DeviceHealth {
        let stations = self.shared.stations.values();
        let buses = stations.map(|s| (s.wired.bus.clone(), s.bus.state())).collect();
        DeviceHealth { buses, stop_held: *self.stop.borrow() }
    }
}

/// Runs a task of the lane until the devices rest.
fn spawn(shared: &Shared, task: impl Future<Output = ()> + Send + 'static) {
    let end = shared.end.clone();
    let lane = shared.wiring.lane.clone();
    tokio::spawn(async move {
        if end.run_until_cancelled(task).await.is_some() && !end.is_cancelled() {
            error!(%lane, "a task of the lane's devices ended by itself");
        }
    });
}

/// The other relay.
const fn other(motion: Motion) -> Motion {
    match motion {
        Motion::Open => Motion::Close,
        Motion::Close => Motion::Open,
    }
}
