//! How fine the detail of a picture is, part by part. By itself it tells nothing, for scenes and encoders differ more
//! than lenses do; beside the same parts of the commissioning's picture it tells a lens out of focus or smeared, through
//! any encoder: a blurred edge is as high as before and no longer as steep.

use gate_vision::Picture;

use super::measure::grey;

/// Points of a part that are looked at, across and down.
const POINTS: (usize, usize) = (24, 18);
/// A part whose edges are lower than this, as the mean square of grey levels, says nothing.
const LEAST_EDGE: f32 = 30.0;

/// Mean square of the difference between neighbouring pixels, as a share of that between pixels `apart` from each other;
/// of the part between `from` and `to` of the picture, in pixels. `None` where it has no edges.
#[expect(clippy::cast_precision_loss, reason = "at most 432 points")]
pub(super) fn of(picture: &Picture, from: (usize, usize), to: (usize, usize), apart: usize) -> Option<f32> {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let place = |n: usize, of: usize, low: usize, high: usize| low + (2 * n + 1) * (high - low) / (2 * of);
    let (mut fine, mut wide, mut count) = (0.0, 0.0, 0usize);
    for point in 0..POINTS.0 * POINTS.1 {
        let x = place(point % POINTS.0, POINTS.0, from.0, to.0);
        let y = place(point / POINTS.0, POINTS.1, from.1, to.1);
        if x < apart || y < apart || x + apart >= width || y + apart >= height {
            continue;
        }
        let at = |x, y| f32::from(grey(picture, x, y));
        let square = |by: usize| (at(x + by, y) - at(x - by, y)).powi(2) + (at(x, y + by) - at(x, y - by)).powi(2);
        fine += square(1);
        wide += square(apart);
        count += 1;
    }
    (count > 0 && wide / count as f32 >= LEAST_EDGE).then(|| fine / wide)
}
