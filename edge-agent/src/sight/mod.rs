//! From cameras to what the lane machine hears: frames of the watched vehicle are looked at by a shared
//! pool of eyes, looks are fused per plate, and what they amount to is told with its evidence.
//!
//! ```text
//! camera --newest frame--> seat --pool of eyes--> look --passage--> told --evidence kept--> lane
//! ```
//!
//! - Latest frame wins at every step; a slow machine looks at fewer frames, never at older ones.
//! - [`LaneSight::watch`] says which passage and track to look at. A frame from before that word is never
//!   looked at: it may show the vehicle before.
//! - [`LaneSight::sights`] gives `(passage, Seen)`: [`Seen::Sight`] is the lane machine's
//!   `LaneInput::Sight`, [`Seen::TrackChanged`] its `LaneInput::TrackChanged` (a surely different plate
//!   stands where the one read stood). After the latter nothing more is told until a new track is watched.
//! - The frame that was read and the plate cut out of it are kept as evidence **before** the reading is told.
//! - When a vehicle is gone, the fates of all looks at it are reported for the record.
//! - Models on trial ([`Trial`]) see a share of the frames after the lane was told of them, and only report.
//! - A reading is told as ready once per text: when more looks would not change it, or, probable enough and
//!   read twice, when a second of looking made it no surer. A text that is not probable enough never is.

mod class;
mod codes;
mod fates;
mod keep;
mod lane;
mod looked;
mod passage;
mod plates;
mod pool;
mod preview;
mod shadow;
mod tally;

use std::time::Instant;

use bytes::Bytes;
use gate_camera::{CameraConfig, CameraState, WorkerProgram};
use gate_core::ids::{LaneId, PassageId, TrackId};
use gate_core::lane::effect::Sight;
use gate_core::message::event::EventBody;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

pub use pool::{EyesPool, Looks};
pub use shadow::Trial;

use crate::clock::Clock;
use crate::evidence::Evidence;

/// What the cameras have told and the lane has not yet heard, at most.
const UNHEARD: usize = 64;

/// What is put on the record beside what the lane itself records: no machine hears of it.
pub type Report = (LaneId, PassageId, EventBody);

/// Which vehicle is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watched {
    /// Its passage.
    pub passage: PassageId,
    /// Its track.
    pub track: TrackId,
}

/// What the cameras tell of a passage.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// Something about its vehicle.
    Sight(Sight),
    /// Another vehicle stands where the one that was read stood.
    TrackChanged,
}

/// What a lane's sight needs.
pub struct SightOrder {
    /// Whose cameras, for logs and metrics.
    pub lane: LaneId,
    /// The cameras, the one for the preview first; their problems are none.
    pub cameras: Vec<CameraConfig>,
    /// Who looks.
    pub eyes: EyesPool,
    /// Models on trial beside them.
    pub trial: Option<Trial>,
    /// What goes on the record by itself; a report that finds no room is dropped.
    pub reports: mpsc::Sender<Report>,
    /// Where pictures are kept.
    pub evidence: Evidence,
    /// Time.
    pub clock: Clock,
    /// Who decodes: the agent's own binary with `camera-worker`.
    pub worker: WorkerProgram,
    /// Ends it.
    pub stop: CancellationToken,
}

/// The sight of one lane.
pub struct LaneSight {
    /// The vehicle to look at; `None` lets the cameras rest.
    pub watch: watch::Sender<Option<Watched>>,
    /// Whether vehicles come from the end that is not the configured one.
    pub turned: watch::Sender<bool>,
    /// What they tell.
    pub sights: mpsc::Receiver<(PassageId, Seen)>,
    /// How they are, in the order of the configuration.
    pub cameras: watch::Receiver<Vec<CameraState>>,
    /// The newest frame as a small JPEG, about twice a second: the first camera's, or, turned, that of the first one that
    /// sees vehicles from the other end.
    pub preview: watch::Receiver<Option<Bytes>>,
    /// Ends when all workers are gone, after the order's `stop`.
    pub task: tokio::task::JoinHandle<()>,
}

/// A watched vehicle and since when.
type Since = Option<(Watched, Instant)>;

/// Starts a lane's cameras. Must be called within a Tokio runtime.
#[must_use]
pub fn start(order: SightOrder) -> LaneSight {
    let (watch, watched) = watch::channel(None);
    let (turned, turns) = watch::channel(false);
    let (sights_in, sights) = mpsc::channel(UNHEARD);
    let (cameras_in, cameras) = watch::channel(Vec::new());
    let (preview_in, preview) = watch::channel(None);
    let task = tokio::spawn(lane::run(
        order,
        (watched, turns),
        lane::Outs { sights: sights_in, cameras: cameras_in, preview: preview_in },
    ));
    LaneSight { watch, turned, sights, cameras, preview, task }
}

#[cfg(test)]
mod tests;
