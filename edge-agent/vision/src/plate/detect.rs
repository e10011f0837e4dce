//! The plate detector: plates and container codes with four corners, from the whole picture or a part.

use std::path::Path;
use std::time::Duration;

use crate::error::{ModelError, VisionError};
use crate::geometry::{Area, Quad, keep_best};
use crate::manifest::{Manifest, PLATE_DETECTOR};
use crate::picture::Picture;
use crate::pixels::{self, Order, Views};
use crate::runtime::Network;

/// Width and height of the detector's input for a whole picture or a whole vehicle, in pixels.
pub(crate) const WHOLE: (usize, usize) = (640, 384);
/// The same for a window around one plate, which fills a good part of it.
pub(crate) const WINDOW: (usize, usize) = (320, 192);
/// Values of one row of the output: three scores, four corners.
const VALUES: usize = 11;
/// Least score where the manifest names none.
const MIN_SCORE: f32 = 0.35;
/// Two finds that overlap more are one.
pub(crate) const SAME: f32 = 0.3;
/// Most finds of one kind in one picture.
const MOST: usize = 12;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A number plate.
    Plate,
    /// A container number in a line.
    Code,
    /// A container number with its characters one below the other.
    UprightCode,
}

/// One find, in pixels of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Found {
    pub what: What,
    pub score: f32,
    pub corners: Quad,
    /// Longest side in the detector's view, in its pixels.
    pub seen: f32,
}

pub(crate) struct Detector {
    network: Network,
    min_score: f32,
    input: Vec<f32>,
}

impl Detector {
    pub(crate) fn open(manifest: &Manifest, folder: &Path, library: Option<&Path>) -> Result<Self, ModelError> {
        let (model, bytes) = manifest.load(folder, PLATE_DETECTOR)?;
        let network = Network::open(PLATE_DETECTOR, &bytes, library)?;
        network.check("image", &[1, 3, -1, -1], &["boxes"])?;
        Ok(Self { network, min_score: model.min_score.unwrap_or(MIN_SCORE), input: Vec::new() })
    }

    /// Time that the network's runs took so far.
    pub(crate) fn ran(&self) -> Duration {
        self.network.ran()
    }

    /// Finds in the whole picture, best first.
    pub(crate) fn find_all(&mut self, views: &Views<'_>) -> Result<Vec<Found>, VisionError> {
        let (seen, times) = views.smaller();
        let mut found = self.find(seen, Area::whole(seen.width, seen.height), WHOLE)?;
        for one in &mut found {
            one.corners = Quad(one.corners.0.map(|[x, y]| [x * times[0], y * times[1]]));
        }
        Ok(found)
    }

    /// Finds in a part of the picture, laid into an input of [`WHOLE`] or [`WINDOW`], best first.
    pub(crate) fn find(
        &mut self,
        picture: &Picture,
        part: Area,
        (width, height): (usize, usize),
    ) -> Result<Vec<Found>, VisionError> {
        let laid = pixels::lay(picture, part, (width, height), Order::Rgb, &mut self.input)?;
        let [boxes] = self.network.run([1, 3, height, width], &self.input, ["boxes"])?;
        if boxes.shape.last() != Some(&VALUES) {
            let why = format!("output boxes {:?}, asked is [1, N, {VALUES}]", boxes.shape);
            return Err(VisionError::Inference { name: PLATE_DETECTOR, why });
        }
        let mut found = suppress(decode(&boxes.values, self.min_score));
        for one in &mut found {
            one.corners = one.corners.mapped(laid.scale, laid.shift);
        }
        Ok(found)
    }
}

/// Every row with a score of at least `min_score`, in input pixels. Corners that do not make an outline
/// become the upright box around them.
fn decode(rows: &[f32], min_score: f32) -> Vec<Found> {
    let kinds = [What::Plate, What::Code, What::UprightCode];
    let mut found = Vec::new();
    for row in rows.chunks_exact(VALUES) {
        let best = row[..3].iter().zip(kinds).max_by(|a, b| a.0.total_cmp(b.0));
        let Some((&score, what)) = best.filter(|(s, _)| **s >= min_score && s.is_finite()) else { continue };
        if row[3..].iter().any(|v| !v.is_finite()) {
            continue;
        }
        let corner = |n: usize| [row[3 + 2 * n], row[4 + 2 * n]];
        let mut corners = Quad([corner(0), corner(1), corner(2), corner(3)]);
        if !corners.is_convex() {
            corners = Quad::of(corners.around());
        }
        if corners.width() >= 2.0 && corners.height() >= 2.0 {
            let around = corners.around();
            found.push(Found { what, score, corners, seen: around.width.max(around.height) });
        }
    }
    found
}

/// One find per plate and one per code.
pub(crate) fn suppress(found: Vec<Found>) -> Vec<Found> {
    let (plates, codes): (Vec<_>, Vec<_>) = found.into_iter().partition(|f| f.what == What::Plate);
    let mut kept = Vec::new();
    for group in [plates, codes] {
        let mut best = keep_best(group, SAME, |f| f.score, |f| f.corners.around());
        best.truncate(MOST);
        kept.append(&mut best);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(scores: [f32; 3], corners: [f32; 8]) -> Vec<f32> {
        scores.into_iter().chain(corners).collect()
    }

    const SQUARE: [f32; 8] = [100.0, 100.0, 180.0, 104.0, 180.0, 128.0, 100.0, 124.0];

    #[test]
    fn rows_become_finds_of_their_kind() {
        let rows = [
            row([0.9, 0.1, 0.0], SQUARE),
            row([0.1, 0.2, 0.8], [300.0, 10.0, 320.0, 10.0, 320.0, 200.0, 300.0, 200.0]),
            row([0.2, 0.1, 0.1], SQUARE),
        ]
        .concat();
        let found = decode(&rows, 0.35);
        assert_eq!(found.iter().map(|f| f.what).collect::<Vec<_>>(), [What::Plate, What::UprightCode]);
        assert_eq!(found[0].corners.0[1], [180.0, 104.0]);
    }

    #[test]
    fn crossed_corners_become_the_box_around_them_and_broken_ones_nothing() {
        let crossed = [180.0, 100.0, 100.0, 104.0, 180.0, 128.0, 100.0, 124.0];
        let found = decode(&row([0.9, 0.0, 0.0], crossed), 0.35);
        assert!(found[0].corners.is_convex());
        assert_eq!(found[0].corners.around(), Area { x: 100.0, y: 100.0, width: 80.0, height: 28.0 });
        let mut broken = SQUARE;
        broken[3] = f32::NAN;
        assert!(decode(&row([0.9, 0.0, 0.0], broken), 0.35).is_empty());
        assert!(decode(&row([f32::NAN; 3], SQUARE), 0.35).is_empty());
        assert!(decode(&row([0.9, 0.0, 0.0], [5.0; 8]), 0.35).is_empty());
        assert!(decode(&[0.9; 10], 0.35).is_empty());
    }

    #[test]
    fn a_plate_beside_a_code_stays_and_doubles_go() {
        let quad = Quad([[100.0, 100.0], [180.0, 100.0], [180.0, 124.0], [100.0, 124.0]]);
        let one = |what, score| Found { what, score, corners: quad, seen: 80.0 };
        let kept = suppress(vec![
            one(What::Plate, 0.5),
            one(What::Plate, 0.8),
            one(What::Code, 0.6),
            one(What::UprightCode, 0.7),
        ]);
        assert_eq!(kept, [one(What::Plate, 0.8), one(What::UprightCode, 0.7)]);
        assert_eq!(suppress(kept.clone()), kept);
    }
}
