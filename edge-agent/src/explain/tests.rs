use gate_core::clock::ClockQuality;
use gate_core::decision::{Decision, Reason, ReasonCode, Verdict};
use gate_core::ids::{EdgeId, Epoch, EventId, LaneId, PassageId, TrackId};
use gate_core::message::event::{DecidedBy, EventBody};
use gate_core::passage::{OpenedBy, PassageOutcome};
use gate_core::reading::{LookFate, ShadowReading, ShadowText};
use gate_core::vehicle::Direction;

use super::*;

fn event(seq: u64, body: EventBody) -> EdgeEvent {
    EdgeEvent {
        id: EventId::from_parts(0, [0; 10]),
        edge: EdgeId::new("kt-edge-1").unwrap(),
        lane: LaneId::new("in-1").unwrap(),
        epoch: Epoch(1),
        seq,
        at: UtcMicros(1_700_000_000_000_000),
        clock: ClockQuality { synchronised: true, offset_us: None },
        passage: Some(PassageId::from_parts(1, [1; 10])),
        body,
    }
}

#[test]
fn a_passage_is_told_with_its_reasons_in_every_language() {
    let reason = Reason { code: ReasonCode::NotExpected, detail: String::new() };
    let decision = Decision { verdict: Verdict::Refer, reasons: vec![reason], matched: None, lists_version: 1 };
    let mut events = vec![
        event(1, EventBody::PassageBegan { direction: Direction::Entry, track: TrackId(1) }),
        event(2, EventBody::Decided { decision, by: DecidedBy::Snapshot, grant: None }),
    ];
    let english = story(&events, Language::En);
    assert_eq!(english.len(), 4);
    assert!(english[0].contains("lane in-1, 15/11/2023 (time of Asia/Ho_Chi_Minh)"), "{}", english[0]);
    assert!(english[1].starts_with("05:13:20"), "{}", english[1]);
    assert!(english[2].contains("The edge (on its stored lists) decided"), "{}", english[2]);
    assert!(english[3].contains("has not ended"));
    events.push(event(3, EventBody::PassageEnded { outcome: PassageOutcome::TurnedAway, opened_by: OpenedBy::Nobody }));
    let vietnamese = story(&events, Language::Vi);
    assert_eq!(vietnamese.len(), 4);
    assert!(vietnamese[2].contains("quyết định"), "{}", vietnamese[2]);
    let chinese = story(&events, Language::Zh);
    assert_eq!(chinese[2], "05:13:20.000  车道本机（按已存名单）决定：转人工。理由：不在预约名单。");
    assert!(story(&[], Language::Vi).is_empty());
}

/// The sentence of one event, without its time.
fn told(body: EventBody, language: Language) -> String {
    story(&[event(1, body)], language)[1].split_once("  ").unwrap().1.to_owned()
}

fn fates() -> Vec<(String, u32)> {
    [("blurred", 7), ("below_limit", 2)].map(|(fate, n)| (fate.to_owned(), n)).to_vec()
}

#[test]
fn why_a_plate_was_not_read_is_told_by_the_fates_of_the_looks() {
    let unread = |fates: Vec<(String, u32)>| EventBody::Unread { fates, frames: Vec::new() };
    for (language, some, none) in [
        (Language::Vi, "Không đọc được biển số: hình nhòe (7), không đủ chắc chắn (2).", "không có hình nào."),
        (Language::En, "No plate could be read: blurred (7), not sure enough (2).", "no look at all."),
        (Language::Zh, "未能识别车牌：模糊 (7), 把握不足 (2)。", "没有任何画面。"),
    ] {
        assert_eq!(told(unread(fates()), language), some);
        assert!(told(unread(Vec::new()), language).ends_with(none), "{none}");
    }
}

#[test]
fn every_look_stands_on_a_line_with_its_fate_and_what_was_measured() {
    let at = UtcMicros(1_700_000_000_250_000);
    let nothing = || LookFate {
        at,
        camera: "rear".to_owned(),
        fate: "nothing".to_owned(),
        text: None,
        probability: None,
        height_px: None,
        sharpness: None,
    };
    let blurred = LookFate {
        camera: "front".to_owned(),
        fate: "blurred".to_owned(),
        text: Some("24C12345".to_owned()),
        probability: Some(0.4321),
        height_px: Some(41.7),
        sharpness: Some(0.031),
        ..nothing()
    };
    let looked = || EventBody::Looked { fates: fates(), looks: vec![blurred.clone(), nothing()] };
    for (language, asked) in [
        (
            Language::Vi,
            "Các lần nhìn: hình nhòe (7), không đủ chắc chắn (2).
    05:13:20.250 front: hình nhòe, 24C12345 (43.2 %), 42 px, nét 0.03
    05:13:20.250 rear: không thấy gì",
        ),
        (
            Language::En,
            "The looks: blurred (7), not sure enough (2).
    05:13:20.250 front: blurred, 24C12345 (43.2 %), 42 px, sharpness 0.03
    05:13:20.250 rear: nothing like a plate",
        ),
        (
            Language::Zh,
            "各次查看：模糊 (7), 把握不足 (2)。
    05:13:20.250 front: 模糊, 24C12345 (43.2 %), 42 px, 清晰度 0.03
    05:13:20.250 rear: 未见类似车牌",
        ),
    ] {
        assert_eq!(told(looked(), language), asked);
    }
}

#[test]
fn models_on_trial_are_told_as_of_no_effect() {
    let text = |text: &str| Some(ShadowText { text: text.to_owned(), probability: 0.9876 });
    let reading = ShadowReading {
        camera: "front".to_owned(),
        models: "0123456789ab".to_owned(),
        beside: "ba9876543210".to_owned(),
        looks: 5,
        agreeing: 3,
        trial: text("24C12345"),
        live: None,
        frame: None,
        plate: None,
    };
    for (language, words) in [
        (Language::Vi, ["24C12345 (98.76 %)", "không thấy biển số", "Không ảnh hưởng"]),
        (Language::En, ["24C12345 (98.76 %)", "no plate", "Of no effect"]),
        (Language::Zh, ["24C12345 (98.76 %)", "无车牌", "不影响决定"]),
    ] {
        let told = told(EventBody::ShadowRead { reading: reading.clone() }, language);
        assert!(words.iter().all(|word| told.contains(word)), "{told}");
    }
}
