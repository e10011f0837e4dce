//! Characters that readers and people take for each other, and the two matchers, which are separate on
//! purpose: one for opening (precision: only the exact plate), one for watchlists (recall).
//!
//! Source of the pairs: `recognition.md` (errors seen on both countries' plates) and openalpr#502, #606.

use std::collections::BTreeSet;

use super::text::{core, normalise, province};

/// Classes of characters that are taken for each other.
pub const CLASSES: &[&str] =
    &["0ODQ", "DĐ", "1IL", "2Z", "5S", "8B3", "4A", "6G", "NHM", "YT7", "WK", "VY", "UV", "CG", "PF"];

/// Whether two characters are the same or known to be confused.
#[must_use]
pub fn confusable(a: char, b: char) -> bool {
    a == b || CLASSES.iter().any(|class| class.contains(a) && class.contains(b))
}

/// How two plates compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// The same core; provinces equal or one of them not given.
    Exact,
    /// The same core, but both provinces are known and differ.
    OtherProvince,
    /// One character differs, by a known confusion.
    OneConfusion,
    /// Something else.
    Different,
}

/// Compares a reading with a plate as declared. Chinese plates are declared without their province.
#[must_use]
pub fn compare(read: &str, declared: &str) -> Likeness {
    let (read, declared) = (normalise(read), normalise(declared));
    let (a, b) = (core(&read), core(&declared));
    if a == b && !a.is_empty() {
        return match (province(&read), province(&declared)) {
            (Some(p), Some(q)) if p != q => Likeness::OtherProvince,
            _ => Likeness::Exact,
        };
    }
    if a.chars().count() != b.chars().count() {
        return Likeness::Different;
    }
    let mut different = a.chars().zip(b.chars()).filter(|(x, y)| x != y);
    match (different.next(), different.next()) {
        (Some((x, y)), None) if confusable(x, y) => Likeness::OneConfusion,
        _ => Likeness::Different,
    }
}

/// What the opening matcher found among the vehicles expected now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// Exactly this one.
    Exact(usize),
    /// The core of this one, but another province.
    OtherProvince(usize),
    /// One known confusion away from exactly this one: an officer confirms, nothing opens.
    Probable(usize),
    /// More than one fits equally.
    Ambiguous,
    /// None.
    None,
}

/// Matches for opening: exact or not at all. `declared` are the plates expected now.
#[must_use]
pub fn match_for_opening<'a>(read: &str, declared: impl IntoIterator<Item = &'a str>) -> Match {
    let mut found: Vec<(Likeness, usize, String)> = declared
        .into_iter()
        .enumerate()
        .map(|(i, plate)| (compare(read, plate), i, normalise(plate)))
        .filter(|(likeness, ..)| *likeness != Likeness::Different)
        .collect();
    found.sort();
    let Some(best) = found.first().map(|f| f.0) else { return Match::None };
    let equal: Vec<_> = found.iter().filter(|f| f.0 == best).collect();
    let distinct: BTreeSet<&str> = equal.iter().map(|f| f.2.as_str()).collect();
    match (best, equal.as_slice()) {
        // The same plate declared twice is one vehicle; the decision looks at each declaration.
        (Likeness::Exact, [first, ..]) if distinct.len() == 1 => Match::Exact(first.1),
        (Likeness::OtherProvince, [one]) => Match::OtherProvince(one.1),
        (Likeness::OneConfusion, [first, ..]) if distinct.len() == 1 => Match::Probable(first.1),
        _ => Match::Ambiguous,
    }
}

/// Matches for watching: any text the reader thought possible, up to two known confusions away,
/// with or without its province.
#[must_use]
pub fn watched<'a>(possible: impl IntoIterator<Item = &'a str>, plate: &str) -> bool {
    let plate = normalise(plate);
    let wanted: Vec<char> = core(&plate).chars().collect();
    possible.into_iter().any(|text| {
        let text = normalise(text);
        let seen: Vec<char> = core(&text).chars().collect();
        !wanted.is_empty()
            && seen.len() == wanted.len()
            && seen.iter().zip(&wanted).all(|(&a, &b)| confusable(a, b))
            && seen.iter().zip(&wanted).filter(|(a, b)| a != b).count() <= 2
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn chinese_plates_match_without_their_province() {
        assert_eq!(match_for_opening("云G12345", ["G12345"]), Match::Exact(0));
        assert_eq!(match_for_opening("云G12345", ["贵G12345"]), Match::OtherProvince(0));
        assert_eq!(match_for_opening("云G12345", ["24C12345", "G12345"]), Match::Exact(1));
        assert_eq!(match_for_opening("G12345", ["云G12345", "贵G12345"]), Match::Ambiguous);
    }

    #[test]
    fn one_confusion_is_probable_and_two_candidates_are_none() {
        assert_eq!(match_for_opening("24C12845", ["24C12B45"]), Match::Probable(0));
        assert_eq!(match_for_opening("24C12845", ["24C12345", "24C12B45"]), Match::Ambiguous);
        assert_eq!(match_for_opening("24C12845", ["24C12945"]), Match::None);
        assert_eq!(match_for_opening("", [""]), Match::None);
    }

    proptest! {
        #[test]
        fn opening_is_exact_only_for_the_same_core(a in "[A-Z0-9]{4,9}", b in "[A-Z0-9]{4,9}") {
            if let Match::Exact(_) = match_for_opening(&a, [b.as_str()]) {
                prop_assert_eq!(core(&a), core(&b));
            }
            prop_assert_eq!(match_for_opening(&a, [a.as_str()]), Match::Exact(0));
        }

        #[test]
        fn likeness_is_symmetric(a in "[A-Z0-9]{4,6}", b in "[A-Z0-9]{4,6}") {
            prop_assert_eq!(compare(&a, &b), compare(&b, &a));
        }

        #[test]
        fn the_watch_sees_every_single_confusion(text in "[A-Z0-9]{5,8}", at in 0usize..8, class in 0usize..15, n in 0usize..4) {
            let mut bent: Vec<char> = text.chars().collect();
            let at = at % bent.len();
            let class = CLASSES[class % CLASSES.len()];
            let other = class.chars().nth(n % class.chars().count()).unwrap();
            if confusable(bent[at], other) {
                bent[at] = other;
            }
            let bent: String = bent.into_iter().collect();
            prop_assert!(watched([bent.as_str()], &text));
            let with_province = format!("云{bent}");
            prop_assert!(watched([with_province.as_str()], &text));
        }
    }
}
