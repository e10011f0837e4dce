//! The task of one lane's sight: starts its cameras, has their frames looked at while a vehicle is
//! watched, keeps the evidence, tells the lane, and reports how the cameras are.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;
use gate_camera::{Camera, CameraConfig, CameraOrder, CameraState, Frame, Rate};
use gate_core::clock::UtcMicros;
use gate_core::ids::{LaneId, PassageId};
use gate_core::lane::effect::Sight;
use gate_core::vehicle::View;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::keep::Keeper;
use super::looked::Looked as Looks;
use super::passage::{Passage, Tell};
use super::pool::{Looked, Seat};
use super::shadow::{self, Shadow};
use super::{Report, Seen, SightOrder, Since, Watched, fates, preview};

/// What is due without a frame is told by this, and the cameras' state renewed.
const TICK: Duration = Duration::from_millis(250);
/// Looks that wait for the lane's task.
const WAITING: usize = 4;

/// Where a lane's sight goes.
pub(super) struct Outs {
    pub(super) sights: mpsc::Sender<(PassageId, Seen)>,
    pub(super) cameras: watch::Sender<Vec<CameraState>>,
    pub(super) preview: watch::Sender<Option<Bytes>>,
}

struct Lane {
    lane: LaneId,
    name: String,
    configs: Vec<CameraConfig>,
    turned: watch::Receiver<bool>,
    cameras: Vec<Camera>,
    keeper: Keeper,
    outs: Outs,
    since: watch::Sender<Since>,
    passage: Option<Passage>,
    /// How the looks at the passage fared, over all its tracks.
    looked: Option<Looks>,
    reports: mpsc::Sender<Report>,
    /// The models on trial.
    shadow: Option<Shadow>,
    stop: CancellationToken,
}

/// Runs until stopped, and until every worker is gone.
pub(super) async fn run(
    order: SightOrder,
    (mut watched, turned): (watch::Receiver<Option<Watched>>, watch::Receiver<bool>),
    outs: Outs,
) {
    let SightOrder { lane, cameras: configs, eyes, trial, reports, evidence, clock, worker, stop } = order;
    // Its own: a lane whose handle is gone ends its cameras, not the agent.
    let stop = stop.child_token();
    let (told, mut looked) = mpsc::channel(WAITING);
    let since = watch::Sender::new(None);
    let mut cameras = Vec::new();
    for (number, config) in configs.iter().enumerate() {
        let camera =
            gate_camera::start(CameraOrder { config: config.clone(), worker: worker.clone(), stop: stop.clone() });
        let seat = eyes.seat(number, told.clone());
        tokio::spawn(feed(camera.frames.clone(), since.subscribe(), seat, stop.clone()));
        cameras.push(camera);
    }
    drop(eyes);
    let other = configs.iter().position(|c| c.view == Some(View::Rear)).unwrap_or(0);
    if let (Some(first), Some(other)) = (cameras.first(), cameras.get(other)) {
        let ends = [first, other].map(|camera| camera.frames.clone());
        tokio::spawn(preview::run(ends, turned.clone(), outs.preview.clone(), stop.clone()));
    }
    let name = lane.to_string();
    let keeper =
        || Keeper { evidence: evidence.clone(), clock: clock.clone(), lane: name.clone(), known: VecDeque::new() };
    let shadow = trial.map(|trial| {
        let names = configs.iter().map(|c| c.name.clone()).collect();
        shadow::start(trial, lane.clone(), names, keeper(), reports.clone(), since.subscribe(), stop.clone())
    });
    let keeper = keeper();
    let mut lane = Lane {
        lane,
        name,
        configs,
        turned,
        cameras,
        keeper,
        outs,
        since,
        passage: None,
        looked: None,
        reports,
        shadow,
        stop: stop.clone(),
    };
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            changed = watched.changed() => {
                if changed.is_err() { break }
                let now = *watched.borrow_and_update();
                lane.watch(now);
            }
            Some(looked) = looked.recv() => lane.looked(looked).await,
            _ = tick.tick() => {
                lane.report();
                lane.tell(None).await;
            }
        }
    }
    // The lane's handle is gone, or the agent ends: so do the workers.
    lane.stop.cancel();
    for camera in lane.cameras {
        camera.ended().await;
    }
}

/// Offers a camera's newest frames while a vehicle is watched.
async fn feed(
    mut frames: watch::Receiver<Option<Frame>>,
    mut since: watch::Receiver<Since>,
    seat: Seat,
    stop: CancellationToken,
) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            changed = since.changed() => {
                if changed.is_err() { return }
                // A frame that waits may show the vehicle before.
                seat.clear();
            }
            changed = frames.changed() => if changed.is_err() { return },
        }
        let Some((_, begun)) = *since.borrow_and_update() else {
            frames.borrow_and_update();
            continue;
        };
        let frame = frames.borrow_and_update().clone();
        if let Some(frame) = frame.filter(|f| f.received >= begun) {
            seat.offer(frame);
        }
    }
}

impl Lane {
    fn watch(&mut self, watched: Option<Watched>) {
        let now = Instant::now();
        if self.passage.as_ref().map(|p| p.watched) == watched {
            return;
        }
        let rate = if watched.is_some() { Rate::Watch } else { Rate::Rest };
        for camera in &self.cameras {
            camera.set_rate(rate);
        }
        self.since.send_replace(watched.map(|w| (w, now)));
        let passage = watched.map(|w| w.passage);
        if self.looked.as_ref().map(|l| l.passage) != passage {
            self.report_looks();
            self.looked = passage.map(Looks::new);
        }
        let turned = *self.turned.borrow();
        let configs: Vec<_> = self.configs.iter().map(|c| if turned { c.turned() } else { c.clone() }).collect();
        self.passage = watched.map(|w| Passage::new(w, configs, now));
    }

    async fn looked(&mut self, looked: Looked) {
        let Some(passage) = self.passage.as_mut().filter(|p| looked.frame.received >= p.begun) else { return };
        let age = looked.frame.received.elapsed();
        metrics::histogram!("edge_frame_age_seconds", "lane" => self.name.clone()).record(age.as_secs_f64());
        match &looked.look {
            Ok(look) => {
                for fate in fates::of(look) {
                    metrics::counter!("edge_looks_total", "lane" => self.name.clone(), "fate" => fate).increment(1);
                }
                passage.add(looked.camera, &looked.frame, look);
                if let (Some(all), Some(camera)) = (&mut self.looked, self.configs.get(looked.camera)) {
                    let age = i64::try_from(age.as_micros()).unwrap_or(0);
                    all.add(&camera.name, UtcMicros(self.keeper.clock.utc().0 - age), look);
                }
            }
            Err(error) => {
                metrics::counter!("edge_looks_failed_total", "lane" => self.name.clone()).increment(1);
                tracing::error!(lane = self.name, error, "a frame could not be looked at");
                return;
            }
        }
        let passage = passage.watched.passage;
        self.tell(Some(&looked.frame)).await;
        // The lane knows all that there is to know of this frame: what follows delays nothing.
        if let (Some(shadow), Ok(look)) = (&mut self.shadow, looked.look) {
            shadow.beside(passage, looked.camera, looked.frame, look);
        }
    }

    /// Tells what is to be told now, each with its evidence kept before.
    async fn tell(&mut self, frame: Option<&Frame>) {
        let Some(passage) = self.passage.as_mut() else { return };
        let id = passage.watched.passage;
        for tell in passage.tell(Instant::now()) {
            let seen = self.vouched(tell).await;
            if let (Seen::Sight(Sight::Plate { reading, ready: true }), Some(frame)) = (&seen, frame) {
                let age = frame.received.elapsed();
                if let Some(all) = &mut self.looked {
                    all.ready(&reading.text);
                }
                metrics::histogram!("edge_sight_seconds", "lane" => self.name.clone()).record(age.as_secs_f64());
                tracing::info!(lane = self.name, passage = %id, probability = reading.probability, looks = reading.looks,
                    age_ms = age.as_millis(), "a plate is ready");
            }
            tokio::select! {
                () = self.stop.cancelled() => return,
                sent = self.outs.sights.send((id, seen)) => if sent.is_err() { return },
            }
        }
    }

    /// The vehicle is gone: how the looks at it fared goes on the record.
    fn report_looks(&mut self) {
        let Some(all) = self.looked.take() else { return };
        let passage = all.passage;
        let Some(body) = all.told() else { return };
        if self.reports.try_send((self.lane.clone(), passage, body)).is_err() {
            metrics::counter!("edge_reports_dropped_total", "lane" => self.name.clone()).increment(1);
        }
    }

    async fn vouched(&mut self, tell: Tell) -> Seen {
        Seen::Sight(match tell {
            Tell::TrackChanged => return Seen::TrackChanged,
            Tell::Class(class, confidence) => Sight::Class(class, confidence),
            Tell::Plate(told) => {
                let mut reading = told.reading;
                if let Some((frame, crop)) = &told.pictures {
                    reading.evidence = self.keeper.reading(frame, crop).await;
                }
                Sight::Plate { reading, ready: told.ready }
            }
            Tell::Container(mut reading, frame) => {
                reading.frame = self.keeper.frame(&frame).await;
                Sight::Container(reading)
            }
            Tell::Looks(fared) => {
                let mut frames = Vec::new();
                for frame in &fared.frames {
                    frames.extend(self.keeper.frame(frame).await);
                }
                Sight::Looks { fates: fared.counts, frames }
            }
        })
    }

    fn report(&self) {
        let now: Vec<CameraState> = self.cameras.iter().map(|c| c.state.borrow().clone()).collect();
        for state in &now {
            let labels = [("lane", self.name.clone()), ("camera", state.name.clone())];
            metrics::gauge!("edge_camera_faults", &labels)
                .set(f64::from(u8::try_from(state.faults.len()).unwrap_or(u8::MAX)));
            metrics::gauge!("edge_camera_memory_mb", &labels).set(f64::from(state.memory_mb.unwrap_or(0)));
            metrics::counter!("edge_camera_frames_total", &labels).absolute(state.frames);
        }
        self.outs.cameras.send_if_modified(|old| std::mem::replace(old, now.clone()) != now);
    }
}
