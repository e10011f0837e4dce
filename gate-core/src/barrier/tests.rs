//! What the random histories taught, each as a short story. (The whole law is judged in `tests/histories`.)

use std::time::Duration;

use super::config::{BarrierConfig, Closing};
use super::grant::{Grant, Void};
use super::io::{DeviceNews, InputName, Motion, Output};
use super::machine::{Barrier, BarrierInput};
use super::round::Round;
use super::state::{BarrierEffect, BarrierState, Fault};
use crate::clock::Monotonic;
use crate::ids::{GrantId, LaneSession, TrackId};

/// A barrier with inputs that a test turns; read every 50 ms.
struct Rig {
    barrier: Barrier,
    now: u64,
    up: bool,
    down: bool,
    occupied: Vec<InputName>,
    active: Vec<InputName>,
    silent: Vec<InputName>,
    outputs: Vec<Output>,
}

impl Rig {
    fn new() -> Self {
        let config = BarrierConfig {
            closing: Closing::Agent,
            force_limitation_recorded: true,
            min_open_ms: 1000,
            ..BarrierConfig::default()
        };
        let barrier = Barrier::new(config, Monotonic::default());
        let mut rig = Self {
            barrier,
            now: 0,
            up: false,
            down: true,
            occupied: vec![],
            active: vec![],
            silent: vec![],
            outputs: vec![],
        };
        rig.wait(5200);
        rig
    }

    fn give(&mut self, input: BarrierInput) {
        for effect in self.barrier.step(input, Monotonic::from_millis(self.now)) {
            if let BarrierEffect::Output(output) = effect {
                self.outputs.push(output);
            }
        }
    }

    fn wait(&mut self, ms: u64) {
        for _ in 0..ms / 50 {
            self.now += 50;
            let now = Monotonic::from_millis(self.now);
            let read = InputName::ALL.into_iter().filter(|n| !self.silent.contains(n));
            let round = read.fold(Round::new(now), |round, name| {
                let on = match name {
                    InputName::OpenLimit => self.up,
                    InputName::ClosedLimit => self.down,
                    InputName::PowerGood => !self.active.contains(&name),
                    _ => self.occupied.contains(&name) || self.active.contains(&name),
                };
                round.with(name, Some(on))
            });
            self.give(BarrierInput::Read(round));
        }
    }

    fn grant(&mut self, n: u8) {
        let until = Monotonic::from_millis(self.now + 30_000);
        let grant = Grant {
            id: GrantId::from_parts(1, [n; 10]),
            session: LaneSession("s".into()),
            track: TrackId(n.into()),
            until,
        };
        self.give(BarrierInput::Grant(grant));
        self.give(BarrierInput::Open { track: TrackId(n.into()), cause: "test".into() });
    }

    fn pulses(&self, motion: Motion) -> usize {
        self.outputs.iter().filter(|o| matches!(o, Output::Pulse { motion: m, .. } if *m == motion)).count()
    }

    fn open(&mut self) {
        self.occupied = vec![InputName::LoopApproach];
        self.wait(200);
        self.grant(1);
        (self.up, self.down) = (false, false);
        self.wait(1000);
        self.give(BarrierInput::Device(DeviceNews::PulseDone(Motion::Open)));
        self.up = true;
        self.wait(300);
        assert_eq!(self.barrier.state(), BarrierState::Open);
    }

    fn drive_through(&mut self) {
        let steps: [&[InputName]; 4] = [
            &[InputName::LoopApproach, InputName::LoopUnder, InputName::Photocell],
            &[InputName::LoopUnder, InputName::LoopExit, InputName::Photocell],
            &[InputName::LoopExit],
            &[],
        ];
        for occupied in steps {
            self.occupied = occupied.to_vec();
            self.wait(500);
        }
    }
}

#[test]
fn one_vehicle_opens_passes_and_the_boom_comes_down_behind_it() {
    let mut rig = Rig::new();
    rig.open();
    rig.drive_through();
    assert_eq!(rig.pulses(Motion::Close), 0, "not before two clear seconds");
    rig.wait(2000);
    assert_eq!((rig.pulses(Motion::Open), rig.pulses(Motion::Close)), (1, 1));
}

#[test]
fn a_lock_for_work_outlasts_stop_and_reset() {
    let mut rig = Rig::new();
    rig.give(BarrierInput::Maintenance(true));
    rig.give(BarrierInput::Stop { cause: "test".into() });
    assert_eq!(rig.barrier.state(), BarrierState::Maintenance);
    rig.give(BarrierInput::Reset { by: "lan".into() });
    rig.wait(6000);
    rig.grant(1);
    assert_eq!(rig.pulses(Motion::Open), 0);
    rig.give(BarrierInput::Maintenance(false));
    assert_eq!(rig.barrier.state(), BarrierState::Stopped, "what the lock covered still waits for its reset");
}

#[test]
fn after_stop_and_reset_a_new_word_is_needed_before_the_boom_comes_down() {
    let mut rig = Rig::new();
    rig.open();
    rig.give(BarrierInput::Stop { cause: "test".into() });
    rig.give(BarrierInput::Reset { by: "lan".into() });
    rig.drive_through();
    rig.wait(10_000);
    assert_eq!(rig.pulses(Motion::Close), 0);
    rig.give(BarrierInput::WayIsEmpty);
    rig.wait(200);
    assert_eq!(rig.pulses(Motion::Close), 1);
}

#[test]
fn no_reset_while_a_key_cannot_be_read() {
    let mut rig = Rig::new();
    rig.active = vec![InputName::ManualKey];
    rig.wait(200);
    assert_eq!(rig.barrier.state(), BarrierState::ManualLocal);
    (rig.active, rig.silent) = (vec![], vec![InputName::ManualKey]);
    rig.wait(500);
    rig.give(BarrierInput::Reset { by: "lan".into() });
    assert_eq!(rig.barrier.state(), BarrierState::ManualLocal);
    rig.silent.clear();
    rig.wait(200);
    rig.give(BarrierInput::Reset { by: "lan".into() });
    assert_eq!(rig.barrier.state(), BarrierState::Unknown);
}

#[test]
fn the_open_relay_waits_for_the_close_relay() {
    let mut rig = Rig::new();
    rig.open();
    rig.drive_through();
    rig.wait(2100);
    assert_eq!(rig.pulses(Motion::Close), 1);
    (rig.up, rig.down) = (false, true);
    rig.wait(200);
    assert_eq!(rig.barrier.state(), BarrierState::Closing, "down, but its relay may still be on");
    rig.give(BarrierInput::Device(DeviceNews::PulseDone(Motion::Close)));
    rig.wait(50);
    assert_eq!(rig.barrier.state(), BarrierState::Closed);
}

#[test]
fn green_ends_when_the_vehicle_is_another() {
    let mut rig = Rig::new();
    rig.open();
    assert!(rig.outputs.iter().any(|o| matches!(o, Output::Green { .. })));
    rig.outputs.clear();
    rig.give(BarrierInput::VoidGrant(Void::TrackChanged));
    rig.wait(1500);
    assert_eq!(rig.outputs.first(), Some(&Output::Red));
    assert!(!rig.outputs.iter().any(|o| matches!(o, Output::Green { .. })));
}

#[test]
fn one_failure_on_the_bus_is_no_new_start_and_a_long_silence_is() {
    let mut rig = Rig::new();
    rig.give(BarrierInput::Device(DeviceNews::BusError));
    rig.wait(200);
    assert_eq!(rig.barrier.state(), BarrierState::Closed);
    rig.silent = InputName::ALL.to_vec();
    rig.wait(1500);
    assert_eq!(rig.barrier.state(), BarrierState::Unknown);
    rig.silent.clear();
    rig.wait(4000);
    rig.grant(1);
    assert_eq!(rig.pulses(Motion::Open), 0, "five quiet seconds");
}

#[test]
fn a_power_loss_that_is_read_late_still_counts() {
    let mut rig = Rig::new();
    let late = Monotonic::from_millis(rig.now - 900);
    rig.give(BarrierInput::Read(Round::new(late).with(InputName::PowerGood, Some(false))));
    assert_eq!(rig.barrier.state(), BarrierState::Unknown);
}

#[test]
fn a_machine_that_slept_starts_anew() {
    let mut rig = Rig::new();
    rig.now += Duration::from_secs(4).as_millis() as u64;
    rig.give(BarrierInput::Tick);
    assert_eq!(rig.barrier.state(), BarrierState::Unknown);
}

#[test]
fn a_boom_that_moves_by_itself_is_a_fault() {
    let mut rig = Rig::new();
    rig.down = false;
    rig.wait(800);
    assert_eq!(rig.barrier.state(), BarrierState::Fault(Fault::UncommandedMove));
    assert!(rig.outputs.contains(&Output::DropStop));
}

#[test]
fn a_boom_that_sinks_is_noticed_in_time_however_often_it_is_held_up() {
    let mut rig = Rig::new();
    rig.open();
    rig.up = false;
    for hold in [true, false, true] {
        rig.wait(300);
        rig.give(BarrierInput::HoldOpen(hold));
    }
    assert_eq!(rig.barrier.state(), BarrierState::Fault(Fault::UncommandedMove));
}

#[test]
fn whoever_comes_after_a_vehicle_that_vanished_from_under_the_boom_is_another() {
    let mut rig = Rig::new();
    rig.open();
    // The loop under the boom flaps; the vehicle leaves backwards.
    rig.occupied = vec![InputName::LoopApproach, InputName::LoopUnder];
    rig.wait(200);
    rig.occupied = vec![];
    rig.wait(3000);
    rig.drive_through();
    assert!(rig.barrier.latch().tailgated(), "it had no word of its own");
    assert_eq!(rig.pulses(Motion::Close), 0, "the boom waits for an officer's key");
}

#[test]
fn what_showed_the_first_vehicle_must_show_the_one_behind_it() {
    for photocell in [true, false] {
        let mut rig = Rig::new();
        rig.open();
        rig.drive_through();
        let under = [InputName::LoopUnder, InputName::LoopApproach, InputName::Photocell];
        for occupied in [&under[1..2], &under[..if photocell { 3 } else { 2 }], &[InputName::LoopExit]] {
            rig.occupied = occupied.to_vec();
            rig.wait(500);
        }
        assert!(rig.barrier.latch().tailgated());
        rig.give(BarrierInput::TailgatingSettled);
        rig.occupied = vec![];
        rig.wait(3000);
        assert_eq!(rig.pulses(Motion::Close), usize::from(photocell), "a silent light barrier is not trusted");
    }
}

#[test]
fn who_stands_on_the_stop_line_shows_nothing_of_the_vehicle_before_it() {
    for shown in [true, false] {
        let mut rig = Rig::new();
        rig.open();
        rig.give(BarrierInput::HoldOpen(true));
        rig.drive_through();
        rig.wait(3000);
        // The second comes over a stop-line loop that shows it or not; a third stands there before it is gone for 2 s.
        let under = [InputName::LoopUnder, InputName::Photocell, InputName::LoopApproach];
        for occupied in [&under[..if shown { 3 } else { 2 }], &[InputName::LoopExit], &[], &[InputName::LoopApproach]] {
            rig.occupied = occupied.to_vec();
            rig.wait(500);
        }
        rig.give(BarrierInput::TailgatingSettled);
        rig.give(BarrierInput::HoldOpen(false));
        rig.wait(3000);
        assert_eq!(rig.pulses(Motion::Close), usize::from(shown), "a silent stop-line loop is not trusted");
    }
}

#[test]
fn the_quiet_seconds_of_a_blind_start_count_from_its_first_sight() {
    let mut rig = Rig::new();
    rig.give(BarrierInput::Device(DeviceNews::Reconnected));
    rig.silent = vec![InputName::OpenLimit, InputName::ClosedLimit];
    rig.wait(4000);
    rig.silent = vec![];
    rig.wait(4500);
    assert_eq!(rig.barrier.state(), BarrierState::Unknown);
    rig.wait(1000);
    assert_eq!(rig.barrier.state(), BarrierState::Closed);
}

#[test]
fn one_bent_answer_is_no_arrival() {
    let mut rig = Rig::new();
    rig.occupied = vec![InputName::LoopApproach];
    rig.wait(200);
    rig.grant(1);
    (rig.up, rig.down) = (false, false);
    rig.wait(500);
    rig.up = true;
    rig.wait(50);
    rig.up = false;
    rig.wait(200);
    assert_eq!(rig.barrier.state(), BarrierState::Opening);
    assert!(!rig.outputs.iter().any(|o| matches!(o, Output::Green { .. })));
}

#[test]
fn a_boom_that_may_have_moved_is_not_opened() {
    let mut rig = Rig::new();
    rig.occupied = vec![InputName::LoopApproach];
    rig.wait(200);
    rig.down = false;
    rig.wait(100);
    rig.grant(1);
    assert_eq!(rig.pulses(Motion::Open), 0);
    rig.wait(1000);
    assert_eq!(rig.barrier.state(), BarrierState::Fault(Fault::UncommandedMove));
}
