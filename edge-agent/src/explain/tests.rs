use gate_core::clock::ClockQuality;
use gate_core::decision::{Decision, Reason, ReasonCode, Verdict};
use gate_core::ids::{EdgeId, Epoch, EventId, LaneId, PassageId, TrackId};
use gate_core::message::event::{DecidedBy, EventBody};
use gate_core::passage::{OpenedBy, PassageOutcome};
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
fn a_passage_is_told_with_its_reasons_in_both_languages() {
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
    assert!(story(&[], Language::Vi).is_empty());
}
