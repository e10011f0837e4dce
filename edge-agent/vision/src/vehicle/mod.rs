//! Vehicles in a picture: class, area, and the colour that a person would name.

mod carrier;
mod color;
mod decode;

use std::path::Path;
use std::time::Duration;

use gate_core::vehicle::VehicleClass;
use serde::Serialize;

use crate::error::{ModelError, VisionError};
use crate::geometry::Area;
use crate::manifest::{Manifest, VEHICLE_DETECTOR};
use crate::pixels::{self, Order, Views};
use crate::runtime::Network;

pub(crate) use carrier::{Carriers, around};

/// The longer side of the detector's input, in pixels; the shorter one is the next multiple of [`STEP`].
const SIDE: usize = 416;
/// The detector's coarsest stride.
const STEP: usize = 32;
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
        network.check("images", &[1, 3, -1, -1], &["output"])?;
        Ok(Self { network, min_score: model.min_score.unwrap_or(MIN_SCORE), input: Vec::new() })
    }

    /// Time that the network's runs took so far.
    pub(crate) fn ran(&self) -> Duration {
        self.network.ran()
    }

    /// Vehicles and persons, best first.
    pub(crate) fn find(&mut self, views: &Views<'_>) -> Result<Vec<VehicleBox>, VisionError> {
        let whole = Area::whole(views.picture.width, views.picture.height);
        let (seen, times) = views.smaller();
        let part = Area::whole(seen.width, seen.height);
        let (width, height) = input_size(part);
        let laid = pixels::lay(seen, part, (width, height), Order::Bgr, &mut self.input)?;
        let [output] = self.network.run([1, 3, height, width], &self.input, ["output"])?;
        if output.shape.last() != Some(&decode::VALUES) {
            let why = format!("output {:?}, asked is [1, N, {}]", output.shape, decode::VALUES);
            return Err(VisionError::Inference { name: VEHICLE_DETECTOR, why });
        }
        let found = decode::decode(&output.values, (width, height), self.min_score);
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
            let color = if one.class == VehicleClass::Person { None } else { color::of(views.picture, area)? };
            boxes.push(VehicleBox { class: one.class, confidence: one.score, area, color });
        }
        Ok(boxes)
    }
}

/// Width and height of the input that a picture just fits.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "at most SIDE"
)]
fn input_size(picture: Area) -> (usize, usize) {
    let fit = SIDE as f32 / picture.width.max(picture.height);
    let side = |v: f32| ((v * fit).ceil() as usize).next_multiple_of(STEP).clamp(STEP, SIDE);
    (side(picture.width), side(picture.height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_input_is_as_large_as_the_picture_needs() {
        for (picture, asked) in [
            ((1920, 1080), (416, 256)),
            ((400, 644), (288, 416)),
            ((640, 480), (416, 320)),
            ((500, 500), (416, 416)),
            ((4000, 3), (416, 32)),
        ] {
            assert_eq!(input_size(Area::whole(picture.0, picture.1)), asked, "{picture:?}");
        }
    }
}
