//! Where a camera looks: its picture now beside the pictures of its commissioning, block by block, by the directions of
//! their edges. Day and night, rain and shadow change how bright an edge is, not where it lies; a vehicle covers some
//! blocks, a camera that was turned leaves none in its place.

use std::path::{Path, PathBuf};

use gate_vision::Picture;
use thiserror::Error;

use super::detail;
use super::measure::grey;

/// The picture's cells, each the mean of `POINTS` x `POINTS` of its pixels.
const COLUMNS: usize = 96;
const ROWS: usize = 54;
const POINTS: usize = 4;
/// Cells of a block across and down: 8 x 6 blocks.
const BLOCK_COLUMNS: usize = 12;
const BLOCK_ROWS: usize = 9;
/// Darkness below which an edge is noise, in grey levels.
const DARK: f32 = 12.0;
/// An edge of this strength, in logarithms of brightness, counts half.
const HALF: f32 = 0.08;
/// A block says something when its cells have this much edge on average.
const TEXTURED: f32 = 0.05;
/// A block of less likeness lies no longer in its place.
const LIKE: f32 = 0.45;
/// Wind and heat move a picture by so many cells.
const SWAY: i32 = 1;
/// So few blocks with something to see in them tell nothing of where a camera looks.
const LEAST_BLOCKS: usize = 6;
/// Pictures of one camera that are compared with, at most.
const MOST_PICTURES: usize = 8;

/// Why the pictures of a commissioning are of no use.
#[derive(Debug, Error)]
pub enum AimError {
    /// The file or folder cannot be read.
    #[error("{path}: {why}; save it again with `edge-agent devices --commission LANE/CAMERA --save NAME`")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Too little to see in it.
    #[error(
        "{blocks} of 48 parts of the picture have anything to see in them, {LEAST_BLOCKS} are needed: dark, blurred or covered"
    )]
    Empty {
        /// Parts with edges.
        blocks: usize,
    },
}

/// The edges of a picture: for each cell the doubled direction, as long as the edge is strong. Doubled, an edge is the
/// same whichever of its sides is the brighter one.
#[derive(Clone, Debug)]
pub(super) struct Edges(Vec<[f32; 2]>);

impl Edges {
    /// The edges of a picture of any size. Below 3 ms.
    pub(super) fn of(picture: &Picture) -> Self {
        let (width, height) = (picture.width as usize, picture.height as usize);
        let side = |cell: usize, cells: usize, point: usize, pixels: usize| {
            (2 * (cell * POINTS + point) + 1) * pixels / (2 * cells * POINTS)
        };
        let bright = |cell: usize| {
            let (column, row) = (cell % COLUMNS, cell / COLUMNS);
            let points = (0..POINTS * POINTS).map(|p| {
                let (x, y) = (side(column, COLUMNS, p % POINTS, width), side(row, ROWS, p / POINTS, height));
                f32::from(grey(picture, x, y))
            });
            #[expect(clippy::cast_precision_loss, reason = "16 points")]
            let mean = points.sum::<f32>() / (POINTS * POINTS) as f32;
            (mean + DARK).ln()
        };
        let light: Vec<f32> = (0..ROWS * COLUMNS).map(bright).collect();
        let at = |column: usize, row: usize| light.get(row * COLUMNS + column).copied().unwrap_or_default();
        let edge = |cell: usize| {
            let (column, row) = (cell % COLUMNS, cell / COLUMNS);
            if column == 0 || row == 0 || column + 1 == COLUMNS || row + 1 == ROWS {
                return [0.0; 2];
            }
            let (gx, gy) = (at(column + 1, row) - at(column - 1, row), at(column, row + 1) - at(column, row - 1));
            let strength = gx.hypot(gy);
            let scale = 1.0 / (strength + HALF) / strength.max(f32::EPSILON);
            [(gx * gx - gy * gy) * scale, 2.0 * gx * gy * scale]
        };
        Self((0..ROWS * COLUMNS).map(edge).collect())
    }

    fn at(&self, column: i32, row: i32) -> [f32; 2] {
        let inside = usize::try_from(column).ok().filter(|c| *c < COLUMNS).zip(usize::try_from(row).ok());
        inside.and_then(|(c, r)| self.0.get(r * COLUMNS + c)).copied().unwrap_or_default()
    }

    /// The sum over a block's cells of what `of` makes of them, at the cell itself and moved by (`dx`, `dy`).
    fn over(&self, block: (i32, i32), of: impl Fn([f32; 2], i32, i32) -> f32) -> f32 {
        let (left, top) = (block.0 * side(BLOCK_COLUMNS), block.1 * side(BLOCK_ROWS));
        let cells = (0..side(BLOCK_ROWS)).flat_map(|y| (0..side(BLOCK_COLUMNS)).map(move |x| (left + x, top + y)));
        cells.map(|(x, y)| of(self.at(x, y), x, y)).sum()
    }

    fn textured(&self) -> Vec<(i32, i32)> {
        let blocks = (0..side(ROWS / BLOCK_ROWS)).flat_map(|y| (0..side(COLUMNS / BLOCK_COLUMNS)).map(move |x| (x, y)));
        let cells = f32::from(u8::try_from(BLOCK_COLUMNS * BLOCK_ROWS).unwrap_or(u8::MAX));
        blocks.filter(|b| self.over(*b, |[a, b], _, _| a.hypot(b)) / cells >= TEXTURED).collect()
    }

    /// How alike a block is, -1 to 1, at the best of the places that the picture may have swayed to.
    fn likeness(&self, now: &Self, block: (i32, i32)) -> f32 {
        let mine = self.over(block, |[a, b], _, _| a * a + b * b);
        let moved = (-SWAY..=SWAY).flat_map(|dy| (-SWAY..=SWAY).map(move |dx| (dx, dy)));
        let alike = moved.map(|(dx, dy)| {
            let theirs = now.over(block, |_, x, y| {
                let [a, b] = now.at(x + dx, y + dy);
                a * a + b * b
            });
            let both = self.over(block, |[a, b], x, y| {
                let [c, d] = now.at(x + dx, y + dy);
                a * c + b * d
            });
            both / (mine * theirs).sqrt().max(f32::EPSILON)
        });
        alike.fold(-1.0, f32::max)
    }
}

fn side(cells: usize) -> i32 {
    i32::try_from(cells).unwrap_or(i32::MAX)
}

struct Reference {
    edges: Edges,
    /// The blocks with something to see in them, and how fine the detail of each is.
    blocks: Vec<((i32, i32), Option<f32>)>,
}

/// A picture beside those of the commissioning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// The share, 0 to 1, of the parts of the likest picture that lie in their place.
    pub fit: f32,
    /// How fine the detail of those parts is, as a share of what it was; `None` where too few are in their place.
    pub detail: Option<f32>,
}

/// How fine the detail of a block is.
fn fineness(picture: &Picture, (column, row): (i32, i32)) -> Option<f32> {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let across = |n: i32| usize::try_from(n).unwrap_or(0) * BLOCK_COLUMNS * width / COLUMNS;
    let down = |n: i32| usize::try_from(n).unwrap_or(0) * BLOCK_ROWS * height / ROWS;
    detail::of(picture, (across(column), down(row)), (across(column + 1), down(row + 1)), width / COLUMNS)
}

/// Where a camera looked when it was commissioned: by day, by night, as often as somebody saved it.
#[derive(Default)]
pub struct Aim(Vec<Reference>);

impl std::fmt::Debug for Aim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Aim({} pictures)", self.0.len())
    }
}

impl Aim {
    /// The pictures (`*.jpg`) of a folder; none where it is not there, and then nothing is said of a turn.
    ///
    /// # Errors
    /// [`AimError`] of the first picture that is of no use.
    pub fn load(folder: &Path) -> Result<Self, AimError> {
        let fail = |path: &Path, why: String| AimError::Unreadable { path: path.to_owned(), why };
        let mut files: Vec<PathBuf> = match std::fs::read_dir(folder) {
            Ok(entries) => entries.filter_map(|e| e.ok().map(|e| e.path())).collect(),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => return Err(fail(folder, e.to_string())),
        };
        files.retain(|f| f.extension().is_some_and(|e| e == "jpg"));
        files.sort();
        let mut aim = Self::default();
        for file in files.iter().take(MOST_PICTURES) {
            let bytes = std::fs::read(file).map_err(|e| fail(file, e.to_string()))?;
            let picture = Picture::decode(&bytes).map_err(|e| fail(file, e.to_string()))?;
            aim.add(&picture).map_err(|e| fail(file, e.to_string()))?;
        }
        Ok(aim)
    }

    /// One more picture of where it looks.
    ///
    /// # Errors
    /// [`AimError::Empty`] where there is too little to see in it.
    pub fn add(&mut self, picture: &Picture) -> Result<(), AimError> {
        let edges = Edges::of(picture);
        let blocks = edges.textured();
        if blocks.len() < LEAST_BLOCKS {
            return Err(AimError::Empty { blocks: blocks.len() });
        }
        let blocks = blocks.into_iter().map(|block| (block, fineness(picture, block))).collect();
        self.0.push(Reference { edges, blocks });
        Ok(())
    }

    /// Whether nothing was saved.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The picture beside the likest of the commissioning's; `None` without one.
    #[must_use]
    pub fn beside(&self, picture: &Picture) -> Option<Seen> {
        if self.0.is_empty() {
            return None;
        }
        let now = Edges::of(picture);
        let seen = self.0.iter().map(|reference| reference.beside(picture, &now));
        seen.reduce(|best, other| if other.fit > best.fit { other } else { best })
    }
}

impl Reference {
    #[expect(clippy::cast_precision_loss, reason = "at most 48 blocks")]
    fn beside(&self, picture: &Picture, now: &Edges) -> Seen {
        let kept: Vec<_> = self.blocks.iter().filter(|(b, _)| self.edges.likeness(now, *b) >= LIKE).collect();
        let shares =
            kept.iter().filter_map(|(block, then)| Some(fineness(picture, *block)? / then.filter(|t| *t > 0.0)?));
        Seen { fit: kept.len() as f32 / self.blocks.len().max(1) as f32, detail: middle(shares.collect()) }
    }
}

/// The middle one of enough shares.
fn middle(mut shares: Vec<f32>) -> Option<f32> {
    shares.sort_by(f32::total_cmp);
    shares.get(shares.len() / 2).copied().filter(|_| shares.len() >= LEAST_BLOCKS)
}

#[cfg(test)]
mod tests {
    use opencv::core::{Mat, Scalar};
    use opencv::imgproc;
    use opencv::prelude::*;
    use rand::rngs::StdRng;
    use rand::{Rng as _, SeedableRng as _};

    use super::*;

    const W: i32 = 960;
    const H: i32 = 540;

    /// A yard of boxes, poles and lines, seen from `pan` pixels beside, in some light, with a lorry in front or not.
    fn yard(seed: u64, pan: i32, light: f64, lorry: Option<(i32, i32)>) -> Picture {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut mat = Mat::new_rows_cols_with_default(H, W, opencv::core::CV_8UC3, Scalar::all(110.0 * light)).unwrap();
        let mut boxed = |x: i32, y: i32, w: i32, h: i32, grey: f64| {
            let area = opencv::core::Rect::new(x, y, w, h);
            imgproc::rectangle(&mut mat, area, Scalar::all(grey * light), -1, 8, 0).unwrap();
        };
        for _ in 0..120 {
            let (x, y) = (rng.random_range(-300..W + 300), rng.random_range(0..H));
            let (w, h) = (rng.random_range(20..160), rng.random_range(15..110));
            boxed(x - pan, y, w, h, f64::from(rng.random_range(20..230)));
        }
        if let Some((x, w)) = lorry {
            boxed(x, 60, w, H - 90, 190.0);
            boxed(x + w / 8, 120, w * 3 / 4, 140, 60.0);
        }
        let noisy = mat.data_bytes().unwrap().iter().map(|&b| {
            let noise: f32 = rng.random_range(-6.0..6.0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let byte = (f32::from(b) + noise).clamp(0.0, 255.0) as u8;
            byte
        });
        Picture::from_bgr(W.unsigned_abs(), H.unsigned_abs(), noisy.collect::<Vec<u8>>()).unwrap()
    }

    fn aim() -> Aim {
        let mut aim = Aim::default();
        aim.add(&yard(1, 0, 1.0, None)).unwrap();
        aim
    }

    #[test]
    fn the_same_place_fits_by_day_by_night_and_behind_a_lorry() {
        for (light, lorry) in [(1.0, None), (0.3, None), (1.1, Some((300, 400))), (0.5, Some((0, 500)))] {
            let fit = aim().beside(&yard(1, 0, light, lorry)).unwrap().fit;
            assert!(fit > 0.35, "light {light}, lorry {lorry:?}: {fit}");
        }
    }

    #[test]
    fn a_turned_camera_fits_nowhere() {
        for (seed, pan) in [(1, 40), (1, -60), (1, 200), (2, 0), (3, 0)] {
            let fit = aim().beside(&yard(seed, pan, 1.0, None)).unwrap().fit;
            assert!(fit < 0.2, "scene {seed} from {pan} px beside: {fit}");
        }
    }

    /// The yard as a lens shows it that is out of focus by `pixels`.
    fn unfocused(light: f64, lorry: Option<(i32, i32)>, pixels: f64) -> Picture {
        let sharp = yard(1, 0, light, lorry);
        let mut rows = Mat::new_rows_cols_with_default(H, W, opencv::core::CV_8UC3, Scalar::all(0.0)).unwrap();
        rows.data_bytes_mut().unwrap().copy_from_slice(&sharp.bgr);
        let mut soft = Mat::default();
        imgproc::gaussian_blur_def(&rows, &mut soft, opencv::core::Size::new(0, 0), pixels).unwrap();
        Picture::from_bgr(W.unsigned_abs(), H.unsigned_abs(), soft.data_bytes().unwrap().to_vec()).unwrap()
    }

    #[test]
    fn a_lens_out_of_focus_leaves_the_parts_in_place_and_their_detail_coarse() {
        for (light, lorry) in [(1.0, None), (0.4, None), (1.0, Some((300, 400)))] {
            let sharp = aim().beside(&yard(1, 0, light, lorry)).unwrap().detail.unwrap();
            assert!(sharp > 0.6, "light {light}, lorry {lorry:?}: {sharp}");
            for pixels in [2.5, 5.0] {
                let soft = aim().beside(&unfocused(light, lorry, pixels)).unwrap();
                assert!(soft.fit > 0.3, "{soft:?}");
                assert!(soft.detail.unwrap() < 0.3, "light {light}, lorry {lorry:?}, {pixels} px: {soft:?}");
            }
        }
    }

    #[test]
    fn wind_is_no_turn() {
        let fit = aim().beside(&yard(1, 6, 1.0, None)).unwrap().fit;
        assert!(fit > 0.5, "{fit}");
    }

    #[test]
    fn any_of_several_pictures_will_do_and_without_one_nothing_is_said() {
        let mut two = aim();
        two.add(&yard(2, 0, 1.0, None)).unwrap();
        assert!(two.beside(&yard(2, 0, 0.8, None)).unwrap().fit > 0.5);
        assert_eq!(Aim::default().beside(&yard(1, 0, 1.0, None)), None);
    }

    #[test]
    fn an_empty_picture_is_refused_and_a_broken_file_named() {
        let grey = Picture::from_bgr(320, 180, vec![90; 320 * 180 * 3]).unwrap();
        assert!(Aim::default().add(&grey).unwrap_err().to_string().contains("0 of 48"));
        let folder = tempfile::tempdir().unwrap();
        assert!(Aim::load(&folder.path().join("none")).unwrap().is_empty());
        std::fs::write(folder.path().join("day.jpg"), b"no picture").unwrap();
        assert!(Aim::load(folder.path()).unwrap_err().to_string().contains("day.jpg"));
    }
}
