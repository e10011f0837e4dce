//! The fold over days as they happen at a lane.

use gate_core::clock::{ClockQuality, UtcMicros};
use gate_core::ids::{EdgeId, Epoch, EventId, LaneId, PassageId};
use gate_core::message::command::{LaneMode, OfficerRef, OfficerRole};
use gate_core::message::event::{ActPlace, EdgeEvent, EventBody};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
/// Midnight is hour 0 of these tests; the day before has negative hours.
const WHOLE: Span = Span { from: 0, until: 24 * HOUR };

fn event(at: i64, epoch: u64, seq: u64, body: EventBody) -> EdgeEvent {
    EdgeEvent {
        id: EventId(Uuid::from_u128(u128::from(epoch) << 64 | u128::from(seq))),
        edge: EdgeId::new("edge-1").unwrap(),
        lane: LaneId::new("in-1").unwrap(),
        epoch: Epoch(epoch),
        seq,
        at: UtcMicros(at),
        clock: ClockQuality { synchronised: true, offset_us: None },
        passage: None,
        body,
    }
}

/// Events of one start, in the order in which the edge numbered them.
fn told(bodies: impl IntoIterator<Item = (i64, EventBody)>) -> Vec<EdgeEvent> {
    (1..).zip(bodies).map(|(seq, (at, body))| event(at, 1, seq, body)).collect()
}

fn moved(state: &str) -> EventBody {
    EventBody::BarrierMoved { state: state.to_owned(), commanded: true }
}

fn mode(mode: LaneMode, cause: &str) -> EventBody {
    EventBody::ModeChanged { mode, cause: cause.to_owned() }
}

fn fault(code: &str) -> EventBody {
    EventBody::Fault { code: code.to_owned(), detail: String::new() }
}

fn cleared(code: &str) -> EventBody {
    EventBody::FaultCleared { code: code.to_owned() }
}

fn started() -> EventBody {
    EventBody::Started { version: "1".to_owned(), found: String::new() }
}

fn act(act: &str, reason: &str, place: ActPlace) -> EventBody {
    let officer = OfficerRef { name: "lan".to_owned(), role: OfficerRole::Officer };
    EventBody::Act { officer, act: act.to_owned(), reason: reason.to_owned(), place, plate: None }
}

#[test]
fn a_manual_of_the_evening_before_counts_from_midnight() {
    let day = fold(
        told([(-2 * HOUR, moved("manual_local")), (3 * HOUR, moved("unknown")), (3 * HOUR, moved("closed"))]),
        WHOLE,
    );
    assert_eq!((day.times.open, day.times.manual), (24 * HOUR, 3 * HOUR));
    let manual = &day.manual[0];
    assert_eq!((manual.since, manual.until, manual.counted), (-2 * HOUR, Some(3 * HOUR), 3 * HOUR));
    assert_eq!((day.manual.len(), day.times.unknown), (1, 0));
}

#[test]
fn what_ended_before_midnight_is_not_of_this_day() {
    let day = fold(told([(-2 * HOUR, moved("manual_local")), (-HOUR, moved("closed"))]), WHOLE);
    assert_eq!((day.times.open, day.times.manual, day.manual.len()), (24 * HOUR, 0, 0));
}

#[test]
fn a_manual_that_goes_on_counts_up_to_now() {
    let now = Span { until: 10 * HOUR, ..WHOLE };
    let day = fold(told([(-HOUR, moved("closed")), (9 * HOUR, moved("maintenance"))]), now);
    assert_eq!((day.times.open, day.times.manual), (10 * HOUR, HOUR));
    assert_eq!((day.manual[0].until, day.manual[0].counted, day.manual[0].state.as_str()), (None, HOUR, "maintenance"));
}

#[test]
fn states_overlap_and_each_is_a_share_of_the_open_time() {
    let day = fold(
        told([
            (-HOUR, moved("closed")),
            (HOUR, mode(LaneMode::Attended, "minh: Thiết bị lỗi")),
            (2 * HOUR, fault("lane_degraded")),
            (3 * HOUR, moved("manual_local")),
            (4 * HOUR, mode(LaneMode::Closed, "minh: Bảo trì")),
            (5 * HOUR, mode(LaneMode::Automatic, "minh: Đổi ca")),
            (6 * HOUR, moved("stopped")),
            (7 * HOUR, moved("fault(travel_time)")),
            (8 * HOUR, moved("emergency_open")),
            (9 * HOUR, moved("closed")),
            (10 * HOUR, cleared("lane_degraded")),
        ]),
        WHOLE,
    );
    let times = day.times;
    assert_eq!(times.open, 23 * HOUR, "closed from the fourth to the fifth hour");
    assert_eq!((times.manual, times.attended, times.degraded), (2 * HOUR, 3 * HOUR, 7 * HOUR));
    assert_eq!((times.stopped, times.faulty, times.emergency_open), (HOUR, HOUR, HOUR));
    assert_eq!((day.manual[0].until, day.manual[0].counted), (Some(6 * HOUR), 2 * HOUR));
    assert_eq!(day.manual[0].faults, ["lane_degraded"]);
}

#[test]
fn a_lane_that_is_closed_all_day_has_no_open_time() {
    let day = fold(told([(-HOUR, mode(LaneMode::Closed, "minh: Đổi ca")), (HOUR, moved("manual_local"))]), WHOLE);
    assert_eq!((day.times.open, day.times.manual, day.times.unknown), (0, 0, 0));
    assert_eq!((day.mode, day.manual[0].counted), (Some(LaneMode::Closed), 0));
}

#[test]
fn a_restart_ends_what_was_told_and_says_how_long_nobody_may_have_been_there() {
    let mut events = told([
        (-HOUR, moved("closed")),
        (HOUR, mode(LaneMode::Attended, "minh: Đổi ca")),
        (2 * HOUR, moved("manual_local")),
        (2 * HOUR, fault("lane_degraded")),
    ]);
    events.push(event(3 * HOUR, 2, 1, started()));
    events.push(event(3 * HOUR + MINUTE, 2, 2, moved("manual_local")));
    events.push(event(4 * HOUR, 2, 3, moved("closed")));
    let day = fold(events, WHOLE);
    assert_eq!((day.times.starts, day.times.unseen), (1, HOUR));
    assert_eq!((day.times.manual, day.times.unknown), (2 * HOUR - MINUTE, MINUTE));
    assert_eq!(day.times.degraded, HOUR, "a new life has read no vehicle yet");
    assert_eq!(day.times.attended, 23 * HOUR, "the mode is kept over a restart");
    let until: Vec<_> = day.manual.iter().map(|m| m.until).collect();
    assert_eq!(until, [Some(3 * HOUR), Some(4 * HOUR)]);
}

#[test]
fn a_lane_that_is_new_is_open_from_its_first_word() {
    let day = fold(told([(5 * HOUR, started()), (6 * HOUR, moved("closed"))]), Span { from: 5 * HOUR, ..WHOLE });
    assert_eq!((day.times.open, day.times.unknown, day.times.unseen), (19 * HOUR, HOUR, 0));
}

#[test]
fn what_was_said_near_the_key_stands_beside_it_and_acts_on_vehicles_do_not() {
    let day = fold(
        told([
            (HOUR - 3 * MINUTE, fault("bus_silent")),
            (HOUR - 2 * MINUTE, fault("officer_away_2")),
            (HOUR - MINUTE, act("open", "Đã xem ảnh", ActPlace::Panel)),
            (HOUR - MINUTE, act("mode", "Thiết bị lỗi", ActPlace::Console)),
            (HOUR - MINUTE, mode(LaneMode::Attended, "minh: Thiết bị lỗi")),
            (HOUR, moved("manual_local")),
            (HOUR + MINUTE, act("stop", "mở tay", ActPlace::Panel)),
            (2 * HOUR, act("reset", "", ActPlace::Panel)),
            (2 * HOUR, moved("closed")),
            (3 * HOUR, moved("manual_local")),
            (3 * HOUR + MINUTE, moved("closed")),
        ]),
        WHOLE,
    );
    let said: Vec<_> =
        day.manual[0].said.iter().map(|s| (s.act.as_str(), s.officer.as_deref(), s.text.as_str())).collect();
    assert_eq!(said, [("mode", None, "minh: Thiết bị lỗi"), ("stop", Some("lan"), "mở tay")]);
    assert_eq!(day.manual[0].faults, ["bus_silent"], "waiting for an officer is no fault of a device");
    assert!(day.manual[1].said.is_empty());
    assert!(day.interventions.is_empty(), "no vehicle was there");
}

#[test]
fn faults_and_acts_at_the_panel_are_counted_in_their_own_day() {
    let mut events = told([
        (-HOUR, fault("camera_black")),
        (HOUR, fault("officer_away_1")),
        (2 * HOUR, fault("officer_away_1")),
        (3 * HOUR, act("open", "", ActPlace::Panel)),
        (3 * HOUR, act("open", "", ActPlace::Console)),
        (4 * HOUR, act("refuse", "", ActPlace::Panel)),
    ]);
    for event in &mut events {
        event.passage = Some(PassageId(Uuid::from_u128(7)));
    }
    events[5].clock.synchronised = false;
    let day = fold(events, WHOLE);
    assert_eq!(day.faults, BTreeMap::from([("officer_away_1".to_owned(), 2)]));
    // Acts of the console are counted where they were made.
    assert_eq!(day.interventions, BTreeMap::from([("open".to_owned(), 1), ("refuse".to_owned(), 1)]));
    assert!(day.clock_doubtful);
}

fn any_body() -> impl Strategy<Value = EventBody> {
    let states = ["closed", "open", "manual_local", "maintenance", "stopped", "fault(limits_lost)", "emergency_open"];
    let modes = [LaneMode::Automatic, LaneMode::Attended, LaneMode::Closed];
    prop_oneof![
        4 => prop::sample::select(states.to_vec()).prop_map(moved),
        1 => prop::sample::select(modes.to_vec()).prop_map(|m| mode(m, "minh: x")),
        1 => Just(started()),
        1 => prop::sample::select(vec!["lane_degraded", "bus_silent"]).prop_map(fault),
        1 => prop::sample::select(vec!["lane_degraded", "bus_silent"]).prop_map(cleared),
    ]
}

proptest! {
    #[test]
    fn late_events_and_their_order_change_nothing_and_no_time_is_lost(
        happened in prop::collection::vec((-6 * HOUR..30 * HOUR, any_body()), 0..40).prop_flat_map(|told_so| {
            let events = told(told_so);
            (Just(events.clone()), Just(events).prop_shuffle())
        })
    ) {
        let (events, late) = happened;
        let day = fold(events, WHOLE);
        prop_assert_eq!(&day, &fold(late, WHOLE));
        let t = day.times;
        prop_assert!(t.open <= 24 * HOUR && t.attended <= t.open && t.degraded <= t.open);
        prop_assert!(t.manual + t.stopped + t.faulty + t.emergency_open + t.unknown <= t.open);
        prop_assert_eq!(day.manual.iter().map(|m| m.counted).sum::<i64>(), t.manual);
        for m in &day.manual {
            prop_assert!(m.until.is_none_or(|until| until >= m.since && until >= 0));
        }
    }
}

#[test]
fn a_day_is_the_gates_and_today_is_as_long_as_it_has_lasted() {
    // 2026-11-26 18:00 UTC is the 27th at the gate, one o'clock.
    let now = UtcMicros(1_795_716_000_000_000);
    let today = Day::read(None, now).unwrap();
    assert_eq!(today.day.to_string(), "2026-11-27");
    assert_eq!((now.0 - today.from.0, today.until, today.end.0 - today.from.0), (HOUR, now, 24 * HOUR));
    let before = Day::read(Some("2026-11-26"), now).unwrap();
    assert_eq!((before.until, before.end), (today.from, today.from));
    let wrong = Day::read(Some("26.11.2026"), now).unwrap_err();
    assert!(wrong.contains("26.11.2026") && wrong.contains("2026-11-27"), "{wrong}");
    let ahead = Day::read(Some("2026-11-28"), now).unwrap_err();
    assert!(ahead.contains("2026-11-28") && ahead.contains("today is 2026-11-27"), "{ahead}");
}
