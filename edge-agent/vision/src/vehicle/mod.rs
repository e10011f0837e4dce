//! Vehicles in a picture: class, area, and the colour that a person would name.

mod carrier;
mod color;
mod decode;

use std::path::Path;

use gate_core::vehicle::VehicleClass;
use serde::Serialize;

use crate::error::{ModelError, VisionError};
use crate::geometry::Area;
use crate::manifest::{Manifest, VEHICLE_DETECTOR};
use crate::picture::Picture;
use crate::pixels::{self, Order};
use crate::runtime::Network;

pub(crate) use carrier::Carriers;

/// Side of the detector's square input, in pixels.
const SIDE: usize = 416;
/// A picture whose shorter side is at least this is halved first, in pixels.
const LARGE: u32 = 900;
/// Least score where the manifest names none.
const MIN_SCORE: f32 = 0.3;

/// The colour of a vehicle's body as a person would name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyColor {
    /// White.
    White,
    /// Grey or silver.
    Grey,
    /// Black.
    Black,
    /// Red.
    Red,
    /// Orange.
    Orange,
    /// Brown.
    Brown,
    /// Yellow.
    Yellow,
    /// Green.
    Green,
    /// Blue.
    Blue,
    /// Purple or pink.
    Purple,
}

impl BodyColor {
    /// Every colour.
    pub const ALL: [Self; 10] = [
        Self::White,
        Self::Grey,
        Self::Black,
        Self::Red,
        Self::Orange,
        Self::Brown,
        Self::Yellow,
        Self::Green,
        Self::Blue,
        Self::Purple,
    ];
}

/// One vehicle or person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VehicleBox {
    /// What it is. The detector knows car, bus, lorry, motorcycle and person; a lorry becomes a
    /// container lorry when a container's number was read on it.
    pub class: VehicleClass,
    /// Score of the detector, 0 to 1.
    pub confidence: f32,
    /// Where, in pixels of the picture.
    pub area: Area,
    /// The body's colour; `None` when it could not be told, and for persons.
    pub color: Option<BodyColor>,
}

/// The detector of vehicles.
pub(crate) struct Detector {
    network: Network,
    min_score: f32,
    input: Vec<f32>,
}

impl Detector {
    pub(crate) fn open(manifest: &Manifest, folder: &Path, library: Option<&Path>) -> Result<Self, ModelError> {
        let (model, bytes) = manifest.load(folder, VEHICLE_DETECTOR)?;
        let network = Network::open(VEHICLE_DETECTOR, &bytes, library)?;
        network.check("images", &[1, 3, SIDE as i64, SIDE as i64], &["output"])?;
        Ok(Self { network, min_score: model.min_score.unwrap_or(MIN_SCORE), input: Vec::new() })
    }

    /// Vehicles and persons, best first.
    pub(crate) fn find(&mut self, picture: &Picture) -> Result<Vec<VehicleBox>, VisionError> {
        let whole = Area::whole(picture.width, picture.height);
        let half = if picture.width.min(picture.height) >= LARGE { pixels::halved(picture)? } else { None };
        let (seen, times) = half.as_ref().map_or((picture, [1.0, 1.0]), |half| {
            let part = Area::whole(half.width, half.height);
            (half, [whole.width / part.width, whole.height / part.height])
        });
        let part = Area::whole(seen.width, seen.height);
        let laid = pixels::lay(seen, part, (SIDE, SIDE), Order::Bgr, &mut self.input)?;
        let [output] = self.network.run([1, 3, SIDE, SIDE], &self.input, ["output"])?;
        let found = decode::decode(&output.values, SIDE, self.min_score);
        let mut boxes = Vec::with_capacity(found.len());
        for one in decode::suppress(found) {
            let area = Area {
                x: one.area.x * laid.scale * times[0],
                y: one.area.y * laid.scale * times[1],
                width: one.area.width * laid.scale * times[0],
                height: one.area.height * laid.scale * times[1],
            }
            .common(whole);
            if area.size() < 1.0 {
                continue;
            }
            let color = if one.class == VehicleClass::Person { None } else { color::of(picture, area)? };
            boxes.push(VehicleBox { class: one.class, confidence: one.score, area, color });
        }
        Ok(boxes)
    }
}
