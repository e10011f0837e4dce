//! Where a second, closer look pays: a large picture shrinks so far that small plates are lost or their
//! corners grow coarse.

use gate_core::vehicle::VehicleClass;

use super::detect::{Found, HEIGHT, WIDTH, What};
use crate::geometry::Area;
use crate::vehicle::VehicleBox;

/// Most closer looks at one picture: they cost as much as the first.
const MOST: usize = 2;
/// A plate this high in the detector's input has good corners.
const GOOD_HEIGHT: f32 = 18.0;
/// Pictures that shrink less need no closer look.
const LEAST_SCALE: f32 = 1.25;
/// A part must come out larger by at least this factor.
const LEAST_GAIN: f32 = 1.4;

/// Picture pixels per input pixel of an area.
fn scale_of(area: Area) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "the input's sides")]
    (area.width / WIDTH as f32).max(area.height / HEIGHT as f32)
}

/// Parts of the picture to look at again, the most promising first.
pub(crate) fn parts(whole: Area, vehicles: &[VehicleBox], found: &[Found]) -> Vec<Area> {
    let scale = scale_of(whole);
    if scale < LEAST_SCALE {
        return Vec::new();
    }
    let plates: Vec<Area> = found.iter().filter(|f| f.what == What::Plate).map(|f| f.corners.around()).collect();
    let mut parts: Vec<Area> = Vec::new();
    let mut add = |part: Area| {
        let covered = parts.iter().any(|p| part.share_in(*p) > 0.8);
        if parts.len() < MOST && !covered && part.size() > 1.0 && scale_of(part) * LEAST_GAIN <= scale {
            parts.push(part);
        }
    };
    let mut bodies: Vec<&VehicleBox> = vehicles.iter().filter(|v| v.class != VehicleClass::Person).collect();
    bodies.sort_by(|a, b| b.area.size().total_cmp(&a.area.size()));
    for body in bodies {
        if !plates.iter().any(|p| p.share_in(body.area) > 0.7) {
            add(towards_plate(body.area, scale, whole));
        }
    }
    let mut small: Vec<&Area> = plates.iter().filter(|p| p.height / scale < GOOD_HEIGHT).collect();
    small.sort_by(|a, b| b.size().total_cmp(&a.size()));
    for plate in small {
        add(window(*plate, whole));
    }
    if vehicles.is_empty() && plates.is_empty() {
        // Nothing at all: the middle of the lower part, where a vehicle's plate would be.
        let middle = Area {
            x: whole.x + whole.width * 0.2,
            y: whole.height * 0.4,
            width: whole.width * 0.6,
            height: whole.height * 0.6,
        };
        add(middle);
    }
    parts
}

/// A vehicle's box, or its lower middle where the whole box would come out no larger than before: plates
/// hang low and seldom at the side.
fn towards_plate(body: Area, scale: f32, whole: Area) -> Area {
    let body = body.grown(0.04, whole);
    if scale_of(body) * LEAST_GAIN <= scale {
        return body;
    }
    let low = Area { y: body.y + body.height * 0.45, height: body.height * 0.55, ..body };
    if scale_of(low) * LEAST_GAIN <= scale {
        return low;
    }
    Area { x: low.x + low.width * 0.15, width: low.width * 0.7, ..low }
}

/// A window around a plate in which it comes out at its own size, or as large as it needs.
fn window(plate: Area, whole: Area) -> Area {
    #[expect(clippy::cast_precision_loss, reason = "the input's sides")]
    let (width, height) = ((WIDTH as f32).max(plate.width * 2.5), (HEIGHT as f32).max(plate.height * 2.5));
    let (x, y) = (plate.x + plate.width / 2.0 - width / 2.0, plate.y + plate.height / 2.0 - height / 2.0);
    Area { x, y, width, height }.common(whole)
}

/// The finds of all looks: where a closer look found something, it counts and the first does not.
pub(crate) fn merge(first: Vec<Found>, closer: Vec<Found>) -> Vec<Found> {
    let mut all = super::detect::suppress(closer);
    let kept = all.len();
    for one in first {
        let area = one.corners.around();
        let known = all[..kept].iter().any(|c| {
            let same_sort = (c.what == What::Plate) == (one.what == What::Plate);
            same_sort && (c.corners.around().overlap(area) > 0.2 || area.share_in(c.corners.around()) > 0.6)
        });
        if !known {
            all.push(one);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Quad;

    const FULL_HD: Area = Area { x: 0.0, y: 0.0, width: 1920.0, height: 1080.0 };

    fn lorry(area: Area) -> VehicleBox {
        VehicleBox { class: VehicleClass::Lorry, confidence: 0.9, area, color: None }
    }

    fn plate(area: Area, score: f32) -> Found {
        Found { what: What::Plate, score, corners: Quad::of(area) }
    }

    #[test]
    fn small_pictures_and_large_plates_need_none() {
        let small = Area::whole(640, 360);
        assert!(parts(small, &[lorry(small)], &[]).is_empty());
        let body = Area { x: 500.0, y: 200.0, width: 700.0, height: 600.0 };
        let large = plate(Area { x: 700.0, y: 600.0, width: 240.0, height: 70.0 }, 0.9);
        assert!(parts(FULL_HD, &[lorry(body)], &[large]).is_empty());
    }

    #[test]
    fn a_vehicle_without_a_plate_is_looked_at_closer() {
        let body = Area { x: 500.0, y: 200.0, width: 700.0, height: 500.0 };
        let [part] = parts(FULL_HD, &[lorry(body)], &[])[..] else { panic!() };
        assert!(body.share_in(part) > 0.99);
        let filling = Area { x: 100.0, y: 0.0, width: 1500.0, height: 1080.0 };
        let [part] = parts(FULL_HD, &[lorry(filling)], &[])[..] else { panic!() };
        assert!(part.y > 400.0 && scale_of(part) < scale_of(FULL_HD) / 1.3);
    }

    #[test]
    fn a_small_plate_is_looked_at_in_its_own_size_and_replaces_the_first_find() {
        let far = plate(Area { x: 900.0, y: 600.0, width: 90.0, height: 26.0 }, 0.6);
        let [part] = parts(FULL_HD, &[], &[far])[..] else { panic!() };
        assert!((scale_of(part) - 1.0).abs() < 0.01 && far.corners.around().share_in(part) > 0.99);
        let closer = plate(Area { x: 898.0, y: 601.0, width: 94.0, height: 27.0 }, 0.5);
        assert_eq!(merge(vec![far], vec![closer]), [closer]);
        assert_eq!(merge(vec![far], vec![]), [far]);
        assert!(parts(FULL_HD, &[], &[]).len() <= MOST);
    }
}
