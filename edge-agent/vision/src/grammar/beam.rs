//! The likeliest texts: place by place, keeping the best beginnings.

use crate::plate::slots::Slots;

/// Beginnings kept at each place.
const KEEP: usize = 48;
/// A character below this probability is not tried.
const LEAST: f32 = 1e-4;
/// A text below this probability is not told.
const FAINT: f64 = 1e-7;

/// The best texts of a form whose places allow only some characters, likeliest first.
pub(crate) fn best(slots: &Slots, places: &[Vec<u16>]) -> Vec<(Vec<u16>, f64)> {
    let allowed: Vec<&[u16]> = places.iter().map(Vec::as_slice).collect();
    search(slots, &allowed)
}

/// The best texts of any characters and any length.
pub(crate) fn best_of_any(slots: &Slots) -> Vec<(Vec<u16>, f64)> {
    let facts = slots.facts();
    let mut all: Vec<_> =
        (1..=slots.count()).flat_map(|length| search(slots, &vec![facts.any.as_slice(); length])).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all.truncate(KEEP);
    all
}

fn search(slots: &Slots, places: &[&[u16]]) -> Vec<(Vec<u16>, f64)> {
    let end = slots.ends_at(places.len());
    if places.len() > slots.count() || end < FAINT {
        return Vec::new();
    }
    let mut beginnings: Vec<(Vec<u16>, f64)> = vec![(Vec::new(), end)];
    for (n, allowed) in places.iter().enumerate() {
        let slot = slots.slot(n);
        let likely: Vec<(u16, f64)> = allowed
            .iter()
            .filter_map(|&i| slot.get(usize::from(i)).filter(|v| **v >= LEAST).map(|v| (i, f64::from(*v))))
            .collect();
        let mut next = Vec::with_capacity(beginnings.len() * likely.len());
        for (text, evidence) in &beginnings {
            for &(i, value) in &likely {
                if evidence * value >= FAINT {
                    let mut longer = Vec::with_capacity(places.len());
                    longer.extend_from_slice(text);
                    longer.push(i);
                    next.push((longer, evidence * value));
                }
            }
        }
        next.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        next.truncate(KEEP);
        beginnings = next;
    }
    beginnings
}
