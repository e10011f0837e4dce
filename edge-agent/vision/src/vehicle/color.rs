//! The colour of a vehicle's body: what most of the middle of its area looks like.
//!
//! A plain count of pixels by hue, saturation and brightness over the middle of the box, where glass,
//! road and sky are fewest. It is told to people and never decides anything.

use opencv::core::{Mat, Size};
use opencv::imgproc;
use opencv::prelude::*;

use super::BodyColor;
use crate::geometry::Area;
use crate::picture::Picture;
use crate::pixels::{as_mat, whole_pixels};

/// So many pixels a side are counted, evenly spread over the middle.
const SIDE: i32 = 32;
/// The colour must hold this share of the pixels, else it is not told.
const LEAST: f32 = 0.28;

/// The colour of the vehicle in `area`; `None` when no colour holds enough of it.
pub(super) fn of(picture: &Picture, area: Area) -> opencv::Result<Option<BodyColor>> {
    let middle = Area {
        x: area.x + area.width * 0.2,
        y: area.y + area.height * 0.25,
        width: area.width * 0.6,
        height: area.height * 0.5,
    };
    let mat = as_mat(picture)?;
    let part = Mat::roi(&mat, whole_pixels(middle, picture))?;
    let mut small = Mat::default();
    imgproc::resize(&part, &mut small, Size::new(SIDE, SIDE), 0.0, 0.0, imgproc::INTER_NEAREST)?;
    let mut hsv = Mat::default();
    imgproc::cvt_color_def(&small, &mut hsv, imgproc::COLOR_BGR2HSV)?;
    let pixels = hsv.data_bytes()?;
    let mut counts = [0u16; BodyColor::ALL.len()];
    for p in pixels.chunks_exact(3) {
        let name = named(p[0], p[1], p[2]);
        if let Some(place) = BodyColor::ALL.iter().position(|&c| c == name) {
            counts[place] += 1;
        }
    }
    let all = f32::from(u16::try_from(pixels.len() / 3).unwrap_or(u16::MAX));
    let best = counts.iter().zip(BodyColor::ALL).max_by_key(|(n, _)| **n);
    Ok(best.filter(|(n, _)| f32::from(**n) >= all * LEAST).map(|(_, color)| color))
}

/// The name of one colour: hue 0 to 179, saturation and brightness 0 to 255, as OpenCV counts.
fn named(hue: u8, saturation: u8, brightness: u8) -> BodyColor {
    match (hue, saturation, brightness) {
        (_, _, 0..=50) => BodyColor::Black,
        (_, 0..=50, 0..=90) => BodyColor::Black,
        (_, 0..=50, 91..=170) => BodyColor::Grey,
        (_, 0..=50, _) => BodyColor::White,
        (0..=6 | 172..=255, _, _) => BodyColor::Red,
        (7..=20, _, 0..=140) => BodyColor::Brown,
        (7..=18, _, _) => BodyColor::Orange,
        (19..=34, _, _) => BodyColor::Yellow,
        (35..=85, _, _) => BodyColor::Green,
        (86..=130, _, _) => BodyColor::Blue,
        _ => BodyColor::Purple,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bgr: [u8; 3]) -> Option<BodyColor> {
        let picture = Picture::from_bgr(64, 48, bgr.repeat(64 * 48)).unwrap();
        of(&picture, Area { x: 4.0, y: 4.0, width: 56.0, height: 40.0 }).unwrap()
    }

    #[test]
    fn plain_colours_have_their_names() {
        for (bgr, color) in [
            ([250, 250, 250], BodyColor::White),
            ([130, 130, 130], BodyColor::Grey),
            ([20, 20, 20], BodyColor::Black),
            ([30, 30, 200], BodyColor::Red),
            ([200, 60, 30], BodyColor::Blue),
            ([40, 160, 40], BodyColor::Green),
            ([40, 210, 230], BodyColor::Yellow),
        ] {
            assert_eq!(told(bgr), Some(color), "{bgr:?}");
        }
    }
}
