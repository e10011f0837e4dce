//! Whether a look counts, why not, and how much.

use opencv::core::{BORDER_REFLECT_101, CV_32F, Mat};
use opencv::imgproc;
use opencv::prelude::*;
use serde::Serialize;

use crate::geometry::Quad;
use crate::pixels;

/// One row of characters must be at least this high, in pixels of the picture, to be read at all.
pub const LEAST_ROW_PX: f32 = 7.0;
/// From this height of a row on, more pixels no longer help.
pub const GOOD_ROW_PX: f32 = 22.0;
/// Below this sharpness (share of contrast in fine detail) a reading does not count by itself.
pub const LEAST_SHARPNESS: f32 = 0.045;
/// From this sharpness on, more no longer helps.
pub const GOOD_SHARPNESS: f32 = 0.16;
/// A corner may lie this share of the plate's height outside of the picture.
const OUTSIDE_SHARE: f32 = 0.12;
/// No look weighs less than this.
const LEAST_WEIGHT: f32 = 0.05;

/// Why a look at a plate does not count by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Too few pixels.
    TooSmall,
    /// Blurred by motion or focus.
    Blurred,
    /// The picture's edge cuts the plate.
    Outside,
    /// Read, but not surely enough.
    BelowLimit,
    /// What was found is no plate.
    NoPlate,
    /// Looks at one vehicle contradict each other.
    Disagreement,
}

impl Fate {
    /// The name that counts and metrics carry.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooSmall => "too_small",
            Self::Blurred => "blurred",
            Self::Outside => "outside",
            Self::BelowLimit => "below_limit",
            Self::NoPlate => "no_plate",
            Self::Disagreement => "disagreement",
        }
    }
}

/// Sharpness of the reader's view: how much of its contrast lies in fine detail, in the direction that
/// has less of it, for motion smears one direction only. 0.1 to 0.5 for plates that are read well, below
/// 0.05 for smeared ones. Does not depend on brightness and hardly on contrast.
pub(crate) fn sharpness(view: &Mat) -> opencv::Result<f32> {
    let grey = pixels::grey(view)?;
    let deviation = |mat: &Mat| -> opencv::Result<f64> {
        let (mut mean, mut deviation) = (Mat::default(), Mat::default());
        opencv::core::mean_std_dev_def(mat, &mut mean, &mut deviation)?;
        deviation.at_2d::<f64>(0, 0).copied()
    };
    let detail = |dx: i32, dy: i32| -> opencv::Result<f64> {
        let mut second = Mat::default();
        imgproc::sobel(&grey, &mut second, CV_32F, dx, dy, 1, 1.0, 0.0, BORDER_REFLECT_101)?;
        deviation(&second)
    };
    let fine = detail(2, 0)?.min(detail(0, 2)?);
    // A flat view has no detail to speak of: noise alone is not sharpness.
    #[expect(clippy::cast_possible_truncation, reason = "a ratio")]
    Ok((fine / (deviation(&grey)? + 12.0)) as f32)
}

/// What is known of one look's picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Seen {
    pub corners: Quad,
    /// Rows of text, 1 or 2.
    pub rows: u8,
    pub sharpness: f32,
    /// The detector's score.
    pub score: f32,
}

impl Seen {
    fn row_px(&self) -> f32 {
        self.corners.height() / f32::from(self.rows.max(1))
    }

    /// Why the picture alone forbids that the look counts.
    pub(crate) fn fate(&self, (width, height): (u32, u32)) -> Option<Fate> {
        if self.row_px() < LEAST_ROW_PX {
            Some(Fate::TooSmall)
        } else if self.corners.outside(width, height) > self.corners.height() * OUTSIDE_SHARE {
            Some(Fate::Outside)
        } else if self.sharpness < LEAST_SHARPNESS {
            Some(Fate::Blurred)
        } else {
            None
        }
    }

    /// How much the look weighs among others, above 0 to 1: size, sharpness, angle, the detector's score.
    pub(crate) fn weight(&self) -> f32 {
        let share = |value: f32, least: f32, good: f32| ((value - least) / (good - least)).clamp(0.0, 1.0);
        let size = 0.15 + 0.85 * share(self.row_px(), LEAST_ROW_PX, GOOD_ROW_PX);
        let sharp = 0.15 + 0.85 * share(self.sharpness, LEAST_SHARPNESS, GOOD_SHARPNESS);
        let angle = 0.3 + 0.7 * self.corners.straightness();
        let found = 0.3 + 0.7 * self.score.clamp(0.0, 1.0);
        (size * sharp * angle * found).clamp(LEAST_WEIGHT, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use opencv::core::{Scalar, Size, Vec3b};

    use super::*;
    use crate::geometry::Area;

    /// Strokes of characters, smeared over so many pixels across and down.
    fn view(across: i32, down: i32, contrast: u8) -> Mat {
        let kind = <Vec3b as opencv::core::DataType>::opencv_type();
        let mut mat = Mat::new_rows_cols_with_default(64, 160, kind, Scalar::all(90.0)).unwrap();
        for (x, y) in (0..160).flat_map(|x| (8..56).map(move |y| (x, y))) {
            if x % 12 < 4 || (x % 24 < 12 && y % 22 < 4) {
                *mat.at_2d_mut::<Vec3b>(y, x).unwrap() = Vec3b::all(90 + contrast);
            }
        }
        let mut smeared = Mat::default();
        imgproc::blur_def(&mat, &mut smeared, Size::new(across, down)).unwrap();
        smeared
    }

    #[test]
    fn smears_take_sharpness_and_contrast_hardly_does() {
        let sharp = sharpness(&view(1, 1, 120)).unwrap();
        for (across, down) in [(9, 1), (1, 9), (5, 5)] {
            let smeared = sharpness(&view(across, down, 120)).unwrap();
            assert!(smeared < sharp / 2.0, "{sharp} {smeared} {across} {down}");
        }
        assert!(sharp > GOOD_SHARPNESS);
        let faint = sharpness(&view(1, 1, 60)).unwrap();
        assert!(faint / sharp > 0.6, "{faint} {sharp}");
        assert!(sharpness(&view(1, 1, 0)).unwrap() < LEAST_SHARPNESS);
    }

    #[test]
    fn the_picture_alone_can_forbid_a_look() {
        let seen = |x: f32, height: f32, sharpness| Seen {
            corners: Quad::of(Area { x, y: 50.0, width: 100.0, height }),
            rows: 1,
            sharpness,
            score: 0.9,
        };
        let size = (640, 360);
        assert_eq!(seen(50.0, 30.0, 0.4).fate(size), None);
        assert_eq!(seen(50.0, 6.0, 0.4).fate(size), Some(Fate::TooSmall));
        assert_eq!(seen(590.0, 30.0, 0.4).fate(size), Some(Fate::Outside));
        assert_eq!(seen(50.0, 30.0, 0.01).fate(size), Some(Fate::Blurred));
        assert!(seen(50.0, 30.0, 0.4).weight() > 2.0 * seen(50.0, 10.0, 0.4).weight());
        assert!(seen(50.0, 30.0, 0.4).weight() > 2.0 * seen(50.0, 30.0, 0.05).weight());
    }
}
