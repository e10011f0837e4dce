//! The day's account of lanes, out of what an edge told: late, in disorder, over midnight.

use central_server::clock::{day_of, midnight};
use central_server::sql;
use gate_core::clock::UtcMicros;
use gate_core::decision::{ReasonCode, Verdict};
use gate_core::ids::{PassageId, TrackId};
use gate_core::message::command::{LaneMode, OfficerRef, OfficerRole};
use gate_core::message::event::{ActPlace, DecidedBy, EventBody};
use gate_core::message::topic::Channel;
use gate_core::passage::{OpenedBy, PassageOutcome};
use gate_core::vehicle::Direction;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::edge::{Edge, lane, now, passage};
use crate::house::{House, engines};
use crate::person::Person;
use crate::scene::{decided, ended, reading};

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;

fn act(act: &str, reason: &str) -> EventBody {
    let officer = OfficerRef { name: "lan".into(), role: OfficerRole::Officer };
    EventBody::Act { officer, act: act.into(), reason: reason.into(), place: ActPlace::Panel, plate: None }
}

fn moved(state: &str) -> EventBody {
    EventBody::BarrierMoved { state: state.into(), commanded: true }
}

fn mode(mode: LaneMode, cause: &str) -> EventBody {
    EventBody::ModeChanged { mode, cause: cause.into() }
}

/// What happened, by the hours from midnight: six hours in MANUAL from the evening before, two vehicles, closed at eight
/// in the evening.
fn happened(first: PassageId, second: PassageId) -> Vec<(i64, Option<PassageId>, EventBody)> {
    let began = || EventBody::PassageBegan { direction: Direction::Entry, track: TrackId(1) };
    let unread = EventBody::Unread { fates: vec![("blurred".into(), 9)], frames: Vec::new() };
    let away = EventBody::Fault { code: "officer_away_1".into(), detail: "waiting for an officer for 30 s".into() };
    vec![
        (-2 * HOUR, None, EventBody::Started { version: "test".into(), found: String::new() }),
        (-HOUR - MINUTE, None, act("stop", "cần barie kẹt")),
        (-HOUR, None, moved("manual_local")),
        (6 * HOUR, None, moved("closed")),
        (8 * HOUR, None, mode(LaneMode::Attended, "minh: Thiết bị lỗi")),
        (10 * HOUR, None, mode(LaneMode::Automatic, "minh: Đổi ca")),
        (12 * HOUR, Some(first), began()),
        (12 * HOUR, Some(first), EventBody::PlateRead { reading: reading("24C12345", 0.998) }),
        (12 * HOUR, Some(first), decided(DecidedBy::Snapshot, Verdict::Open, ReasonCode::AllConditionsMet)),
        (12 * HOUR, Some(first), ended(PassageOutcome::Passed, OpenedBy::Snapshot)),
        (13 * HOUR, Some(second), began()),
        (13 * HOUR, Some(second), unread),
        (13 * HOUR, Some(second), away),
        (13 * HOUR, Some(second), act("open", "Đã xem ảnh")),
        (13 * HOUR, Some(second), ended(PassageOutcome::Passed, OpenedBy::Panel)),
        (20 * HOUR, None, mode(LaneMode::Closed, "minh: Đổi ca")),
    ]
}

#[tokio::test]
async fn a_day_of_a_lane_is_told_with_its_reasons() {
    for engine in engines("a_day_of_a_lane") {
        let house = House::start(engine).await;
        let mut edge = Edge::enrol(&house, "kt-edge-1", "in-1:entry,out-1:exit").await;
        let (lan, minh) =
            (Person::new(&house, "lan", "officer").await, Person::new(&house, "minh", "shift_leader").await);
        let today = day_of(now()).unwrap();
        let yesterday = today.yesterday().unwrap();
        let start = midnight(yesterday).unwrap().0;
        let (at, first, second) = (lane("in-1"), passage(), passage());
        let mut events: Vec<_> = happened(first, second)
            .into_iter()
            .map(|(hour, of, body)| {
                let mut event = edge.event(&at, of, body);
                event.at = UtcMicros(start + hour);
                event
            })
            .collect();
        // The edge was away: what it tells arrives in disorder.
        events.reverse();
        for event in &events {
            edge.send(Channel::Event(at.clone()), event).await;
        }
        edge.acknowledged(events.last().unwrap().seq).await;

        let path = format!("/console/api/day?day={yesterday}");
        let (status, said) = lan.get(&path).await;
        assert_eq!(status, 200, "{}: {said}", house.engine);
        assert_eq!((&said["day"], &said["next"]), (&json!(yesterday.to_string()), &json!(today.to_string())), "{said}");
        let (inward, outward) = (&said["lanes"][0], &said["lanes"][1]);
        let times = &inward["times"];
        for (what, hours) in [("open", 20), ("manual", 6), ("attended", 2), ("stopped", 0), ("unknown", 0)] {
            assert_eq!(times[what], json!(hours * HOUR), "{}: {what} in {said}", house.engine);
        }
        let manual = &inward["manual"][0];
        assert_eq!((&manual["since"], &manual["until"]), (&json!(start - HOUR), &json!(start + 6 * HOUR)), "{said}");
        assert_eq!(
            (&manual["said"][0]["officer"], &manual["said"][0]["text"]),
            (&json!("lan"), &json!("cần barie kẹt"))
        );
        assert_eq!(inward["passages"], json!({"all": 2, "automatic": 1, "unread": 1}), "{said}");
        assert_eq!(inward["interventions"], json!({"open": 1}), "{said}");
        assert_eq!((&inward["faults"], &inward["missing"]), (&json!({"officer_away_1": 1}), &json!(0)), "{said}");
        assert_eq!((&outward["lane"], &outward["heard"]), (&json!("out-1"), &json!(0)), "{said}");
        assert_eq!(outward["times"], Value::Null, "nothing was heard: no record, and not all automatic: {said}");

        evening_before_and_today(&house, &lan, &second, today, yesterday).await;
        alarms_are_not_everybodys(&house, (&lan, &minh), start, &path).await;
        what_has_not_arrived(&mut edge, &lan, start, &path).await;
        house.cli(&["audit", "verify"]);
    }
}

/// The day in which the lane was new, and the one that it began closed.
async fn evening_before_and_today(
    house: &House,
    lan: &Person,
    second: &PassageId,
    today: jiff::civil::Date,
    yesterday: jiff::civil::Date,
) {
    let (_, said) = lan.get(&format!("/console/api/day?day={}", yesterday.yesterday().unwrap())).await;
    let times = &said["lanes"][0]["times"];
    assert_eq!((&times["open"], &times["manual"]), (&json!(2 * HOUR), &json!(HOUR)), "{}: {said}", house.engine);
    assert_eq!((&times["unknown"], &said["lanes"][0]["manual"][0]["until"]), (&json!(HOUR), &Value::Null), "{said}");

    let correct = json!({"plate": "24C11122", "reason": "đọc bằng mắt"});
    assert_eq!(lan.post(&format!("/console/api/passages/{second}/plate"), correct).await.0, 200);
    let (_, said) = lan.get("/console/api/day").await;
    assert_eq!((&said["day"], &said["next"]), (&json!(today.to_string()), &Value::Null), "{said}");
    let lane = &said["lanes"][0];
    assert_eq!((&lane["mode"], &lane["times"]["open"]), (&json!("closed"), &json!(0)), "{}: {said}", house.engine);
    assert_eq!(lane["interventions"], json!({"correct_plate": 1}), "{said}");

    for (bad, kind, word) in [
        ("day=27.11.2026", "day", "write it as"),
        ("day=2999-01-01", "day", "has not begun"),
        ("tag=1", "query", "tag"),
    ] {
        let (status, said) = lan.get(&format!("/console/api/day?{bad}")).await;
        assert_eq!((status, &said["type"]), (400, &json!(kind)), "{bad}: {said}");
        assert!(said["message"].as_str().unwrap().contains(word), "{bad}: {said}");
    }
}

/// A watchlist alarm is the shift leader's: not even its count reaches an officer.
async fn alarms_are_not_everybodys(house: &House, (lan, minh): (&Person, &Person), start: i64, path: &str) {
    let store = house.store().await;
    let raise = sql!(
        "INSERT INTO alarms (id, at, kind, lane, detail) VALUES ($1, $2, 'watchlist', 'in-1', 'WL-1')",
        Uuid::now_v7(),
        start + HOUR
    );
    store.run(raise).await.unwrap();
    assert_eq!(lan.get(path).await.1["lanes"][0]["alarms"], json!({}), "{}", house.engine);
    assert_eq!(minh.get(path).await.1["lanes"][0]["alarms"], json!({"watchlist": 1}), "{}", house.engine);
}

async fn what_has_not_arrived(edge: &mut Edge, lan: &Person, start: i64, path: &str) {
    let at = lane("in-1");
    edge.skip(3);
    let mut event = edge.event(&at, None, moved("closed"));
    event.at = UtcMicros(start + 14 * HOUR);
    edge.send(Channel::Event(at), &event).await;
    edge.acknowledged(event.seq).await;
    assert_eq!(lan.get(path).await.1["lanes"][0]["missing"], 3);
}
