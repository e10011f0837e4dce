use gate_core::ids::PassageId;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

/// 2026-11-25 08:00:00 in Vietnam.
const EIGHT: UtcMicros = UtcMicros(1_795_568_400_000_000);
const HOUR: i64 = 3_600_000_000;

fn written() -> Written {
    Written {
        number: "kt-0012".into(),
        lane: "in-1".into(),
        direction: None,
        at: EIGHT.0 - HOUR,
        plate: "24c-123.45".into(),
        trailer: Some("24R-012.34".into()),
        containers: vec!["CSQU 305438 3".into(), String::new()],
        declaration: Some(" 2026112500001 ".into()),
        outcome: SlipOutcome::Passed,
        written_by: "Nguyễn Văn A".into(),
        reason: SlipReason::NoPower,
        note: String::new(),
    }
}

fn judged(written: Written) -> Result<Slip, BadSlip> {
    let edge = EdgeId::new("kt-edge-1").unwrap();
    let lane = |name: &str, ways| (LaneId::new(name).unwrap(), (edge.clone(), ways));
    let lanes = BTreeMap::from([lane("in-1", Ways::Entry), lane("two-1", Ways::Both)]);
    let bounds = Bounds { now: EIGHT, oldest: Duration::from_secs(48 * 3600), lanes: &lanes };
    check(written, &bounds, PassageId(Uuid::from_u128(7)), "lan")
}

fn wrong(change: impl FnOnce(&mut Written)) -> (&'static str, String) {
    let mut slip = written();
    change(&mut slip);
    let why = judged(slip).unwrap_err();
    (why.kind(), why.to_string())
}

#[test]
fn a_slip_is_kept_as_it_was_written_in_the_forms_of_the_gate() {
    let slip = judged(written()).unwrap();
    assert_eq!((slip.paper.number.as_str(), slip.plate.as_str()), ("KT-0012", "24C12345"));
    assert_eq!((slip.trailer.as_deref(), slip.country), (Some("24R01234"), Some(Country::Vn)));
    assert_eq!((slip.containers, slip.direction), (vec!["CSQU3054383".to_owned()], Direction::Entry));
    assert_eq!(slip.paper.declaration.as_deref(), Some("2026112500001"));
    assert_eq!((slip.paper.entered_by.as_str(), slip.paper.entered_at), ("lan", EIGHT));
    let mut bare = written();
    (bare.trailer, bare.containers, bare.declaration) = (None, Vec::new(), Some("  ".into()));
    let slip = judged(bare).unwrap();
    assert_eq!((slip.trailer, slip.paper.declaration), (None, None));
}

#[test]
fn a_lane_that_can_be_turned_is_told_with_the_way_that_it_led() {
    for direction in [Direction::Entry, Direction::Exit] {
        let mut slip = written();
        (slip.lane, slip.direction) = ("two-1".into(), Some(direction));
        assert_eq!(judged(slip).unwrap().direction, direction);
    }
    let (kind, said) = wrong(|s| s.lane = "two-1".into());
    assert_eq!(kind, "slip_direction");
    assert!(said.contains("lane two-1: say entry or exit"), "{said}");
    let (kind, said) = wrong(|s| s.direction = Some(Direction::Exit));
    assert!(kind == "slip_direction" && said.contains("Some(Exit) of lane in-1"), "{said}");
}

#[test]
fn what_is_wrong_is_named_with_its_value_and_the_remedy() {
    for (kind, value, remedy, said) in [
        ("slip_number", "\"số 12\"", "as it is printed", wrong(|s| s.number = "số 12".into())),
        ("slip_number", "\"KT\"", "a digit among them", wrong(|s| s.number = "KT".into())),
        ("slip_lane", "\"in-9\"", "choose a lane", wrong(|s| s.lane = "in-9".into())),
        ("slip_lane", "\"Làn 1\"", "choose a lane", wrong(|s| s.lane = "Làn 1".into())),
        ("slip_time", "08:01 25/11/2026", "look at the slip's date", wrong(|s| s.at = EIGHT.0 + HOUR / 60)),
        ("slip_time", "48 h", "paper.oldest_h", wrong(|s| s.at = EIGHT.0 - 48 * HOUR - 1)),
        ("plate", "\"xe tải\"", "4 to 10 letters and digits", wrong(|s| s.plate = "xe tải".into())),
        ("plate", "\"24R\"", "4 to 10 letters and digits", wrong(|s| s.trailer = Some("24R".into()))),
        ("plate", "\"24C12345\"", "the trailer's own", wrong(|s| s.trailer = Some("24C 123.45".into()))),
        ("container", "CSQU3054384", "it should be 3", wrong(|s| s.containers = vec!["CSQU3054384".into()])),
        ("container", "\"CSQ\"", "seven digits", wrong(|s| s.containers = vec!["CSQ".into()])),
        ("container", "CSQU3054383", "write it once", wrong(|s| s.containers = vec!["CSQU3054383".into(); 2])),
        ("container", "5 containers", "their own slip", wrong(|s| s.containers = vec!["CSQU3054383".into(); 5])),
        ("slip_declaration", "\"tờ khai\"", "leave it empty", wrong(|s| s.declaration = Some("tờ khai".into()))),
        ("slip_writer", "\"\"", "who wrote the slip", wrong(|s| s.written_by = " ".into())),
        ("slip_note", "\"other\"", "a note", wrong(|s| s.reason = SlipReason::Other)),
    ] {
        assert_eq!(said.0, kind, "{}", said.1);
        assert!(said.1.contains(value) && said.1.contains(remedy), "{value}, {remedy}: {}", said.1);
    }
}

#[test]
fn the_bounds_themselves_are_good() {
    for at in [EIGHT.0, EIGHT.0 - 48 * HOUR] {
        assert!(judged(Written { at, ..written() }).is_ok(), "{at}");
    }
    assert!(judged(Written { reason: SlipReason::Other, note: "cây đổ".into(), ..written() }).is_ok());
}

#[test]
fn the_text_of_a_plate_tells_its_country_where_it_can() {
    let country = |plate: &str| judged(Written { plate: plate.into(), ..written() }).unwrap().country;
    assert_eq!((country("云G·12345"), country("24C-123.45")), (Some(Country::Cn), Some(Country::Vn)));
    assert_eq!(country("G12345"), None, "declared without its province: the lists tell");
}

proptest! {
    #[test]
    fn nothing_that_is_typed_makes_it_panic(number in ".*", plate in ".*", container in ".*", at in any::<i64>()) {
        let slip = Written { number, plate, at, containers: vec![container], ..written() };
        if let Ok(slip) = judged(slip) {
            prop_assert!(slip.at <= EIGHT && slip.paper.number.chars().any(|c| c.is_ascii_digit()));
        }
    }
}
