//! What one picture showed.

use std::time::Duration;

use gate_core::plate::{Country, PlateColor, PlateKind};

use crate::geometry::Quad;
use crate::picture::Picture;
use crate::plate::detect::Found;
use crate::plate::line::Line;
use crate::plate::rectify;
use crate::plate::slots::{Heads, Slots};
use crate::quality::{self, Fate, Seen};
use crate::vehicle::VehicleBox;

/// Below this probability the evidence is too faint for a text: none is chosen by grammar.
pub const LEGIBLE: f32 = 0.05;

/// Evidence whose likeliest text is below this is not weighed by grammar at all.
const FAINT: f64 = 1e-3;

/// No plate has fewer characters.
const LEAST_CHARACTERS: usize = 4;
/// Above this probability that it is no plate it is none.
const NO_PLATE: f32 = 0.5;

/// Everything seen in one picture.
#[derive(Clone, Debug)]
pub struct Look {
    /// Vehicles and persons that were found, best first; then those of which only the plate and what surrounds it were seen.
    pub vehicles: Vec<VehicleBox>,
    /// Plates and what looked like one, best first.
    pub plates: Vec<PlateLook>,
    /// Container numbers, best first.
    pub containers: Vec<ContainerLook>,
    /// From decoded pixels to this result.
    pub time: Duration,
    /// As much of it as the networks ran, within ONNX Runtime.
    pub networks: Duration,
}

/// The text of a plate and what goes with it.
#[derive(Clone, Debug, PartialEq)]
pub struct PlateText {
    /// Normalised text.
    pub text: String,
    /// The text as the network gave it, before the grammar spoke.
    pub raw: String,
    /// Whose plate; `None` when neither script nor grammar nor reader tells.
    pub country: Option<Country>,
    /// Which kind; `None` when no grammar fits the text.
    pub kind: Option<PlateKind>,
    /// Ground colour.
    pub color: Option<PlateColor>,
    /// Rows of text, 1 or 2.
    pub rows: u8,
    /// Probability that the text is right as a whole.
    pub probability: f32,
    /// Other texts and their probabilities, best first.
    pub others: Vec<(String, f32)>,
}

/// One look at one plate.
#[derive(Clone, Debug)]
pub struct PlateLook {
    /// Four corners in pixels of the picture.
    pub corners: Quad,
    /// Score of the detector.
    pub score: f32,
    /// Sharpness of the plate as it was read; see [`crate::quality`].
    pub sharpness: f32,
    /// Height of the plate in pixels of the picture.
    pub height_px: f32,
    /// How much this look weighs among others, above 0 to 1.
    pub weight: f32,
    /// Which vehicle it hangs on, an index into [`Look::vehicles`].
    pub vehicle: Option<usize>,
    /// It hangs on a motorcycle; `None` when what carries it is not known.
    pub on_motorcycle: Option<bool>,
    /// The plate cut out of the picture.
    pub crop: Picture,
    /// What the reader said, slot by slot.
    pub slots: Slots,
    /// What sort of line it is.
    pub heads: Heads,
    /// The reading of this look alone; `None` when there is no text.
    pub read: Option<PlateText>,
    /// Why this look does not count by itself; `None` when it does.
    pub fate: Option<Fate>,
}

/// One look at one container number.
#[derive(Clone, Debug)]
pub struct ContainerLook {
    /// Four corners in pixels of the picture.
    pub corners: Quad,
    /// Score of the detector.
    pub score: f32,
    /// Its characters stand one below the other.
    pub upright: bool,
    /// The number: four letters and seven digits.
    pub code: String,
    /// The text as the network gave it.
    pub raw: String,
    /// The check digit agrees.
    pub valid: bool,
    /// Probability that the number is right as a whole.
    pub probability: f32,
    /// One doubtful character was settled by the check digit.
    pub settled_by_check_digit: bool,
    /// The number cut out of the picture.
    pub crop: Picture,
}

impl PlateLook {
    /// A find as it was read; what carries it is not looked at yet. `None` when it lies outside of the picture.
    pub(crate) fn of(picture: &Picture, found: &Found, line: Line) -> opencv::Result<Option<Self>> {
        let Some(crop) = rectify::cut(picture, found.corners)? else { return Ok(None) };
        let Line { view, slots, heads, .. } = line;
        let sharpness = quality::sharpness(&view)?;
        let seen = Seen { corners: found.corners, rows: heads.row_count(), sharpness, score: found.score };
        let short = slots.raw().chars().count() < LEAST_CHARACTERS;
        let none = short || heads.is_plate() < 1.0 - NO_PLATE;
        let read = if none { None } else { PlateText::of(&slots, &heads, None) };
        let limit = slots.facts().min_probability;
        let unsure = read.as_ref().is_none_or(|r| r.probability < limit);
        let fate = read
            .is_none()
            .then_some(Fate::NoPlate)
            .or_else(|| seen.fate((picture.width, picture.height)))
            .or_else(|| unsure.then_some(Fate::BelowLimit));
        Ok(Some(Self {
            corners: found.corners,
            score: found.score,
            sharpness,
            height_px: found.corners.height(),
            weight: seen.weight(),
            vehicle: None,
            on_motorcycle: None,
            crop,
            slots,
            heads,
            read,
            fate,
        }))
    }
}

impl PlateText {
    /// What evidence says of a plate; `None` when it says "nothing here". Evidence too faint for any text
    /// gives the raw one, without kind and with the little probability that it has.
    #[must_use]
    pub fn of(slots: &Slots, heads: &Heads, on_motorcycle: Option<bool>) -> Option<Self> {
        Self::weighed(slots, heads, on_motorcycle, |p| slots.facts().calibration.apply(p))
    }

    /// The same of the pooled evidence of several looks. They are alike, so pooling makes them surer than they are
    /// right, and the calibration was fitted on single looks: what is told is never above the evidence itself.
    #[must_use]
    pub fn of_pooled(slots: &Slots, heads: &Heads, on_motorcycle: Option<bool>) -> Option<Self> {
        Self::weighed(slots, heads, on_motorcycle, |p| slots.facts().calibration.apply(p).min(p))
    }

    #[expect(clippy::cast_possible_truncation, reason = "probabilities")]
    fn weighed(slots: &Slots, heads: &Heads, on_motorcycle: Option<bool>, truth: impl Fn(f64) -> f64) -> Option<Self> {
        let is_plate = heads.is_plate();
        if slots.ceiling() < FAINT {
            return Some(Self::illegible(slots, heads, 0.0));
        }
        let posterior = crate::grammar::posterior(slots, heads);
        let probability = |p: f64| (p as f32 * is_plate).clamp(0.0, 1.0);
        let mut candidates = posterior.candidates.into_iter();
        let best = candidates.next()?;
        let share = best.probability * f64::from(is_plate);
        let sure = truth(share);
        // What is left by the best text is shared out among the others as the evidence has it.
        let left = if share < 1.0 { (1.0 - sure) / (1.0 - share) } else { 0.0 };
        if probability(best.probability) < LEGIBLE {
            let raw = slots.raw();
            let share = candidates.find(|c| c.text == raw).map_or(0.0, |c| c.probability);
            return Some(Self::illegible(slots, heads, probability(share)));
        }
        let kind = best.sort.map(|(_, kind)| crate::grammar::settled_kind(&best.text, kind, on_motorcycle));
        let country = best.sort.map(|(country, _)| country).or_else(|| country_without_grammar(&best.text, heads));
        let color = match (heads.ground(), kind) {
            (Some(PlateColor::Green), Some(PlateKind::CnNewEnergyLarge)) => Some(PlateColor::YellowGreen),
            (ground, _) => ground,
        };
        Some(Self {
            raw: slots.raw(),
            country,
            kind,
            color,
            rows: heads.row_count(),
            probability: (sure as f32).clamp(0.0, 1.0),
            others: candidates.map(|c| (c.text, probability(c.probability * left))).filter(|c| c.1 > 0.0).collect(),
            text: best.text,
        })
    }

    /// The raw text as it is, where the evidence is too faint for any.
    fn illegible(slots: &Slots, heads: &Heads, probability: f32) -> Self {
        let raw = slots.raw();
        Self {
            country: country_without_grammar(&raw, heads),
            kind: None,
            color: heads.ground(),
            rows: heads.row_count(),
            probability,
            others: Vec::new(),
            text: raw.clone(),
            raw,
        }
    }
}

/// The country of a text that no grammar knows: Chinese characters are China's; otherwise the reader's
/// word, where it is clear.
fn country_without_grammar(text: &str, heads: &Heads) -> Option<Country> {
    if text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
        return Some(Country::Cn);
    }
    match heads.kind {
        [vn, cn, ..] if vn > 0.8 && vn > cn => Some(Country::Vn),
        [vn, cn, ..] if cn > 0.8 && cn > vn => Some(Country::Cn),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sure;

    #[test]
    fn a_reading_names_country_kind_and_ground() {
        let heads = Heads { kind: [0.01, 0.98, 0.0, 0.01], color: [0.0, 0.02, 0.0, 0.98, 0.0, 0.0], rows: [0.9, 0.1] };
        let read = PlateText::of(&sure("云A12345D", 0.999), &heads, None).unwrap();
        assert_eq!((read.text.as_str(), read.country, read.rows), ("云A12345D", Some(Country::Cn), 1));
        assert_eq!((read.kind, read.color), (Some(PlateKind::CnNewEnergyLarge), Some(PlateColor::YellowGreen)));
        assert!(read.probability > 0.95 && read.probability < 0.995);
    }

    #[test]
    fn what_is_no_plate_has_no_probability() {
        let heads = Heads { kind: [0.02, 0.01, 0.0, 0.97], ..Heads::NEUTRAL };
        let read = PlateText::of(&sure("24C12345", 0.999), &heads, None).unwrap();
        assert!(read.probability < 0.05);
    }

    #[test]
    fn faint_evidence_gives_no_text_that_was_not_seen() {
        let read = PlateText::of(&sure("OO1CI234", 0.3), &Heads::NEUTRAL, None).unwrap();
        assert_eq!((read.text.as_str(), read.kind), ("OO1CI234", None));
        assert!(read.probability < LEGIBLE);
    }

    #[test]
    fn a_foreign_plate_has_a_text_and_no_kind() {
        let read = PlateText::of(&sure("LS15EBC", 0.999), &Heads::NEUTRAL, Some(false)).unwrap();
        assert_eq!((read.text.as_str(), read.kind, read.country), ("LS15EBC", None, None));
    }
}
