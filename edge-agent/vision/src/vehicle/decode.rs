//! YOLOX: from the network's raw output to boxes. Three strides; a cell gives its centre's offset, the
//! logarithm of the size, objectness, and the five classes that the shipped file keeps.

use gate_core::vehicle::VehicleClass;

use crate::geometry::{Area, keep_best};

/// Values of one cell: x, y, width, height, objectness, the classes.
pub(super) const VALUES: usize = 10;
const STRIDES: [usize; 3] = [8, 16, 32];
/// The classes in their order. A detector that knows only "truck" cannot tell a
/// tractor or a container lorry: it is a lorry.
const CLASSES: [VehicleClass; 5] =
    [VehicleClass::Person, VehicleClass::Car, VehicleClass::Motorcycle, VehicleClass::Bus, VehicleClass::Lorry];
/// Two boxes of vehicles that overlap more are one vehicle.
const SAME: f32 = 0.45;
/// Most boxes of one picture.
const MOST: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    pub class: VehicleClass,
    pub score: f32,
    pub area: Area,
}

/// Every cell with a class that matters and a score of at least `min_score`, in input pixels.
#[expect(clippy::cast_precision_loss, reason = "the grid is at most 52 wide")]
pub(super) fn decode(output: &[f32], (width, height): (usize, usize), min_score: f32) -> Vec<Found> {
    let most = 4.0 * width.max(height) as f32;
    let mut cells = output.chunks_exact(VALUES);
    let mut found = Vec::new();
    for stride in STRIDES {
        let (rows, columns) = (height / stride, width / stride);
        for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
            let Some(cell) = cells.next() else { return found };
            if cell[4] < min_score {
                continue;
            }
            let scores = cell[5..].iter().map(|p| cell[4] * p).zip(CLASSES);
            let best = scores.max_by(|a, b| a.0.total_cmp(&b.0));
            let Some((score, class)) = best.filter(|b| b.0 >= min_score && b.0.is_finite()) else { continue };
            let step = stride as f32;
            // Sizes beyond the input mean a broken output, not a vehicle.
            let size = |v: f32| v.exp().min(most / step) * step;
            let (wide, high) = (size(cell[2]), size(cell[3]));
            let (x, y) = ((cell[0] + column as f32) * step, (cell[1] + row as f32) * step);
            let area = Area { x: x - wide / 2.0, y: y - high / 2.0, width: wide, height: high };
            if [x, y, wide, high].iter().all(|v| v.is_finite()) {
                found.push(Found { class, score, area });
            }
        }
    }
    found
}

/// One box per vehicle: car, bus and lorry suppress each other, motorcycles and persons each their own.
pub(super) fn suppress(found: Vec<Found>) -> Vec<Found> {
    let group = |class| match class {
        VehicleClass::Person => 0,
        VehicleClass::Motorcycle => 1,
        _ => 2,
    };
    let mut kept: Vec<Found> = (0..3)
        .flat_map(|g| {
            let own: Vec<Found> = found.iter().copied().filter(|f| group(f.class) == g).collect();
            keep_best(own, SAME, |f| f.score, |f| f.area)
        })
        .collect();
    kept.sort_by(|a, b| b.score.total_cmp(&a.score));
    kept.truncate(MOST);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (usize, usize) = (416, 256);

    /// A network's output of 416 x 256 with one cell set.
    fn output(row: usize, column: usize, values: &[(usize, f32)]) -> Vec<f32> {
        let mut all = vec![0.0; 2184 * VALUES];
        // The second stride begins after 52 x 32 cells and is 26 wide.
        let cell = 52 * 32 + row * 26 + column;
        for &(n, v) in values {
            all[cell * VALUES + n] = v;
        }
        all
    }

    #[test]
    fn a_lorry_is_decoded_where_it_stands() {
        let values = [(0, 0.5), (1, 0.25), (2, 2.0), (3, 1.0), (4, 0.9), (5 + 4, 0.8), (5 + 1, 0.3)];
        let found = decode(&output(10, 4, &values), SIZE, 0.3);
        let [one] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(one.class, VehicleClass::Lorry);
        assert!((one.score - 0.72).abs() < 1e-5);
        let (width, height) = (2f32.exp() * 16.0, 1f32.exp() * 16.0);
        let asked = Area { x: 72.0 - width / 2.0, y: 164.0 - height / 2.0, width, height };
        assert!((one.area.x - asked.x).abs() < 1e-3 && (one.area.y - asked.y).abs() < 1e-3);
        assert!((one.area.width - width).abs() < 1e-3 && (one.area.height - height).abs() < 1e-3);
    }

    #[test]
    fn no_class_weak_cells_and_broken_values_give_nothing() {
        assert!(decode(&output(3, 3, &[(4, 0.9)]), SIZE, 0.3).is_empty());
        assert!(decode(&output(3, 3, &[(4, 0.2), (5 + 1, 1.0)]), SIZE, 0.3).is_empty());
        assert!(decode(&output(3, 3, &[(0, f32::NAN), (4, 0.9), (6, 1.0)]), SIZE, 0.3).is_empty());
        assert!(decode(&[f32::NAN; 100], SIZE, 0.3).is_empty());
    }

    #[test]
    fn a_lorry_that_is_also_called_a_bus_is_one_vehicle() {
        let area = Area { x: 0.0, y: 0.0, width: 100.0, height: 100.0 };
        let one = |class, score| Found { class, score, area };
        let kept = suppress(vec![
            one(VehicleClass::Bus, 0.5),
            one(VehicleClass::Lorry, 0.6),
            one(VehicleClass::Person, 0.4),
            one(VehicleClass::Person, 0.3),
        ]);
        assert_eq!(kept.iter().map(|f| f.class).collect::<Vec<_>>(), [VehicleClass::Lorry, VehicleClass::Person]);
    }
}
