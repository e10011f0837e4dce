//! Pixels on their way into a network: resized, laid into a canvas, as planes of floats.

use opencv::core::{BORDER_REPLICATE, Mat, Rect, Scalar, Size, ToInputArray, Vec3b};
use opencv::imgproc;
use opencv::prelude::*;

use crate::geometry::Area;
use crate::picture::Picture;

/// The order of colours that a network was trained with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Red first.
    Rgb,
    /// Blue first.
    Bgr,
}

/// Grey of the canvas around a picture that does not fill it.
const GROUND: u8 = 114;

/// How a part of a picture was laid into a network's input: `picture = input * scale + shift`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Laid {
    /// Picture pixels per input pixel.
    pub scale: f32,
    /// Top left corner of the part, in the picture.
    pub shift: [f32; 2],
}

/// A view of a picture as OpenCV's matrix; nothing is copied.
pub(crate) fn as_mat(picture: &Picture) -> opencv::Result<opencv::boxed_ref::BoxedRef<'_, Mat>> {
    let rows = i32::try_from(picture.height).unwrap_or(i32::MAX);
    let columns = i32::try_from(picture.width).unwrap_or(i32::MAX);
    Mat::new_rows_cols_with_bytes::<Vec3b>(rows, columns, &picture.bgr)
}

/// A matrix of three bytes a pixel as a picture; `None` when it is of another type or empty.
pub(crate) fn to_picture(mat: &Mat) -> Option<Picture> {
    let size = mat.size().ok()?;
    let (width, height) = (u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?);
    Picture::from_bgr(width, height, mat.data_bytes().ok()?).ok()
}

/// Whole pixels of an area, at least one, inside the picture.
#[expect(clippy::cast_possible_truncation, reason = "bounded by the picture's sides")]
pub(crate) fn whole_pixels(area: Area, picture: &Picture) -> Rect {
    let (width, height) = (picture.width as i32, picture.height as i32);
    let x = (area.x.floor() as i32).clamp(0, width - 1);
    let y = (area.y.floor() as i32).clamp(0, height - 1);
    let right = ((area.x + area.width).ceil() as i32).clamp(x + 1, width);
    let bottom = ((area.y + area.height).ceil() as i32).clamp(y + 1, height);
    Rect::new(x, y, right - x, bottom - y)
}

/// Lays a part of a picture into `input` (planes of `width` x `height` floats 0 to 255): scaled to fit,
/// at the top left, grey around.
pub(crate) fn lay(
    picture: &Picture,
    part: Area,
    (width, height): (usize, usize),
    order: Order,
    input: &mut Vec<f32>,
) -> opencv::Result<Laid> {
    let rect = whole_pixels(part, picture);
    #[expect(clippy::cast_precision_loss, reason = "sides are below 2^24")]
    let fit = (width as f32 / rect.width as f32).min(height as f32 / rect.height as f32);
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "at most the input's sides")]
    let place = Rect::new(
        0,
        0,
        ((rect.width as f32 * fit).round() as i32).clamp(1, width as i32),
        ((rect.height as f32 * fit).round() as i32).clamp(1, height as i32),
    );
    lay_at(picture, rect, place, (width, height), order, input)?;
    #[expect(clippy::cast_precision_loss, reason = "sides are below 2^24")]
    Ok(Laid { scale: 1.0 / fit, shift: [rect.x as f32, rect.y as f32] })
}

/// Lays pixels of a picture, scaled, at a place in `input`; grey around. `place` lies in `width` x `height`.
pub(crate) fn lay_at(
    picture: &Picture,
    pixels: Rect,
    place: Rect,
    (width, height): (usize, usize),
    order: Order,
    input: &mut Vec<f32>,
) -> opencv::Result<()> {
    let mat = as_mat(picture)?;
    let part = Mat::roi(&mat, pixels)?;
    input.clear();
    input.resize(3 * width * height, f32::from(GROUND));
    let whole = |v: i32| usize::try_from(v).unwrap_or(0);
    let scaled = if place.size() == pixels.size() { None } else { Some(resized(&part, place.size())?) };
    for y in 0..place.height {
        let row = match &scaled {
            None => part.at_row::<Vec3b>(y)?,
            Some(scaled) => scaled.at_row::<Vec3b>(y)?,
        };
        let start = whole(place.y + y) * width + whole(place.x);
        planes(row, &mut input[start..], width * height, order);
    }
    Ok(())
}

/// One row of pixels into three planes that lie `plane` floats apart.
fn planes(row: &[Vec3b], into: &mut [f32], plane: usize, order: Order) {
    let (first, last) = match order {
        Order::Bgr => (0, 2),
        Order::Rgb => (2, 0),
    };
    for (channel, from) in [first, 1, last].into_iter().enumerate() {
        let target = &mut into[channel * plane..channel * plane + row.len()];
        for (value, pixel) in target.iter_mut().zip(row) {
            *value = f32::from(pixel[from]);
        }
    }
}

/// A whole matrix of three bytes a pixel as planes of floats.
pub(crate) fn to_planes(mat: &Mat, order: Order) -> opencv::Result<Vec<f32>> {
    let pixels = mat.data_typed::<Vec3b>()?;
    let mut all = vec![0.0; 3 * pixels.len()];
    planes(pixels, &mut all, pixels.len(), order);
    Ok(all)
}

/// Warps so that `from` comes to `to`, in a picture of `width` x `height`.
pub(crate) fn warp(
    picture: &Picture,
    from: [[f32; 2]; 4],
    to: [[f32; 2]; 4],
    (width, height): (i32, i32),
) -> opencv::Result<Mat> {
    let points = |p: [[f32; 2]; 4]| p.map(|[x, y]| opencv::core::Point2f::new(x, y));
    let mat = as_mat(picture)?;
    let transform = imgproc::get_perspective_transform_slice_def(points(from), points(to))?;
    let mut flat = Mat::default();
    imgproc::warp_perspective(
        &mat,
        &mut flat,
        &transform,
        Size::new(width, height),
        imgproc::INTER_LINEAR,
        BORDER_REPLICATE,
        Scalar::default(),
    )?;
    Ok(flat)
}

/// The smaller view of a picture fits into so many pixels across and down: as the largest input of a network shows it.
const SMALLER: (u32, u32) = (640, 384);
/// A picture and, where it is larger than the networks see it, the same made smaller.
pub(crate) struct Views<'a> {
    pub picture: &'a Picture,
    smaller: Option<Picture>,
}

impl<'a> Views<'a> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "sides")]
    pub(crate) fn of(picture: &'a Picture) -> opencv::Result<Self> {
        let (width, height) = (picture.width as f32, picture.height as f32);
        let times = (width / SMALLER.0 as f32).max(height / SMALLER.1 as f32);
        if times <= 1.0 {
            return Ok(Self { picture, smaller: None });
        }
        let size = Size::new((width / times).round() as i32, (height / times).round() as i32);
        if size.width < 1 || size.height < 1 {
            return Ok(Self { picture, smaller: None });
        }
        Ok(Self { picture, smaller: to_picture(&resized(&as_mat(picture)?, size)?) })
    }

    /// The smaller of the two, and how many of the picture's pixels one of its is, across and down.
    pub(crate) fn smaller(&self) -> (&Picture, [f32; 2]) {
        let whole = Area::whole(self.picture.width, self.picture.height);
        self.smaller.as_ref().map_or((self.picture, [1.0, 1.0]), |smaller| {
            let part = Area::whole(smaller.width, smaller.height);
            (smaller, [whole.width / part.width, whole.height / part.height])
        })
    }
}

/// Pixels at another size, at least one across and down. What is twice as large or more is halved first, each pixel the
/// mean of four, so that nothing is lost to aliasing; the rest is interpolated. (OpenCV's area interpolation by other
/// factors than two takes ten times as long.)
pub(crate) fn resized(pixels: &(impl MatTraitConst + ToInputArray), size: Size) -> opencv::Result<Mat> {
    let mut halves: Option<Mat> = None;
    let (mut columns, mut rows) = (pixels.cols(), pixels.rows());
    while columns >= 2 * size.width && rows >= 2 * size.height {
        let half = match &halves {
            None => halved(pixels)?,
            Some(before) => halved(before)?,
        };
        (columns, rows) = (half.cols(), half.rows());
        halves = Some(half);
    }
    let mut last = Mat::default();
    match halves {
        Some(half) if half.size()? == size => return Ok(half),
        Some(half) => imgproc::resize(&half, &mut last, size, 0.0, 0.0, imgproc::INTER_LINEAR)?,
        None => imgproc::resize(pixels, &mut last, size, 0.0, 0.0, imgproc::INTER_LINEAR)?,
    }
    Ok(last)
}

/// Half as large; an odd last row or column is left out.
fn halved(pixels: &impl MatTraitConst) -> opencv::Result<Mat> {
    let half = Size::new(pixels.cols() / 2, pixels.rows() / 2);
    let even = Mat::roi(pixels, Rect::new(0, 0, 2 * half.width, 2 * half.height))?;
    let mut halved = Mat::default();
    imgproc::resize(&even, &mut halved, half, 0.0, 0.0, imgproc::INTER_AREA)?;
    Ok(halved)
}

/// A picture with room around it, its edge repeated; `None` when that would be too large.
pub(crate) fn padded(picture: &Picture, share: f32) -> opencv::Result<Option<Picture>> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "bounded by the picture's sides")]
    let room = (picture.width.max(picture.height) as f32 * share).round() as i32;
    let mut larger = Mat::default();
    let mat = as_mat(picture)?;
    opencv::core::copy_make_border(&mat, &mut larger, room, room, room, room, BORDER_REPLICATE, Scalar::default())?;
    Ok(to_picture(&larger))
}

/// Grey of a matrix of three bytes a pixel.
pub(crate) fn grey(mat: &Mat) -> opencv::Result<Mat> {
    let mut grey = Mat::default();
    imgproc::cvt_color_def(mat, &mut grey, imgproc::COLOR_BGR2GRAY)?;
    Ok(grey)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Grey that grows from the left to the right, with every second row darker.
    fn striped(width: u32, height: u32) -> Picture {
        let grey = |x: u32, y: u32| u8::try_from(x * 200 / width + if y.is_multiple_of(2) { 40 } else { 0 }).unwrap();
        let pixels = (0..height).flat_map(|y| (0..width).flat_map(move |x| [grey(x, y); 3]));
        Picture::from_bgr(width, height, pixels.collect::<Vec<u8>>()).unwrap()
    }

    #[test]
    fn what_is_made_smaller_keeps_its_place_and_its_mean() {
        for (width, height, smaller) in [(1920, 1080, (640, 360)), (801, 403, (160, 80)), (333, 200, (300, 180))] {
            let picture = striped(width, height);
            let mat = resized(&as_mat(&picture).unwrap(), Size::new(smaller.0, smaller.1)).unwrap();
            let (mut most, mut rows) = (0, 0.0);
            for y in 0..smaller.1 {
                let row = mat.at_row::<Vec3b>(y).unwrap();
                for x in [0, smaller.0 / 3, smaller.0 - 1] {
                    let asked = (2 * x + 1) * 200 / (2 * smaller.0) + 20;
                    let found = i32::from(row[usize::try_from(x).unwrap()][0]);
                    most = most.max((found - asked).abs());
                    rows += f64::from(found - asked);
                }
            }
            let far = if width < 640 { 22 } else { 4 };
            assert!(most <= far, "{width} x {height}: {most} grey levels off");
            assert!((rows / f64::from(3 * smaller.1)).abs() < 2.5, "{width} x {height}: {rows}");
        }
    }
}
