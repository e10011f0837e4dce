//! Container numbers (ISO 6346): read in a line or stacked; the check digit may settle one doubtful
//! character, and it is said that it did.

use gate_core::container::ContainerCode;

use crate::grammar::beam;
use crate::plate::slots::Slots;

/// What a number counts whose check digit disagrees.
const DISAGREES: f64 = 0.05;
/// A place whose best character is surer than this is not doubtful.
const DOUBT: f32 = 0.9;
/// A character less probable than this was not seen at its place.
const POSSIBLE: f32 = 0.02;

/// One number, from the evidence of one look.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// Four letters and seven digits.
    pub code: String,
    /// The check digit agrees.
    pub valid: bool,
    /// Probability that it is right as a whole.
    pub probability: f32,
    /// One doubtful character was settled by the check digit.
    pub settled: bool,
}

/// Reads a number; `None` when the evidence holds no four letters and seven digits.
#[must_use]
pub fn number(slots: &Slots) -> Option<Number> {
    let texts = beam::best(slots, &slots.facts().code);
    let weighed: Vec<(String, f64, bool)> = texts
        .into_iter()
        .map(|(indices, evidence)| {
            let text = slots.text(&indices);
            let valid = ContainerCode::parse(&text).is_ok();
            (text, if valid { evidence } else { evidence * DISAGREES }, valid)
        })
        .collect();
    let seen: f64 = weighed.iter().map(|(_, w, valid)| if *valid { *w } else { w / DISAGREES }).sum();
    let all = weighed.iter().map(|(_, w, _)| w).sum::<f64>() + (1.0 - seen).max(0.0);
    let plain = weighed.iter().max_by(|a, b| unweighed(a).total_cmp(&unweighed(b)))?;
    let best = weighed.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    #[expect(clippy::cast_possible_truncation, reason = "a probability")]
    let told = |(text, weight, valid): &(String, f64, bool), settled| Number {
        code: text.clone(),
        valid: *valid,
        probability: ((weight / all) as f32).clamp(0.0, 1.0),
        settled,
    };
    if best.0 == plain.0 {
        return Some(told(plain, false));
    }
    Some(if settles(slots, &plain.0, &best.0) { told(best, true) } else { told(plain, false) })
}

fn unweighed(one: &(String, f64, bool)) -> f64 {
    if one.2 { one.1 } else { one.1 / DISAGREES }
}

/// Whether the check digit alone leads from the plain text to the other: one place differs, that place
/// was doubtful, and of the characters seen there only this one makes the check digit agree.
fn settles(slots: &Slots, plain: &str, best: &str) -> bool {
    let places: Vec<usize> =
        plain.chars().zip(best.chars()).enumerate().filter(|(_, (a, b))| a != b).map(|(n, _)| n).collect();
    let [place] = places[..] else { return false };
    let facts = slots.facts();
    let slot = slots.slot(place);
    if slot.iter().copied().fold(0.0, f32::max) > DOUBT {
        return false;
    }
    let possible: Vec<char> =
        slot.iter().zip(&facts.alphabet).skip(1).filter(|(p, _)| **p >= POSSIBLE).map(|(_, c)| *c).collect();
    ContainerCode::settle(plain, place, possible).is_some_and(|code| code.as_str() == best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{sure, with};

    #[test]
    fn a_clear_number_is_read_and_valid() {
        let one = number(&sure("CSQU3054383", 0.995)).unwrap();
        assert_eq!((one.code.as_str(), one.valid, one.settled), ("CSQU3054383", true, false));
        assert!(one.probability > 0.93);
    }

    #[test]
    fn one_doubtful_character_is_settled_by_the_check_digit_and_it_is_said() {
        let slots = with(&sure("CSQU3054383", 0.995), 5, &[('8', 0.6), ('0', 0.38)]);
        let one = number(&slots).unwrap();
        assert_eq!((one.code.as_str(), one.valid, one.settled), ("CSQU3054383", true, true));
        assert!(one.probability < 0.97);
    }

    #[test]
    fn a_clearly_wrong_check_digit_is_told_and_not_mended() {
        let one = number(&sure("CSQU3054384", 0.995)).unwrap();
        assert_eq!((one.code.as_str(), one.valid, one.settled), ("CSQU3054384", false, false));
        assert!(one.probability < 0.7, "{one:?}");
    }

    #[test]
    fn two_doubtful_places_are_not_settled() {
        let slots =
            with(&with(&sure("CSQU3054383", 0.995), 5, &[('8', 0.6), ('0', 0.38)]), 7, &[('1', 0.6), ('4', 0.38)]);
        let one = number(&slots).unwrap();
        assert!(!one.settled && !one.valid, "{one:?}");
    }

    #[test]
    fn a_plate_is_no_container_number() {
        assert_eq!(number(&sure("24C12345", 0.99)), None);
        assert_eq!(number(&sure("", 0.99)), None);
    }
}
