//! What a lane holds of its cameras: channels, so that the lane works the same with cameras, without, and
//! in tests.

use bytes::Bytes;
use gate_core::ids::PassageId;
use tokio::sync::{mpsc, watch};

use super::view::CameraView;
use crate::sight::{Seen, Watched};

/// The cameras of one lane.
pub struct LaneEyes {
    /// The vehicle to look at; `None` lets them rest.
    pub watch: watch::Sender<Option<Watched>>,
    /// Whether vehicles come from the end that is not the configured one: what sees their front then, sees their rear
    /// otherwise.
    pub turned: watch::Sender<bool>,
    /// What they tell, with the passage that it is about.
    pub sights: mpsc::Receiver<(PassageId, Seen)>,
    /// How they are.
    pub cameras: watch::Receiver<Vec<CameraView>>,
    /// The newest frame, JPEG.
    pub preview: watch::Receiver<Option<Bytes>>,
}

impl LaneEyes {
    /// A lane without a camera: nothing is ever seen, and every vehicle is an officer's.
    #[must_use]
    pub fn none() -> Self {
        let (_, sights) = mpsc::channel(1);
        Self {
            watch: watch::Sender::new(None),
            turned: watch::Sender::new(false),
            sights,
            cameras: watch::Sender::new(Vec::new()).subscribe(),
            preview: watch::Sender::new(None).subscribe(),
        }
    }
}

/// Faults with which a lane may not open by itself: what is seen may be nothing, or old, or another lane.
const BLINDS: [&str; 7] = [
    "camera_lost",
    "camera_frozen",
    "camera_black",
    "camera_covered",
    "camera_wrong_size",
    "camera_turned",
    "models_missing",
];

/// Whether a lane with this fault may not open by itself.
pub(crate) fn blinds(code: &str) -> bool {
    BLINDS.contains(&code)
}
