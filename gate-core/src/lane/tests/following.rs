//! A body under the boom that may be a second vehicle: whose it was is an officer's to say.

use super::*;

fn drives_in(p: &mut Played) {
    let request = p.arrive_and_read();
    p.reply(request, Verdict::Open, grant(1));
    p.give(LaneInput::Barrier(BarrierState::Open));
    p.give(LaneInput::Entered);
}

#[test]
fn tailgating_waits_for_a_key() {
    let mut p = Played::new();
    let request = p.arrive_and_read();
    p.reply(request, Verdict::Open, grant(1));
    p.give(LaneInput::Barrier(BarrierState::Open));
    p.give(LaneInput::Entered);
    p.give(LaneInput::Tailgated);
    assert_eq!(p.lane.state(), LaneState::Tailgated);
    p.give(LaneInput::StopLine(Some(true)));
    p.wait(10_000);
    assert_eq!(p.lane.state(), LaneState::Tailgated, "no next vehicle before a key is pressed");
    let effects = p.act(Act::WasTrailer);
    assert!(effects.contains(&LaneEffect::TailgatingSettled));
}

#[test]
fn a_second_vehicle_that_is_let_in_when_the_boom_is_down_is_through() {
    let mut p = Played::new();
    p.give(LaneInput::Barrier(BarrierState::Open));
    p.give(LaneInput::Tailgated);
    p.give(LaneInput::Barrier(BarrierState::Closed));
    let effects = p.act(Act::Open { given: None, priority: false });
    assert_eq!(ended(&effects), Some((PassageOutcome::Passed, OpenedBy::Panel)));
    assert_eq!(p.lane.state(), LaneState::Idle, "the next one is served");
}

#[test]
fn the_second_vehicle_is_recorded_as_what_it_did_and_may_be_held() {
    let mut p = Played::new();
    let request = p.arrive_and_read();
    p.reply(request, Verdict::Open, grant(1));
    p.give(LaneInput::Barrier(BarrierState::Open));
    p.give(LaneInput::Entered);
    p.give(LaneInput::StopLine(Some(false)));
    p.give(LaneInput::DroveThrough);
    p.give(LaneInput::StopLine(Some(true)));
    let effects = p.give(LaneInput::Tailgated).to_vec();
    assert_eq!(ended(&effects), Some((PassageOutcome::Tailgated, OpenedBy::Nobody)), "the first was through already");
    let effects = p.act(Act::Hold(None));
    assert!(!effects.contains(&LaneEffect::TailgatingSettled), "the boom stays up");
    assert_eq!(p.lane.state(), LaneState::Referred);
}

/// Sight of a lorry is lost as it drives through: its trailer comes onto the stop line, or another does.
fn sight_is_lost(p: &mut Played) -> Vec<LaneEffect> {
    drives_in(p);
    p.give(LaneInput::Barrier(BarrierState::Unknown));
    p.give(LaneInput::Barrier(BarrierState::Open));
    p.give(LaneInput::Entered).to_vec()
}

#[test]
fn a_trailer_after_lost_sight_doubles_no_record() {
    for through_before_the_key in [false, true] {
        let mut p = Played::new();
        let effects = sight_is_lost(&mut p);
        assert_eq!(faults(&effects), ["tailgating"]);
        assert_eq!(ended(&effects), None, "whose body it is nobody knows yet");
        let passage = p.lane.vehicle().map(|v| v.passage);
        if through_before_the_key {
            p.give(LaneInput::DroveThrough);
        }
        p.give(LaneInput::StopLine(Some(true)));
        let mut effects = p.act(Act::WasTrailer);
        if !through_before_the_key {
            assert_eq!(p.lane.vehicle().map(|v| v.passage), passage, "no passage begins for the trailer");
            p.give(LaneInput::StopLine(Some(false)));
            effects = p.give(LaneInput::DroveThrough).to_vec();
        }
        assert_eq!(ended(&effects), Some((PassageOutcome::Passed, OpenedBy::Central)));
    }
}

#[test]
fn another_vehicle_after_lost_sight_is_in_the_record() {
    let mut p = Played::new();
    sight_is_lost(&mut p);
    let first = p.lane.vehicle().map(|v| v.passage);
    let effects = p.act(Act::Open { given: None, priority: false });
    assert_eq!(ended(&effects), Some((PassageOutcome::Passed, OpenedBy::Central)));
    assert!(p.lane.vehicle().is_some_and(|v| Some(v.passage) != first));
    let effects = p.give(LaneInput::DroveThrough).to_vec();
    assert_eq!(ended(&effects), Some((PassageOutcome::Passed, OpenedBy::Panel)));
}

#[test]
fn what_is_read_of_a_follower_is_not_the_first_ones() {
    let mut p = Played::new();
    drives_in(&mut p);
    p.give(LaneInput::Tailgated);
    let before = p.lane.vehicle().map(|v| v.plates.clone());
    let other = PlateReading { text: "15R17658".into(), ..reading() };
    p.give(LaneInput::Sight(Sight::Plate { reading: other, ready: true }));
    p.give(LaneInput::TrackChanged);
    assert_eq!(p.lane.vehicle().map(|v| v.plates.clone()), before);
    assert_eq!(p.lane.state(), LaneState::Tailgated);
}

/// An unread lorry drives through on an officer's word while a camera sees the next one's front behind it.
#[test]
fn the_plate_of_the_next_is_not_put_on_the_record_of_the_one_that_drives_through() {
    let mut p = Played::new();
    p.give(LaneInput::StopLine(Some(true)));
    p.act(Act::Open { given: None, priority: false });
    p.give(LaneInput::Barrier(BarrierState::Open));
    p.give(LaneInput::Entered);
    assert_eq!(p.lane.state(), LaneState::Passing);
    for view in [None, Some(View::Front)] {
        let next = PlateReading { view, ..reading() };
        assert_eq!(p.give(LaneInput::Sight(Sight::Plate { reading: next, ready: true })), [], "{view:?}");
        assert_eq!(p.give(LaneInput::Sight(Sight::Class(VehicleClass::Car, 0.9))), []);
    }
    assert!(p.lane.vehicle().is_some_and(|v| v.plates.is_empty() && v.class.is_none()));
    let rear = PlateReading { view: Some(View::Rear), ..reading() };
    let trailers = PlateReading { role: Role::Trailer, text: "24R00123".into(), ..reading() };
    for of_its_own in [rear, trailers] {
        assert!(!p.give(LaneInput::Sight(Sight::Plate { reading: of_its_own, ready: true })).is_empty());
    }
}

#[test]
fn who_waits_behind_a_second_vehicle_that_is_through_is_not_recorded_as_it() {
    let mut p = Played::new();
    p.give(LaneInput::Barrier(BarrierState::Open));
    p.give(LaneInput::Tailgated);
    p.give(LaneInput::StopLine(Some(true)));
    p.give(LaneInput::Barrier(BarrierState::Closed));
    let effects = p.act(Act::Open { given: None, priority: false });
    let began: Vec<_> = effects
        .iter()
        .filter_map(|e| match e {
            LaneEffect::Emit { passage, body: EventBody::PassageBegan { .. } } => *passage,
            _ => None,
        })
        .collect();
    assert_eq!(began.len(), 2, "{effects:?}");
    assert_ne!(began[0], began[1]);
}
