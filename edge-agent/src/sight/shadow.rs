//! Models on trial: they look at a share of the frames that the lane has been told of, and what they make of each
//! passage is reported beside what the models that decide made of the very same frames.
//!
//! Nothing here reaches the lane. What cannot be looked at in time is dropped: each camera has one place in the trial's
//! own pool, what waits for this task is bounded, and the thread that looks gets what the others leave.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use gate_camera::Frame;
use gate_core::ids::{LaneId, PassageId};
use gate_core::message::event::EventBody;
use gate_vision::Look;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::keep::Keeper;
use super::pool::{EyesPool, Looked, Seat};
use super::tally::Tally;
use super::{Report, Since};

/// Frames that wait for this task.
const WAITING: usize = 4;
/// Frames that are offered and not answered, at most; older ones were dropped on the way.
const OFFERED: usize = 8;
/// Passages whose last look is not answered, at most.
const PASSAGES: usize = 2;
/// A passage that is over is reported when its last look was answered, or after so long.
const PATIENCE: Duration = Duration::from_secs(2);
/// So often it is seen whether that is so.
const TICK: Duration = Duration::from_millis(250);

/// Models on trial.
#[derive(Clone)]
pub struct Trial {
    /// Who looks.
    pub eyes: EyesPool,
    /// Their name: the short hash of their manifest.
    pub models: String,
    /// The name of the models that decide.
    pub beside: String,
    /// The share of the looks that they look at as well, above 0 to 1.
    pub share: f32,
}

/// The lane's side: hands over a share of its looks and never waits.
pub(super) struct Shadow {
    share: f32,
    owed: f32,
    passage: Option<PassageId>,
    looks: mpsc::Sender<Beside>,
    lane: String,
}

/// A look of the models that decide.
struct Beside {
    passage: PassageId,
    camera: usize,
    frame: Frame,
    live: Look,
}

impl Shadow {
    /// Hands a look over, when it is one of the share. The first of a passage always is.
    pub(super) fn beside(&mut self, passage: PassageId, camera: usize, frame: Frame, live: Look) {
        if self.passage.replace(passage) != Some(passage) {
            self.owed = 1.0 - self.share;
        }
        self.owed += self.share;
        if self.owed < 1.0 {
            return;
        }
        self.owed -= 1.0;
        if self.looks.try_send(Beside { passage, camera, frame, live }).is_err() {
            metrics::counter!("edge_shadow_dropped_total", "lane" => self.lane.clone()).increment(1);
        }
    }
}

/// Starts the trial of one lane's cameras.
pub(super) fn start(
    trial: Trial,
    lane: LaneId,
    cameras: Vec<String>,
    keeper: Keeper,
    reports: mpsc::Sender<Report>,
    since: watch::Receiver<Since>,
    stop: CancellationToken,
) -> Shadow {
    let (looks, beside) = mpsc::channel(WAITING);
    let shadow = Shadow { share: trial.share, owed: 0.0, passage: None, looks, lane: lane.to_string() };
    let (told, looked) = mpsc::channel(WAITING);
    let seats = (0..cameras.len()).map(|number| trial.eyes.seat(number, told.clone())).collect();
    let (offered, tallies) = (VecDeque::new(), VecDeque::new());
    let bench = Bench { trial, lane, cameras, keeper, reports, seats, watched: None, offered, tallies };
    tokio::spawn(bench.run(beside, looked, since, stop));
    shadow
}

struct Bench {
    trial: Trial,
    lane: LaneId,
    cameras: Vec<String>,
    keeper: Keeper,
    reports: mpsc::Sender<Report>,
    seats: Vec<Seat>,
    watched: Option<PassageId>,
    /// Looks whose frames the models on trial have not answered, oldest first.
    offered: VecDeque<Beside>,
    /// Passages not reported yet, with the moment they were over.
    tallies: VecDeque<(Tally, Option<Instant>)>,
}

impl Bench {
    async fn run(
        mut self,
        mut beside: mpsc::Receiver<Beside>,
        mut looked: mpsc::Receiver<Looked>,
        mut since: watch::Receiver<Since>,
        stop: CancellationToken,
    ) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                changed = since.changed() => {
                    if changed.is_err() { return }
                    let now = since.borrow_and_update().map(|(watched, _)| watched.passage);
                    self.over(now);
                }
                Some(one) = beside.recv() => self.offer(one),
                Some(one) = looked.recv() => self.answered(one),
                _ = tick.tick() => self.report().await,
            }
        }
    }

    /// All passages but this one are over.
    fn over(&mut self, now: Option<PassageId>) {
        self.watched = now;
        for (tally, over) in &mut self.tallies {
            if Some(tally.passage) != now {
                over.get_or_insert_with(Instant::now);
            }
        }
    }

    fn offer(&mut self, one: Beside) {
        let Some(seat) = self.seats.get(one.camera) else { return };
        seat.offer(one.frame.clone());
        if !self.tallies.iter().any(|(tally, _)| tally.passage == one.passage) {
            if self.tallies.len() >= PASSAGES {
                self.tallies.pop_front();
            }
            let over = (self.watched != Some(one.passage)).then(Instant::now);
            self.tallies.push_back((Tally::new(one.passage), over));
        }
        if self.offered.len() >= OFFERED {
            self.offered.pop_front();
        }
        self.offered.push_back(one);
    }

    fn answered(&mut self, looked: Looked) {
        let trial = match looked.look {
            Ok(look) => look,
            Err(error) => {
                metrics::counter!("edge_shadow_failed_total", "lane" => self.lane.to_string()).increment(1);
                return tracing::warn!(lane = %self.lane, error, "the models on trial could not look at a frame");
            }
        };
        let same = |one: &Beside| one.camera == looked.camera && one.frame.number == looked.frame.number;
        let Some(at) = self.offered.iter().position(same) else { return };
        let Some(live) = self.offered.remove(at) else { return };
        // Older ones of this camera were replaced by this one and are never answered.
        self.offered.retain(|one| one.camera != looked.camera || one.frame.number > looked.frame.number);
        let Some((tally, _)) = self.tallies.iter_mut().find(|(tally, _)| tally.passage == live.passage) else { return };
        let agrees = tally.add(looked.camera, &looked.frame, &live.live, &trial);
        let camera = self.cameras.get(looked.camera).cloned().unwrap_or_default();
        let labels = [
            ("lane", self.lane.to_string()),
            ("camera", camera),
            ("agrees", if agrees { "yes" } else { "no" }.to_owned()),
        ];
        metrics::counter!("edge_shadow_looks_total", &labels).increment(1);
    }

    /// Reports the passages that are over and answered, or waited for long enough.
    async fn report(&mut self) {
        let awaited = |passage| self.offered.iter().any(|one| one.passage == passage);
        let due = |(tally, over): &(Tally, Option<Instant>)| {
            over.is_some_and(|since| !awaited(tally.passage) || since.elapsed() >= PATIENCE)
        };
        let Some(at) = self.tallies.iter().position(due) else { return };
        let Some((tally, _)) = self.tallies.remove(at) else { return };
        let passage = tally.passage;
        self.offered.retain(|one| one.passage != passage);
        for report in tally.reports(&self.cameras, &self.trial.models, &self.trial.beside) {
            let mut reading = report.reading;
            if let Some((frame, crop)) = report.pictures {
                reading.frame = self.keeper.frame(&frame).await;
                if let Some(crop) = crop {
                    reading.plate = self.keeper.plate(&crop).await;
                }
            }
            let body = EventBody::ShadowRead { reading };
            if self.reports.try_send((self.lane.clone(), passage, body)).is_err() {
                metrics::counter!("edge_shadow_dropped_total", "lane" => self.lane.to_string()).increment(1);
            }
        }
    }
}
