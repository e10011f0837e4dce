//! Second, closer looks: a find that is small in the detector's view is looked at again in its own
//! window, for better corners; a vehicle without a plate in a large picture is looked at by itself.

use gate_core::vehicle::VehicleClass;

use super::detect::{Found, WHOLE, What};
use crate::geometry::{Area, Quad};
use crate::vehicle::VehicleBox;

/// A find shorter than this in the detector's view is looked at again, as the training's own pipeline does.
const SMALL: f32 = 110.0;
/// Its window reaches so many times its longest side from its middle, to each side and up and down.
const REACH: [f32; 2] = [1.6, 0.96];
/// The least half of a window's width, in pixels of the picture.
const LEAST_REACH: f32 = 24.0;
/// A closer find is the same when the two overlap by more than this.
const SAME: f32 = 0.35;
/// Most finds looked at again in one picture.
pub(crate) const MOST_AGAIN: usize = 3;
/// Most vehicles looked at by themselves.
const MOST_BODIES: usize = 2;
/// Pictures that shrink less need no look at single vehicles.
const LEAST_SCALE: f32 = 1.25;
/// A vehicle must come out larger by at least this factor.
const LEAST_GAIN: f32 = 1.4;

/// Picture pixels per input pixel of an area.
fn scale_of(area: Area) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "the input's sides")]
    (area.width / WHOLE.0 as f32).max(area.height / WHOLE.1 as f32)
}

/// The window in which a small find is looked at again; `None` for one that was seen large enough.
pub(crate) fn window(found: &Found, whole: Area) -> Option<Area> {
    if found.seen >= SMALL {
        return None;
    }
    let around = found.corners.around();
    let longest = around.width.max(around.height).max(LEAST_REACH / REACH[0]);
    let (reach_x, reach_y) = (longest * REACH[0], longest * REACH[1]);
    let [x, y] = middle(found.corners);
    let window = Area { x: x - reach_x, y: y - reach_y, width: 2.0 * reach_x, height: 2.0 * reach_y };
    Some(window.common(whole)).filter(|w| w.width >= 8.0 && w.height >= 8.0)
}

fn middle(corners: Quad) -> [f32; 2] {
    let sum = corners.0.iter().fold([0.0; 2], |s, p| [s[0] + p[0], s[1] + p[1]]);
    [sum[0] / 4.0, sum[1] / 4.0]
}

/// The find as the closer look saw it, or as it was when the closer look did not find it.
pub(crate) fn refined(first: Found, closer: &[Found]) -> Found {
    let same = |c: &&Found| c.what == first.what && c.corners.around().overlap(first.corners.around()) > SAME;
    closer.iter().find(same).map_or(first, |c| Found { score: first.score.max(c.score), ..*c })
}

/// Vehicles to look at by themselves, the largest first: those in a large picture on which nothing was
/// found. Without any vehicle or find: the middle of the lower part, where a vehicle's plate would be.
pub(crate) fn bodies(whole: Area, vehicles: &[VehicleBox], found: &[Found]) -> Vec<Area> {
    let scale = scale_of(whole);
    if scale < LEAST_SCALE {
        return Vec::new();
    }
    let plates: Vec<Area> = found.iter().filter(|f| f.what == What::Plate).map(|f| f.corners.around()).collect();
    let mut bodies: Vec<&VehicleBox> = vehicles.iter().filter(|v| v.class != VehicleClass::Person).collect();
    bodies.sort_by(|a, b| b.area.size().total_cmp(&a.area.size()));
    let mut parts: Vec<Area> = Vec::new();
    for body in bodies {
        let part = towards_plate(body.area, scale, whole);
        let bare = !plates.iter().any(|p| p.share_in(body.area) > 0.7);
        let covered = parts.iter().any(|p| part.share_in(*p) > 0.8);
        if parts.len() < MOST_BODIES && bare && !covered && scale_of(part) * LEAST_GAIN <= scale {
            parts.push(part);
        }
    }
    if parts.is_empty() && plates.is_empty() {
        let middle =
            Area { x: whole.width * 0.2, y: whole.height * 0.4, width: whole.width * 0.6, height: whole.height * 0.6 };
        parts.push(middle);
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

#[cfg(test)]
mod tests {
    use super::*;

    const FULL_HD: Area = Area { x: 0.0, y: 0.0, width: 1920.0, height: 1080.0 };

    fn lorry(area: Area) -> VehicleBox {
        VehicleBox { class: VehicleClass::Lorry, confidence: 0.9, area, color: None }
    }

    fn plate(area: Area, score: f32) -> Found {
        Found { what: What::Plate, score, corners: Quad::of(area), seen: area.width / 3.0 }
    }

    #[test]
    fn small_pictures_and_vehicles_with_a_plate_need_no_look_of_their_own() {
        let small = Area::whole(640, 360);
        assert!(bodies(small, &[lorry(small)], &[]).is_empty());
        let body = Area { x: 500.0, y: 200.0, width: 700.0, height: 600.0 };
        let large = plate(Area { x: 700.0, y: 600.0, width: 240.0, height: 70.0 }, 0.9);
        assert!(bodies(FULL_HD, &[lorry(body)], &[large]).is_empty());
    }

    #[test]
    fn a_vehicle_without_a_plate_is_looked_at_closer() {
        let body = Area { x: 500.0, y: 200.0, width: 700.0, height: 500.0 };
        let [part] = bodies(FULL_HD, &[lorry(body)], &[])[..] else { panic!() };
        assert!(body.share_in(part) > 0.99);
        let filling = Area { x: 100.0, y: 0.0, width: 1500.0, height: 1080.0 };
        let [part] = bodies(FULL_HD, &[lorry(filling)], &[])[..] else { panic!() };
        assert!(part.y > 400.0 && scale_of(part) < scale_of(FULL_HD) / 1.3);
    }

    #[test]
    fn a_small_find_is_looked_at_again_around_itself() {
        let far = plate(Area { x: 900.0, y: 600.0, width: 90.0, height: 26.0 }, 0.6);
        let part = window(&far, FULL_HD).unwrap();
        assert!((part.width - 288.0).abs() < 0.1 && far.corners.around().share_in(part) > 0.99);
        assert_eq!(window(&Found { seen: 120.0, ..far }, FULL_HD), None);
        let edge = plate(Area { x: 0.0, y: 0.0, width: 60.0, height: 20.0 }, 0.6);
        assert!(window(&edge, FULL_HD).unwrap().x >= 0.0);
    }

    #[test]
    fn the_closer_find_replaces_the_first_only_where_it_is_the_same() {
        let far = plate(Area { x: 900.0, y: 600.0, width: 90.0, height: 26.0 }, 0.6);
        let closer = plate(Area { x: 898.0, y: 601.0, width: 94.0, height: 27.0 }, 0.5);
        assert_eq!(refined(far, &[closer]), Found { score: 0.6, ..closer });
        let beside = plate(Area { x: 1010.0, y: 600.0, width: 90.0, height: 26.0 }, 0.9);
        assert_eq!(refined(far, &[beside]), far);
        assert_eq!(refined(far, &[Found { what: What::Code, ..closer }]), far);
    }
}
