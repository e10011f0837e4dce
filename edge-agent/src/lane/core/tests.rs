use gate_core::barrier::io::{InputName, InputReading, Output};
use gate_core::ids::{GrantId, RequestId};
use gate_core::message::command::{OfficerRef, OfficerRole};
use gate_core::message::event::EventBody;
use uuid::Uuid;

use super::*;
use crate::lane::signal::Readings;
use crate::lane::view::LaneAct;

struct Bench {
    core: LaneCore,
    now_ms: u64,
    effects: Vec<Effect>,
    active: Vec<InputName>,
}

impl Bench {
    fn new() -> Self {
        let birth = LaneBirth {
            lane: LaneId::new("in-1").unwrap(),
            direction: Direction::Entry,
            mode: LaneMode::Automatic,
            barrier: BarrierConfig::default(),
            session: LaneSession("a".to_owned()),
        };
        let core = LaneCore::new(birth, Monotonic::default());
        Self { core, now_ms: 0, effects: Vec::new(), active: vec![InputName::ClosedLimit] }
    }

    fn feed(&mut self, signal: Signal) -> Vec<Effect> {
        let n = Uuid::from_u128(u128::from(self.now_ms) << 64 | 1);
        let ids = StepIds { passage: PassageId(n), request: RequestId(n), grant: GrantId(n) };
        let effects = self.core.step(signal, ids, Monotonic::from_millis(self.now_ms));
        self.effects.extend(effects.clone());
        effects
    }

    /// Time passes with the inputs as they are.
    fn pass(&mut self, ms: u64) {
        for _ in 0..ms / 50 {
            self.now_ms += 50;
            let read_at = Monotonic::from_millis(self.now_ms);
            let reading = |&name: &InputName| InputReading { name, active: Some(self.active.contains(&name)), read_at };
            let readings: Vec<_> = InputName::ALL.iter().map(reading).collect();
            let power = |r: &InputReading| r.name != InputName::PowerGood;
            let readings: Vec<_> = readings.into_iter().filter(power).collect();
            self.feed(Signal::Read(Readings::of(&readings)));
            self.feed(Signal::Tick);
        }
    }

    fn person(&mut self, act: LaneAct) -> Result<(), String> {
        let officer = Some(OfficerRef { name: "lan".to_owned(), role: OfficerRole::Officer });
        let effects = self.feed(Signal::Person { officer, act, reason: "because".to_owned() });
        effects.into_iter().find_map(|e| if let Effect::Answer(answer) = e { Some(answer) } else { None }).unwrap()
    }

    fn pulses(&self) -> usize {
        self.effects.iter().filter(|e| matches!(e, Effect::Output(Output::Pulse { .. }))).count()
    }

    fn recorded(&self, right: impl Fn(&EventBody) -> bool) -> usize {
        self.effects.iter().filter(|e| matches!(e, Effect::Record { body, .. } if right(body))).count()
    }
}

#[test]
fn an_officer_opens_once_for_the_vehicle_that_stands_there() {
    let mut bench = Bench::new();
    bench.pass(6000);
    assert_eq!(bench.person(LaneAct::Open).unwrap_err(), "no vehicle stands at the stop line");
    bench.active.push(InputName::LoopApproach);
    bench.pass(4000);
    bench.person(LaneAct::Open).unwrap();
    assert_eq!(bench.pulses(), 1);
    bench.person(LaneAct::Open).unwrap_err();
    assert_eq!(bench.pulses(), 1);
}

#[test]
fn a_vehicle_that_left_the_loop_for_a_moment_is_read_again() {
    let mut bench = Bench::new();
    bench.pass(6000);
    bench.active.push(InputName::LoopApproach);
    bench.pass(500);
    let first = bench.core.lane().vehicle().unwrap().track;
    bench.active.pop();
    bench.pass(200);
    bench.active.push(InputName::LoopApproach);
    bench.pass(200);
    assert_eq!(bench.core.lane().vehicle().unwrap().track, first, "a flicker is no other vehicle");
    bench.active.pop();
    bench.pass(600);
    bench.active.push(InputName::LoopApproach);
    bench.pass(200);
    assert!(bench.core.lane().vehicle().unwrap().track > first);
    let changed = |b: &EventBody| matches!(b, EventBody::Fault { code, .. } if code == "track_changed");
    assert_eq!(bench.recorded(changed), 1);
}

#[test]
fn a_fault_is_told_once_and_its_end_too() {
    let mut bench = Bench::new();
    bench.pass(6000);
    bench.active = vec![InputName::OpenLimit];
    bench.pass(3000);
    assert_eq!(bench.core.status(Monotonic::from_millis(bench.now_ms)).faults, ["uncommanded_move"]);
    bench.person(LaneAct::Reset).unwrap();
    bench.pass(200);
    let told = |b: &EventBody| matches!(b, EventBody::Fault { code, .. } if code == "uncommanded_move");
    let cleared = |b: &EventBody| matches!(b, EventBody::FaultCleared { code } if code == "uncommanded_move");
    assert_eq!((bench.recorded(told), bench.recorded(cleared)), (1, 1));
}

#[test]
fn stop_without_a_sign_in_stops_and_nothing_else_does() {
    let mut bench = Bench::new();
    bench.pass(6000);
    let effects = bench.feed(Signal::Person { officer: None, act: LaneAct::Stop, reason: String::new() });
    assert!(effects.contains(&Effect::Output(Output::DropStop)) && effects.contains(&Effect::Answer(Ok(()))));
    assert!(bench.core.is_stopped());
    let effects = bench.feed(Signal::Person { officer: None, act: LaneAct::Reset, reason: String::new() });
    assert!(matches!(effects.last(), Some(Effect::Answer(Err(_)))));
    assert!(bench.core.is_stopped());
}

#[test]
fn a_state_that_was_written_down_goes_on_as_if_nothing_had_been() {
    let mut bench = Bench::new();
    bench.pass(6000);
    bench.active.push(InputName::LoopApproach);
    bench.pass(1000);
    let text = serde_json::to_string(&bench.core).unwrap();
    let again: LaneCore = serde_json::from_str(&text).unwrap();
    assert_eq!(again, bench.core);
    let mut other = Bench { core: again, now_ms: bench.now_ms, effects: Vec::new(), active: bench.active.clone() };
    bench.effects.clear();
    for b in [&mut bench, &mut other] {
        b.pass(3000);
        b.person(LaneAct::Open).unwrap();
        b.pass(2000);
    }
    assert_eq!(bench.effects, other.effects);
    assert_eq!(bench.core, other.core);
}
