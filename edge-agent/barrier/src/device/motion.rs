//! OPEN and CLOSE: pulses by the board's own timer, or one-shot commands to a controller; each sent once.

use std::time::Duration;

use gate_core::barrier::config::{PULSE_MAX, PULSE_MIN};
use gate_core::barrier::io::{DeviceNews, Motion};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

use super::relay::Relay;
use super::{Shared, Station, other};
use crate::bus::{BusError, Terms, Urgency, Work};
use crate::codec::simple_rs485;
use crate::profile::DeviceKind;
use crate::wiring::MotionWiring;

/// A motion that waited longer than this is not sent: the lane may have changed.
const PATIENCE: Duration = Duration::from_millis(300);
/// Past its pulse a relay is read off within this (`domain.md` section 4, rule 1).
const READ_BACK: Duration = Duration::from_millis(500);
/// Time from one read-back to the next.
const READ_AGAIN: Duration = Duration::from_millis(60);

/// A pulse that was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pulse {
    pub motion: Motion,
    pub length: Duration,
    pub asked: Instant,
}

/// Carries out pulses one after the other.
pub(super) async fn run(shared: Shared, mut pulses: mpsc::Receiver<Pulse>, stopped: watch::Receiver<bool>) {
    let mut hands = Hands { shared, stopped, reading_back: None };
    while let Some(pulse) = pulses.recv().await {
        hands.carry_out(pulse).await;
    }
}

struct Hands {
    shared: Shared,
    stopped: watch::Receiver<bool>,
    reading_back: Option<(Motion, JoinHandle<()>)>,
}

impl Drop for Hands {
    fn drop(&mut self) {
        if let Some((_, task)) = &self.reading_back {
            task.abort();
        }
    }
}

impl Hands {
    async fn carry_out(&mut self, pulse: Pulse) {
        if *self.stopped.borrow() {
            self.fail(pulse.motion, "not sent: the stop is held").await;
            return;
        }
        match self.shared.wiring.motion.clone() {
            MotionWiring::Relays { open, close } => {
                let relay = |motion| match motion {
                    Motion::Open => Relay::at(&self.shared, &open),
                    Motion::Close => Relay::at(&self.shared, &close),
                };
                if let (Some(mine), Some(others)) = (relay(pulse.motion), relay(other(pulse.motion))) {
                    self.pulse(pulse, mine, others).await;
                }
            }
            MotionWiring::Controller(device) => {
                if let Some(station) = self.shared.station(&device).cloned() {
                    self.command(pulse, &station).await;
                }
            }
        }
    }

    async fn pulse(&mut self, pulse: Pulse, mine: Relay, others: Relay) {
        let motion = pulse.motion;
        if !self.other_is_off(motion, &others).await {
            self.fail(motion, "not sent: the other motion relay could not be cleared").await;
            return;
        }
        let wanted = pulse.length.clamp(PULSE_MIN, PULSE_MAX);
        let Some((length, work)) = mine.pulse(wanted).filter(|(length, _)| *length <= PULSE_MAX) else {
            self.fail(motion, "not sent: the board cannot make this pulse").await;
            return;
        };
        let Some(patience) = PATIENCE.checked_sub(pulse.asked.elapsed()) else {
            self.fail(motion, "not sent: it waited too long").await;
            return;
        };
        let terms = mine.terms(Urgency::Command, Some(patience));
        let outcome = mine.ask_unless(work, terms, self.stopped.clone()).await;
        if !self.taken(motion, outcome.map(|_| ())).await {
            return;
        }
        let off_by = Instant::now() + length + READ_BACK;
        let task = tokio::spawn(read_back(self.shared.clone(), mine, motion, length, off_by));
        self.reading_back = Some((motion, task));
    }

    /// Makes sure that the other relay is off: none of its pulses runs, or it is cleared and confirmed.
    async fn other_is_off(&mut self, motion: Motion, others: &Relay) -> bool {
        let Some((pulsed, task)) = self.reading_back.take() else { return true };
        if pulsed == motion || task.is_finished() {
            task.abort();
            return true;
        }
        task.abort();
        match others.set(false, others.terms(Urgency::Command, Some(PATIENCE))).await {
            Ok(cleared) => {
                self.shared.tell(DeviceNews::PulseDone(pulsed)).await;
                cleared
            }
            Err(error) => {
                self.shared.trouble(&error).await;
                self.shared.tell(DeviceNews::PulseStuck(pulsed)).await;
                false
            }
        }
    }

    async fn command(&mut self, pulse: Pulse, station: &Station) {
        let profile = &station.wired.profile;
        let work = match (profile.kind, &profile.controller, pulse.motion) {
            (DeviceKind::SimpleRs485, _, Motion::Open) => Work::Frame(simple_rs485::Command::Open.encode().to_vec()),
            (DeviceKind::SimpleRs485, _, Motion::Close) => Work::Frame(simple_rs485::Command::Close.encode().to_vec()),
            (_, Some(controller), Motion::Open) => Work::WriteCoil(controller.open_coil, true),
            (_, Some(controller), Motion::Close) => Work::WriteCoil(controller.close_coil, true),
            (_, None, _) => return,
        };
        let Some(patience) = PATIENCE.checked_sub(pulse.asked.elapsed()) else {
            self.fail(pulse.motion, "not sent: it waited too long").await;
            return;
        };
        let terms = Terms { urgency: Urgency::Command, timeout: station.timeout(), patience: Some(patience) };
        let outcome = station.bus.ask_unless(station.wired.unit, work, terms, self.stopped.clone()).await;
        if self.taken(pulse.motion, outcome.map(|_| ())).await {
            // A one-shot command leaves nothing energised.
            self.shared.tell(DeviceNews::PulseDone(pulse.motion)).await;
        }
    }

    /// Tells what became of the request; true when the device took it or may have.
    async fn taken(&self, motion: Motion, outcome: Result<(), BusError>) -> bool {
        let Err(error) = outcome else {
            self.shared.tell(DeviceNews::PulseTaken(motion)).await;
            return true;
        };
        self.shared.trouble(&error).await;
        if error.may_have_acted() {
            // Nobody knows whether the boom moves now; to expect it is the careful belief.
            self.shared.tell(DeviceNews::PulseTaken(motion)).await;
            self.shared.tell(DeviceNews::BusError).await;
            return true;
        }
        self.shared.tell(DeviceNews::PulseFailed(motion)).await;
        false
    }

    async fn fail(&self, motion: Motion, why: &str) {
        self.shared.trouble(format!("{motion:?} pulse {why}")).await;
        self.shared.tell(DeviceNews::PulseFailed(motion)).await;
    }
}

/// Reads the relay until it is off; one that is not off in time is switched off and reported.
async fn read_back(shared: Shared, relay: Relay, motion: Motion, length: Duration, off_by: Instant) {
    sleep(length).await;
    while Instant::now() < off_by {
        if relay.is_on(relay.terms(Urgency::Command, Some(READ_BACK))).await.is_ok_and(|on| !on) {
            shared.tell(DeviceNews::PulseDone(motion)).await;
            return;
        }
        sleep_until((Instant::now() + READ_AGAIN).min(off_by)).await;
    }
    shared.trouble(format!("{motion:?} relay was not read off {} ms past its pulse", READ_BACK.as_millis())).await;
    if let Err(error) = relay.set(false, relay.terms(Urgency::Command, None)).await {
        shared.trouble(&error).await;
    }
    shared.tell(DeviceNews::PulseStuck(motion)).await;
}
