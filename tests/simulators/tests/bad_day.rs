//! The driver against devices that are silent, late, corrupt, doubled, foreign, refused or gone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::Duration;

use common::{Bench, Way};
use gate_barrier::device::DeviceEvent;
use gate_core::barrier::io::{DeviceNews, InputName, Motion, Output};
use gate_simulators::plant::{NoteKind, Sensor, SensorFault};
use gate_simulators::site::{BarrierKind, LaneState};
use gate_simulators::wire::WireFaultKind;

const OPEN: Output = Output::Pulse { motion: Motion::Open, length: Duration::from_millis(500) };

fn opens(bench: &Bench) -> usize {
    bench.pulses().iter().filter(|(name, _)| name == "open").count()
}

/// No reading of the loop may say "free" after `occupied` became true and an answer was late: an old
/// answer would.
async fn late_answers(way: Way, late_ms: u64) {
    let mut bench = Bench::start(BarrierKind::Relays, way).await;
    bench.reads(InputName::LoopUnder, false).await;
    bench.fault("board", WireFaultKind::Late { late_ms }, Some(1));
    bench.news(DeviceNews::BusError).await;
    bench.lane().sim.now().plant.set_sensor_fault(Sensor::BoomLoop, Some(SensorFault::StuckActive));
    let came = bench.within(Duration::from_millis(2500)).await;
    let mut fresh = 0;
    for reading in came.iter().filter_map(|e| match e {
        DeviceEvent::Inputs(readings) => readings.iter().find(|r| r.name == InputName::LoopUnder),
        _ => None,
    }) {
        assert_eq!(reading.active, Some(true), "{way:?}: a late answer was taken for a new one");
        fresh += 1;
    }
    assert!(fresh >= 5, "{way:?}: only {fresh} readings after the late answer");
}

#[tokio::test]
async fn a_late_answer_is_never_taken_for_the_next() {
    // The profile's time-out is 600 ms.
    tokio::join!(
        late_answers(Way::Tcp, 700),
        late_answers(Way::Pty, 700),
        late_answers(Way::Pty, 1000),
        late_answers(Way::Pty, 620)
    );
}

#[tokio::test]
async fn corrupt_doubled_and_foreign_answers_are_never_readings_of_the_wrong_time() {
    for way in [Way::Tcp, Way::Pty] {
        for kind in [WireFaultKind::Corrupt, WireFaultKind::ForeignUnit, WireFaultKind::Doubled] {
            let mut bench = Bench::start(BarrierKind::Relays, way).await;
            bench.reads(InputName::LoopUnder, false).await;
            bench.fault("board", kind.clone(), Some(3));
            tokio::time::sleep(Duration::from_millis(200)).await;
            bench.lane().sim.now().plant.set_sensor_fault(Sensor::BoomLoop, Some(SensorFault::StuckActive));
            bench.reads(InputName::LoopUnder, true).await;
            let came = bench.within(Duration::from_millis(600)).await;
            let free = came.iter().any(|e| match e {
                DeviceEvent::Inputs(r) => r.iter().any(|r| r.name == InputName::LoopUnder && r.active == Some(false)),
                _ => false,
            });
            assert!(!free, "{way:?} {kind:?}: an old answer came back");
        }
    }
}

#[tokio::test]
async fn a_lost_answer_to_open_is_not_repeated_and_counts_as_taken() {
    for way in [Way::Tcp, Way::Pty] {
        let mut bench = Bench::start(BarrierKind::Relays, way).await;
        bench.reads(InputName::ClosedLimit, true).await;
        // The polls between may take the fault first: silence everything for a moment.
        bench.fault("board", WireFaultKind::Silent, None);
        bench.devices.apply(OPEN).unwrap();
        let news = bench.motion_news().await;
        bench.lane().ports["board"].set_fault(None);
        tokio::time::sleep(Duration::from_millis(1500)).await;
        match news {
            DeviceNews::PulseTaken(Motion::Open) => assert_eq!(opens(&bench), 1, "{way:?}"),
            DeviceNews::PulseFailed(Motion::Open) => assert_eq!(opens(&bench), 0, "{way:?}: said failed, but opened"),
            other => panic!("{way:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_refused_pulse_failed_and_moved_nothing() {
    let mut bench = Bench::start(BarrierKind::Relays, Way::Tcp).await;
    bench.reads(InputName::ClosedLimit, true).await;
    bench.fault("board", WireFaultKind::Exception { code: 4 }, None);
    bench.devices.apply(OPEN).unwrap();
    assert_eq!(bench.motion_news().await, DeviceNews::PulseFailed(Motion::Open));
    assert_eq!(opens(&bench), 0);
    let told = bench.troubles.iter().find(|t| t.contains("jog")).unwrap();
    for part in ["bus barrier", "unit 1", "exception 04", "sent", "05 02 00 00 05"] {
        assert!(told.contains(part), "{part:?} is not in {told:?}");
    }
}

#[tokio::test]
async fn an_echo_that_differs_is_not_a_confirmation() {
    let mut bench = Bench::start(BarrierKind::Relays, Way::Pty).await;
    bench.reads(InputName::ClosedLimit, true).await;
    bench.fault("board", WireFaultKind::ForeignUnit, None);
    bench.devices.apply(OPEN).unwrap();
    let news = bench.motion_news().await;
    assert!(matches!(news, DeviceNews::PulseTaken(_) | DeviceNews::PulseFailed(_)), "{news:?}");
    assert!(!bench.troubles.is_empty());
    assert!(opens(&bench) <= 1);
}

#[tokio::test]
async fn a_relay_that_does_not_fall_off_is_reported_stuck() {
    let mut bench = Bench::start(BarrierKind::Relays, Way::Tcp).await;
    bench.lane().sim.now().board.set_stuck(Some(1));
    bench.devices.apply(OPEN).unwrap();
    assert_eq!(bench.motion_news().await, DeviceNews::PulseTaken(Motion::Open));
    let asked = std::time::Instant::now();
    assert_eq!(bench.motion_news().await, DeviceNews::PulseStuck(Motion::Open));
    assert!(asked.elapsed() < Duration::from_millis(1300), "{:?}", asked.elapsed());
}

#[tokio::test]
async fn stop_comes_through_a_bus_that_loses_answers() {
    for way in [Way::Tcp, Way::Pty] {
        let mut bench = Bench::start(BarrierKind::Relays, way).await;
        bench.reads(InputName::ClosedLimit, true).await;
        bench.fault("board", WireFaultKind::Deaf, Some(6));
        bench.devices.apply(Output::DropStop).unwrap();
        bench.news(DeviceNews::StopFailed).await;
        while bench.lane().sim.now().plant.stop_chain_closed() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(bench.devices.health().stop_held);
    }
}

#[tokio::test]
async fn stop_does_not_wait_for_a_silent_poll() {
    for way in [Way::Tcp, Way::Pty] {
        let mut bench = Bench::start(BarrierKind::Relays, way).await;
        bench.reads(InputName::ClosedLimit, true).await;
        bench.fault("board", WireFaultKind::Deaf, Some(1));
        tokio::time::sleep(Duration::from_millis(100)).await;
        let asked = std::time::Instant::now();
        bench.devices.apply(Output::DropStop).unwrap();
        while bench.lane().sim.now().plant.stop_chain_closed() {
            assert!(asked.elapsed() < Duration::from_millis(250), "{way:?}: the stop waits for a poll");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

#[tokio::test]
async fn no_lost_answer_keeps_the_chain_from_dropping() {
    let cases = [
        (BarrierKind::Relays, Way::Tcp, "board", WireFaultKind::Silent),
        (BarrierKind::Relays, Way::Pty, "board", WireFaultKind::Silent),
        (BarrierKind::Came, Way::Tcp, "controller", WireFaultKind::Deaf),
        (BarrierKind::Came, Way::Pty, "controller", WireFaultKind::Late { late_ms: 700 }),
    ];
    for (kind, way, port, fault) in cases {
        let mut bench = Bench::start(kind, way).await;
        bench.reads(InputName::ClosedLimit, true).await;
        bench.fault(port, fault.clone(), None);
        let asked = std::time::Instant::now();
        bench.devices.apply(Output::DropStop).unwrap();
        while bench.lane().sim.now().plant.stop_chain_closed() {
            assert!(asked.elapsed() < Duration::from_millis(200), "{kind:?} {way:?}: the stop waits for {fault:?}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

#[tokio::test]
async fn a_board_that_loses_power_drops_the_chain_and_comes_back_stopped() {
    let mut bench = Bench::start(BarrierKind::Relays, Way::Tcp).await;
    bench.reads(InputName::ClosedLimit, true).await;
    {
        let LaneState { plant, board, .. } = &mut *bench.lane().sim.now();
        board.cut_power(plant);
    }
    bench.news(DeviceNews::BusError).await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert!(!bench.lane().sim.now().plant.stop_chain_closed());
    bench.lane().sim.now().board.restore_power();
    bench.news(DeviceNews::Reconnected).await;
    bench.reads(InputName::ClosedLimit, true).await;
    assert!(!bench.lane().sim.now().plant.stop_chain_closed());
    assert_eq!(opens(&bench), 0);
}

#[tokio::test]
async fn a_port_that_vanishes_is_opened_again() {
    for way in [Way::Tcp, Way::Pty] {
        let mut bench = Bench::start(BarrierKind::Relays, way).await;
        bench.reads(InputName::ClosedLimit, true).await;
        bench.fault("board", WireFaultKind::HangUp, Some(2));
        bench.news(DeviceNews::BusError).await;
        bench.reads(InputName::ClosedLimit, true).await;
        assert_eq!(bench.lane().sim.now().plant.journal.count(NoteKind::RelayHeld), 0);
    }
}

#[tokio::test]
async fn a_pulse_that_cannot_be_sent_in_time_is_not_sent_late() {
    let mut bench = Bench::start(BarrierKind::Relays, Way::Pty).await;
    bench.reads(InputName::ClosedLimit, true).await;
    bench.fault("board", WireFaultKind::Deaf, Some(1));
    tokio::time::sleep(Duration::from_millis(120)).await;
    bench.devices.apply(OPEN).unwrap();
    assert_eq!(bench.motion_news().await, DeviceNews::PulseFailed(Motion::Open));
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(opens(&bench), 0, "an OPEN was sent after its time");
}

/// Whether the driver saw green at any time within so many milliseconds.
async fn green_within(bench: &Bench, ms: u64) -> bool {
    for _ in 0..ms / 5 {
        if bench.lane().sim.now().plant.green() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    false
}

#[tokio::test]
async fn a_green_that_waited_is_shown_no_more_and_never_after_the_red_behind_it() {
    for way in [Way::Tcp, Way::Pty] {
        let mut bench = Bench::start(BarrierKind::Relays, way).await;
        bench.reads(InputName::ClosedLimit, true).await;
        let green = Output::Green { length: Duration::from_secs(3) };
        bench.devices.apply(green).unwrap();
        assert!(green_within(&bench, 1000).await, "{way:?}: on a bus that is well green is shown");
        bench.devices.apply(Output::Red).unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        // The bus waits for an answer that does not come, longer than a green is worth.
        bench.fault("board", WireFaultKind::Deaf, Some(1));
        tokio::time::sleep(Duration::from_millis(120)).await;
        bench.devices.apply(green).unwrap();
        assert!(!green_within(&bench, 1500).await, "{way:?}: the boom may be up no more");
        bench.fault("board", WireFaultKind::Deaf, Some(1));
        tokio::time::sleep(Duration::from_millis(120)).await;
        for light in [green, Output::Red, green, Output::Red] {
            bench.devices.apply(light).unwrap();
        }
        assert!(!green_within(&bench, 1500).await, "{way:?}: the newest light is red");
    }
}
