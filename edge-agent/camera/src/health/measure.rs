//! What is measured on one picture: cheap, on a grid of points, below a millisecond for any size.

use std::collections::VecDeque;

use gate_vision::Picture;

const COLUMNS: usize = 160;
const ROWS: usize = 90;

/// The brightness of a grid of points, to compare pictures by.
#[derive(Debug)]
pub(super) struct Thumb {
    grey: Vec<u8>,
    size: (u32, u32),
}

/// The measures of one picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measures {
    /// Mean brightness, 0 to 255.
    pub mean: f32,
    /// Standard deviation of the brightness in grey levels.
    pub deviation: f32,
    /// Share of pixels at 250 and above.
    pub saturated: f32,
    /// Variance of the Laplacian: how much edge there is.
    pub sharpness: f32,
    /// Mean change of a pixel against the likest of the last pictures; `None` without one of the same size.
    pub change: Option<f32>,
}

/// Brightness of a pixel, 0 to 255 (ITU-R BT.601, in 256ths).
pub(super) fn grey(picture: &Picture, x: usize, y: usize) -> u8 {
    let at = (y * picture.width as usize + x) * 3;
    let [b, g, r] = [0, 1, 2].map(|i| u32::from(picture.bgr.get(at + i).copied().unwrap_or(0)));
    u8::try_from((29 * b + 150 * g + 77 * r) >> 8).unwrap_or(255)
}

fn grid(picture: &Picture) -> impl Iterator<Item = (usize, usize)> {
    let (width, height) = (picture.width as usize, picture.height as usize);
    (0..ROWS * COLUMNS).map(move |i| {
        let (column, row) = (i % COLUMNS, i / COLUMNS);
        ((2 * column + 1) * width / (2 * COLUMNS), (2 * row + 1) * height / (2 * ROWS))
    })
}

#[allow(clippy::cast_precision_loss)] // Sums of at most 14,400 bytes.
fn mean_and_variance(values: impl Iterator<Item = f32> + Clone, count: usize) -> (f32, f32) {
    let n = count.max(1) as f32;
    let mean = values.clone().sum::<f32>() / n;
    (mean, values.map(|v| (v - mean).powi(2)).sum::<f32>() / n)
}

impl Thumb {
    pub(super) fn of(picture: &Picture) -> Self {
        let grey = grid(picture).map(|(x, y)| grey(picture, x, y)).collect();
        Self { grey, size: (picture.width, picture.height) }
    }

    /// Mean difference of a point in grey levels; `None` for pictures of another size.
    fn change(&self, before: &Self) -> Option<f32> {
        let differences = self.grey.iter().zip(&before.grey).map(|(&a, &b)| f32::from(a.abs_diff(b)));
        (self.size == before.size).then(|| mean_and_variance(differences, self.grey.len()).0)
    }
}

impl Measures {
    pub(super) fn of(picture: &Picture, thumb: &Thumb, before: &VecDeque<Thumb>) -> Self {
        let (mean, variance) = mean_and_variance(thumb.grey.iter().map(|&g| f32::from(g)), thumb.grey.len());
        let saturated =
            mean_and_variance(thumb.grey.iter().map(|&g| f32::from(u8::from(g >= 250))), thumb.grey.len()).0;
        Self {
            mean,
            deviation: variance.sqrt(),
            saturated,
            sharpness: sharpness(picture),
            change: before.iter().filter_map(|other| thumb.change(other)).reduce(f32::min),
        }
    }
}

fn sharpness(picture: &Picture) -> f32 {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let at = |x, y| f32::from(grey(picture, x, y));
    let edges: Vec<f32> = grid(picture)
        .filter(|&(x, y)| x > 0 && y > 0 && x + 1 < width && y + 1 < height)
        .map(|(x, y)| at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4.0 * at(x, y))
        .collect();
    mean_and_variance(edges.iter().copied(), edges.len()).1
}
