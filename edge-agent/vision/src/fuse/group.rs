//! Looks that are of one plate, and their pooled evidence.

use std::cmp::Ordering;

use super::FusedReading;
use crate::look::{PlateLook, PlateText};
use crate::plate::slots::{Heads, LEAST, Slots};

/// Two looks whose distributions have less than this in common at a place contradict each other there.
const IN_COMMON: f64 = 0.25;
/// Looks of one plate contradict each other at no more than this many places.
const CONTRADICTIONS: usize = 1;

/// What is kept of a look.
#[derive(Clone, Debug)]
pub(super) struct Held {
    slots: Slots,
    heads: Heads,
    weight: f32,
    on_motorcycle: Option<bool>,
    text: String,
    number: u32,
}

impl Held {
    pub(super) fn of(look: &PlateLook, number: u32) -> Self {
        let text = look.read.as_ref().map(|r| r.text.clone()).unwrap_or_default();
        Self {
            slots: look.slots.clone(),
            heads: look.heads,
            weight: if look.weight.is_finite() { look.weight.clamp(0.0, 1.0) } else { 0.0 },
            on_motorcycle: look.on_motorcycle,
            text,
            number,
        }
    }

    /// The order that does not depend on when a look came: weightiest first, then by what it says.
    fn cmp(&self, other: &Self) -> Ordering {
        let values = |held: &Self| held.slots.values().to_vec();
        other.weight.total_cmp(&self.weight).then_with(|| self.text.cmp(&other.text)).then_with(|| {
            let (a, b) = (values(self), values(other));
            a.iter().zip(&b).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
        })
    }

    pub(super) fn before(&self, other: &Self) -> bool {
        self.cmp(other).is_lt()
    }

    /// Whether two looks can be of one plate.
    fn of_one_plate(&self, other: &Self) -> bool {
        let (a, b) = (&self.slots, &other.slots);
        if a.count() != b.count() {
            return false;
        }
        let contradictions = (0..a.count())
            .filter(|&n| {
                let common: f64 =
                    a.slot(n).iter().zip(b.slot(n)).map(|(x, y)| (f64::from(*x) * f64::from(*y)).sqrt()).sum();
                common < IN_COMMON
            })
            .count();
        contradictions <= CONTRADICTIONS
    }
}

/// Looks of one plate, the weightiest first.
pub(super) struct Group<'a> {
    looks: Vec<&'a Held>,
}

impl<'a> Group<'a> {
    /// Sorts looks into plates. Each look goes to the first plate whose weightiest look it agrees with.
    pub(super) fn all(looks: &'a [Held]) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for look in looks {
            match groups.iter_mut().find(|g| g.looks[0].of_one_plate(look)) {
                Some(group) => group.looks.push(look),
                None => groups.push(Self { looks: vec![look] }),
            }
        }
        groups
    }

    fn support(&self) -> f64 {
        self.looks.iter().map(|l| f64::from(l.weight)).sum()
    }

    /// The pooled evidence, read.
    pub(super) fn reading(&self) -> Option<FusedReading> {
        let first = self.looks.first()?;
        let support = self.support();
        let strongest = f64::from(first.weight).max(f64::EPSILON);
        // One look counts once, n equal ones as the square root of n.
        let total = (support / strongest).max(1.0).sqrt();
        let share = |look: &Held| if support > 0.0 { f64::from(look.weight) / support } else { 0.0 };
        let mut logs = vec![0.0f64; first.slots.values().len()];
        for look in &self.looks {
            let exponent = share(look) * total;
            for (log, p) in logs.iter_mut().zip(look.slots.values()) {
                *log += exponent * f64::from(p.max(LEAST)).ln();
            }
        }
        let slots = Slots::from_logs(first.slots.facts().clone(), &logs);
        let heads = self.heads(share);
        let on_motorcycle = self.looks.iter().find_map(|l| l.on_motorcycle);
        let plate = PlateText::of_pooled(&slots, &heads, on_motorcycle)?;
        let agreeing = self.looks.iter().filter(|l| l.text == plate.text).count();
        let best = self.looks.iter().find(|l| l.text == plate.text).unwrap_or(first);
        Some(FusedReading {
            looks: u32::try_from(self.looks.len()).unwrap_or(u32::MAX),
            agreeing: u32::try_from(agreeing).unwrap_or(u32::MAX),
            best_look: best.number,
            support,
            model: slots.facts().model.clone(),
            limit: slots.facts().min_probability,
            plate,
        })
    }

    /// The heads' weighted mean.
    fn heads(&self, share: impl Fn(&Held) -> f64) -> Heads {
        let mut sum = Heads { kind: [0.0; 4], color: [0.0; 6], rows: [0.0; 2] };
        for look in &self.looks {
            #[expect(clippy::cast_possible_truncation, reason = "a share")]
            let share = share(look) as f32;
            let add = |into: &mut [f32], from: &[f32]| {
                for (a, b) in into.iter_mut().zip(from) {
                    *a += share * b;
                }
            };
            add(&mut sum.kind, &look.heads.kind);
            add(&mut sum.color, &look.heads.color);
            add(&mut sum.rows, &look.heads.rows);
        }
        sum
    }
}
