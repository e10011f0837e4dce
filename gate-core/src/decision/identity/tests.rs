use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::tests::{lists, rules, vehicle};
use super::*;

const NOW: UtcMicros = UtcMicros(1_000_000_000);
const NUMBER: &str = "2026112400001";
const TAG: &str = "E28011606000020496A1B2C3";

fn expected(plate: &str, declaration: &str) -> ExpectedVehicle {
    ExpectedVehicle { declaration: declaration.into(), ..vehicle(plate) }
}

fn search(given: &str, list: &[ExpectedVehicle]) -> Identified {
    identify(&Given::new(given).unwrap(), lists(list, &[], &rules()), Direction::Entry, NOW)
}

/// Kind and plates, in their order.
fn found(given: &str, list: &[ExpectedVehicle]) -> (IdentityKind, Vec<String>) {
    let identified = search(given, list);
    (identified.kind, identified.candidates.into_iter().map(|c| c.plate).collect())
}

#[test]
fn a_declaration_is_found_in_whatever_its_code_holds() {
    let list = [expected("G12345", NUMBER), expected("24C54321", "2026112400002")];
    for text in [
        NUMBER,
        "\u{2}2026112400001\r\n",
        "https://khai.example.vn/to-khai/2026112400001?lang=vi",
        "https://khai.example.vn/d?no=2026112400001&v=2",
        r#"{"declaration":"2026112400001","plate":"?"}"#,
        "so=2026112400001;xe=1",
        "２０２６１１２４００００１",
    ] {
        let identified = search(text, &list);
        assert_eq!(identified.kind, IdentityKind::Declaration, "{text}");
        assert_eq!(identified.candidates.len(), 1, "{text}");
        let identity = &identified.candidates[0].identity;
        assert_eq!((identified.candidates[0].plate.as_str(), identity.given.as_str()), ("G12345", NUMBER));
        assert!(leads_to(identity, "g-123.45", &list) && !leads_to(identity, "24C54321", &list));
    }
    for text in ["12026112400001", "2026112400001x", "so=20261124000010"] {
        assert_eq!(found(text, &list).1, [""; 0], "{text}: no whole word of it");
    }
}

#[test]
fn short_and_dashed_numbers_are_whole_or_nothing() {
    let list = [expected("G12345", "2026"), expected("24C54321", "TK-2026-001")];
    assert_eq!(found("2026", &list), (IdentityKind::Declaration, vec!["G12345".into()]));
    assert_eq!(found("d=TK-2026-001", &list).1, ["24C54321"]);
    assert_eq!(found("tk-2026-001", &list).1, ["24C54321"]);
    assert_eq!(found("year=2026", &list).1, [""; 0]);
    assert_eq!(found("TK-2026-001-2", &list).1, [""; 0]);
}

#[test]
fn a_tag_is_the_whole_tag() {
    let mut list = [expected("G12345", NUMBER), expected("24C54321", NUMBER)];
    list[1].tag = Some(TAG.into());
    for text in [TAG, "e280 1160 6000 0204 96a1 b2c3", "E2801160-60000204-96A1B2C3\n"] {
        assert_eq!(found(text, &list), (IdentityKind::Tag, vec!["24C54321".into()]), "{text}");
    }
    for text in [&TAG[1..], &TAG[..23], "E28011606000020496A1B2C4"] {
        assert_eq!(found(text, &list), (IdentityKind::Tag, vec![]), "{text}");
    }
    assert!(is_tag("0123abCD") && !is_tag("0123abC") && !is_tag("0123abCg") && !is_tag(&"a".repeat(65)));
}

#[test]
fn the_last_characters_of_either_plate_find_it() {
    let mut list = [expected("24C-123.45", NUMBER), expected("G12345", NUMBER), expected("29MĐ12399", NUMBER)];
    list[2].trailer = Some("云G2345挂".into());
    assert_eq!(found("2345", &list).1, ["24C-123.45", "G12345", "29MĐ12399"], "tractors before trailers");
    assert_eq!(search("2345挂", &list).candidates[0].role, Role::Trailer);
    assert_eq!(found("c12345", &list).1, ["24C-123.45"]);
    assert_eq!(found("云G·12345", &list).1, ["G12345"]);
    assert_eq!(found("đ12399", &list).1, ["29MĐ12399"]);
    assert_eq!(found("D12399", &list), (IdentityKind::LastDigits, vec![]), "Đ is a letter of its own");
    assert_eq!(found("1234", &list).1, [""; 0], "not the end of any");
}

#[test]
fn fewer_than_four_and_more_than_can_be_are_said() {
    for (text, count) in [("", 0), ("345", 3), ("云G12", 3), ("3-4.5 ", 3), ("\r\n", 0)] {
        let Err(GivenError::TooShort { count: said, .. }) = Given::new(text) else { panic!("{text:?}") };
        assert_eq!(said, count, "{text:?}");
    }
    assert!(Given::new("345").unwrap_err().to_string().contains("\"345\" has 3 letters and digits, at least 4"));
    assert!(Given::new(&"1".repeat(MAX_GIVEN)).is_ok());
    assert_eq!(Given::new(&"1".repeat(2000)), Err(GivenError::TooLong { count: 2000 }));
}

#[test]
fn who_is_not_expected_here_now_comes_last_and_is_marked() {
    let mut list = [expected("A12345", NUMBER), expected("B12345", NUMBER), expected("C12345", NUMBER)];
    list[0].direction = Direction::Exit;
    list[0].until = NOW;
    list[1].from = UtcMicros(NOW.0 + 1);
    list[2].confirmed = vec![ConfirmationKind::CustomsIn];
    let candidates = search("12345", &list).candidates;
    assert_eq!(candidates.iter().map(|c| c.plate.as_str()).collect::<Vec<_>>(), ["C12345", "B12345", "A12345"]);
    assert_eq!(candidates[0].unfit, []);
    assert_eq!(candidates[0].missing, Some(vec![ConfirmationKind::BorderGuardIn]));
    assert_eq!(candidates[1].unfit, [ReasonCode::OutsideWindow]);
    assert_eq!(candidates[2].unfit, [ReasonCode::WrongDirection, ReasonCode::OutsideWindow]);
}

#[test]
fn no_more_than_twenty_are_told_and_the_rest_is_counted() {
    let list: Vec<_> = (0..57).map(|n| expected(&format!("{}A12345", n + 10), NUMBER)).collect();
    let identified = search("2345", &list);
    assert_eq!((identified.candidates.len(), identified.more), (MAX_CANDIDATES, 37));
}

fn any_vehicle() -> impl Strategy<Value = ExpectedVehicle> {
    let plates = "[0-2]{2}[CĐD][0-2]{4,5}|G[0-2]{4}[挂]?";
    let optional = |text: &'static str| proptest::option::of(text);
    (plates, "2026[01]{2,4}|[01]{4}", optional("[0-2]{2}R[0-2]{4}"), optional("[0-1A-B]{8}"), 0..3i64).prop_map(
        |(plate, declaration, trailer, tag, day)| ExpectedVehicle {
            trailer,
            tag,
            until: UtcMicros(NOW.0 * day + 1),
            ..expected(&plate, &declaration)
        },
    )
}

fn any_given() -> impl Strategy<Value = String> {
    prop_oneof!["[0-2CĐD.-]{4,8}", "n=2026[01]{2,4}&x", "[01]{4}", "[0-1ABab]{8}", "\\PC{0,40}"]
}

/// All words of a text, in the plain form that is compared.
fn words(text: &str) -> BTreeSet<String> {
    let folded: String = text.chars().map(crate::plate::text::fold).collect();
    folded.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect()
}

proptest! {
    #[test]
    fn nobody_is_named_who_does_not_carry_what_was_given(
        given in any_given(),
        list in proptest::collection::vec(any_vehicle(), 0..40),
    ) {
        let Ok(text) = Given::new(&given) else { return Ok(()) };
        let identified = identify(&text, lists(&list, &[], &rules()), Direction::Entry, NOW);
        prop_assert!(identified.candidates.len() <= MAX_CANDIDATES);
        let plain = normalise(&given);
        for candidate in &identified.candidates {
            prop_assert_eq!(candidate.identity.kind, identified.kind);
            prop_assert!(leads_to(&candidate.identity, &candidate.plate, &list));
            let carries = |v: &&ExpectedVehicle| match identified.kind {
                IdentityKind::Declaration => words(&given).contains(&v.declaration),
                IdentityKind::Tag => v.tag.as_ref().is_some_and(|tag| plain == *tag),
                IdentityKind::LastDigits => {
                    let holds = |plate: &str| plate.contains(&plain);
                    holds(&v.plate) || v.trailer.as_deref().is_some_and(holds)
                }
            };
            prop_assert!(list.iter().filter(|v| v.plate == candidate.plate).any(|v| carries(&v)), "{:?}", candidate);
        }
    }

    #[test]
    fn the_order_of_the_list_tells_nothing(
        given in any_given(),
        list in proptest::collection::vec(any_vehicle(), 0..40).prop_shuffle(),
        turn in 0usize..40,
    ) {
        let Ok(text) = Given::new(&given) else { return Ok(()) };
        let mut other = list.clone();
        other.rotate_left(if list.is_empty() { 0 } else { turn % list.len() });
        other.reverse();
        let of = |list: &[ExpectedVehicle]| identify(&text, lists(list, &[], &rules()), Direction::Entry, NOW);
        prop_assert_eq!(of(&list), of(&other));
    }

    #[test]
    fn the_end_of_every_plate_finds_it(list in proptest::collection::vec(any_vehicle(), 1..20), more in 0usize..4) {
        let plate: Vec<char> = list[0].plate.chars().collect();
        let end: String = plate[plate.len().saturating_sub(MIN_GIVEN + more)..].iter().collect();
        let identified = search(&end, &list);
        // Four digits may be a declaration's number as well; that goes first.
        let found = identified.candidates.iter().any(|c| c.plate == list[0].plate);
        prop_assert!(found || identified.kind != IdentityKind::LastDigits || identified.more > 0);
    }

    #[test]
    fn any_text_is_taken_or_refused_in_bounded_work(given in ".{0,1100}") {
        let list: Vec<_> = (0..50).map(|n| expected("G12345", &format!("20261124000{n:02}"))).collect();
        if let Ok(text) = Given::new(&given) {
            let identified = identify(&text, lists(&list, &[], &rules()), Direction::Entry, NOW);
            prop_assert!(given.chars().count() <= MAX_GIVEN && identified.candidates.len() <= MAX_CANDIDATES);
        }
    }
}
