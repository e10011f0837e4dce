use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::geometry::{Area, Quad};
use crate::picture::Picture;
use crate::plate::facts::{Calibration, Facts};
use crate::plate::slots::{Heads, Slots};
use crate::testing::{ALPHABET, sure, with};

const VN: Heads = Heads { kind: [0.98, 0.01, 0.0, 0.01], color: [0.1, 0.9, 0.0, 0.0, 0.0, 0.0], rows: [0.9, 0.1] };

fn look(slots: &Slots, weight: f32) -> PlateLook {
    PlateLook {
        corners: Quad::of(Area { x: 10.0, y: 10.0, width: 100.0, height: 25.0 }),
        score: 0.9,
        sharpness: 0.4,
        height_px: 25.0,
        weight,
        vehicle: None,
        on_motorcycle: None,
        crop: Picture::from_bgr(1, 1, vec![0; 3]).unwrap(),
        slots: slots.clone(),
        heads: VN,
        read: PlateText::of(slots, &VN, None),
        fate: None,
    }
}

#[test]
fn one_look_alone_is_its_own_reading_and_never_sure() {
    let slots = sure("24C12345", 0.99);
    let mut fusion = Fusion::new();
    assert_eq!(fusion.reading(), None);
    assert_eq!(fusion.add(&look(&slots, 0.4)), 0);
    let (one, alone) = (fusion.reading().unwrap(), PlateText::of(&slots, &VN, None).unwrap());
    assert_eq!((one.plate.text.as_str(), one.looks, one.agreeing, one.best_look), ("24C12345", 1, 1, 0));
    assert!((one.plate.probability - alone.probability).abs() < 5e-3, "{one:?} {alone:?}");
    assert!(!fusion.sure());
}

#[test]
fn agreeing_looks_grow_sure_and_a_weak_contrary_one_changes_nothing() {
    let mut fusion = Fusion::new();
    for _ in 0..4 {
        fusion.add(&look(&sure("24C12345", 0.97), 0.8));
    }
    assert!(fusion.sure(), "{:?}", fusion.reading());
    let before = fusion.reading().unwrap();
    fusion.add(&look(&with(&sure("24C12345", 0.97), 4, &[('7', 0.95), ('2', 0.03)]), 0.1));
    let after = fusion.reading().unwrap();
    assert_eq!((after.plate.text.as_str(), after.looks, after.agreeing), ("24C12345", 5, 4));
    assert!(after.plate.probability > 0.9, "{before:?} {after:?}");
}

#[test]
fn a_sharp_near_look_overrules_earlier_blurred_ones() {
    let mut fusion = Fusion::new();
    for _ in 0..3 {
        fusion.add(&look(&with(&sure("24C12345", 0.9), 4, &[('7', 0.7), ('2', 0.25)]), 0.08));
    }
    fusion.add(&look(&sure("24C12345", 0.995), 0.95));
    let one = fusion.reading().unwrap();
    assert_eq!((one.plate.text.as_str(), one.best_look), ("24C12345", 3));
    assert!(one.plate.probability > 0.8);
}

#[test]
fn strong_looks_that_contradict_each_other_give_no_reading_that_counts() {
    let mut fusion = Fusion::new();
    for text in ["24C12345", "24C17345", "24C12345", "24C17345"] {
        fusion.add(&look(&sure(text, 0.99), 0.8));
    }
    let one = fusion.reading().unwrap();
    assert!(one.plate.probability < 0.6 && !one.counts() && !fusion.sure(), "{one:?}");
    assert!(one.plate.others.iter().any(|(text, p)| text.starts_with("24C1") && *p > 0.3));
}

#[test]
fn two_different_plates_are_kept_apart() {
    let mut fusion = Fusion::new();
    for _ in 0..3 {
        fusion.add(&look(&sure("24C12345", 0.98), 0.8));
        fusion.add(&look(&sure("29H98761", 0.98), 0.7));
    }
    let texts: Vec<String> = fusion.readings().into_iter().map(|r| r.plate.text).collect();
    assert_eq!(texts, ["24C12345", "29H98761"]);
    assert!(fusion.disagrees() && !fusion.sure());
    assert_eq!(fusion.fates(), [("disagreement".to_owned(), 1)]);
}

#[test]
fn looks_that_cannot_vote_are_counted() {
    let mut fusion = Fusion::new();
    for fate in [Fate::NoPlate, Fate::Outside, Fate::Outside, Fate::Blurred] {
        fusion.add(&PlateLook { fate: Some(fate), ..look(&sure("24C12345", 0.9), 0.5) });
    }
    assert_eq!(fusion.given(), 4);
    assert_eq!(fusion.reading().unwrap().looks, 1);
    let fates = [("blurred", 1), ("no_plate", 1), ("outside", 2)].map(|(n, c)| (n.to_owned(), c));
    let mut found = fusion.fates();
    found.sort();
    assert_eq!(found, fates);
}

#[test]
fn a_reading_goes_to_the_lane_with_all_that_belongs_to_it() {
    let mut fusion = Fusion::new();
    fusion.add(&look(&with(&sure("24C12345", 0.99), 4, &[('Z', 0.55), ('2', 0.44)]), 0.8));
    let one = fusion.reading().unwrap().into_reading(Role::Trailer, Some(View::Rear), None);
    assert_eq!((one.text.as_str(), one.raw.as_str(), one.model.as_str()), ("24C12345", "24C1Z345", "0123456789ab"));
    assert!(one.others.len() <= PlateReading::MAX_OTHERS && one.looks == 1 && one.role == Role::Trailer);
}

fn any_looks() -> impl Strategy<Value = Vec<(String, usize, f32, f32)>> {
    let text = prop_oneof![Just("24C12345".to_owned()), Just("24C17345".to_owned()), "29H[0-9]{5}"];
    proptest::collection::vec((text, 0usize..8, 0.2f32..0.99, 0.05f32..1.0), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_looks_does_not_matter(looks in any_looks(), seed in any::<u64>()) {
        let made: Vec<PlateLook> = looks
            .iter()
            .map(|(text, place, share, weight)| {
                let own = text.chars().nth(*place).unwrap();
                look(&with(&sure(text, 0.97), *place, &[(own, *share), ('9', 0.99 - share)]), *weight)
            })
            .collect();
        let mut shuffled: Vec<&PlateLook> = made.iter().collect();
        let mut s = seed;
        for i in (1..shuffled.len()).rev() {
            s = s.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(i, (s >> 33) as usize % (i + 1));
        }
        let fuse = |looks: &mut dyn Iterator<Item = &PlateLook>| {
            let mut fusion = Fusion::new();
            looks.for_each(|l| {
                fusion.add(l);
            });
            let readings: Vec<_> = fusion.readings().into_iter().map(|r| (r.plate, r.looks, r.agreeing)).collect();
            (readings, fusion.sure(), fusion.fates())
        };
        prop_assert_eq!(fuse(&mut made.iter()), fuse(&mut shuffled.into_iter()));
    }
}

#[test]
fn pooling_never_tells_more_than_its_own_evidence_whatever_the_calibration_of_single_looks() {
    let mut facts = Facts::new(ALPHABET, 1.0, 0.9, "0123456789ab".to_owned()).unwrap();
    facts.calibration = Calibration::of([0.24, 1.64, -0.89, 0.9999]).unwrap();
    let plain = sure("24C12345", 0.99);
    let bold = Slots::new(Arc::new(facts), plain.values().to_vec()).unwrap();
    let single = |slots: &Slots| PlateText::of(slots, &VN, None).unwrap().probability;
    assert!(single(&bold) > single(&plain) + 0.02);
    let fused = |slots: &Slots, looks: usize| {
        let mut fusion = Fusion::new();
        for _ in 0..looks {
            fusion.add(&look(slots, 0.8));
        }
        fusion.reading().unwrap().plate.probability
    };
    for looks in [1, 2, 5] {
        assert!(fused(&bold, looks) <= fused(&plain, looks) + 1e-6);
    }
}
