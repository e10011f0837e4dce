//! Lanes that cannot read too many of their vehicles.

use std::time::Duration;

use super::*;

/// A vehicle that is looked at, waits, is let in by an officer and drives through.
fn passes_by_officer(p: &mut Played, read: bool) -> Vec<LaneEffect> {
    p.give(LaneInput::Barrier(BarrierState::Closed));
    p.give(LaneInput::StopLine(Some(true)));
    if read {
        p.give(LaneInput::Sight(Sight::Plate { reading: reading(), ready: true }));
    } else {
        p.give(LaneInput::Sight(Sight::Looks { fates: vec![("blurred".into(), 9)], frames: vec![] }));
    }
    p.act(Act::Open { given: None, priority: false });
    p.give(LaneInput::Barrier(BarrierState::Open));
    p.give(LaneInput::Entered);
    p.give(LaneInput::StopLine(Some(false)));
    p.give(LaneInput::DroveThrough).to_vec()
}

fn asks_as_automatic(p: &mut Played) -> bool {
    p.give(LaneInput::Barrier(BarrierState::Closed));
    p.give(LaneInput::StopLine(Some(true)));
    let effects = p.give(LaneInput::Sight(Sight::Plate { reading: reading(), ready: true })).to_vec();
    let asked = effects.iter().find_map(|e| if let LaneEffect::Ask(ask) = e { Some(ask) } else { None });
    asked.expect("the lane asks").seen.lane_automatic
}

fn told(effects: &[LaneEffect]) -> bool {
    effects
        .iter()
        .any(|e| matches!(e, LaneEffect::Emit { body: EventBody::Fault { code, .. }, .. } if code == "lane_degraded"))
}

#[test]
fn a_lane_that_cannot_read_five_of_twenty_is_degraded_and_decides_nothing_by_itself() {
    let mut p = Played::new();
    for _ in 0..4 {
        assert!(!told(&passes_by_officer(&mut p, false)));
    }
    let mut other = p.clone();
    assert!(asks_as_automatic(&mut other), "four are borne");
    assert!(told(&passes_by_officer(&mut p, false)));
    let mut other = p.clone();
    assert!(!asks_as_automatic(&mut other), "its vehicles are an officer's");
    for _ in 0..16 {
        passes_by_officer(&mut p, true);
    }
    assert!(asks_as_automatic(&mut p), "it reads again");
}

#[test]
fn drivers_who_give_up_unread_degrade_a_lane_and_those_who_leave_at_once_do_not() {
    let mut p = Played::new();
    p.give(LaneInput::Barrier(BarrierState::Closed));
    let leaves_after = |p: &mut Played, ms: u64| {
        p.give(LaneInput::StopLine(Some(true)));
        p.give(LaneInput::Sight(Sight::Looks { fates: vec![("blurred".into(), 9)], frames: vec![] }));
        p.wait(ms);
        if let Some(request) = p.lane.vehicle().and_then(|v| v.asked) {
            p.reply(request, Verdict::Refer, None);
        }
        p.give(LaneInput::StopLine(Some(false)));
        (0..40).any(|_| {
            p.now = p.now.plus(Duration::from_millis(100));
            told(p.give(LaneInput::Tick))
        })
    };
    assert!(!(0..6).any(|_| leaves_after(&mut p, 500)), "nobody stood long enough to be read");
    assert!(!(0..4).any(|_| leaves_after(&mut p, 6000)));
    assert!(leaves_after(&mut p, 6000), "the fifth");
}
