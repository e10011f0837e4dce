//! Keeps one camera's worker alive: starts it, watches that frames come and memory stays, kills it where
//! not, starts it again after a growing pause, and leaves neither zombie nor pipe behind.
//!
//! What others see: the newest [`Frame`] and the [`CameraState`], each in a one-slot mailbox.

mod backoff;
mod child;
mod reader;
mod stderr;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::CameraConfig;
use crate::frame::Frame;
use crate::health::{Aim, Health};
use crate::state::{Activity, CameraFault, CameraState, FaultCode};
use backoff::Backoff;
use child::Child;

/// How often a worker is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How often its memory is measured, in looks.
const MEMORY_EVERY: u32 = 4;

/// The program that runs a worker: the agent's own binary with its hidden subcommand.
#[derive(Clone, Debug)]
pub struct WorkerProgram {
    /// The binary.
    pub program: PathBuf,
    /// What it is called with.
    pub arguments: Vec<OsString>,
}

/// How much of a stream is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// Enough to see that the camera is well.
    Rest,
    /// All of it.
    Watch,
}

/// What a supervisor needs.
pub struct CameraOrder {
    /// The camera, whose [`CameraConfig::problems`] are none.
    pub config: CameraConfig,
    /// Who decodes it.
    pub worker: WorkerProgram,
    /// Ends it.
    pub stop: CancellationToken,
}

/// A supervised camera.
pub struct Camera {
    /// The newest frame; `None` before the first.
    pub frames: watch::Receiver<Option<Frame>>,
    /// How it is; renewed four times a second.
    pub state: watch::Receiver<CameraState>,
    rate: watch::Sender<Rate>,
    task: JoinHandle<()>,
}

impl Camera {
    /// Asks for all frames, or for few. Takes effect with the next frame.
    pub fn set_rate(&self, rate: Rate) {
        self.rate.send_if_modified(|now| std::mem::replace(now, rate) != rate);
    }

    /// Waits until the worker is gone, after its order's `stop`.
    pub async fn ended(self) {
        if let Err(error) = self.task.await {
            tracing::error!(%error, "a camera's supervisor ended badly");
        }
    }
}

/// Starts a camera at rest. Must be called within a Tokio runtime.
#[must_use]
pub fn start(order: CameraOrder) -> Camera {
    let (frames_in, frames) = watch::channel(None);
    let (state_in, state) = watch::channel(CameraState::new(&order.config.name));
    let (rate, rate_out) = watch::channel(Rate::Rest);
    let c = &order.config;
    let aim = c.aim.as_deref().map_or_else(|| Ok(Aim::default()), Aim::load).unwrap_or_else(|error| {
        // It can still read; `edge-agent check` counts this as a fault.
        tracing::error!(camera = c.name, %error, "a turn of the camera will not be noticed");
        Aim::default()
    });
    let health = Health::new(c.health, (c.width, c.height), c.live(), aim);
    let seen = Seen { health, faults: Vec::new(), count: 0 };
    let shared = Arc::new(Shared { frames: frames_in, rate: rate_out.clone(), seen: Mutex::new(seen) });
    let supervisor = Supervisor { order, shared, state: state_in, rate: rate_out, restarts: 0, began: Instant::now() };
    Camera { frames, state, rate, task: tokio::spawn(supervisor.run()) }
}

/// What the thread that reads frames shares with the task that watches over it.
struct Shared {
    frames: watch::Sender<Option<Frame>>,
    rate: watch::Receiver<Rate>,
    seen: Mutex<Seen>,
}

struct Seen {
    health: Health,
    faults: Vec<CameraFault>,
    count: u64,
}

impl Shared {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a frame in: numbers it over all lives of the worker, judges it, puts it in the mailbox.
    fn take(&self, mut frame: Frame, before: u64) {
        frame.number += before;
        let watched = *self.rate.borrow() == Rate::Watch;
        let mut seen = self.seen();
        seen.count += 1;
        let faults = seen.health.see(&frame.picture, watched, frame.received).to_vec();
        seen.faults = faults;
        drop(seen);
        self.frames.send_replace(Some(frame));
    }
}

struct Supervisor {
    order: CameraOrder,
    shared: Arc<Shared>,
    state: watch::Sender<CameraState>,
    rate: watch::Receiver<Rate>,
    restarts: u32,
    began: Instant,
}

/// How a worker's life ended.
enum End {
    Told,
    Failed(String),
}

impl Supervisor {
    async fn run(mut self) {
        let mut backoff = Backoff::default();
        loop {
            let begun = Instant::now();
            let why = match self.live().await {
                End::Told => break,
                End::Failed(why) => why,
            };
            let pause = backoff.after(begun.elapsed());
            let camera = &self.order.config.name;
            tracing::warn!(camera, why, pause_ms = pause.as_millis(), "a camera's worker ended; it is started again");
            metrics::counter!("edge_camera_restarts_total", "camera" => camera.clone()).increment(1);
            self.restarts += 1;
            self.tell(Activity::Pausing, None, Some(why));
            if !self.pause(pause).await {
                break;
            }
        }
        self.tell(Activity::Ended, None, None);
    }

    /// Waits; its state stays current. `false`: it was told to end.
    async fn pause(&self, pause: Duration) -> bool {
        let until = tokio::time::sleep(pause);
        tokio::pin!(until);
        loop {
            tokio::select! {
                () = self.order.stop.cancelled() => return false,
                () = &mut until => return true,
                () = tokio::time::sleep(LOOK_EVERY) => self.tell(Activity::Pausing, None, None),
            }
        }
    }

    /// One life of a worker.
    async fn live(&mut self) -> End {
        self.tell(Activity::Starting, None, None);
        let rate = *self.rate.borrow_and_update();
        let mut child = match Child::start(&self.order, rate, &self.shared).await {
            Ok(child) => child,
            Err(error) => return End::Failed(error.to_string()),
        };
        let end = self.watch_over(&mut child).await;
        let last_words = child.end().await;
        match end {
            // What the worker said tells more than that its pipe closed.
            End::Failed(why) => End::Failed(last_words.unwrap_or(why)),
            End::Told => End::Told,
        }
    }

    async fn watch_over(&mut self, child: &mut Child) -> End {
        let (begun, limits) = (Instant::now(), self.order.config.limits);
        let mut memory_mb = None;
        for look in 0u32.. {
            tokio::select! {
                () = self.order.stop.cancelled() => return End::Told,
                why = child.over() => return End::Failed(why),
                changed = self.rate.changed() => {
                    // The handle is gone: nobody wants the camera any more.
                    if changed.is_err() { return End::Told; }
                    let rate = *self.rate.borrow_and_update();
                    if let Err(error) = child.say(rate).await { return End::Failed(error.to_string()); }
                }
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            if look.is_multiple_of(MEMORY_EVERY) {
                memory_mb = child.memory_mb();
            }
            let newest = self.shared.frames.borrow().as_ref().map(|f| f.received).filter(|&r| r > begun);
            let (silent, limit) = match newest {
                Some(received) => (received.elapsed(), limits.stall_s),
                None => (begun.elapsed(), limits.start_s),
            };
            let activity = match (newest, *self.rate.borrow()) {
                (None, _) => Activity::Starting,
                (Some(_), Rate::Rest) => Activity::Resting,
                (Some(_), Rate::Watch) => Activity::Watching,
            };
            self.tell(activity, Some((child.pid, memory_mb)), None);
            if silent.as_secs_f32() > limit {
                return End::Failed(format!("no frame for {:.1} s, limit {limit:.1} s", silent.as_secs_f32()));
            }
            if let Some(mb) = memory_mb.filter(|&mb| mb > limits.memory_mb) {
                return End::Failed(format!("its memory grew to {mb} MB, limit {} MB", limits.memory_mb));
            }
        }
        End::Told
    }

    /// Renews the state.
    fn tell(&self, activity: Activity, worker: Option<(u32, Option<u32>)>, error: Option<String>) {
        let frame = self.shared.frames.borrow().as_ref().map(|f| (f.received, (f.picture.width, f.picture.height)));
        let (mut faults, frames) = {
            let seen = self.shared.seen();
            (seen.faults.clone(), seen.count)
        };
        let limits = self.order.config.limits;
        let age = frame.map(|(received, _)| received.elapsed());
        // A worker that cannot open its camera is lost at its first failure, one that had it after the stall.
        let lost = match age {
            Some(age) => age.as_secs_f32() > limits.stall_s,
            None => self.restarts > 0,
        };
        if lost && activity != Activity::Ended {
            // What was wrong with the last picture says nothing about now.
            faults.clear();
            let measure = age.unwrap_or_else(|| self.began.elapsed()).as_secs_f32();
            faults.push(CameraFault { code: FaultCode::CameraLost, measure, limit: limits.stall_s });
        }
        self.state.send_modify(|state| {
            state.activity = activity;
            state.faults = faults;
            state.size = frame.map(|(_, size)| size);
            state.age_ms = age.map(|a| u64::try_from(a.as_millis()).unwrap_or(u64::MAX));
            state.frames = frames;
            state.restarts = self.restarts;
            state.pid = worker.map(|(pid, _)| pid);
            state.memory_mb = worker.and_then(|(_, mb)| mb);
            if error.is_some() {
                state.last_error = error;
            }
        });
    }
}
