//! The likeliest texts: place by place, keeping the best beginnings.

use crate::plate::facts::MAX_SLOTS;
use crate::plate::slots::Slots;

/// Beginnings kept at each place.
const KEEP: usize = 48;
/// A character below this probability is not tried.
const LEAST: f32 = 1e-4;
/// A text below this probability is not told.
const FAINT: f64 = 1e-7;

/// A beginning so much less probable than the best one is dropped.
const BEHIND: f64 = 1e-5;

/// The beginning of a text, and what is left of its probability.
#[derive(Clone, Copy)]
struct Beginning {
    characters: [u16; MAX_SLOTS],
    evidence: f64,
}

/// The best texts of a form whose places allow only some characters, likeliest first.
pub(crate) fn best(slots: &Slots, places: &[Vec<u16>]) -> Vec<(Vec<u16>, f64)> {
    search(slots, places.len(), |n| places.get(n).map(Vec::as_slice).unwrap_or_default())
}

/// The best texts of any characters and any length.
pub(crate) fn best_of_any(slots: &Slots) -> Vec<(Vec<u16>, f64)> {
    let any = slots.facts().any.as_slice();
    let mut all: Vec<_> = (1..=slots.count()).flat_map(|length| search(slots, length, |_| any)).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    all.truncate(KEEP);
    all
}

fn search<'a>(slots: &Slots, length: usize, allowed: impl Fn(usize) -> &'a [u16]) -> Vec<(Vec<u16>, f64)> {
    let end = slots.ends_at(length);
    if length > slots.count().min(MAX_SLOTS) || end < FAINT {
        return Vec::new();
    }
    let mut beginnings = vec![Beginning { characters: [0; MAX_SLOTS], evidence: end }];
    let mut likely: Vec<(u16, f64)> = Vec::new();
    let mut next: Vec<Beginning> = Vec::new();
    for n in 0..length {
        let slot = slots.slot(n);
        let value = |i: u16| slot.get(usize::from(i)).copied().filter(|v| *v >= LEAST).map(f64::from);
        likely.clear();
        likely.extend(allowed(n).iter().filter_map(|&i| value(i).map(|v| (i, v))));
        next.clear();
        let top = |all: &[(u16, f64)]| all.iter().map(|c| c.1).fold(0.0, f64::max);
        let least = (beginnings.first().map_or(0.0, |b| b.evidence) * top(&likely) * BEHIND).max(FAINT);
        for one in &beginnings {
            for &(i, value) in &likely {
                if one.evidence * value >= least {
                    let mut longer = Beginning { evidence: one.evidence * value, ..*one };
                    longer.characters[n] = i;
                    next.push(longer);
                }
            }
        }
        next.sort_by(|a, b| b.evidence.total_cmp(&a.evidence).then_with(|| a.characters.cmp(&b.characters)));
        next.truncate(KEEP);
        std::mem::swap(&mut beginnings, &mut next);
    }
    beginnings.into_iter().map(|b| (b.characters[..length].to_vec(), b.evidence)).collect()
}
