//! The grammars of both countries as a prior: which of the texts that the evidence allows is a plate.
//!
//! The probability of a text is its share of the evidence, where a text that no authority gives counts
//! only [`NO_GRAMMAR`] of what it weighs, and what was not looked at counts in full. So the grammar
//! chooses between readings and never makes one: a text gains no more than what ungrammatical texts
//! lose, an ungrammatical text never gains, and among texts of one template the order stays that of the
//! evidence.

pub(crate) mod beam;

use std::collections::BTreeMap;

use gate_core::plate::template::Template;
use gate_core::plate::{Country, PlateColor, PlateKind};

use crate::plate::facts::Compiled;
use crate::plate::slots::{Heads, Slots};

/// What a text counts that no grammar knows.
pub const NO_GRAMMAR: f64 = 0.05;
/// Most texts kept: the best and its rivals.
pub const MOST: usize = 6;
/// The least weight of a template whose country, rows and colour the reader denies.
const DENIED: f64 = 0.06;

/// One text and how probable it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The text.
    pub text: String,
    /// Probability by the evidence alone.
    pub evidence: f64,
    /// Probability as a whole plate.
    pub probability: f64,
    /// The template that fits best; `None` for a text that no authority gives.
    pub sort: Option<(Country, PlateKind)>,
}

/// Every text that matters, best first, at most [`MOST`].
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// The texts.
    pub candidates: Vec<Candidate>,
    /// Share of the evidence that grammatical texts hold.
    pub grammatical: f64,
}

struct Weighed {
    evidence: f64,
    /// Weight and template; `None` for a text without grammar.
    best: Option<(f64, &'static Template)>,
}

/// Weighs the texts that the evidence allows.
#[must_use]
pub fn posterior(slots: &Slots, heads: &Heads) -> Posterior {
    let mut texts: BTreeMap<Vec<u16>, Weighed> = BTreeMap::new();
    for compiled in &slots.facts().grammar {
        let weight = weight(compiled, heads);
        for (indices, evidence) in beam::best(slots, &compiled.places) {
            let text = slots.text(&indices);
            if !compiled.template.fits_beyond_places(&text) {
                continue;
            }
            let one = texts.entry(indices).or_insert(Weighed { evidence, best: None });
            if one.best.is_none_or(|(known, _)| weight > known) {
                one.best = Some((weight, compiled.template));
            }
        }
    }
    for (indices, evidence) in beam::best_of_any(slots) {
        texts.entry(indices).or_insert(Weighed { evidence, best: None });
    }
    let grammatical: f64 = texts.values().filter(|t| t.best.is_some()).map(|t| t.evidence).sum();
    let seen: f64 = texts.values().map(|t| t.evidence).sum();
    let weigh = |t: &Weighed| t.evidence * t.best.map_or(NO_GRAMMAR, |(weight, _)| weight);
    let all = texts.values().map(weigh).sum::<f64>() + (1.0 - seen).max(0.0);
    let mut candidates: Vec<Candidate> = texts
        .iter()
        .map(|(indices, t)| Candidate {
            text: slots.text(indices),
            evidence: t.evidence,
            probability: if all > 0.0 { weigh(t) / all } else { 0.0 },
            sort: t.best.map(|(_, template)| (template.country, template.kind)),
        })
        .collect();
    candidates.sort_by(|a, b| b.probability.total_cmp(&a.probability).then_with(|| a.text.cmp(&b.text)));
    candidates.truncate(MOST);
    Posterior { candidates, grammatical: grammatical.min(1.0) }
}

/// How well a template agrees with what the reader says of the plate as a whole: country, rows and
/// colour, within [`DENIED`] and 1. Colour alone weighs least: it never settles the country.
fn weight(compiled: &Compiled, heads: &Heads) -> f64 {
    let template = compiled.template;
    let plates = (heads.kind[0] + heads.kind[1]).max(f32::EPSILON);
    let own = if template.country == Country::Vn { heads.kind[0] } else { heads.kind[1] };
    let other = plates - own;
    let country = if own >= other { 1.0 } else { (own / other).max(0.02) };
    let rows = if template.rows.len() > 1 {
        1.0
    } else {
        let fitting = if template.rows == [2] { heads.rows[1] } else { heads.rows[0] };
        (fitting * 2.0).clamp(0.3, 1.0)
    };
    let ground: f32 =
        template.colors.iter().filter(|&&c| c != PlateColor::YellowGreen).map(|&c| heads.ground_is(c)).sum();
    let strongest = heads.color.iter().copied().fold(f32::EPSILON, f32::max);
    let color = (ground / strongest).clamp(0.5, 1.0);
    (f64::from(country) * f64::from(rows) * f64::from(color)).max(DENIED)
}

/// The kind of a text that several templates of its country fit, by what else is known: a motorcycle's
/// plate is told from a car's by the vehicle it hangs on, new-energy kinds by their ground.
#[must_use]
pub fn settled_kind(text: &str, kind: PlateKind, on_motorcycle: Option<bool>) -> PlateKind {
    let fitting = gate_core::plate::template::kinds_fitting(text);
    let fits = |k: PlateKind| fitting.iter().any(|f| f.1 == k);
    match (kind, on_motorcycle) {
        (PlateKind::VnCar | PlateKind::VnCarOld, Some(true)) if fits(PlateKind::VnMotorcycle) => {
            PlateKind::VnMotorcycle
        }
        (PlateKind::VnMotorcycle, Some(false)) if fits(PlateKind::VnCar) => PlateKind::VnCar,
        _ => kind,
    }
}

#[cfg(test)]
mod tests;
