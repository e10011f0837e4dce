//! What the reader says: for each slot of the line a distribution over characters, and what sort of
//! line it is. This is the evidence; texts and probabilities are made from it elsewhere.

use std::sync::Arc;

use gate_core::plate::PlateColor;

use super::facts::Facts;

/// Probability given to a character that the network holds impossible: no single look may forbid. Small enough that
/// twelve slots of eighty such characters together do not weigh against a text that is right in 99,999 of 100,000.
pub(crate) const LEAST: f32 = 1e-8;

/// Distributions over characters, slot by slot. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Slots {
    facts: Arc<Facts>,
    /// One row of the alphabet's length per slot, each summing to 1.
    values: Arc<[f32]>,
}

impl Slots {
    /// Takes a network's probabilities, calibrated by the reader's temperature; `None` when they are not
    /// whole rows of the alphabet's length or not numbers.
    #[must_use]
    pub fn new(facts: Arc<Facts>, mut values: Vec<f32>) -> Option<Self> {
        let row = facts.alphabet.len();
        let whole =
            !values.is_empty() && values.len().is_multiple_of(row) && values.len() / row <= super::facts::MAX_SLOTS;
        if !whole || values.iter().any(|v| !v.is_finite()) {
            return None;
        }
        for slot in values.chunks_exact_mut(row) {
            for v in slot.iter_mut() {
                *v = v.clamp(0.0, 1.0).powf(1.0 / facts.temperature);
            }
            let sum: f32 = slot.iter().sum();
            if sum <= 0.0 {
                return None;
            }
            let least = LEAST * sum;
            slot.iter_mut().for_each(|v| *v = v.max(least) / sum);
        }
        Some(Self { facts, values: values.into() })
    }

    /// Takes logarithms of weights, slot by slot, and makes distributions of them.
    pub(crate) fn from_logs(facts: Arc<Facts>, logs: &[f64]) -> Self {
        let row = facts.alphabet.len();
        let mut values = Vec::with_capacity(logs.len());
        for slot in logs.chunks_exact(row) {
            let top = slot.iter().copied().fold(f64::MIN, f64::max);
            let sum: f64 = slot.iter().map(|l| (l - top).exp()).sum();
            #[expect(clippy::cast_possible_truncation, reason = "a probability")]
            values.extend(slot.iter().map(|l| ((l - top).exp() / sum) as f32));
        }
        Self { facts, values: values.into() }
    }

    /// What several readings of the same line say together: the mean of their logarithms, slot by slot. Readings of
    /// another length than this one do not count.
    pub(crate) fn pooled(&self, readings: &[Self]) -> Self {
        let like: Vec<&Self> = readings.iter().filter(|r| r.values.len() == self.values.len()).collect();
        let mut logs = vec![0.0; self.values.len()];
        for one in &like {
            for (sum, p) in logs.iter_mut().zip(one.values.iter()) {
                *sum += f64::from(p.max(LEAST)).ln();
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let count = like.len().max(1) as f64;
        logs.iter_mut().for_each(|sum| *sum /= count);
        Self::from_logs(Arc::clone(&self.facts), &logs)
    }

    /// The reader that said it.
    #[must_use]
    pub fn facts(&self) -> &Arc<Facts> {
        &self.facts
    }

    /// Number of slots.
    #[must_use]
    pub fn count(&self) -> usize {
        self.values.len() / self.facts.alphabet.len()
    }

    /// The distribution of one slot, by index into the alphabet; empty beyond the last.
    #[must_use]
    pub fn slot(&self, n: usize) -> &[f32] {
        let row = self.facts.alphabet.len();
        self.values.get(n * row..(n + 1) * row).unwrap_or_default()
    }

    /// All distributions, one after the other.
    pub(crate) fn values(&self) -> &[f32] {
        &self.values
    }

    fn best(&self, n: usize) -> usize {
        self.slot(n).iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(i, _)| i)
    }

    /// The text as the network gave it: the likeliest of each slot up to the first "nothing".
    #[must_use]
    pub fn raw(&self) -> String {
        (0..self.count()).map(|n| self.best(n)).take_while(|&i| i > 0).map(|i| self.facts.alphabet[i]).collect()
    }

    /// Probability of the likeliest sequence of characters and "nothing": no text is likelier.
    #[must_use]
    pub fn ceiling(&self) -> f64 {
        (0..self.count()).map(|n| f64::from(self.slot(n).iter().copied().fold(0.0, f32::max))).product()
    }

    /// Probability that a text of `length` characters ends there: all further slots say "nothing".
    #[must_use]
    pub fn ends_at(&self, length: usize) -> f64 {
        (length..self.count()).map(|n| f64::from(self.slot(n)[0])).product()
    }

    /// Probability of a text by the evidence alone; 0 for one that cannot be written.
    #[must_use]
    pub fn evidence(&self, text: &str) -> f64 {
        let mut all = 1.0;
        let mut length = 0;
        for (n, c) in text.chars().enumerate() {
            let place = self.facts.alphabet.iter().position(|&a| a == c).filter(|&i| i > 0);
            let value = place.and_then(|i| self.slot(n).get(i));
            let Some(value) = value else { return 0.0 };
            all *= f64::from(*value);
            length += 1;
        }
        all * self.ends_at(length)
    }

    /// The text of indices.
    pub(crate) fn text(&self, indices: &[u16]) -> String {
        indices.iter().filter_map(|&i| self.facts.alphabet.get(usize::from(i))).collect()
    }
}

/// What sort of line it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heads {
    /// Vietnamese plate, Chinese plate, container code, none of them.
    pub kind: [f32; 4],
    /// White, yellow, blue, green, red, black.
    pub color: [f32; 6],
    /// One row, two rows.
    pub rows: [f32; 2],
}

impl Heads {
    /// Says nothing: every sort is as likely.
    pub const NEUTRAL: Self = Self { kind: [0.5, 0.5, 0.0, 0.0], color: [1.0 / 6.0; 6], rows: [0.5; 2] };

    /// The mean of what several readings say; nothing of none.
    pub(crate) fn pooled(readings: &[Self]) -> Self {
        let Some((first, further)) = readings.split_first() else { return Self::NEUTRAL };
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let count = readings.len() as f32;
        let mut sum = *first;
        for one in further {
            add(&mut sum.kind, &one.kind);
            add(&mut sum.color, &one.color);
            add(&mut sum.rows, &one.rows);
        }
        sum.kind.iter_mut().chain(&mut sum.color).chain(&mut sum.rows).for_each(|v| *v /= count);
        sum
    }

    /// Probability that it is a plate at all.
    #[must_use]
    pub fn is_plate(&self) -> f32 {
        (self.kind[0] + self.kind[1]).clamp(0.0, 1.0)
    }

    /// Probability that it is a container number.
    #[must_use]
    pub fn is_code(&self) -> f32 {
        self.kind[2].clamp(0.0, 1.0)
    }

    /// Rows of text: 1 or 2.
    #[must_use]
    pub fn row_count(&self) -> u8 {
        if self.rows[1] > self.rows[0] { 2 } else { 1 }
    }

    /// The likeliest ground colour, where it holds at least half.
    #[must_use]
    pub fn ground(&self) -> Option<PlateColor> {
        use PlateColor::{Black, Blue, Green, Red, White, Yellow};
        let colors = [White, Yellow, Blue, Green, Red, Black];
        let best = self.color.iter().zip(colors).max_by(|a, b| a.0.total_cmp(b.0))?;
        (*best.0 >= 0.5).then_some(best.1)
    }

    /// Probability of a ground colour. Yellow with green counts as green.
    #[must_use]
    pub fn ground_is(&self, color: PlateColor) -> f32 {
        match color {
            PlateColor::White => self.color[0],
            PlateColor::Yellow => self.color[1],
            PlateColor::Blue => self.color[2],
            PlateColor::Green | PlateColor::YellowGreen => self.color[3],
            PlateColor::Red => self.color[4],
            PlateColor::Black => self.color[5],
        }
    }
}

fn add<const N: usize>(sum: &mut [f32; N], one: &[f32; N]) {
    sum.iter_mut().zip(one).for_each(|(sum, v)| *sum += v);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sure;

    #[test]
    fn readings_together_say_what_most_of_them_say_and_are_less_sure_where_one_differs() {
        let one = sure("51A12345", 0.9);
        let alike = one.pooled(&[one.clone(), one.clone(), one.clone()]);
        assert!((alike.evidence("51A12345") - one.evidence("51A12345")).abs() < 1e-3);
        let split = one.pooled(&[one.clone(), sure("51A12346", 0.9), one.clone()]);
        assert_eq!(split.raw(), "51A12345");
        assert!(split.evidence("51A12345") < one.evidence("51A12345"));
        let outvoted = one.pooled(&[one.clone(), sure("51A12346", 0.9), sure("51A12346", 0.9)]);
        assert_eq!(outvoted.raw(), "51A12346");
    }

    #[test]
    fn heads_together_are_the_mean() {
        let plate = Heads { kind: [1.0, 0.0, 0.0, 0.0], ..Heads::NEUTRAL };
        let none = Heads { kind: [0.0, 0.0, 0.0, 1.0], rows: [0.1, 0.9], ..Heads::NEUTRAL };
        let both = Heads::pooled(&[plate, none]);
        assert!((both.is_plate() - 0.5).abs() < 1e-6 && both.row_count() == 2);
        assert_eq!(Heads::pooled(&[]), Heads::NEUTRAL);
    }
}
