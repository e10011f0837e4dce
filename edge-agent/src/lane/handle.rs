//! A lane's start, and the hand that the rest of the agent has on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gate_barrier::clock::Clock as DeviceClock;
use gate_barrier::device::{DeviceHealth, LaneDevices};
use gate_core::barrier::io::Output;
use gate_core::ids::{EdgeId, LaneId};
use gate_core::lane::state::LaneState;
use gate_core::passage::OpenedBy;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::core::{LaneBirth, LaneCore, new_session};
use super::decide::{Central, Deciders};
use super::ends::Ends;
use super::eyes::LaneEyes;
use super::hands::Hands;
use super::journal::Journal;
use super::kept::{self, Kept};
use super::runner::{Runner, Sources};
use super::signal::{from_micros, micros};
use super::tags::TagReader;
use super::view::{LaneOrder, LaneStop, LaneView};
use super::wellness::Wellness;
use crate::clock::Clock;
use crate::config::LaneConfig;
use crate::outbox::Outbox;
use crate::uplink::Lists;

/// Orders that may wait for a lane.
const ORDERS: usize = 64;
/// Stops that may wait; when they are all taken the lane is being stopped anyway.
const STOPS: usize = 16;

/// What a lane needs.
pub struct LaneParts {
    /// The lane.
    pub config: LaneConfig,
    /// This edge.
    pub edge: EdgeId,
    /// The data folder.
    pub data: PathBuf,
    /// Where events go.
    pub outbox: Outbox,
    /// Time.
    pub clock: Clock,
    /// Who is asked for decisions.
    pub central: Arc<dyn Central>,
    /// The lists for deciding without central.
    pub lists: Lists,
    /// The cameras.
    pub eyes: LaneEyes,
    /// Ends the task.
    pub stop: CancellationToken,
}

/// The rest of the agent's hand on a lane. Clones share it.
#[derive(Clone)]
pub struct LaneHandle {
    /// Which lane.
    pub lane: LaneId,
    /// What it shows.
    pub view: watch::Receiver<LaneView>,
    /// What it is asked.
    pub orders: mpsc::Sender<LaneOrder>,
    /// The newest frame of its first camera, JPEG.
    pub preview: watch::Receiver<Option<bytes::Bytes>>,
    /// The RFID reader beside it, where one is wired.
    pub tags: Option<TagReader>,
    stops: mpsc::Sender<LaneStop>,
    devices: Arc<LaneDevices>,
    beat_ms: Arc<AtomicU64>,
    clock: Clock,
}

impl LaneHandle {
    /// Drops the stop chain at once, past the lane's own task, and then tells the machine.
    pub fn stop(&self, stop: LaneStop) {
        if let Err(error) = self.devices.apply(Output::DropStop) {
            tracing::error!(lane = %self.lane, %error, "STOP was not accepted by the devices");
        }
        // A full queue means that stops wait already: the machine hears of one of them.
        let _ = self.stops.try_send(stop);
    }

    /// How long the lane's task has shown no sign of life.
    #[must_use]
    pub fn silent_for(&self) -> Duration {
        let now = micros(self.clock.monotonic()) / 1000;
        Duration::from_millis(now.saturating_sub(self.beat_ms.load(Ordering::Relaxed)))
    }

    /// How the lane's buses are.
    #[must_use]
    pub fn devices(&self) -> DeviceHealth {
        self.devices.health()
    }
}

/// Starts a lane. Its first step is that of a new life: nothing known, nothing granted.
///
/// # Errors
/// When its journal cannot be made.
pub fn start(parts: LaneParts) -> std::io::Result<(LaneHandle, JoinHandle<()>)> {
    let LaneParts { config, edge, data, outbox, clock, central, lists, eyes, stop } = parts;
    let journal = Journal::start(&data, &config.lane)?;
    let (kept, found) = remembered(&data, &config);
    let device_clock = clock.clone();
    let (devices, events) =
        LaneDevices::start(config.wiring.clone(), &DeviceClock::new(move || device_clock.monotonic()));
    let devices = Arc::new(devices);
    let (orders_in, orders) = mpsc::channel(ORDERS);
    let (stops_in, stops) = mpsc::channel(STOPS);
    let (told_in, told) = mpsc::channel(ORDERS);
    let now = from_micros(micros(clock.monotonic()));
    let both = config.wiring.other_end.is_some();
    let ends = Ends::new(config.direction, both, kept.and_then(|k| k.direction), config.barrier.clone());
    devices.turn(ends.turned());
    eyes.turned.send_replace(ends.turned());
    let birth = LaneBirth {
        lane: config.lane.clone(),
        direction: ends.direction(),
        mode: kept::mode_after_start(config.mode, kept.map(|k| k.mode)),
        barrier: config.barrier.clone(),
        session: new_session(),
    };
    let core = LaneCore::new(birth, now);
    let wellness = Wellness::new(eyes.cameras.clone());
    let view = watch::Sender::new(LaneView::of(&core, &[], clock.utc(), now));
    let beat_ms = Arc::new(AtomicU64::new(micros(now) / 1000));
    let handle = LaneHandle {
        lane: config.lane.clone(),
        view: view.subscribe(),
        orders: orders_in,
        preview: eyes.preview.clone(),
        tags: TagReader::of(&config.wiring),
        stops: stops_in,
        devices: devices.clone(),
        beat_ms: beat_ms.clone(),
        clock: clock.clone(),
    };
    let deciders = Deciders { edge, lane: config.lane.clone(), central, lists, clock: clock.clone() };
    let task = Runner {
        hands: Hands::new(config.lane.clone(), devices.clone()),
        lane: config.lane,
        core,
        journal,
        outbox,
        clock: clock.clone(),
        deciders,
        devices,
        watch: eyes.watch,
        ends,
        turned: eyes.turned,
        told: told_in,
        view,
        beat_ms,
        wellness,
        kept,
        since: (LaneState::Idle, clock.utc()),
        escalated: 0,
        route: None,
        answer: None,
    };
    let sources = Sources { events, orders, stops, told, sights: eyes.sights };
    let running = tokio::spawn(task.run(sources, found, stop));
    Ok((handle, running))
}

/// What an earlier life left, and the same in words. A memory that cannot be read counts as stopped.
fn remembered(data: &Path, config: &LaneConfig) -> (Option<Kept>, String) {
    match kept::read(&kept::path(data, &config.lane)) {
        Ok(None) => (None, "first start: no earlier life".to_owned()),
        Ok(Some(kept)) => {
            let stopped = if kept.stopped { "the stop chain was held dropped and stays so" } else { "not stopped" };
            let passage = kept.passage.map_or("no passage was open".to_owned(), |p| format!("passage {p} was open"));
            (Some(kept), format!("{stopped}; {passage}; all grants and commands of before are void"))
        }
        Err(why) => {
            let kept =
                Kept { stopped: true, mode: config.mode, passage: None, opened_by: OpenedBy::Nobody, direction: None };
            (Some(kept), format!("the lane's memory is of no use ({why}): it counts as stopped"))
        }
    }
}
