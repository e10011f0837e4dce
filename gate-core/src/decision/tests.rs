use super::*;
use crate::message::exchange::Seen;
use crate::reading::{ContainerReading, PlateReading};
use crate::vehicle::Role;
use proptest::prelude::*;

const NOW: UtcMicros = UtcMicros(1_000_000_000);

pub(super) fn rules() -> RuleSet {
    RuleSet {
        version: 1,
        min_probability: 0.99,
        confirmations: vec![ConfirmationRule {
            direction: None,
            country: None,
            laden: None,
            needs: vec![ConfirmationKind::BorderGuardIn, ConfirmationKind::CustomsIn],
        }],
        max_list_age_s: 600,
        offline: OfflinePolicy::ExpectedAndConfirmed,
    }
}

fn plate(text: &str, role: Role) -> PlateReading {
    PlateReading {
        raw: text.into(),
        text: text.into(),
        country: None,
        kind: None,
        color: None,
        rows: 1,
        probability: 0.9995,
        others: vec![],
        role,
        view: None,
        looks: 4,
        model: "m".into(),
        evidence: None,
        source: None,
    }
}

fn seen(text: &str) -> Seen {
    Seen {
        direction: Direction::Entry,
        plates: vec![plate(text, Role::Tractor)],
        containers: vec![],
        class: Some(VehicleClass::Lorry),
        on_loop: true,
        lane_automatic: true,
    }
}

pub(super) fn vehicle(text: &str) -> ExpectedVehicle {
    ExpectedVehicle {
        declaration: "2026112400001".into(),
        plate: text.into(),
        country: Country::Cn,
        direction: Direction::Entry,
        class: VehicleClass::Lorry,
        laden: false,
        trailer: None,
        containers: vec![],
        fresh: false,
        dangerous: false,
        from: UtcMicros(0),
        until: UtcMicros(2_000_000_000),
        confirmed: vec![ConfirmationKind::CustomsIn, ConfirmationKind::BorderGuardIn],
        permit_until: Some(UtcMicros(3_000_000_000)),
        fee_settled: true,
        inside: false,
        tag: None,
        held: false,
    }
}

pub(super) fn lists<'a>(expected: &'a [ExpectedVehicle], watch: &'a [WatchEntry], rules: &'a RuleSet) -> Lists<'a> {
    Lists { expected, watch, rules, version: 7 }
}

fn verdict(seen: &Seen, vehicle: &ExpectedVehicle) -> (Verdict, Vec<ReasonCode>) {
    let decision = decide(seen, lists(std::slice::from_ref(vehicle), &[], &rules()), NOW, Decider::Central).decision;
    (decision.verdict, decision.reasons.iter().map(|r| r.code).collect())
}

#[test]
fn all_conditions_met_opens_and_each_one_missing_refers() {
    let good = (seen("云G12345"), vehicle("G12345"));
    assert_eq!(verdict(&good.0, &good.1), (Verdict::Open, vec![ReasonCode::AllConditionsMet]));
    type Bend = fn(&mut Seen, &mut ExpectedVehicle);
    let bends: [(ReasonCode, Bend); 16] = [
        (ReasonCode::LowProbability, |s, _| s.plates[0].probability = 0.98),
        (ReasonCode::LowProbability, |s, _| s.plates[0].probability = f32::NAN),
        (ReasonCode::Unread, |s, _| s.plates.clear()),
        (ReasonCode::Disagreement, |s, _| s.plates.push(plate("云G99999", Role::Tractor))),
        (ReasonCode::NotExpected, |_, v| v.plate = "G54321".into()),
        (ReasonCode::Probable, |_, v| v.plate = "G1234S".into()),
        (ReasonCode::ProvinceMismatch, |_, v| v.plate = "贵G12345".into()),
        (ReasonCode::OutsideWindow, |_, v| v.until = NOW),
        (ReasonCode::WrongDirection, |_, v| v.direction = Direction::Exit),
        (ReasonCode::ConfirmationMissing, |_, v| v.confirmed = vec![ConfirmationKind::CustomsIn]),
        (ReasonCode::PermitMissing, |_, v| v.permit_until = None),
        (ReasonCode::ClassMismatch, |s, _| s.class = Some(VehicleClass::Motorcycle)),
        (ReasonCode::ClassMismatch, |s, _| s.class = None),
        (ReasonCode::NoVehicleOnLoop, |s, _| s.on_loop = false),
        (ReasonCode::LaneNotAutomatic, |s, _| s.lane_automatic = false),
        (ReasonCode::AlreadyPassed, |_, v| v.inside = true),
    ];
    for (code, bend) in bends {
        let (mut seen, mut vehicle) = good.clone();
        bend(&mut seen, &mut vehicle);
        let (verdict, reasons) = verdict(&seen, &vehicle);
        assert_eq!(verdict, Verdict::Refer, "{code:?}");
        assert!(reasons.contains(&code), "{code:?} not in {reasons:?}");
    }
}

#[test]
fn an_unpaid_fee_blocks_the_exit_alone() {
    let (mut s, mut v) = (seen("云G12345"), vehicle("G12345"));
    v.fee_settled = false;
    assert_eq!(verdict(&s, &v).0, Verdict::Open);
    s.direction = Direction::Exit;
    v.direction = Direction::Exit;
    v.inside = true;
    assert_eq!(verdict(&s, &v), (Verdict::Refer, vec![ReasonCode::FeeUnpaid]));
}

#[test]
fn a_laden_combination_needs_its_trailer_or_container_as_declared() {
    let (mut s, mut v) = (seen("云G12345"), vehicle("G12345"));
    v.laden = true;
    assert_eq!(verdict(&s, &v).0, Verdict::Open, "a rigid lorry has neither");
    v.trailer = Some("G1234挂".into());
    v.containers = vec!["CSQU3054383".into()];
    assert_eq!(verdict(&s, &v).1, [ReasonCode::TrailerOrContainerUnseen]);
    let container = |code: &str| ContainerReading {
        code: code.into(),
        valid: true,
        probability: 0.99,
        settled_by_check_digit: false,
        frame: None,
    };
    s.containers = vec![container("CSQU3054383")];
    assert_eq!(verdict(&s, &v).0, Verdict::Open);
    s.containers = vec![container("CBHU3202732")];
    assert_eq!(verdict(&s, &v).1, [ReasonCode::TrailerOrContainerMismatch]);
    s.containers.clear();
    s.plates.push(plate("云G1234挂", Role::Trailer));
    assert_eq!(verdict(&s, &v).0, Verdict::Open);
    s.plates[1].text = "云G9999挂".into();
    assert_eq!(verdict(&s, &v).1, [ReasonCode::TrailerOrContainerMismatch]);
}

#[test]
fn a_watchlist_hit_is_refused_with_the_neutral_reason_alone_in_sight() {
    let watch = [WatchEntry { plate: "G12845".into(), country: None, reference: "case 7".into() }];
    let mut s = seen("云G12345");
    s.plates[0].others = vec![("云G12B45".into(), 0.0001)];
    let outcome = decide(&s, lists(&[vehicle("G12345")], &watch, &rules()), NOW, Decider::Central);
    assert_eq!(outcome.decision.verdict, Verdict::Refuse);
    assert_eq!(outcome.decision.reasons[0], Reason { code: ReasonCode::Inspection, detail: String::new() });
    assert_eq!(outcome.watch_hits, ["case 7"]);
    assert!(!serde_json::to_string(&outcome.decision).unwrap().contains("case 7"));
}

#[test]
fn old_lists_and_the_strict_policy_refer() {
    let (s, v) = (seen("云G12345"), vehicle("G12345"));
    let edge = |issued: i64, until: i64| Decider::Edge { issued: UtcMicros(issued), valid_until: UtcMicros(until) };
    let at = |decider, rules: &RuleSet| decide(&s, lists(std::slice::from_ref(&v), &[], rules), NOW, decider).decision;
    assert_eq!(at(edge(900_000_000, 1_100_000_000), &rules()).verdict, Verdict::Open);
    assert_eq!(at(edge(300_000_000, 1_100_000_000), &rules()).reasons[0].code, ReasonCode::ListsStale);
    assert_eq!(at(edge(900_000_000, 1_000_000_000), &rules()).reasons[0].code, ReasonCode::ListsStale);
    assert_eq!(at(edge(1_100_000_000, 1_200_000_000), &rules()).reasons[0].code, ReasonCode::ListsStale);
    let strict = RuleSet { offline: OfflinePolicy::ReferAll, ..rules() };
    assert_eq!(at(edge(900_000_000, 1_100_000_000), &strict).reasons[0].code, ReasonCode::OfflinePolicy);
}

prop_compose! {
    fn any_facts()(
        text in prop::sample::select(vec!["云G12345", "G12345", "24C12345", "云G1234S", ""]),
        declared in prop::sample::select(vec!["G12345", "贵G12345", "24C12345", "G1234S"]),
        probability in prop::sample::select(vec![0.5f32, 0.99, 0.9999]),
        flags in any::<u16>(),
        class in prop::sample::select(vec![None, Some(VehicleClass::Lorry), Some(VehicleClass::Person)]),
        age in 0i64..2_000_000_000,
    ) -> (Seen, ExpectedVehicle, RuleSet, i64) {
        let bit = |n: u16| flags & (1 << n) != 0;
        let mut s = seen(text);
        s.plates[0].probability = probability;
        s.class = class;
        s.on_loop = bit(0);
        s.lane_automatic = bit(1);
        if bit(2) { s.direction = Direction::Exit; }
        let mut v = vehicle(declared);
        if bit(3) { v.direction = Direction::Exit; }
        v.inside = bit(4);
        v.fee_settled = bit(5);
        if bit(6) { v.confirmed.pop(); }
        if bit(7) { v.permit_until = None; }
        if bit(8) { v.laden = true; v.trailer = Some("G1234挂".into()); }
        let mut r = rules();
        if bit(9) { r.offline = OfflinePolicy::ReferAll; }
        (s, v, r, age)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn the_edge_is_never_more_permissive_than_central((s, v, r, age) in any_facts()) {
        let edge = Decider::Edge { issued: UtcMicros(NOW.0 - age), valid_until: UtcMicros(NOW.0 + 1) };
        let lists = lists(std::slice::from_ref(&v), &[], &r);
        if decide(&s, lists, NOW, edge).decision.verdict == Verdict::Open {
            prop_assert_eq!(decide(&s, lists, NOW, Decider::Central).decision.verdict, Verdict::Open);
        }
    }

    #[test]
    fn opening_agrees_with_the_list_of_conditions((s, v, r, _) in any_facts()) {
        let text = s.plates[0].text.trim_start_matches('云');
        let declared = v.plate.trim_start_matches('贵');
        let conditions = [
            !text.is_empty() && text == declared,
            !(s.plates[0].text.starts_with('云') && v.plate.starts_with('贵')),
            s.plates[0].probability >= 0.99,
            s.on_loop,
            s.lane_automatic,
            s.direction == v.direction,
            v.inside == (s.direction == Direction::Exit),
            s.direction == Direction::Entry || v.fee_settled,
            v.confirmed.len() == 2,
            v.permit_until.is_some(),
            s.class == Some(VehicleClass::Lorry),
            !v.laden,
        ];
        let opened = decide(&s, lists(std::slice::from_ref(&v), &[], &r), NOW, Decider::Central).decision;
        prop_assert_eq!(opened.verdict == Verdict::Open, conditions.iter().all(|&c| c), "{:?}", opened);
        prop_assert!(!opened.reasons.is_empty());
    }

    #[test]
    fn knowing_less_never_opens((s, v, r, _) in any_facts(), drop in 0usize..4) {
        let lists = lists(std::slice::from_ref(&v), &[], &r);
        if decide(&s, lists, NOW, Decider::Central).decision.verdict != Verdict::Open {
            let mut less = s;
            match drop {
                0 => less.plates.clear(),
                1 => less.class = None,
                2 => less.containers.clear(),
                _ => less.on_loop = false,
            }
            prop_assert_ne!(decide(&less, lists, NOW, Decider::Central).decision.verdict, Verdict::Open);
        }
    }
}

#[test]
fn who_went_first_owes_what_the_rules_ask_and_was_not_given() {
    let rule = |direction, laden, needs: &[ConfirmationKind]| ConfirmationRule {
        direction,
        country: None,
        laden,
        needs: needs.to_vec(),
    };
    use ConfirmationKind::{BorderGuardIn, BorderGuardOut, CustomsIn, PlantQuarantine};
    let rules = RuleSet {
        confirmations: vec![
            rule(Some(Direction::Entry), Some(true), &[BorderGuardIn, CustomsIn, PlantQuarantine]),
            rule(Some(Direction::Entry), None, &[CustomsIn, BorderGuardIn]),
            rule(Some(Direction::Exit), None, &[BorderGuardOut]),
        ],
        ..rules()
    };
    let announced = ExpectedVehicle { laden: false, confirmed: vec![BorderGuardIn], ..vehicle("云G12345") };
    assert_eq!(owed(&rules, Direction::Entry, Some(&announced)), [CustomsIn]);
    assert_eq!(
        owed(&rules, Direction::Entry, None),
        [BorderGuardIn, CustomsIn, PlantQuarantine],
        "nobody knows what a vehicle carries that nobody announced"
    );
    assert_eq!(owed(&rules, Direction::Exit, None), [BorderGuardOut]);
}

#[test]
fn a_vehicle_behind_whose_last_boom_another_trailer_was_seen_is_an_officers() {
    let (lists, rules) = (vec![ExpectedVehicle { held: true, ..vehicle("云G12345") }], rules());
    let lists = Lists { expected: &lists, watch: &[], rules: &rules, version: 1 };
    let outcome = decide(&seen("云G12345"), lists, NOW, Decider::Central);
    assert_eq!(outcome.decision.verdict, Verdict::Refer);
    assert!(outcome.decision.reasons.iter().any(|r| r.code == ReasonCode::TrailerOrContainerMismatch), "{outcome:?}");
}
