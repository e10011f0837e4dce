//! The task of one lane: feeds its machines with what devices, cameras, people, central and time say, and
//! carries out what they answer: records first, then outputs.
//!
//! - STOP goes past everything: the chain is dropped before the machine hears of it.
//! - An OPEN waits until its record is on the disk; when the disk does not take it within
//!   [`RECORD_WITHIN`], nothing opens.
//! - When this task dies or hangs no relay stays on: pulses and green are timed by the board.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gate_barrier::device::{DeviceEvent, LaneDevices};
use gate_core::barrier::io::{DeviceNews, Motion, Output};
use gate_core::barrier::state::BarrierState;
use gate_core::clock::{Monotonic, UtcMicros};
use gate_core::ids::{GrantId, LaneId, LaneSession, PassageId, RequestId};
use gate_core::lane::effect::StepIds;
use gate_core::lane::state::LaneState;
use gate_core::message::event::EventBody;
use gate_core::message::exchange::RouteAdvice;
use gate_core::passage::{OpenedBy, PassageOutcome};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::core::LaneCore;
use super::decide::{Answer, Deciders};
use super::hands::Hands;
use super::journal::{Entry, Head, Journal};
use super::kept::Kept;
use super::signal::{Effect, Readings, Signal, from_micros, micros};
use super::view::{LaneAct, LaneOrder, LaneStop, LaneView};
use super::wellness::Wellness;
use crate::clock::Clock;
use crate::outbox::{Draft, Outbox};
use crate::sight::{Seen, Watched};

/// Time passes for the machines at least so often.
const TICK: Duration = Duration::from_millis(50);
/// The word that commands must echo is renewed so often.
const SESSION: Duration = Duration::from_secs(10);
/// An OPEN whose record is not on the disk within this is not given.
pub const RECORD_WITHIN: Duration = Duration::from_millis(600);

/// A new word that commands must echo.
pub(super) fn new_session() -> LaneSession {
    LaneSession(hex::encode(rand::random::<[u8; 16]>()))
}

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
        if let Some(Kept { passage: Some(open), opened_by, .. }) = before {
            self.record(Some(open), EventBody::PassageEnded { outcome: PassageOutcome::Unseen, opened_by });
        }
        if before.is_some_and(|kept| kept.stopped) {
            self.feed(Signal::StillStopped);
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
            DeviceEvent::Inputs(readings) => self.feed(Signal::Read(Readings::of(&readings))),
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
        if let Some(healthy) = self.wellness.changed(self.outbox.healthy()) {
            self.feed(Signal::Healthy(healthy));
        }
        self.feed(Signal::Tick);
        self.hands.refresh(now);
    }

    fn order(&mut self, order: LaneOrder) {
        match order {
            LaneOrder::Command(command) => self.feed(Signal::Command(command)),
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

    /// Stops first, then records, then everything else in its order.
    fn carry_out(&mut self, effects: Vec<Effect>) {
        let stops = |effect: &Effect| matches!(effect, Effect::Output(Output::DropStop | Output::Red));
        let records = |effect: &Effect| matches!(effect, Effect::Record { .. });
        let (first, rest): (Vec<_>, Vec<_>) = effects.into_iter().partition(stops);
        let (second, third): (Vec<_>, Vec<_>) = rest.into_iter().partition(records);
        let mut recorded = true;
        for effect in first.into_iter().chain(second).chain(third) {
            match effect {
                Effect::Output(output) if Hands::raises(output) => self.raise(output, recorded),
                Effect::Output(output) => self.output(output),
                Effect::Record { passage, body } => recorded &= self.record(passage, *body),
                Effect::Ask { ask, session } => {
                    let (deciders, told) = (self.deciders.clone(), self.told.clone());
                    tokio::spawn(async move {
                        let answer = deciders.decide(*ask, session).await;
                        // The lane may have ended.
                        let _ = told.send(Told::Decided(Box::new(answer))).await;
                    });
                }
                Effect::Watch { passage, track } => {
                    self.route = None;
                    self.hands.route(None);
                    self.watch.send_replace(Some(Watched { passage, track }));
                }
                Effect::WatchNoMore => {
                    self.route = None;
                    self.hands.route(None);
                    self.watch.send_replace(None);
                }
                Effect::Show(sign) => self.hands.show(sign),
                Effect::Escalate(stage) => self.escalated = stage,
                Effect::Answer(outcome) => {
                    if let Some(answer) = self.answer.take() {
                        // The person's page may have gone away.
                        let _ = answer.send(outcome);
                    }
                }
            }
        }
    }

    fn output(&mut self, output: Output) {
        if let Some(news) = self.hands.output(output) {
            let told = self.told.clone();
            tokio::spawn(async move {
                // The lane may have ended.
                let _ = told.send(Told::NotTaken(news)).await;
            });
        }
    }

    /// Raises the boom once its record is on the disk.
    fn raise(&self, output: Output, recorded: bool) {
        let (outbox, told) = (self.outbox.clone(), self.told.clone());
        tokio::spawn(async move {
            let settled = recorded && tokio::time::timeout(RECORD_WITHIN, outbox.settled()).await.unwrap_or(false);
            let _ = told.send(Told::Recorded(output, settled)).await;
        });
    }

    fn record(&self, passage: Option<PassageId>, body: EventBody) -> bool {
        let (at, clock) = (self.clock.utc(), self.clock.quality());
        count(&self.lane, &body);
        self.outbox.record(Draft { lane: self.lane.clone(), passage, at, clock, body }).is_ok()
    }

    fn keep(&mut self) {
        let vehicle = self.core.lane().vehicle();
        let kept = Kept {
            stopped: self.core.is_stopped(),
            mode: self.core.lane().mode(),
            passage: vehicle.map(|v| v.passage),
            opened_by: vehicle.map_or(OpenedBy::Nobody, |v| v.opened_by),
        };
        if self.kept != Some(kept) {
            self.kept = Some(kept);
            self.journal.keep(kept);
        }
    }

    fn show(&mut self, now: Monotonic) {
        let state = self.core.lane().state();
        if self.since.0 != state {
            self.since = (state, self.clock.utc());
        }
        if !matches!(state, LaneState::Referred | LaneState::Tailgated | LaneState::Passing) {
            self.escalated = 0;
        }
        let mut view = LaneView::of(&self.core, self.wellness.faults(), self.since.1, now);
        view.cameras = self.wellness.cameras();
        view.route.clone_from(&self.route);
        view.escalated = self.escalated;
        self.view.send_if_modified(|shown| {
            let changed = *shown != view;
            if changed {
                *shown = view;
            }
            changed
        });
    }
}

fn count(lane: &LaneId, body: &EventBody) {
    let name = || lane.as_str().to_owned();
    match body {
        EventBody::PassageEnded { outcome, opened_by } => {
            let (outcome, by) = (format!("{outcome:?}"), format!("{opened_by:?}"));
            metrics::counter!("edge_passages_total", "lane" => name(), "outcome" => outcome, "opened_by" => by)
                .increment(1);
        }
        EventBody::Unread { .. } => metrics::counter!("edge_unread_total", "lane" => name()).increment(1),
        EventBody::Refused { what, .. } => {
            metrics::counter!("edge_refused_total", "lane" => name(), "what" => what.clone()).increment(1);
        }
        EventBody::Fault { code, .. } => {
            metrics::counter!("edge_faults_total", "lane" => name(), "code" => code.clone()).increment(1);
        }
        _ => {}
    }
}
