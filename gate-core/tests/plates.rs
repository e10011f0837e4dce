//! The plates of both countries against the grammar as the law writes it: expressions of their own here,
//! beside the templates of the crate.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use gate_core::container::{ContainerCode, check_digit};
use gate_core::plate::template::{Template, kinds_fitting, templates};
use gate_core::plate::text::{core, for_people, normalise, province};
use gate_core::plate::{Country, PlateKind, china, vietnam};
use proptest::prelude::*;

/// As officers write them, normalised, and what they are.
const KNOWN: &[(&str, &str, PlateKind)] = &[
    ("24C-123.45", "24C12345", PlateKind::VnCar),
    ("21A-999.99", "21A99999", PlateKind::VnCar),
    ("29A-1234", "29A1234", PlateKind::VnCarOld),
    ("59P1-664.80", "59P166480", PlateKind::VnMotorcycle),
    ("24R-012.34", "24R01234", PlateKind::VnTrailer),
    ("15RM-123.45", "15RM12345", PlateKind::VnTrailer),
    ("29LD-123.45", "29LD12345", PlateKind::VnSpecial),
    ("30KT-123.45", "30KT12345", PlateKind::VnSpecial),
    ("29TĐ-1234", "29TĐ1234", PlateKind::VnSpecial),
    ("24MK-1234", "24MK1234", PlateKind::VnSpecial),
    ("80-123-NG-45", "80123NG45", PlateKind::VnDiplomatic),
    ("80-NN-123-45", "80NN12345", PlateKind::VnDiplomatic),
    ("TM-1234", "TM1234", PlateKind::VnArmy),
    ("AA-123.RM", "AA123RM", PlateKind::VnArmy),
    ("云G·12345", "云G12345", PlateKind::CnOrdinary),
    ("云G·A1B23", "云GA1B23", PlateKind::CnOrdinary),
    ("云A·D12345", "云AD12345", PlateKind::CnNewEnergySmall),
    ("云A·12345D", "云A12345D", PlateKind::CnNewEnergyLarge),
    ("云G·1234挂", "云G1234挂", PlateKind::CnTrailer),
    ("云G·1234学", "云G1234学", PlateKind::CnLearner),
    ("云G·1234警", "云G1234警", PlateKind::CnPolice),
    ("粤Z·1234港", "粤Z1234港", PlateKind::CnHongKongMacao),
    ("粤Z·AB12澳", "粤ZAB12澳", PlateKind::CnHongKongMacao),
    ("沪A·1234领", "沪A1234领", PlateKind::CnDiplomatic),
    ("云G·1234超", "云G1234超", PlateKind::CnTest),
];

/// Nothing that an authority gives.
const NEVER: &[&str] = &[
    "",
    "2",
    "24",
    "24C",
    "24C123",
    "13C12345",
    "42A12345",
    "46A12345",
    "87A12345",
    "91A12345",
    "96A12345",
    "10A12345",
    "24I12345",
    "24J12345",
    "24O12345",
    "24Q12345",
    "24W12345",
    "24C00000",
    "80123XX45",
    "云I12345",
    "云O12345",
    "云GI2345",
    "云GO2345",
    "云GAAA12",
    "云G1234",
    "云G123456",
    "云AL12345",
    "粤A1234港",
    "云Z1234港",
    "美G12345",
    "CSQU3054383",
];

#[test]
fn known_plates_are_what_they_are() {
    for (written, text, kind) in KNOWN {
        assert_eq!(normalise(written), *text);
        let kinds = kinds_fitting(text);
        assert!(kinds.iter().any(|(_, k)| k == kind), "{text} is {kinds:?}, not {kind:?}");
    }
}

#[test]
fn what_no_authority_gives_is_no_plate() {
    for text in NEVER {
        assert_eq!(kinds_fitting(text), [], "{text:?}");
    }
}

#[test]
fn local_codes_are_the_81_of_the_law() {
    let codes: Vec<String> = (0..100).map(|n| format!("{n:02}")).filter(|c| vietnam::is_local_code(c)).collect();
    assert_eq!(codes.len(), 81);
    for given in ["11", "21", "24", "29", "30", "80", "99"] {
        assert!(codes.iter().any(|c| c == given), "{given}");
    }
}

#[test]
fn provinces_are_the_31_of_the_standard() {
    assert_eq!(china::PROVINCES.chars().count(), 31);
    assert!(china::is_province('云') && !china::is_province('挂') && !china::is_province('A'));
    assert_eq!(china::LETTERS.len(), 24, "no I, no O");
}

/// Both countries' plates overlap as text: the text alone never tells the kind.
#[test]
fn texts_that_two_grammars_share_are_told_as_both() {
    let army = kinds_fitting("TM1234");
    assert!(army.contains(&(Country::Vn, PlateKind::VnArmy)));
    let old_motorcycle = kinds_fitting("24C12345");
    assert!(old_motorcycle.contains(&(Country::Vn, PlateKind::VnCar)));
    assert!(old_motorcycle.contains(&(Country::Vn, PlateKind::VnMotorcycle)), "a plate is more than its text");
}

fn drawn(template: &Template, mut seed: u64) -> String {
    let mut next = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % n
    };
    template.positions.iter().map(|set| set.0.chars().nth(next(set.0.chars().count())).unwrap()).collect()
}

fn kinds() -> Vec<&'static Template> {
    templates().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// A plate of any kind, drawn by its template and obeying the rest of its grammar, parses back to its kind.
    #[test]
    fn a_plate_of_each_kind_parses_back(which in any::<prop::sample::Index>(), seed: u64) {
        let all = kinds();
        let template = all[which.index(all.len())];
        let text = drawn(template, seed);
        if template.fits(&text) {
            prop_assert!(kinds_fitting(&text).contains(&(template.country, template.kind)), "{text}");
            prop_assert_eq!(normalise(&text), text.clone(), "a plate's text is normal already");
            let shown = for_people(&text, Some(template.country));
            prop_assert_eq!(normalise(&shown), text, "{}", shown);
        }
    }

    /// The law's expression for Vietnamese cars, written out here.
    #[test]
    fn vietnamese_cars_are_those_of_the_law(code in 0u32..100, letter in "[A-Z]", serial in 0u32..100_000) {
        let text = format!("{code:02}{letter}{serial:05}");
        let no_code = [13, 42, 44, 45, 46, 87, 91, 96];
        let good_code = (11..=99).contains(&code) && !no_code.contains(&code);
        let good_letter = "ABCDEFGHKLMNPSTUVXYZ".contains(&letter);
        let car = kinds_fitting(&text).contains(&(Country::Vn, PlateKind::VnCar));
        prop_assert_eq!(car, good_code && good_letter && serial != 0, "{}", text);
    }

    /// GA 36-2018: no I, no O, at most two letters in the serial of an ordinary plate.
    #[test]
    fn chinese_ordinary_plates_are_those_of_the_standard(place in 0usize..31, authority in "[A-Z]", serial in "[A-Z0-9]{5}") {
        let province = china::PROVINCES.chars().nth(place).unwrap();
        let text = format!("{province}{authority}{serial}");
        let letters = |s: &str| s.chars().filter(char::is_ascii_uppercase).count();
        let good = !text.contains('I') && !text.contains('O') && letters(&serial) <= 2;
        let ordinary = kinds_fitting(&text).contains(&(Country::Cn, PlateKind::CnOrdinary));
        prop_assert_eq!(ordinary, good, "{}", text);
    }

    /// A declaration leaves the province out, and nothing else.
    #[test]
    fn the_core_is_all_but_the_province(text in "[京津冀云粤新]?[A-Z0-9]{5,7}[挂学警]?") {
        let kept = core(&text);
        match province(&text) {
            Some(p) => prop_assert_eq!(format!("{p}{kept}"), text.as_str()),
            None => prop_assert_eq!(kept, text.as_str()),
        }
        prop_assert_eq!(core(kept), kept);
    }

    /// ISO 6346: every code with its own digit is one, with any other digit none; however it is written.
    #[test]
    fn containers_have_one_check_digit(owner in "[A-Z]{3}[UJZ]", serial in "[0-9]{6}", other in 0u32..10) {
        let ten = format!("{owner}{serial}");
        let digit = check_digit(&ten).unwrap();
        let code = ContainerCode::parse(&format!("{owner} {serial}-{digit}")).unwrap();
        prop_assert_eq!(code.as_str(), format!("{ten}{digit}"));
        prop_assert_eq!(ContainerCode::parse(&code.to_string()).unwrap(), code.clone());
        let tried = char::from_digit(other, 10).unwrap();
        prop_assert_eq!(ContainerCode::parse(&format!("{ten}{tried}")).is_ok(), tried == digit);
        prop_assert_eq!(ContainerCode::settle(code.as_str(), 10, "0123456789".chars()), Some(code));
    }
}
