use super::effect::{Act, LaneEffect, LaneInput, Order, Sight, StepIds};
use super::machine::Lane;
use super::sign::Sign;
use super::state::{LaneState, Waiting};
use crate::barrier::grant::Void;
use crate::barrier::state::BarrierState;
use crate::clock::Monotonic;
use crate::decision::{Decision, Reason, ReasonCode, Verdict};
use crate::ids::{GrantId, PassageId, RequestId};
use crate::message::command::{LaneMode, OfficerRef, OfficerRole};
use crate::message::event::{ActPlace, DecidedBy, EventBody};
use crate::passage::{OpenedBy, PassageOutcome};
use crate::reading::PlateReading;
use crate::vehicle::{Direction, Role, VehicleClass, View};

mod convoy;
mod degraded;
mod following;

#[derive(Clone)]
struct Played {
    lane: Lane,
    now: Monotonic,
    n: u8,
    effects: Vec<LaneEffect>,
}

impl Played {
    fn new() -> Self {
        let lane = Lane::new(Direction::Entry, LaneMode::Automatic, Monotonic::default());
        let mut played = Self { lane, now: Monotonic::default(), n: 0, effects: vec![] };
        played.give(LaneInput::Barrier(BarrierState::Closed));
        played
    }

    fn give(&mut self, input: LaneInput) -> &[LaneEffect] {
        self.n = self.n.wrapping_add(1);
        let r = [self.n; 10];
        let ids = StepIds {
            passage: PassageId::from_parts(1, r),
            request: RequestId::from_parts(2, r),
            grant: GrantId::from_parts(3, r),
        };
        self.effects = self.lane.step(input, ids, self.now);
        &self.effects
    }

    fn wait(&mut self, ms: u64) {
        for _ in 0..ms / 100 {
            self.now = self.now.plus(std::time::Duration::from_millis(100));
            self.give(LaneInput::Tick);
        }
    }

    fn arrive_and_read(&mut self) -> RequestId {
        self.give(LaneInput::StopLine(Some(true)));
        let effects = self.give(LaneInput::Sight(Sight::Plate { reading: reading(), ready: true })).to_vec();
        asked(&effects).expect("the lane asks")
    }

    fn reply(&mut self, request: RequestId, verdict: Verdict, grant: Option<(GrantId, u32)>) -> Vec<LaneEffect> {
        let decision = (decision(verdict), DecidedBy::Central);
        self.give(LaneInput::Replied { request, decision, grant }).to_vec()
    }

    fn act(&mut self, act: Act) -> Vec<LaneEffect> {
        let officer = OfficerRef { name: "lan".into(), role: OfficerRole::Officer };
        let order = Order { officer, place: ActPlace::Panel, reason: "papers seen".into(), act };
        self.give(LaneInput::Order(order)).to_vec()
    }
}

fn reading() -> PlateReading {
    PlateReading {
        raw: "24C12345".into(),
        text: "24C12345".into(),
        country: None,
        kind: None,
        color: None,
        rows: 1,
        probability: 0.999,
        others: vec![],
        role: Role::Tractor,
        view: None,
        looks: 3,
        model: "m".into(),
        evidence: None,
        source: None,
    }
}

fn decision(verdict: Verdict) -> Decision {
    let reasons = vec![Reason { code: ReasonCode::AllConditionsMet, detail: String::new() }];
    Decision { verdict, reasons, matched: None, lists_version: 1 }
}

fn grant(n: u8) -> Option<(GrantId, u32)> {
    Some((GrantId::from_parts(9, [n; 10]), 30_000))
}

fn asked(effects: &[LaneEffect]) -> Option<RequestId> {
    effects.iter().find_map(|e| if let LaneEffect::Ask(ask) = e { Some(ask.request) } else { None })
}

fn opens(effects: &[LaneEffect]) -> usize {
    effects.iter().filter(|e| matches!(e, LaneEffect::Open { .. })).count()
}

fn ended(effects: &[LaneEffect]) -> Option<(PassageOutcome, OpenedBy)> {
    effects.iter().find_map(|e| match e {
        LaneEffect::Emit { body: EventBody::PassageEnded { outcome, opened_by }, .. } => Some((*outcome, *opened_by)),
        _ => None,
    })
}

#[test]
fn an_expected_vehicle_passes_by_itself() {
    let mut p = Played::new();
    let request = p.arrive_and_read();
    assert_eq!(opens(&p.reply(request, Verdict::Open, grant(1))), 1);
    assert_eq!(p.lane.state(), LaneState::Granted);
    p.give(LaneInput::Barrier(BarrierState::Opening));
    p.give(LaneInput::Barrier(BarrierState::Open));
    assert_eq!(p.lane.sign(), Sign::Go);
    p.give(LaneInput::Entered);
    p.give(LaneInput::StopLine(Some(false)));
    let effects = p.give(LaneInput::DroveThrough).to_vec();
    assert_eq!(ended(&effects), Some((PassageOutcome::Passed, OpenedBy::Central)));
    assert_eq!(p.lane.state(), LaneState::Idle);
}

#[test]
fn an_answer_to_another_question_or_a_second_answer_opens_nothing() {
    let mut p = Played::new();
    let request = p.arrive_and_read();
    assert_eq!(opens(&p.reply(RequestId::from_parts(7, [7; 10]), Verdict::Open, grant(1))), 0);
    assert_eq!(opens(&p.reply(request, Verdict::Open, grant(1))), 1);
    assert_eq!(opens(&p.reply(request, Verdict::Open, grant(2))), 0);
}

#[test]
fn a_vehicle_that_left_or_changed_before_the_answer_gets_none() {
    let mut p = Played::new();
    let request = p.arrive_and_read();
    p.give(LaneInput::StopLine(Some(false)));
    assert_eq!(opens(&p.reply(request, Verdict::Open, grant(1))), 0, "nobody at the stop line");
    let mut p = Played::new();
    let request = p.arrive_and_read();
    p.give(LaneInput::TrackChanged);
    assert_eq!(opens(&p.reply(request, Verdict::Open, grant(1))), 0, "another vehicle stands there");
    let mut p = Played::new();
    let request = p.arrive_and_read();
    p.give(LaneInput::Healthy(false));
    assert_eq!(opens(&p.reply(request, Verdict::Open, grant(1))), 0, "no record, no opening");
}

#[test]
fn an_unread_vehicle_waits_for_an_officer_and_time_never_opens() {
    let mut p = Played::new();
    p.give(LaneInput::StopLine(Some(true)));
    p.wait(2900);
    assert_eq!(p.lane.state(), LaneState::Capturing);
    p.wait(200);
    let request = asked(&p.effects).or_else(|| p.lane.vehicle().and_then(|v| v.asked)).expect("asked");
    p.reply(request, Verdict::Refer, None);
    let mut opened = 0;
    let mut escalations = vec![];
    for _ in 0..3000 {
        p.wait(100);
        opened += opens(&p.effects);
        escalations
            .extend(p.effects.iter().filter_map(|e| if let LaneEffect::Escalate(n) = e { Some(*n) } else { None }));
    }
    assert_eq!((opened, escalations), (0, vec![1, 2, 3]));
    assert!(matches!(p.lane.waiting(), Some(Waiting::Officer(_))));
    assert_eq!(p.lane.sign(), Sign::WaitForOfficer);
    assert_eq!(opens(&p.act(Act::Open { given: None, priority: false })), 1, "the officer opens");
}

#[test]
fn the_officers_word_stands_against_a_later_reading() {
    let mut p = Played::new();
    let request = p.arrive_and_read();
    p.reply(request, Verdict::Refer, None);
    p.act(Act::Hold(None));
    let effects = p.give(LaneInput::Sight(Sight::Plate { reading: reading(), ready: true })).to_vec();
    assert_eq!(asked(&effects), None);
    assert_eq!(p.lane.state(), LaneState::Referred);
}

#[test]
fn a_refused_vehicle_that_leaves_was_turned_away() {
    let mut p = Played::new();
    let request = p.arrive_and_read();
    p.reply(request, Verdict::Refuse, None);
    assert_eq!(p.lane.waiting(), Some(Waiting::VehicleLeaves));
    p.give(LaneInput::StopLine(Some(false)));
    let mut end = None;
    for _ in 0..40 {
        p.wait(100);
        end = end.or(ended(&p.effects));
    }
    assert_eq!(end, Some((PassageOutcome::TurnedAway, OpenedBy::Nobody)));
}

#[test]
fn nobody_is_asked_while_the_boom_is_still_up_for_the_one_before() {
    let mut p = Played::new();
    p.give(LaneInput::Barrier(BarrierState::Open));
    p.give(LaneInput::StopLine(Some(true)));
    let effects = p.give(LaneInput::Sight(Sight::Plate { reading: reading(), ready: true })).to_vec();
    assert_eq!(asked(&effects), None);
    let effects = p.give(LaneInput::Barrier(BarrierState::Closed)).to_vec();
    assert!(asked(&effects).is_some());
}

#[test]
fn a_class_that_comes_late_is_decided_on_anew() {
    let lorry = || LaneInput::Sight(Sight::Class(crate::vehicle::VehicleClass::Lorry, 0.6));
    // After the answer, and while the question was on its way.
    for late in [true, false] {
        let mut p = Played::new();
        let request = p.arrive_and_read();
        let mut effects = Vec::new();
        if !late {
            p.give(lorry());
        }
        effects.extend(p.reply(request, Verdict::Refer, None));
        if late {
            assert_eq!(p.lane.state(), LaneState::Referred);
            effects = p.give(lorry()).to_vec();
        }
        let again = asked(&effects).expect("the lane asks again");
        assert_ne!(again, request);
        p.reply(again, Verdict::Refer, None);
        assert_eq!(p.lane.state(), LaneState::Referred, "and not for ever");
        assert_eq!(asked(p.give(lorry())), None);
    }
}

#[test]
fn a_reading_that_is_not_ready_in_time_is_told_and_is_not_called_unread() {
    let mut p = Played::new();
    p.give(LaneInput::StopLine(Some(true)));
    p.give(LaneInput::Sight(Sight::Plate { reading: reading(), ready: false }));
    let mut told = Vec::new();
    for _ in 0..35 {
        p.now = p.now.plus(std::time::Duration::from_millis(100));
        told.extend(p.give(LaneInput::Tick).to_vec());
    }
    assert!(asked(&told).is_some());
    let bodies: Vec<_> = told
        .iter()
        .filter_map(|e| match e {
            LaneEffect::Emit { body, .. } => Some(body),
            _ => None,
        })
        .collect();
    assert!(bodies.iter().any(|b| matches!(b, EventBody::PlateRead { .. })), "{bodies:?}");
    assert!(!bodies.iter().any(|b| matches!(b, EventBody::Unread { .. })), "{bodies:?}");
}

fn faults(effects: &[LaneEffect]) -> Vec<&str> {
    let code = |e: &'_ LaneEffect| match e {
        LaneEffect::Emit { body: EventBody::Fault { code, .. }, .. } => Some(code.clone()),
        _ => None,
    };
    let codes: Vec<String> = effects.iter().filter_map(code).collect();
    ["entered_without_grant", "tailgating"].into_iter().filter(|c| codes.iter().any(|code| code == c)).collect()
}

#[test]
fn a_vehicle_that_nobody_let_in_is_a_passage_and_a_fault() {
    let mut p = Played::new();
    p.give(LaneInput::Barrier(BarrierState::Open));
    let effects = p.give(LaneInput::Entered).to_vec();
    assert_eq!(faults(&effects), ["entered_without_grant"]);
    let effects = p.give(LaneInput::DroveThrough).to_vec();
    assert_eq!(ended(&effects), Some((PassageOutcome::Passed, OpenedBy::ByHand)));
}

#[test]
fn what_is_under_a_closed_boom_is_an_officers_who_may_still_open() {
    // A loop that flaps, or somebody who slips past: the vehicle at the stop line must not hang in "passing".
    for granted in [false, true] {
        let mut p = Played::new();
        let request = p.arrive_and_read();
        if granted {
            p.reply(request, Verdict::Open, grant(1));
            assert_eq!(p.lane.state(), LaneState::Granted);
        }
        let effects = p.give(LaneInput::Entered).to_vec();
        assert_eq!(faults(&effects), ["entered_without_grant"]);
        assert!(effects.contains(&LaneEffect::VoidGrant(Void::TrackChanged)));
        assert_eq!(p.lane.state(), LaneState::Referred);
        p.give(LaneInput::Sight(Sight::Class(crate::vehicle::VehicleClass::Lorry, 0.9)));
        assert_eq!(p.lane.state(), LaneState::Referred, "more looks do not open it");
        let effects = p.act(Act::Open { given: None, priority: false });
        assert!(effects.iter().any(|e| matches!(e, LaneEffect::Open { .. })), "{effects:?}");
    }
}

#[test]
fn where_an_officer_holds_the_boom_up_it_is_no_fault() {
    let mut p = Played::new();
    p.give(LaneInput::Barrier(BarrierState::HeldOpen));
    let effects = p.give(LaneInput::Entered).to_vec();
    assert!(faults(&effects).is_empty());
    assert_eq!(p.lane.state(), LaneState::Passing);
}

#[test]
fn a_grant_whose_opening_did_not_come_is_no_later_openings() {
    let mut p = Played::new();
    let request = p.arrive_and_read();
    p.reply(request, Verdict::Open, grant(1));
    p.give(LaneInput::Barrier(BarrierState::Unknown));
    p.wait(5000);
    let effects = p.give(LaneInput::Barrier(BarrierState::Closed)).to_vec();
    assert!(effects.contains(&LaneEffect::VoidGrant(Void::Withdrawn)), "{effects:?}");
    assert_eq!(p.lane.state(), LaneState::Referred);
}
