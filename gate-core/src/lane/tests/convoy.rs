//! Vehicles that pass by a shift leader's word: counted, each with its own opening, and never one more.

use super::*;
use crate::message::command::ConvoySize;
use crate::message::event::ConvoyEnd;

impl Played {
    fn leader(&mut self, act: Act) -> Vec<LaneEffect> {
        let officer = OfficerRef { name: "minh".into(), role: OfficerRole::ShiftLeader };
        let order = Order { officer, place: ActPlace::Panel, reason: "delegation".into(), act };
        self.give(LaneInput::Order(order)).to_vec()
    }

    fn convoy(vehicles: u8) -> Self {
        let mut p = Self::new();
        let effects = p.leader(Act::Convoy(ConvoySize { vehicles, minutes: 15 }));
        assert!(effects.iter().any(|e| matches!(e, LaneEffect::Emit { body: EventBody::ConvoyBegan { .. }, .. })));
        p
    }

    /// One comes to the stop line, is looked at and asked about.
    fn one_comes(&mut self, verdict: Verdict) -> Vec<LaneEffect> {
        let request = self.arrive_and_read();
        let mut effects = self.reply(request, verdict, None);
        effects.extend(self.give(LaneInput::Tick).to_vec());
        effects
    }

    fn it_drives_through(&mut self) -> Vec<LaneEffect> {
        let mut effects = self.give(LaneInput::Barrier(BarrierState::Open)).to_vec();
        effects.extend(self.give(LaneInput::Entered).to_vec());
        effects.extend(self.give(LaneInput::StopLine(Some(false))).to_vec());
        effects.extend(self.give(LaneInput::DroveThrough).to_vec());
        effects.extend(self.give(LaneInput::Barrier(BarrierState::Closed)).to_vec());
        effects
    }
}

fn over(effects: &[LaneEffect]) -> Option<(u8, u8, ConvoyEnd)> {
    effects.iter().find_map(|e| match e {
        LaneEffect::Emit { body: EventBody::ConvoyEnded { passed, of, why }, .. } => Some((*passed, *of, *why)),
        _ => None,
    })
}

#[test]
fn each_of_a_convoy_gets_an_opening_and_the_one_after_the_last_does_not() {
    let mut p = Played::convoy(2);
    for n in 1..=2 {
        assert_eq!(opens(&p.one_comes(Verdict::Refer)), 1, "number {n} is let in");
        let effects = p.it_drives_through();
        assert_eq!(ended(&effects), Some((PassageOutcome::Passed, OpenedBy::Convoy)));
        assert_eq!(over(&effects), (n == 2).then_some((2, 2, ConvoyEnd::AllPassed)));
    }
    assert_eq!(opens(&p.one_comes(Verdict::Refer)), 0);
    assert_eq!(p.lane.state(), LaneState::Referred, "the third is an officer's");
}

#[test]
fn who_follows_under_the_open_boom_is_counted_and_one_more_is_tailgating() {
    let mut p = Played::convoy(2);
    p.one_comes(Verdict::Refer);
    p.give(LaneInput::Barrier(BarrierState::Open));
    p.give(LaneInput::Entered);
    let first = p.lane.vehicle().map(|v| v.passage);
    let effects = p.give(LaneInput::Tailgated).to_vec();
    assert_eq!(ended(&effects), Some((PassageOutcome::Passed, OpenedBy::Convoy)));
    assert!(effects.contains(&LaneEffect::TailgatingSettled), "the boom's latch waits for this one");
    assert_eq!(over(&effects), Some((2, 2, ConvoyEnd::AllPassed)));
    assert_ne!(p.lane.vehicle().map(|v| v.passage), first, "a passage of its own");
    assert_eq!(p.lane.state(), LaneState::Passing);
    let effects = p.give(LaneInput::Tailgated).to_vec();
    assert_eq!(faults(&effects), ["tailgating"]);
    assert_eq!(p.lane.state(), LaneState::Tailgated);
}

#[test]
fn a_follower_that_stood_at_the_stop_line_keeps_its_passage() {
    let mut p = Played::convoy(3);
    p.one_comes(Verdict::Refer);
    p.give(LaneInput::Barrier(BarrierState::Open));
    p.give(LaneInput::Entered);
    p.give(LaneInput::StopLine(Some(false)));
    p.give(LaneInput::DroveThrough);
    p.give(LaneInput::StopLine(Some(true)));
    let standing = p.lane.vehicle().map(|v| v.passage);
    let effects = p.give(LaneInput::Tailgated).to_vec();
    assert_eq!(ended(&effects), None);
    assert_eq!(p.lane.vehicle().map(|v| v.passage), standing);
    assert_eq!(p.lane.convoy(p.now).map(|c| c.passed), Some(2));
}

#[test]
fn who_is_refused_or_held_waits_for_an_officer() {
    let mut p = Played::convoy(2);
    assert_eq!(opens(&p.one_comes(Verdict::Refuse)), 0, "inspection is inspection");
    let mut p = Played::convoy(2);
    p.give(LaneInput::StopLine(Some(true)));
    p.act(Act::Hold(None));
    p.wait(5000);
    assert_eq!(p.lane.state(), LaneState::Referred);
    assert!(p.lane.convoy(p.now).is_some());
}

#[test]
fn an_unread_vehicle_of_a_convoy_is_asked_about_before_it_passes() {
    let mut p = Played::convoy(1);
    p.give(LaneInput::StopLine(Some(true)));
    p.wait(3100);
    assert_eq!(p.lane.state(), LaneState::Deciding, "the watchlist is looked at");
}

#[test]
fn one_vehicle_gets_the_convoys_word_once() {
    let mut p = Played::convoy(3);
    assert_eq!(opens(&p.one_comes(Verdict::Refer)), 1);
    p.give(LaneInput::Barrier(BarrierState::Open));
    p.wait(61_000);
    p.give(LaneInput::Barrier(BarrierState::Closed));
    let mut again = 0;
    for _ in 0..100 {
        p.wait(100);
        again += opens(&p.effects);
    }
    assert_eq!((p.lane.state(), again), (LaneState::Referred, 0), "it did not drive: somebody looks");
}

#[test]
fn a_convoy_ends_by_time_by_its_leader_by_stop_and_by_closing_the_lane() {
    let mut p = Played::convoy(5);
    p.wait(15 * 60_000 - 1000);
    assert_eq!(p.lane.convoy(p.now).map(|c| c.minutes_left), Some(1));
    p.wait(1000);
    assert_eq!(over(&p.effects), Some((0, 5, ConvoyEnd::TimeOver)));
    assert_eq!(opens(&p.one_comes(Verdict::Refer)), 0);

    let mut p = Played::convoy(5);
    assert_eq!(over(&p.leader(Act::ConvoyOver)), Some((0, 5, ConvoyEnd::Ended)));
    let mut p = Played::convoy(5);
    assert_eq!(over(p.give(LaneInput::Barrier(BarrierState::Stopped))), Some((0, 5, ConvoyEnd::Barrier)));
    let mut p = Played::convoy(5);
    assert_eq!(over(&p.act(Act::Mode(LaneMode::Closed))), Some((0, 5, ConvoyEnd::LaneClosed)));
}

#[test]
fn a_convoy_is_refused_with_a_reason() {
    let refusal = |effects: &[LaneEffect]| {
        effects.iter().find_map(|e| match e {
            LaneEffect::OrderRefused(why) => Some(why.clone()),
            _ => None,
        })
    };
    let size = |vehicles, minutes| Act::Convoy(ConvoySize { vehicles, minutes });
    let mut p = Played::new();
    assert_eq!(refusal(&p.act(size(2, 5))).as_deref(), Some("a convoy is the shift leader's"));
    assert_eq!(refusal(&p.leader(size(0, 5))).as_deref(), Some("a convoy has 1 to 30 vehicles, not 0"));
    assert_eq!(refusal(&p.leader(size(2, 16))).as_deref(), Some("a convoy passes within 1 to 15 minutes, not 16"));
    assert_eq!(refusal(&p.leader(Act::ConvoyOver)).as_deref(), Some("no convoy passes"));
    assert_eq!(refusal(&p.leader(size(2, 5))), None);
    assert_eq!(
        refusal(&p.leader(size(2, 5))).as_deref(),
        Some("a convoy of 2 passes already (0 so far, by minh): end that one first")
    );
    let mut p = Played::new();
    p.give(LaneInput::Barrier(BarrierState::Unknown));
    assert_eq!(refusal(&p.leader(size(2, 5))).as_deref(), Some("the barrier is unknown"));
}

#[test]
fn priority_opens_at_once_and_is_recorded_as_what_it_is() {
    let mut p = Played::new();
    p.give(LaneInput::StopLine(Some(true)));
    let effects = p.act(Act::Open { given: None, priority: true });
    assert_eq!(opens(&effects), 1, "unread, undecided, and on its way");
    let act = effects.iter().find_map(|e| match e {
        LaneEffect::Emit { body: EventBody::Act { act, .. }, .. } => Some(act.as_str()),
        _ => None,
    });
    assert_eq!(act, Some("priority"));
}

#[test]
fn who_was_let_in_and_is_taken_for_a_follower_is_an_officers_and_counts_once() {
    let mut p = Played::convoy(2);
    p.one_comes(Verdict::Refer);
    p.give(LaneInput::Barrier(BarrierState::Open));
    // Somebody said that the way is empty meanwhile: whose body it is the loops cannot tell.
    let effects = p.give(LaneInput::Tailgated).to_vec();
    assert_eq!((faults(&effects), ended(&effects)), (vec!["tailgating"], None));
    p.act(Act::WasTrailer);
    assert_eq!(p.lane.convoy(p.now).map(|c| c.passed), Some(1), "it drove in, whatever its body was called");
    p.give(LaneInput::Tailgated);
    assert_eq!(p.lane.convoy(p.now), None, "the next one was the second and last");
}
