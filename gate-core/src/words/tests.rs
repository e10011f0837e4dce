use std::collections::BTreeSet;

use schemars::{JsonSchema, schema_for};

use super::*;
use crate::barrier::state::{BarrierState, Fault};
use crate::lane::state::LaneState;

/// The codes of an enum, by its generated schema.
fn codes<T: JsonSchema>() -> BTreeSet<String> {
    fn collect(value: &serde_json::Value, into: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::Object(fields) => {
                for (name, inner) in fields {
                    match (name.as_str(), inner) {
                        ("const", serde_json::Value::String(s)) => {
                            into.insert(s.clone());
                        }
                        ("enum", serde_json::Value::Array(all)) => {
                            into.extend(all.iter().filter_map(|v| v.as_str().map(str::to_owned)));
                        }
                        _ => collect(inner, into),
                    }
                }
            }
            serde_json::Value::Array(all) => all.iter().for_each(|inner| collect(inner, into)),
            _ => {}
        }
    }
    let mut into = BTreeSet::new();
    collect(schema_for!(T).as_value(), &mut into);
    into
}

fn keys(section: &str) -> BTreeSet<String> {
    dictionary()[section].keys().cloned().collect()
}

#[test]
fn every_code_of_the_contract_has_its_words() {
    assert_eq!(keys("reasons"), codes::<crate::decision::ReasonCode>());
    assert_eq!(keys("verdicts"), codes::<crate::decision::Verdict>());
    assert_eq!(keys("confirmations"), codes::<crate::decision::ConfirmationKind>());
    assert_eq!(keys("outcomes"), codes::<crate::passage::PassageOutcome>());
    assert_eq!(keys("opened_by"), codes::<crate::passage::OpenedBy>());
    assert_eq!(keys("classes"), codes::<crate::vehicle::VehicleClass>());
    assert_eq!(keys("directions"), codes::<crate::vehicle::Direction>());
    assert_eq!(keys("roles"), codes::<crate::message::command::OfficerRole>());
    assert_eq!(keys("modes"), codes::<crate::message::command::LaneMode>());
    assert_eq!(keys("crossings"), codes::<crate::crossing::CrossingState>());
    assert!(codes::<crate::decision::ReasonCode>().len() > 20);
}

#[test]
fn every_state_and_fault_of_the_machines_has_its_words() {
    let states = [
        LaneState::Idle,
        LaneState::Capturing,
        LaneState::Deciding,
        LaneState::Granted,
        LaneState::Referred,
        LaneState::Refused,
        LaneState::Passing,
        LaneState::Tailgated,
    ];
    assert_eq!(keys("states"), states.iter().map(|s| s.as_str().to_owned()).collect());
    let faults = [
        Fault::RelayStuck,
        Fault::TravelTime,
        Fault::LimitsContradict,
        Fault::LimitsLost,
        Fault::UncommandedMove,
        Fault::ClosingOnBody,
        Fault::StopFailed,
    ];
    let barrier = keys("barrier");
    for what in faults {
        assert!(fault(what.code()).is_some(), "{what:?}");
        assert!(barrier.contains(&BarrierState::Fault(what).to_string()), "{what:?}");
    }
    assert_eq!(barrier_state(BarrierState::Fault(Fault::RelayStuck)).vi, "Rơ le bị kẹt");
    assert_eq!(barrier_state(BarrierState::HeldOpen).vi, "Giữ mở");
    assert_eq!(waiting("officer:unread").map(|t| t.vi), Some("Chờ cán bộ"));
    assert_eq!((act("open").map(|t| t.zh), act("sing")), (Some("放行"), None));
}

/// Faults that the programs report besides those of the machines.
#[test]
fn faults_around_a_lane_have_their_words() {
    for code in [
        "bus_silent",
        "record_lost",
        "models_missing",
        "camera_lost",
        "camera_frozen",
        "tailgating",
        "track_changed",
        "other_end_occupied",
    ] {
        assert!(fault(code).is_some(), "{code}");
    }
}

#[test]
fn every_fault_of_a_camera_says_what_to_do_and_no_code_stands_twice() {
    let cameras = |set: &[(&str, Text)]| -> BTreeSet<String> {
        set.iter().map(|(code, _)| (*code).to_owned()).filter(|code| code.starts_with("camera_")).collect()
    };
    assert_eq!(cameras(REMEDIES), cameras(FAULTS));
    assert_eq!(cameras(FAULTS).len(), 9);
    for set in [FAULTS, REMEDIES, ACTS, WAITING] {
        let codes: BTreeSet<_> = set.iter().map(|(code, _)| code).collect();
        assert_eq!(codes.len(), set.len());
    }
    assert_eq!(remedy("camera_blurred").map(|t| t.en), Some("Wipe the lens, then focus anew"));
    assert_eq!(remedy("sing"), None);
}

#[test]
fn no_text_is_missing_doubled_or_in_the_wrong_script() {
    for (name, section) in dictionary() {
        let mut seen = BTreeSet::new();
        for (code, text) in section {
            for said in [text.vi, text.en, text.zh] {
                assert!(!said.trim().is_empty() && said.trim() == said, "{name}/{code}: {text:?}");
            }
            assert!(text.en.is_ascii(), "{name}/{code}: {}", text.en);
            assert!(text.zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{name}/{code}: {}", text.zh);
            assert!(!text.vi.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{name}/{code}: {}", text.vi);
            assert!(!unaccented(text.vi).contains('?'), "{name}/{code}: {}", text.vi);
            assert!(name == "waiting" || seen.insert(text.vi), "{name}/{code}: {:?} stands twice", text.vi);
        }
    }
}

#[test]
fn an_inspection_tells_nothing_of_its_cause() {
    let said = reason(crate::decision::ReasonCode::Inspection);
    for word in ["theo dõi", "danh sách", "watch", "list", "名单", "布控"] {
        assert!(![said.vi, said.en, said.zh].iter().any(|t| t.contains(word)), "{word}");
    }
}

#[test]
fn signs_need_no_accents() {
    assert_eq!(unaccented("Làn số 2: đường về Kim Thành"), "LAN SO 2: DUONG VE KIM THANH");
    assert_eq!(unaccented("ĐẶNG ỨNG Ỷ"), "DANG UNG Y");
    assert_eq!(unaccented("车道 1"), "?? 1");
    assert_eq!(unaccented("la\u{300}n"), "LAN");
}
