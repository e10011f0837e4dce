//! What sort of vehicle carries a plate, told by what surrounds the plate: also where the vehicle fills the
//! picture, and no detector of whole vehicles finds one.

use std::path::Path;
use std::time::Duration;

use gate_core::vehicle::VehicleClass;
use opencv::core::Rect;

use crate::error::{ModelError, VisionError};
use crate::geometry::{Area, Quad};
use crate::manifest::{Manifest, PLATE_CARRIER};
use crate::picture::Picture;
use crate::pixels::{self, Order, Views};
use crate::runtime::Network;
use crate::vehicle::{VehicleBox, color};

/// Side of the square input, in pixels.
const SIDE: usize = 160;
/// Width of the surroundings in plates, their least width in pixels, and by which share they reach
/// farther up than down: as the network was taught (`models/training/carriers.py`).
const REACH: f32 = 6.5;
const LEAST_WIDE: f32 = 8.0;
const ABOVE: f32 = 0.12;
/// With less of the square than this inside the picture, what carries the plate is not seen.
const LEAST_SEEN: f32 = 0.12;
/// A square that is wider than this in the smaller view, in pixels, need not be seen in the picture's full size.
const LARGE: f32 = 1.25 * SIDE as f32;
/// From this probability on the class counts by itself.
const SURE: f32 = 0.8;
/// The network's classes, in their order. A heavy vehicle of any sort is a lorry here.
const CLASSES: [VehicleClass; 3] = [VehicleClass::Car, VehicleClass::Lorry, VehicleClass::Motorcycle];

/// What carries a plate: car (or van), lorry (or any other heavy vehicle) or motorcycle.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Carrier {
    class: VehicleClass,
    /// Probability of the class.
    confidence: f32,
    /// As much of the surroundings as lies in the picture.
    seen: Area,
}

/// Tells what carries a plate.
pub(crate) struct Carriers {
    network: Network,
    input: Vec<f32>,
}

impl Carriers {
    pub(crate) fn open(manifest: &Manifest, folder: &Path, library: Option<&Path>) -> Result<Self, ModelError> {
        let (_, bytes) = manifest.load(folder, PLATE_CARRIER)?;
        let network = Network::open(PLATE_CARRIER, &bytes, library)?;
        network.check("images", &[1, 3, SIDE as i64, SIDE as i64], &["classes"])?;
        Ok(Self { network, input: Vec::new() })
    }

    /// Time that the network's runs took so far.
    pub(crate) fn ran(&self) -> Duration {
        self.network.ran()
    }

    /// The vehicle that carries the plate with these corners, an index into `vehicles`: the box around it, its
    /// class set right where the surroundings say otherwise, or a new one where no box was found.
    pub(crate) fn carrying(
        &mut self,
        views: &Views<'_>,
        corners: Quad,
        vehicles: &mut Vec<VehicleBox>,
    ) -> Result<Option<usize>, VisionError> {
        let body = around(corners, vehicles);
        let Some(carrier) = self.tell(views, corners)? else { return Ok(body) };
        let Some(boxed) = body.and_then(|n| vehicles.get_mut(n)) else {
            if carrier.confidence < SURE {
                return Ok(None);
            }
            let (class, confidence) = (carrier.class, carrier.confidence);
            let color = color::of(views.picture, carrier.seen)?;
            vehicles.push(VehicleBox { class, confidence, area: carrier.seen, color });
            return Ok(Some(vehicles.len() - 1));
        };
        settle(boxed, carrier);
        Ok(body)
    }

    /// What the surroundings of a plate say; nothing where they are hardly seen.
    fn tell(&mut self, views: &Views<'_>, corners: Quad) -> Result<Option<Carrier>, VisionError> {
        let square = surroundings(corners);
        let whole = Area::whole(views.picture.width, views.picture.height);
        if square.share_in(whole) < LEAST_SEEN {
            return Ok(None);
        }
        let (smaller, times) = views.smaller();
        let large = square.divided(times).width > LARGE;
        let (seen, times) = if large { (smaller, times) } else { (views.picture, [1.0, 1.0]) };
        let (rect, place) = placed(seen, square.divided(times));
        pixels::lay_at(seen, rect, place, (SIDE, SIDE), Order::Bgr, &mut self.input)?;
        let [output] = self.network.run([1, 3, SIDE, SIDE], &self.input, ["classes"])?;
        let told = output.values.iter().copied().zip(CLASSES).filter(|(p, _)| p.is_finite());
        let best = told.max_by(|a, b| a.0.total_cmp(&b.0));
        let seen = square.common(whole);
        Ok(best.map(|(confidence, class)| Carrier { class, confidence: confidence.clamp(0.0, 1.0), seen }))
    }
}

/// Brings a box and the surroundings of its plate together. The box tells which sort of heavy vehicle it is; whether
/// it is one at all, the surroundings tell better. Where they are not sure either, the box counts for less.
fn settle(body: &mut VehicleBox, carrier: Carrier) {
    if weight_class(body.class) == weight_class(carrier.class) {
        body.confidence = body.confidence.max(carrier.confidence);
    } else if carrier.confidence >= SURE {
        (body.class, body.confidence) = (carrier.class, carrier.confidence);
    } else {
        body.confidence = body.confidence.min(1.0 - carrier.confidence);
    }
}

/// Light, heavy or two-wheeled: what the surroundings of a plate can tell apart.
fn weight_class(class: VehicleClass) -> u8 {
    match class {
        VehicleClass::Car | VehicleClass::Van => 0,
        VehicleClass::Bus | VehicleClass::Lorry | VehicleClass::ContainerLorry | VehicleClass::Tractor => 1,
        VehicleClass::Motorcycle => 2,
        VehicleClass::Person => 3,
    }
}

/// The smallest vehicle whose box holds nearly all of a plate.
pub(crate) fn around(corners: Quad, vehicles: &[VehicleBox]) -> Option<usize> {
    let plate = corners.around();
    vehicles
        .iter()
        .enumerate()
        .filter(|(_, v)| v.class != VehicleClass::Person && plate.share_in(v.area) > 0.7)
        .min_by(|a, b| a.1.area.size().total_cmp(&b.1.area.size()))
        .map(|(n, _)| n)
}

/// The square around a plate; parts of it may lie outside the picture.
fn surroundings(corners: Quad) -> Area {
    let side = (corners.width() * REACH).max(LEAST_WIDE);
    let [x, y] = corners.0.iter().fold([0.0; 2], |sum, p| [sum[0] + p[0] / 4.0, sum[1] + p[1] / 4.0]);
    Area { x: x - side / 2.0, y: y - side * (0.5 + ABOVE), width: side, height: side }
}

/// The pixels of the picture that lie in the square, and where in the input they come to lie.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "bounded by the input's side")]
fn placed(picture: &Picture, square: Area) -> (Rect, Rect) {
    let seen = square.common(Area::whole(picture.width, picture.height));
    let rect = pixels::whole_pixels(seen, picture);
    let scale = SIDE as f32 / square.width;
    let at = |v: i32, edge: f32| (v as f32 - edge) * scale;
    let begin = |v: i32, edge: f32| (at(v, edge).round() as i32).clamp(0, SIDE as i32 - 1);
    let (x, y) = (begin(rect.x, square.x), begin(rect.y, square.y));
    let end = |v: i32, edge: f32, begin: i32| (at(v, edge).round() as i32).clamp(begin + 1, SIDE as i32);
    let (right, bottom) = (end(rect.x + rect.width, square.x, x), end(rect.y + rect.height, square.y, y));
    (rect, Rect::new(x, y, right - x, bottom - y))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plate(x: f32, y: f32, width: f32) -> Quad {
        Quad::of(Area { x, y, width, height: width / 4.0 })
    }

    fn body(class: VehicleClass, area: Area) -> VehicleBox {
        VehicleBox { class, confidence: 0.5, area, color: None }
    }

    #[test]
    fn a_plate_hangs_on_the_smallest_vehicle_around_it() {
        let large = Area { x: 0.0, y: 0.0, width: 500.0, height: 400.0 };
        let small = Area { x: 50.0, y: 100.0, width: 200.0, height: 200.0 };
        let all = [body(VehicleClass::Lorry, large), body(VehicleClass::Car, small), body(VehicleClass::Person, small)];
        assert_eq!(around(plate(100.0, 200.0, 60.0), &all), Some(1));
        assert_eq!(around(plate(300.0, 200.0, 60.0), &all), Some(0));
        assert_eq!(around(plate(600.0, 200.0, 60.0), &all), None);
    }

    #[test]
    fn surroundings_that_are_sure_set_a_box_right_and_unsure_ones_take_its_word_away() {
        use VehicleClass::{Bus, Car, Lorry, Motorcycle};
        for (seen, class, confidence, asked) in [
            (Bus, Lorry, 0.6, (Bus, 0.6)),
            (Lorry, Car, 0.95, (Car, 0.95)),
            (Car, Lorry, 0.95, (Lorry, 0.95)),
            (Car, Lorry, 0.7, (Car, 0.3)),
            (Car, Motorcycle, 0.45, (Car, 0.5)),
        ] {
            let mut one = body(seen, Area::default());
            settle(&mut one, Carrier { class, confidence, seen: Area::default() });
            assert!(one.class == asked.0 && (one.confidence - asked.1).abs() < 1e-6, "{seen:?} {class:?}: {one:?}");
        }
    }

    #[test]
    fn the_surroundings_lie_around_the_plate_and_more_above_it() {
        let square = surroundings(plate(600.0, 500.0, 100.0));
        assert_eq!((square.width, square.height), (650.0, 650.0));
        assert_eq!(square.x, 650.0 - 325.0);
        assert!((square.y - (512.5 - 403.0)).abs() < 1e-3);
    }

    #[test]
    fn what_lies_outside_the_picture_stays_grey() {
        let picture = Picture::from_bgr(400, 300, vec![9; 400 * 300 * 3]).unwrap();
        // A plate that is half the picture: the square reaches beyond it on all sides.
        let (rect, place) = placed(&picture, surroundings(plate(100.0, 125.0, 200.0)));
        assert_eq!((rect.x, rect.y, rect.width, rect.height), (0, 0, 400, 300));
        assert_eq!((place.x, place.width), (55, 50));
        assert_eq!((place.y, place.height), (81, 37));
        let mut input = Vec::new();
        pixels::lay_at(&picture, rect, place, (SIDE, SIDE), Order::Bgr, &mut input).unwrap();
        let at = |x: usize, y: usize| input[y * SIDE + x];
        assert_eq!((at(0, 0), at(80, 100), at(159, 159)), (114.0, 9.0, 114.0));
    }

    #[test]
    fn a_plate_beyond_the_picture_breaks_nothing() {
        let picture = Picture::from_bgr(40, 30, vec![9; 40 * 30 * 3]).unwrap();
        for corners in [plate(-500.0, -500.0, 10.0), plate(900.0, 10.0, 1.0), plate(5.0, 5.0, 4000.0)] {
            let (rect, place) = placed(&picture, surroundings(corners));
            assert!(rect.width > 0 && rect.height > 0 && place.width > 0 && place.height > 0);
            pixels::lay_at(&picture, rect, place, (SIDE, SIDE), Order::Bgr, &mut Vec::new()).unwrap();
        }
    }
}
