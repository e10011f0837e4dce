//! The looks of one passage, fused into one reading.
//!
//! Evidence is pooled per position, each look by its weight (size, sharpness, angle, detector). Looks at
//! one vehicle are alike, so n equal looks count as the square root of n: a smear that repeats does not
//! grow sure. Looks that cannot be of one plate are kept apart, never mixed. The result does not depend
//! on the order of the looks.

mod group;

use gate_core::reading::{PlateReading, ReadingEvidence};
use gate_core::vehicle::{Role, View};

use crate::look::{PlateLook, PlateText};
use crate::quality::Fate;
use group::{Group, Held};

/// Most looks that vote: the weightiest.
pub const MOST_LOOKS: usize = 32;
/// A reading at least this probable can be sure.
const SURE: f32 = 0.97;
/// So many looks must have read the very text by themselves.
const AGREEING: u32 = 2;
/// A second plate with more than this share of the first one's support is a rival.
const RIVAL: f64 = 0.5;

/// Looks at one vehicle, fused.
#[derive(Clone, Debug, Default)]
pub struct Fusion {
    /// Best first by [`Held::cmp`]; at most [`MOST_LOOKS`].
    looks: Vec<Held>,
    /// Looks given so far, whatever became of them.
    given: u32,
    /// How they fared.
    fates: Vec<(Fate, u32)>,
}

/// One plate, from all looks at it.
#[derive(Clone, Debug, PartialEq)]
pub struct FusedReading {
    /// Text, country, kind, colour, rows, probability, other texts.
    pub plate: PlateText,
    /// How many looks voted.
    pub looks: u32,
    /// How many of them read this very text by themselves.
    pub agreeing: u32,
    /// The look that shows it best: the number that [`Fusion::add`] gave.
    pub best_look: u32,
    /// Sum of the weights of the looks.
    pub support: f64,
    /// First 12 digits of the SHA-256 of the reader's file.
    pub model: String,
    /// Below this probability it does not count.
    pub limit: f32,
}

impl Fusion {
    /// No looks yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a look and numbers it. A look that shows no plate, or one that is cut by the picture's edge,
    /// is counted and does not vote.
    pub fn add(&mut self, look: &PlateLook) -> u32 {
        let number = self.given;
        self.given = self.given.saturating_add(1);
        if let Some(fate) = look.fate {
            match self.fates.iter_mut().find(|(f, _)| *f == fate) {
                Some((_, count)) => *count = count.saturating_add(1),
                None => self.fates.push((fate, 1)),
            }
        }
        if matches!(look.fate, Some(Fate::NoPlate | Fate::Outside | Fate::TooSmall)) {
            return number;
        }
        let held = Held::of(look, number);
        let place = self.looks.partition_point(|other| other.before(&held));
        self.looks.insert(place, held);
        self.looks.truncate(MOST_LOOKS);
        number
    }

    /// Looks given so far.
    #[must_use]
    pub fn given(&self) -> u32 {
        self.given
    }

    /// How the looks fared that did not count by themselves, by the name of their fate.
    #[must_use]
    pub fn fates(&self) -> Vec<(String, u32)> {
        let mut fates = self.fates.clone();
        if self.disagrees() {
            fates.push((Fate::Disagreement, 1));
        }
        fates.sort_unstable();
        fates.into_iter().map(|(fate, count)| (fate.name().to_owned(), count)).collect()
    }

    /// Every plate seen, the one with most support first. Two different plates are two readings.
    #[must_use]
    pub fn readings(&self) -> Vec<FusedReading> {
        let mut readings: Vec<FusedReading> = Group::all(&self.looks).iter().filter_map(Group::reading).collect();
        readings.sort_by(|a, b| {
            let worth = |r: &FusedReading| r.support * f64::from(r.plate.probability);
            worth(b).total_cmp(&worth(a)).then_with(|| a.plate.text.cmp(&b.plate.text))
        });
        readings
    }

    /// The plate with most support; `None` while there is none.
    #[must_use]
    pub fn reading(&self) -> Option<FusedReading> {
        self.readings().into_iter().next()
    }

    /// Whether two plates have support enough that neither may count alone.
    #[must_use]
    pub fn disagrees(&self) -> bool {
        let readings = self.readings();
        match readings.as_slice() {
            [first, second, ..] => second.support > first.support * RIVAL && second.agreeing >= AGREEING,
            _ => false,
        }
    }

    /// Whether more looks would not change the reading: probable, read by itself at least twice, no rival.
    #[must_use]
    pub fn sure(&self) -> bool {
        let Some(best) = self.reading() else { return false };
        best.plate.probability >= SURE.max(best.limit) && best.agreeing >= AGREEING && !self.disagrees()
    }
}

impl FusedReading {
    /// Whether it is probable enough to count.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.plate.probability >= self.limit
    }

    /// As the lane and the record know it.
    #[must_use]
    pub fn into_reading(self, role: Role, view: Option<View>, evidence: Option<ReadingEvidence>) -> PlateReading {
        let plate = self.plate;
        PlateReading {
            raw: plate.raw,
            text: plate.text,
            country: plate.country,
            kind: plate.kind,
            color: plate.color,
            rows: plate.rows,
            probability: plate.probability,
            others: plate.others.into_iter().take(PlateReading::MAX_OTHERS).collect(),
            role,
            view,
            looks: self.looks,
            model: self.model,
            evidence,
            source: None,
        }
    }
}

#[cfg(test)]
mod tests;
