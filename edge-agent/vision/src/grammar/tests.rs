use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::plate::facts::Facts;
use crate::testing::{ALPHABET, facts, sure, with};

fn best(slots: &Slots) -> Candidate {
    posterior(slots, &Heads::NEUTRAL).candidates.into_iter().next().unwrap()
}

#[test]
fn a_sure_text_of_the_grammar_stays_as_sure_as_it_was() {
    let slots = sure("24C12345", 0.999);
    let one = best(&slots);
    assert_eq!((one.text.as_str(), one.sort), ("24C12345", Some((Country::Vn, PlateKind::VnCar))));
    assert!(one.probability > 0.98 && one.probability <= 1.0);
}

#[test]
fn a_doubtful_character_is_chosen_by_the_grammar_and_the_raw_text_stays() {
    // The third place of a Vietnamese plate is a letter, the fifth a digit.
    let slots = with(&sure("24C12345", 0.995), 4, &[('Z', 0.55), ('2', 0.44)]);
    assert_eq!(slots.raw(), "24C1Z345");
    let one = best(&slots);
    assert_eq!(one.text, "24C12345");
    assert!(one.probability > 0.75 && one.probability < 0.95, "{one:?}");
}

#[test]
fn the_grammar_makes_no_plate_of_what_was_clearly_read_otherwise() {
    // A foreign plate, clearly read: nothing near it in the grammar has weight.
    let one = best(&sure("LS15EBC", 0.999));
    assert_eq!((one.text.as_str(), one.sort), ("LS15EBC", None));
    // One character clearly against the grammar is not mended for sure.
    let slots = with(&sure("24C12345", 0.999), 4, &[('Z', 0.99), ('2', 0.005)]);
    let all = posterior(&slots, &Heads::NEUTRAL);
    assert!(all.candidates[0].probability < 0.95, "{all:?}");
}

#[test]
fn two_possible_plates_share_the_probability() {
    let slots = with(&sure("24C12345", 0.999), 4, &[('2', 0.5), ('7', 0.49)]);
    let all = posterior(&slots, &Heads::NEUTRAL).candidates;
    assert_eq!((all[0].text.as_str(), all[1].text.as_str()), ("24C12345", "24C17345"));
    assert!(all[0].probability < 0.55 && all[1].probability > 0.4);
}

#[test]
fn the_country_comes_from_script_and_head_and_not_from_colour() {
    let mut heads = Heads { color: [0.01, 0.95, 0.01, 0.01, 0.01, 0.01], ..Heads::NEUTRAL };
    for (text, country) in [("24C12345", Country::Vn), ("云G12345", Country::Cn), ("云G1234挂", Country::Cn)] {
        let all = posterior(&sure(text, 0.99), &heads);
        assert_eq!(all.candidates[0].sort.unwrap().0, country, "{text}");
    }
    // `TM1234` in the army's form of Vietnam; the head says so, against a yellow ground.
    heads.kind = [0.9, 0.1, 0.0, 0.0];
    assert_eq!(posterior(&sure("TM1234", 0.99), &heads).candidates[0].sort, Some((Country::Vn, PlateKind::VnArmy)));
}

#[test]
fn a_motorcycle_is_told_by_what_the_plate_hangs_on() {
    assert_eq!(settled_kind("54T15417", PlateKind::VnCar, Some(true)), PlateKind::VnMotorcycle);
    assert_eq!(settled_kind("54T15417", PlateKind::VnMotorcycle, Some(false)), PlateKind::VnCar);
    assert_eq!(settled_kind("59P166480", PlateKind::VnMotorcycle, Some(false)), PlateKind::VnMotorcycle);
    assert_eq!(settled_kind("24C12345", PlateKind::VnCar, None), PlateKind::VnCar);
}

#[test]
fn nothing_read_gives_no_plate() {
    let all = posterior(&sure("", 0.999), &Heads::NEUTRAL);
    assert!(all.candidates.first().is_none_or(|c| c.probability < 0.05), "{all:?}");
}

/// Distributions of any sharpness.
fn any_slots() -> impl Strategy<Value = Slots> {
    let letters = ALPHABET.chars().count();
    let slot = (0..letters, 0..letters, 0.3f32..1.0, 0.0f32..0.05);
    proptest::collection::vec(slot, 12).prop_map(move |slots| {
        let mut values = Vec::new();
        for (best, second, share, rest) in slots {
            let mut row = vec![rest / 80.0; letters];
            row[second] += (1.0 - share) * 0.9;
            row[best] += share;
            values.extend(row);
        }
        Slots::new(facts(), values).unwrap()
    })
}

/// Distributions around a plate, sharp and doubtful.
fn near_a_plate() -> impl Strategy<Value = Slots> {
    let doubt = proptest::collection::vec((0usize..9, 1usize..74, 0.05f32..0.95), 0..5);
    ("[1-9][0-9][A-Z][0-9]{5}|云[A-Z][0-9]{5}|[A-Z]{2}[0-9]{4}", doubt).prop_map(|(text, doubts)| {
        let mut slots = sure(&text, 0.98);
        for (place, letter, share) in doubts {
            let c = ALPHABET.chars().nth(letter).unwrap();
            let own = text.chars().nth(place).unwrap_or('-');
            slots = with(&slots, place, &[(own, 1.0 - share), (c, share)]);
        }
        slots
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn probabilities_are_a_share_and_nothing_gains_without_cause(slots in prop_oneof![any_slots(), near_a_plate()]) {
        let all = posterior(&slots, &Heads::NEUTRAL);
        let sum: f64 = all.candidates.iter().map(|c| c.probability).sum();
        prop_assert!(sum <= 1.0 + 1e-6);
        for c in &all.candidates {
            prop_assert!((slots.evidence(&c.text) - c.evidence).abs() < 1e-6);
            // What a text gains, ungrammatical texts have lost.
            prop_assert!(c.probability <= c.evidence + (1.0 - all.grammatical) + 1e-6, "{c:?} {}", all.grammatical);
            if c.sort.is_none() {
                prop_assert!(c.probability <= c.evidence + 1e-9);
            }
        }
    }

    #[test]
    fn texts_of_one_kind_keep_the_order_of_the_evidence(slots in near_a_plate()) {
        let all = posterior(&slots, &Heads::NEUTRAL).candidates;
        for (a, b) in all.iter().zip(all.iter().skip(1)) {
            if a.sort == b.sort {
                prop_assert!(a.evidence >= b.evidence - 1e-9);
            }
        }
    }
}

#[test]
fn every_template_can_be_written_with_the_alphabet() {
    let facts: Arc<Facts> = facts();
    assert_eq!(facts.grammar.len(), gate_core::plate::template::templates().count());
}

/// A reading is weighed in every look and again at each fusion: it must cost little beside the networks.
#[test]
fn weighing_costs_little() {
    let doubtful = [1, 3, 4, 5, 6].into_iter().fold(sure("24C12345", 0.98), |slots, place| {
        with(&slots, place, &[('8', 0.3), ('3', 0.25), ('B', 0.2), ('6', 0.15)])
    });
    let begun = std::time::Instant::now();
    for _ in 0..20 {
        assert!(!posterior(&doubtful, &Heads::NEUTRAL).candidates.is_empty());
    }
    let each = begun.elapsed() / 20;
    assert!(each < std::time::Duration::from_millis(200), "{each:?}");
}
