//! The task that owns a bus.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tracing::{info, warn};

use super::BusState;
use super::breaker::Breaker;
use super::endpoint::Endpoint;
use super::error::{BusError, Fault, Place};
use super::link::Link;
use super::request::{Answered, Job, Reply, Urgency};
use crate::clock::Clock;

/// Longest time to open a port or connect.
const OPEN_LIMIT: Duration = Duration::from_secs(1);
/// Least time between two attempts to open.
const OPEN_AGAIN: Duration = Duration::from_millis(250);
/// What a waiting STOP leaves a running transaction to end by itself.
const STOP_PATIENCE: Duration = Duration::from_millis(40);

/// The runtime's timers end up to so much late.
const TIMER_STEP: Duration = Duration::from_millis(1);

/// Waits to the microsecond, busy for the last step of the timers: for a STOP alone.
async fn sleep_exactly(until: Instant) {
    sleep_until(until - TIMER_STEP).await;
    while Instant::now() < until {
        tokio::task::yield_now().await;
    }
}

/// Owner of one bus.
pub(super) struct Owner {
    name: String,
    endpoint: Endpoint,
    clock: Clock,
    queues: [mpsc::Receiver<Job>; 4],
    report: watch::Sender<BusState>,
    link: Option<Link>,
    open_again_at: Instant,
    quiet_until: Instant,
    units: HashMap<u8, Breaker>,
    stop_in_hand: Option<Job>,
    /// The last read came back before its answer.
    echoes: bool,
}

impl Owner {
    pub fn new(
        name: &str,
        endpoint: Endpoint,
        clock: Clock,
        queues: [mpsc::Receiver<Job>; 4],
        report: watch::Sender<BusState>,
    ) -> Self {
        let now = Instant::now();
        Self {
            name: name.to_owned(),
            endpoint,
            clock,
            queues,
            report,
            link: None,
            open_again_at: now,
            quiet_until: now,
            units: HashMap::new(),
            stop_in_hand: None,
            echoes: false,
        }
    }

    /// Serves requests until every handle is gone.
    pub async fn run(mut self) {
        while let Some(job) = self.next().await {
            let outcome = self.serve(&job).await;
            // The asker may have gone; then nobody needs the answer.
            let _ = job.reply.send(outcome);
        }
    }

    async fn next(&mut self) -> Option<Job> {
        let [stops, polls, commands, backgrounds] = &mut self.queues;
        // Chosen when the line is free and not before: a STOP that comes in the silence is the next on the wire.
        let stop = match self.stop_in_hand.take() {
            Some(job) => Some(job),
            None => tokio::select! {
                biased;
                Some(job) = stops.recv() => Some(job),
                () = sleep_until(self.quiet_until) => None,
            },
        };
        if stop.is_some() {
            sleep_exactly(self.quiet_until).await;
            return stop;
        }
        tokio::select! {
            biased;
            Some(job) = stops.recv() => Some(job),
            Some(job) = polls.recv() => Some(job),
            Some(job) = commands.recv() => Some(job),
            Some(job) = backgrounds.recv() => Some(job),
            else => None,
        }
    }

    async fn serve(&mut self, job: &Job) -> Result<Answered, BusError> {
        let begun = Instant::now();
        if let Err(fault) = self.admit(job, begun) {
            return Err(self.error(job, fault, begun));
        }
        if let Err(fault) = self.open(job.urgency).await {
            return Err(self.error(job, fault, begun));
        }
        if job.send_by.is_some_and(|by| Instant::now() > by) {
            // Opening the port took too long.
            return Err(self.error(job, Fault::Expired, begun));
        }
        // A stop that came while it waited, or while the port was opened, is older than its turn.
        if job.unless.as_ref().is_some_and(|held| *held.borrow()) {
            return Err(self.error(job, Fault::StopHeld, begun));
        }
        let sent_at = self.clock.now();
        let outcome = self.transact(job).await;
        let outcome = self.without_echo(job, outcome);
        self.settle(job, &outcome);
        match outcome {
            Ok(reply) => Ok(Answered { sent_at, done_at: self.clock.now(), reply }),
            Err(fault) => {
                let error = self.error(job, fault, begun);
                self.mend(&error.fault);
                Err(error)
            }
        }
    }

    /// A request that may not be sent now; STOP always may.
    fn admit(&self, job: &Job, now: Instant) -> Result<(), Fault> {
        if job.urgency == Urgency::Stop {
            return Ok(());
        }
        if job.send_by.is_some_and(|by| now > by) {
            return Err(Fault::Expired);
        }
        match self.units.get(&job.unit) {
            Some(unit) if unit.rests(now) => Err(Fault::Resting),
            Some(unit) if unit.late_answer_possible(now) => Err(Fault::LateAnswerPossible),
            _ => Ok(()),
        }
    }

    async fn open(&mut self, urgency: Urgency) -> Result<(), Fault> {
        if self.link.is_some() {
            return Ok(());
        }
        if Instant::now() < self.open_again_at && urgency != Urgency::Stop {
            let reason = match &*self.report.borrow() {
                BusState::Absent(reason) => reason.clone(),
                _ => "just closed".to_owned(),
            };
            return Err(Fault::Absent(reason));
        }
        self.open_again_at = Instant::now() + OPEN_AGAIN;
        let reason = match timeout(OPEN_LIMIT, Link::open(&self.endpoint)).await {
            Ok(Ok(link)) => {
                info!(bus = self.name, endpoint = %self.endpoint, "bus open");
                self.link = Some(link);
                let _ = self.report.send_replace(BusState::Open);
                return Ok(());
            }
            Ok(Err(e)) => e.to_string(),
            Err(_) => format!("not open within {} ms", OPEN_LIMIT.as_millis()),
        };
        if *self.report.borrow() != BusState::Absent(reason.clone()) {
            warn!(bus = self.name, endpoint = %self.endpoint, reason, "bus cannot be opened");
            let _ = self.report.send_replace(BusState::Absent(reason.clone()));
        }
        Err(Fault::Absent(reason))
    }

    async fn transact(&mut self, job: &Job) -> Result<Reply, Fault> {
        let Some(link) = &mut self.link else { return Err(Fault::Absent("not open".to_owned())) };
        let [stops, ..] = &mut self.queues;
        let in_hand = &mut self.stop_in_hand;
        let stop_waits = async {
            match stops.recv().await {
                Some(stop) => *in_hand = Some(stop),
                None => std::future::pending().await,
            }
            sleep(STOP_PATIENCE).await;
        };
        tokio::select! {
            biased;
            outcome = timeout(job.timeout, link.transact(job.unit, &job.work)) => outcome.unwrap_or(Err(Fault::Silent)),
            () = stop_waits, if job.urgency != Urgency::Stop => Err(Fault::LeftForStop),
        }
    }

    /// An adapter that sends back what it is given makes a single write look confirmed whoever hears it.
    /// A read shows it, for no answer to a read begins with the whole request; until a read is clean
    /// again no write counts as confirmed.
    fn without_echo(&mut self, job: &Job, outcome: Result<Reply, Fault>) -> Result<Reply, Fault> {
        let Some(link) = self.link.as_ref().filter(|_| job.work.modbus().is_some()) else { return outcome };
        if job.work.is_echoed() {
            return if self.echoes && outcome.is_ok() { Err(Fault::Echo) } else { outcome };
        }
        let (sent, received) = link.record();
        if !sent.is_empty() && received.starts_with(&sent) {
            self.echoes = true;
            return Err(Fault::Echo);
        }
        self.echoes &= outcome.is_err();
        outcome
    }

    /// What the outcome means for the unit and for the silence of the line.
    fn settle(&mut self, job: &Job, outcome: &Result<Reply, Fault>) {
        let now = Instant::now();
        let line = self.endpoint.line();
        self.quiet_until = now + line.map_or(Duration::ZERO, crate::profile::LineProfile::silence);
        let unit = self.units.entry(job.unit).or_default();
        match outcome {
            // The unit lives; it only refuses.
            Ok(_) | Err(Fault::Exception(_)) => unit.answered(),
            // A request that was given up early (a STOP, a read-back) is answered as late as any other.
            Err(_) => unit.failed(now, line.map(|line| now + line.timeout().max(job.timeout))),
        }
    }

    /// A connection is dropped after anything that could leave an answer on its way; a serial port is
    /// opened again when it broke, and otherwise keeps nothing of the request that failed.
    fn mend(&mut self, fault: &Fault) {
        let unfinished = matches!(fault, Fault::Silent | Fault::Echo | Fault::Wrong(_) | Fault::LeftForStop);
        let on_tcp = !matches!(self.endpoint, Endpoint::Serial { .. });
        if matches!(fault, Fault::Broken(_)) || (unfinished && on_tcp) {
            self.link = None;
            let _ = self.report.send_replace(BusState::Absent(fault.to_string()));
        } else if let (true, Some(link)) = (unfinished, &mut self.link) {
            link.renew();
        }
    }

    fn error(&self, job: &Job, fault: Fault, begun: Instant) -> BusError {
        let was_sent = matches!(
            fault,
            Fault::Silent | Fault::Echo | Fault::Exception(_) | Fault::Wrong(_) | Fault::Broken(_) | Fault::LeftForStop
        );
        let (sent, received) = match &self.link {
            Some(link) if was_sent => link.record(),
            _ => Default::default(),
        };
        let place = Place {
            bus: self.name.clone(),
            endpoint: self.endpoint.to_string(),
            unit: job.unit,
            request: job.work.to_string(),
            sent,
            received,
        };
        BusError { fault, elapsed: begun.elapsed(), place: Box::new(place) }
    }
}
