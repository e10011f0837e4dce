//! The task of one lane: feeds its machines with what devices, cameras, people, central and time say, and
//! carries out what they answer: records first, then outputs.
//!
//! - STOP goes past everything: the chain is dropped before the machine hears of it.
//! - An OPEN waits until its record is on the disk; when the disk does not take it in time, nothing opens.
//! - When this task dies or hangs no relay stays on: pulses and green are timed by the board.

mod carry;
mod show;
mod turn;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gate_barrier::device::{DeviceEvent, LaneDevices};
use gate_core::barrier::io::{DeviceNews, Motion, Output};
use gate_core::barrier::state::BarrierState;
use gate_core::clock::UtcMicros;
use gate_core::ids::{GrantId, LaneId, PassageId, RequestId};
use gate_core::lane::effect::StepIds;
use gate_core::lane::state::LaneState;
use gate_core::message::event::EventBody;
use gate_core::message::exchange::RouteAdvice;
use gate_core::passage::PassageOutcome;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::core::{LaneCore, new_session};
use super::decide::{Answer, Deciders};
use super::ends::Ends;
use super::hands::Hands;
use super::journal::{Entry, Head, Journal};
use super::kept::Kept;
use super::signal::{Readings, Signal, from_micros, micros};
use super::unended::unended;
use super::view::{LaneAct, LaneOrder, LaneStop, LaneView};
use super::wellness::Wellness;
use crate::clock::Clock;
use crate::outbox::Outbox;
use crate::sight::{Seen, Watched};

/// Time passes for the machines at least so often.
const TICK: Duration = Duration::from_millis(50);
/// The word that commands must echo is renewed so often.
const SESSION: Duration = Duration::from_secs(10);

/// What the lane's own helpers tell it.
#[derive(Debug)]
pub(super) enum Told {
    /// A decision was made.
    Decided(Box<Answer>),
    /// The record of an output is on the disk, or not in time.
    Recorded(Output, bool),
    /// The devices did not take an output.
    NotTaken(DeviceNews),
}

/// Where signals come from.
pub(super) struct Sources {
    pub events: mpsc::Receiver<DeviceEvent>,
    pub orders: mpsc::Receiver<LaneOrder>,
    pub stops: mpsc::Receiver<LaneStop>,
    pub told: mpsc::Receiver<Told>,
    pub sights: mpsc::Receiver<(PassageId, Seen)>,
}

/// A lane's task.
pub(super) struct Runner {
    pub lane: LaneId,
    pub core: LaneCore,
    pub hands: Hands,
    pub journal: Journal,
    pub outbox: Outbox,
    pub clock: Clock,
    pub deciders: Deciders,
    pub devices: Arc<LaneDevices>,
    pub watch: watch::Sender<Option<Watched>>,
    pub ends: Ends,
    /// Whether the cameras see vehicles come from the end that is not the configured one.
    pub turned: watch::Sender<bool>,
    pub told: mpsc::Sender<Told>,
    pub view: watch::Sender<LaneView>,
    pub beat_ms: Arc<AtomicU64>,
    pub wellness: Wellness,
    /// What was written down for the next life.
    pub kept: Option<Kept>,
    /// The lane's state and since when it has been in it.
    pub since: (LaneState, UtcMicros),
    pub escalated: u8,
    pub route: Option<RouteAdvice>,
    /// Who waits for the answer of the act that is being carried out.
    pub answer: Option<oneshot::Sender<Result<(), String>>>,
}

impl Runner {
    /// Runs until ended. `found` is what an earlier life left, in words.
    pub async fn run(mut self, mut from: Sources, found: String, end: CancellationToken) {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        self.record(None, EventBody::Started { version, found });
        let before = self.kept;
        if before.is_some_and(|kept| kept.stopped) {
            self.feed(Signal::StillStopped);
        }
        for (open, opened_by) in unended(&self.outbox, &self.lane, before).await {
            self.record(Some(open), EventBody::PassageEnded { outcome: PassageOutcome::Unseen, opened_by });
        }
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sessions = tokio::time::interval(SESSION);
        sessions.set_missed_tick_behavior(MissedTickBehavior::Delay);
        sessions.reset();
        loop {
            tokio::select! {
                biased;
                Some(stop) = from.stops.recv() => self.stopped(stop),
                () = end.cancelled() => break,
                Some(event) = from.events.recv() => self.device(event),
                _ = ticks.tick() => self.tick(),
                Some(order) = from.orders.recv() => self.order(order),
                Some(told) = from.told.recv() => self.told(told),
                Some((passage, seen)) = from.sights.recv() => self.feed(match seen {
                    Seen::Sight(sight) => Signal::Sight { passage, sight: Box::new(sight) },
                    Seen::TrackChanged => Signal::TrackChanged(passage),
                }),
                _ = sessions.tick() => self.feed(Signal::Session(new_session())),
            }
        }
        self.watch.send_replace(None);
        tracing::info!(lane = %self.lane, "lane ended");
    }

    fn stopped(&mut self, stop: LaneStop) {
        match stop {
            LaneStop::Person(officer) => {
                self.feed(Signal::Person { officer, act: LaneAct::Stop, reason: String::new() });
            }
            LaneStop::Command(command) => self.feed(Signal::Command(command)),
        }
    }

    fn device(&mut self, event: DeviceEvent) {
        match event {
            DeviceEvent::Inputs(mut readings) => {
                self.ends.in_order(&mut readings);
                self.feed(Signal::Read(Readings::of(&readings)));
            }
            DeviceEvent::News(news) => self.feed(Signal::Device(news)),
            // Logged by the driver; whether the bus is there is looked at each second.
            DeviceEvent::Trouble(_) => {
                metrics::counter!("edge_device_troubles_total", "lane" => self.name()).increment(1)
            }
        }
    }

    fn name(&self) -> String {
        self.lane.as_str().to_owned()
    }

    fn tick(&mut self) {
        let now = self.clock.monotonic();
        self.beat_ms.store(micros(now) / 1000, Ordering::Relaxed);
        for body in self.wellness.look(&self.devices, now) {
            self.record(None, body);
        }
        if let Some(body) = self.ends.look(&self.core, now) {
            self.record(self.core.passage(), body);
        }
        if let Some(healthy) = self.wellness.changed(self.outbox.healthy(), !self.ends.other_occupied()) {
            self.feed(Signal::Healthy(healthy));
        }
        self.feed(Signal::Tick);
        self.hands.refresh(now);
    }

    fn order(&mut self, order: LaneOrder) {
        match order {
            LaneOrder::Command(command) => self.feed(Signal::Command(command)),
            LaneOrder::Act { officer: Some(officer), act: LaneAct::Turn(to), reason, answer } => {
                // The person's page may have gone away.
                let _ = answer.send(self.turn(officer, to, reason));
            }
            LaneOrder::Act { officer, act, reason, answer } => {
                self.answer = Some(answer);
                self.feed(Signal::Person { officer, act, reason });
            }
        }
    }

    fn told(&mut self, told: Told) {
        match told {
            Told::Decided(answer) => {
                let Answer { signal, route, refused } = *answer;
                if let Some(why) = refused {
                    self.record(self.core.passage(), EventBody::Refused { what: "decision".to_owned(), why });
                }
                self.hands.route(route.as_ref().map(|r| r.display.clone()));
                self.route = route;
                self.feed(signal);
            }
            Told::NotTaken(news) => self.feed(Signal::Device(news)),
            Told::Recorded(output, true) if self.still_opens() => self.output(output),
            // The key was turned, a fault came, somebody stopped or another vehicle came meanwhile: this
            // opening is over.
            Told::Recorded(_, true) => {
                let (barrier, lane) = (self.core.barrier().state(), self.core.lane().state());
                tracing::warn!(lane = %self.lane, %barrier, state = %lane, "an opening was not carried out");
                self.feed(Signal::Device(DeviceNews::PulseFailed(Motion::Open)));
            }
            Told::Recorded(output, false) => {
                tracing::error!(lane = %self.lane, "the record of an opening did not reach the disk in time: nothing opens");
                if let Output::Pulse { motion, .. } = output {
                    self.feed(Signal::Device(DeviceNews::PulseFailed(motion)));
                }
            }
        }
    }

    /// Whether the vehicle that the boom is to rise for is still the one there, and the boom still waits.
    fn still_opens(&self) -> bool {
        self.core.barrier().state() == BarrierState::Opening
            && matches!(self.core.lane().state(), LaneState::Granted | LaneState::Passing)
    }

    /// One step of the machines, written to the journal and carried out.
    fn feed(&mut self, signal: Signal) {
        let t = micros(self.clock.monotonic());
        let now = from_micros(t);
        let ids = self.fresh_ids();
        if self.journal.wants_head() {
            let version = env!("CARGO_PKG_VERSION").to_owned();
            let epoch = self.outbox.epoch();
            self.journal.head(Head { state: self.core.clone(), epoch, utc: self.clock.utc(), version });
        }
        let effects = self.core.step(signal.clone(), ids, now);
        let used = (!effects.is_empty()).then_some(ids);
        self.journal.entry(Entry { t, i: signal, ids: used, e: effects.clone() });
        self.carry_out(effects);
        self.keep();
        self.show(now);
    }

    fn fresh_ids(&self) -> StepIds {
        let unix_ms = u64::try_from(self.clock.utc().0 / 1000).unwrap_or(0);
        StepIds {
            passage: PassageId::from_parts(unix_ms, rand::random()),
            request: RequestId::from_parts(unix_ms, rand::random()),
            grant: GrantId::from_parts(unix_ms, rand::random()),
        }
    }
}
