//! Keeps the pictures that vouch for what is told, before it is told. A picture that cannot be kept is
//! not named: the record shows none rather than one it cannot vouch for.

use std::collections::VecDeque;
use std::time::Instant;

use gate_camera::{Frame, jpeg};
use gate_core::ids::Sha256Hex;
use gate_core::reading::ReadingEvidence;
use gate_vision::Picture;

use crate::clock::Clock;
use crate::evidence::Evidence;

/// Quality of frames and of plates: of the latter every pixel counts.
const FRAME_QUALITY: u8 = 85;
const PLATE_QUALITY: u8 = 95;
/// Frames whose names are remembered.
const REMEMBERED: usize = 8;

/// Keeps pictures of one lane.
pub(super) struct Keeper {
    pub(super) evidence: Evidence,
    pub(super) clock: Clock,
    pub(super) lane: String,
    /// Names of frames kept last: a frame is known by when it came, to the nanosecond.
    pub(super) known: VecDeque<(Instant, u64, Sha256Hex)>,
}

impl Keeper {
    /// Keeps a frame; its name.
    pub(super) async fn frame(&mut self, frame: &Frame) -> Option<Sha256Hex> {
        let same = |known: &&(Instant, u64, Sha256Hex)| (known.0, known.1) == (frame.received, frame.number);
        if let Some((.., name)) = self.known.iter().find(same) {
            return Some(name.clone());
        }
        let name = self.picture(frame.picture.clone(), FRAME_QUALITY).await?;
        self.known.push_back((frame.received, frame.number, name.clone()));
        while self.known.len() > REMEMBERED {
            self.known.pop_front();
        }
        Some(name)
    }

    /// Keeps a frame and the plate cut out of it: both or neither is named.
    pub(super) async fn reading(&mut self, frame: &Frame, crop: &Picture) -> Option<ReadingEvidence> {
        let frame = self.frame(frame).await?;
        let plate = self.plate(crop).await?;
        Some(ReadingEvidence { frame, plate })
    }

    /// Keeps a plate that was cut out of a frame; its name.
    pub(super) async fn plate(&self, crop: &Picture) -> Option<Sha256Hex> {
        self.picture(crop.clone(), PLATE_QUALITY).await
    }

    async fn picture(&self, picture: Picture, quality: u8) -> Option<Sha256Hex> {
        let encoded = tokio::task::spawn_blocking(move || jpeg::encode(&picture, quality)).await;
        let kept = match encoded {
            Ok(Ok(bytes)) => self.evidence.keep(bytes, self.clock.utc()).await.map_err(|e| e.to_string()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        kept.map_err(|error| {
            metrics::counter!("edge_evidence_lost_total", "lane" => self.lane.clone()).increment(1);
            tracing::error!(lane = self.lane, error, "a picture is not kept; what is told goes without it");
        })
        .ok()
    }
}
