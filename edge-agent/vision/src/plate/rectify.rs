//! Lays a plate flat: the reader's view of four corners, and the cut that people see.

use opencv::core::{Mat, Size};
use opencv::prelude::*;

use crate::geometry::{Area, Quad};
use crate::picture::Picture;
use crate::pixels;

/// Width of the reader's view, in pixels.
pub(crate) const WIDTH: i32 = 160;
/// Height of the reader's view, in pixels.
pub(crate) const HEIGHT: i32 = 64;
/// Where the four corners come to lie.
const TARGET: [[f32; 2]; 4] = [[4.0, 4.0], [155.0, 4.0], [155.0, 59.0], [4.0, 59.0]];
/// A quad this many times larger than the view is made smaller first, so that nothing is lost to aliasing.
const LARGE: f32 = 2.0;

/// The corners of an upright (stacked) code in the order that turns its strip a quarter
/// counter-clockwise, so that its first character comes to lie at the left.
pub(crate) fn turned(corners: Quad) -> Quad {
    let [a, b, c, d] = corners.0;
    Quad([b, c, d, a])
}

/// The reader's view of a plate; the same as the training makes it.
pub(crate) fn flat(picture: &Picture, corners: Quad) -> opencv::Result<Mat> {
    #[expect(clippy::cast_precision_loss, reason = "the view's sides")]
    let shrink = (corners.width() / (WIDTH as f32 * 0.95)).min(corners.height() / (HEIGHT as f32 * 0.86));
    if shrink > LARGE {
        let area = corners.around();
        let room = 0.1 * corners.width();
        let part = Area {
            x: area.x - room,
            y: area.y - room,
            width: area.width + 2.0 * room,
            height: area.height + 2.0 * room,
        };
        let smaller = shrunk(picture, part, shrink)?;
        if let Some(Shrunk { picture: smaller, scale, shift }) = smaller {
            let moved = Quad(corners.0.map(|[x, y]| [(x - shift[0]) * scale[0], (y - shift[1]) * scale[1]]));
            return pixels::warp(&smaller, moved.0, TARGET, (WIDTH, HEIGHT));
        }
    }
    pixels::warp(picture, corners.0, TARGET, (WIDTH, HEIGHT))
}

/// A part of a picture made smaller.
struct Shrunk {
    picture: Picture,
    /// Pixels of it per pixel of the whole, across and down.
    scale: [f32; 2],
    /// Where the part begins in the whole.
    shift: [f32; 2],
}

/// A part of a picture halved until it is less than [`LARGE`] times the view that it is `shrink` times of.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "bounded by the picture's sides")]
fn shrunk(picture: &Picture, part: Area, shrink: f32) -> opencv::Result<Option<Shrunk>> {
    let rect = pixels::whole_pixels(part, picture);
    let mat = pixels::as_mat(picture)?;
    let part = Mat::roi(&mat, rect)?;
    let halvings = (shrink / LARGE).log2().floor() as i32 + 1;
    let size = Size::new((rect.width >> halvings).max(1), (rect.height >> halvings).max(1));
    let small = pixels::resized(&part, size)?;
    let scale = [size.width as f32 / rect.width as f32, size.height as f32 / rect.height as f32];
    let shift = [rect.x as f32, rect.y as f32];
    Ok(pixels::to_picture(&small).map(|picture| Shrunk { picture, scale, shift }))
}

/// The plate cut out of the picture as it is, with a little room around.
pub(crate) fn cut(picture: &Picture, corners: Quad) -> opencv::Result<Option<Picture>> {
    let whole = Area::whole(picture.width, picture.height);
    let area = corners.around();
    let room = 0.15 * corners.height();
    let part =
        Area { x: area.x - room, y: area.y - room, width: area.width + 2.0 * room, height: area.height + 2.0 * room };
    let mat = pixels::as_mat(picture)?;
    let part = Mat::roi(&mat, pixels::whole_pixels(part.common(whole), picture))?;
    let mut own = Mat::default();
    part.copy_to(&mut own)?;
    Ok(pixels::to_picture(&own))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture whose blue is x and whose green is y.
    fn ramp(width: u32, height: u32) -> Picture {
        let byte = |n: u32, of: u32| u8::try_from(n * 255 / of).unwrap();
        let bytes: Vec<u8> =
            (0..height).flat_map(|y| (0..width).flat_map(move |x| [byte(x, width), byte(y, height), 7])).collect();
        Picture::from_bgr(width, height, bytes).unwrap()
    }

    fn pixel(mat: &Mat, x: i32, y: i32) -> [i32; 2] {
        let all = mat.data_bytes().unwrap();
        let at = usize::try_from((y * WIDTH + x) * 3).unwrap();
        [i32::from(all[at]), i32::from(all[at + 1])]
    }

    #[test]
    fn the_corners_come_to_their_places() {
        let picture = ramp(256, 256);
        for (x, y, width, height) in [(40.0, 60.0, 120.0, 40.0), (0.0, 0.0, 256.0, 256.0)] {
            let corners = Quad::of(Area { x, y, width, height });
            let view = flat(&picture, corners).unwrap();
            for (corner, [px, py]) in corners.0.iter().zip(TARGET) {
                #[expect(clippy::cast_possible_truncation)]
                let [blue, green] = pixel(&view, px as i32, py as i32);
                let far = |found: i32, asked: f32| (f64::from(found) - f64::from(asked.min(255.0))).abs();
                assert!(far(blue, corner[0]) < 4.0 && far(green, corner[1]) < 4.0, "{corner:?} {blue} {green}");
            }
        }
    }

    #[test]
    fn a_large_plate_is_shrunk_first_and_lies_where_a_small_one_would() {
        let large =
            flat(&ramp(2048, 1024), Quad::of(Area { x: 256.0, y: 128.0, width: 1024.0, height: 512.0 })).unwrap();
        let small = flat(&ramp(256, 128), Quad::of(Area { x: 32.0, y: 16.0, width: 128.0, height: 64.0 })).unwrap();
        for (x, y) in [(10, 10), (80, 32), (150, 55)] {
            let (a, b) = (pixel(&large, x, y), pixel(&small, x, y));
            assert!((a[0] - b[0]).abs() < 5 && (a[1] - b[1]).abs() < 5, "{a:?} {b:?}");
        }
    }

    #[test]
    fn an_upright_code_is_turned_so_that_its_first_character_is_left() {
        // Blue grows to the right, green downwards: after the turn, what was the top is at the left.
        let picture = ramp(256, 256);
        let strip = Quad::of(Area { x: 100.0, y: 20.0, width: 20.0, height: 200.0 });
        let view = flat(&picture, turned(strip)).unwrap();
        assert!(pixel(&view, 6, 32)[1] < 40 && pixel(&view, 153, 32)[1] > 200);
        assert!(pixel(&view, 80, 6)[0] > pixel(&view, 80, 57)[0]);
    }

    #[test]
    fn a_cut_stays_inside_the_picture() {
        let picture = ramp(100, 50);
        let out = Quad::of(Area { x: 80.0, y: 30.0, width: 60.0, height: 40.0 });
        let cut = cut(&picture, out).unwrap().unwrap();
        assert!(cut.width <= 27 && cut.height <= 27);
    }
}
