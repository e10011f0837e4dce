//! What belongs to one reader: its characters, the grammar over them, its limits and its name. Every
//! look carries them, so that looks can be fused far from the network that made them.

use gate_core::plate::template::{Template, templates};

use crate::manifest::Model;

/// Most characters of a reader's line.
pub const MAX_SLOTS: usize = 16;
/// Temperature where the manifest names none.
const TEMPERATURE: f32 = 1.0;
/// Limit where the manifest names none.
const MIN_PROBABILITY: f32 = 0.9;

/// How a whole text's probability is made true: beta calibration (Kull, Silva Filho and Flach 2017), monotone, fitted by
/// `python -m evaluate.calibrate` on plates that training never saw. logit q = a ln p - b ln(1 - p) + c, where p counts
/// as at most `top`, the largest that was seen there: no reading is told surer than what was checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration([f64; 4]);

impl Calibration {
    /// Changes nothing.
    pub const NONE: Self = Self([1.0, 1.0, 0.0, 1.0]);
    /// The probability stays so far from 0 and 1.
    const EDGE: f64 = 1e-7;

    /// Of `[a, b, c, top]`.
    ///
    /// # Errors
    /// When a or b is not above 0, for then a surer reading would not be a likelier one, or one is out of all proportion.
    pub fn of([a, b, c, top]: [f64; 4]) -> Result<Self, String> {
        let sound = |v: f64| (0.01..=100.0).contains(&v);
        if sound(a) && sound(b) && (-100.0..=100.0).contains(&c) && (0.5..=1.0).contains(&top) {
            Ok(Self([a, b, c, top]))
        } else {
            let sound = "a and b within 0.01 and 100, c within -100 and 100, top within 0.5 and 1";
            Err(format!("calibration = [{a}, {b}, {c}, {top}] must have {sound}; python -m evaluate.calibrate fits it"))
        }
    }

    /// The true probability of a text that the evidence gives probability `p`. Not a number is 0.
    #[must_use]
    pub fn apply(self, p: f64) -> f64 {
        if p.is_nan() {
            return 0.0;
        }
        if self == Self::NONE {
            return p.clamp(0.0, 1.0);
        }
        let [a, b, c, top] = self.0;
        let p = p.clamp(Self::EDGE, top.min(1.0 - Self::EDGE));
        let logit = a * p.ln() - b * (-p).ln_1p() + c;
        1.0 / (1.0 + (-logit).exp())
    }
}

/// A template over the reader's own numbers of characters.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    pub template: &'static Template,
    /// For each place, the output indices that may stand there.
    pub places: Vec<Vec<u16>>,
}

/// The facts of one reader.
#[derive(Debug)]
pub struct Facts {
    /// Characters by output index; index 0 is "nothing".
    pub(crate) alphabet: Vec<char>,
    /// Every plate template.
    pub(crate) grammar: Vec<Compiled>,
    /// Places of a container number.
    pub(crate) code: Vec<Vec<u16>>,
    /// Every index but 0.
    pub(crate) any: Vec<u16>,
    /// Temperature of the characters' probabilities.
    pub(crate) temperature: f32,
    /// What makes a whole text's probability true.
    pub(crate) calibration: Calibration,
    /// Below it a reading does not count by itself.
    pub min_probability: f32,
    /// First 12 digits of the SHA-256 of the reader's file.
    pub model: String,
}

impl Facts {
    /// The facts that stand in the manifest.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn of(model: &Model) -> Result<Self, String> {
        let text = model.alphabet.as_deref().ok_or("the manifest names no alphabet")?;
        let temperature = model.temperature.unwrap_or(TEMPERATURE);
        let min_probability = model.min_probability.unwrap_or(MIN_PROBABILITY);
        if !(0.1..=10.0).contains(&temperature) {
            return Err(format!("temperature = {temperature} must lie within 0.1 and 10"));
        }
        if !(0.0..=1.0).contains(&min_probability) {
            return Err(format!("min_probability = {min_probability} must lie within 0 and 1"));
        }
        let calibration = model.calibration.map_or(Ok(Calibration::NONE), Calibration::of)?;
        Ok(Self { calibration, ..Self::new(text, temperature, min_probability, model.short_hash())? })
    }

    /// Facts for an alphabet, without calibration.
    ///
    /// # Errors
    /// When a character stands twice in it, or it lacks those of container numbers.
    pub fn new(alphabet: &str, temperature: f32, min_probability: f32, model: String) -> Result<Self, String> {
        let alphabet: Vec<char> = alphabet.chars().collect();
        if let Some(twice) = alphabet.iter().enumerate().find(|(i, c)| alphabet[..*i].contains(c)) {
            return Err(format!("the alphabet holds {:?} twice", twice.1));
        }
        let count = u16::try_from(alphabet.len()).map_err(|_| "the alphabet is longer than 65535".to_owned())?;
        let index =
            |c: char| alphabet.iter().position(|&a| a == c).and_then(|i| u16::try_from(i).ok()).filter(|&i| i > 0);
        let places = |set: &str| set.chars().filter_map(index).collect::<Vec<u16>>();
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let code: Vec<Vec<u16>> = [letters, letters, letters, "UJZ"]
            .into_iter()
            .chain(std::iter::repeat_n("0123456789", 7))
            .map(places)
            .collect();
        if code.iter().zip([26, 26, 26, 3, 10]).any(|(found, asked)| found.len() != asked) {
            return Err("the alphabet lacks digits or letters".to_owned());
        }
        let grammar = templates()
            .map(|template| Compiled { template, places: template.positions.iter().map(|set| places(set.0)).collect() })
            .filter(|c| c.places.iter().all(|p| !p.is_empty()))
            .collect();
        let calibration = Calibration::NONE;
        Ok(Self {
            grammar,
            code,
            any: (1..count).collect(),
            alphabet,
            temperature,
            calibration,
            min_probability,
            model,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_calibration_that_turns_the_order_is_refused_with_the_remedy() {
        for bad in [
            [-1.0, 1.0, 0.0, 1.0],
            [1.0, 0.0, 0.0, 1.0],
            [1.0, 1.0, f64::NAN, 1.0],
            [f64::INFINITY, 1.0, 0.0, 1.0],
            [1.0, 1.0, 0.0, 0.0],
        ] {
            let error = Calibration::of(bad).unwrap_err();
            assert!(error.contains("evaluate.calibrate"), "{error}");
        }
    }

    #[test]
    fn not_a_number_is_never_probable_and_nothing_is_surer_than_what_was_checked() {
        let some = Calibration::of([0.7, 1.1, -0.8, 0.999]).unwrap();
        assert!((some.apply(1.0) - some.apply(0.999)).abs() < f64::EPSILON);
        assert!(some.apply(f64::NAN).abs() < f64::EPSILON && Calibration::NONE.apply(f64::NAN).abs() < f64::EPSILON);
    }

    proptest! {
        #[test]
        fn calibration_keeps_the_order_and_stays_a_probability(
            a in 0.01f64..5.0, b in 0.01f64..5.0, c in -5.0f64..5.0, top in 0.5f64..=1.0,
            p in 0.0f64..=1.0, q in 0.0f64..=1.0,
        ) {
            let map = Calibration::of([a, b, c, top]).unwrap();
            let (low, high) = (map.apply(p.min(q)), map.apply(p.max(q)));
            prop_assert!(low <= high && (0.0..=1.0).contains(&low) && (0.0..=1.0).contains(&high));
        }
    }
}
