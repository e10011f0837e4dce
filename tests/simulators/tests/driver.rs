//! The driver against the simulated devices, over TCP and pty, when all is well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::Duration;

use common::{Bench, Way};
use gate_barrier::device::NotAccepted;
use gate_core::barrier::io::{DeviceNews, InputName, Motion, Output};
use gate_simulators::plant::{NoteKind, Sensor};
use gate_simulators::site::BarrierKind;

const OPEN: Output = Output::Pulse { motion: Motion::Open, length: Duration::from_millis(500) };
const CLOSE: Output = Output::Pulse { motion: Motion::Close, length: Duration::from_millis(500) };

async fn a_car_passes(kind: BarrierKind, way: Way) -> Bench {
    let mut bench = Bench::start(kind, way).await;
    bench.reads(InputName::ClosedLimit, true).await;
    bench.reads(InputName::LoopApproach, false).await;
    bench.car_at_the_line().await;
    bench.reads(InputName::LoopApproach, true).await;
    bench.devices.apply(OPEN).unwrap();
    bench.news(DeviceNews::PulseTaken(Motion::Open)).await;
    bench.reads(InputName::OpenLimit, true).await;
    bench.reads(InputName::LoopUnder, true).await;
    bench.reads(InputName::Photocell, true).await;
    bench.reads(InputName::LoopExit, true).await;
    bench.reads(InputName::LoopExit, false).await;
    bench.devices.apply(CLOSE).unwrap();
    bench.news(DeviceNews::PulseTaken(Motion::Close)).await;
    bench.reads(InputName::ClosedLimit, true).await;
    let journal = bench.lane().sim.now().plant.journal.clone();
    assert_eq!(journal.count(NoteKind::Passed), 1);
    for bad in [NoteKind::BoomOnBody, NoteKind::ClosingOnBody, NoteKind::OpenedWithoutVehicle, NoteKind::RelayHeld] {
        assert_eq!(journal.count(bad), 0, "{bad:?}");
    }
    bench
}

#[tokio::test]
async fn a_car_passes_a_relay_barrier_over_tcp() {
    let bench = a_car_passes(BarrierKind::Relays, Way::Tcp).await;
    assert_eq!(bench.troubles, Vec::<String>::new());
    let (name, length) = bench.pulses().into_iter().next().unwrap();
    assert_eq!(name, "open");
    let length = length.unwrap();
    assert!((495..=520).contains(&length), "the board's pulse lasted {length} ms");
}

#[tokio::test]
async fn a_car_passes_a_relay_barrier_over_a_pty() {
    let bench = a_car_passes(BarrierKind::Relays, Way::Pty).await;
    assert_eq!(bench.troubles, Vec::<String>::new());
}

#[tokio::test]
async fn a_car_passes_a_came_barrier_over_tcp_and_pty() {
    let (tcp, pty) = tokio::join!(a_car_passes(BarrierKind::Came, Way::Tcp), a_car_passes(BarrierKind::Came, Way::Pty));
    for bench in [tcp, pty] {
        assert_eq!(bench.pulses(), [("open".to_owned(), Some(0)), ("close".to_owned(), Some(0))]);
    }
}

#[tokio::test]
async fn a_car_passes_a_simple_barrier_over_tcp_and_pty() {
    let (tcp, pty) = tokio::join!(
        a_car_passes(BarrierKind::SimpleRs485, Way::Tcp),
        a_car_passes(BarrierKind::SimpleRs485, Way::Pty)
    );
    for bench in [tcp, pty] {
        assert_eq!(bench.pulses(), [("open".to_owned(), Some(0)), ("close".to_owned(), Some(0))]);
    }
}

#[tokio::test]
async fn a_pulse_is_read_back_off() {
    let mut bench = Bench::start(BarrierKind::Relays, Way::Tcp).await;
    bench.devices.apply(OPEN).unwrap();
    assert_eq!(bench.motion_news().await, DeviceNews::PulseTaken(Motion::Open));
    assert_eq!(bench.motion_news().await, DeviceNews::PulseDone(Motion::Open));
}

#[tokio::test]
async fn pulses_are_held_within_their_limits() {
    let mut bench = Bench::start(BarrierKind::Relays, Way::Tcp).await;
    for asked_ms in [1, 60_000] {
        let length = Duration::from_millis(asked_ms);
        bench.devices.apply(Output::Pulse { motion: Motion::Open, length }).unwrap();
        bench.news(DeviceNews::PulseDone(Motion::Open)).await;
    }
    let lengths: Vec<u64> = bench.pulses().iter().map(|(_, length)| length.unwrap()).collect();
    assert!((295..=320).contains(&lengths[0]) && (1495..=1520).contains(&lengths[1]), "{lengths:?}");
}

#[tokio::test]
async fn stop_drops_the_chain_at_once_and_holds_until_restored() {
    for (kind, way) in
        [(BarrierKind::Relays, Way::Pty), (BarrierKind::Came, Way::Tcp), (BarrierKind::SimpleRs485, Way::Pty)]
    {
        let mut bench = Bench::start(kind, way).await;
        bench.car_at_the_line().await;
        bench.devices.apply(OPEN).unwrap();
        bench.news(DeviceNews::PulseTaken(Motion::Open)).await;
        let asked = std::time::Instant::now();
        bench.devices.apply(Output::DropStop).unwrap();
        while bench.lane().sim.now().plant.stop_chain_closed() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert!(asked.elapsed() < Duration::from_millis(150), "{kind:?}: {:?}", asked.elapsed());
        let angle = bench.lane().sim.now().plant.boom().angle_deg();
        assert!(angle < 90.0 && bench.lane().sim.now().board.energised() == [false; 8], "{kind:?}");
        // While the stop is held no pulse goes out.
        bench.devices.apply(OPEN).unwrap();
        bench.news(DeviceNews::PulseFailed(Motion::Open)).await;
        assert!(bench.devices.health().stop_held);
        bench.devices.apply(Output::RestoreStop).unwrap();
        while !bench.lane().sim.now().plant.stop_chain_closed() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        let now = bench.lane().sim.now().plant.boom().angle_deg();
        assert!((now - angle).abs() < f64::EPSILON, "{kind:?}: a restored chain moved the boom");
        bench.devices.apply(OPEN).unwrap();
        bench.reads(InputName::OpenLimit, true).await;
    }
}

#[tokio::test]
async fn close_after_open_clears_open_first() {
    let mut bench = Bench::start(BarrierKind::Relays, Way::Tcp).await;
    let long = |motion| Output::Pulse { motion, length: Duration::from_millis(1500) };
    bench.devices.apply(long(Motion::Open)).unwrap();
    bench.devices.apply(long(Motion::Close)).unwrap();
    bench.news(DeviceNews::PulseDone(Motion::Open)).await;
    bench.news(DeviceNews::PulseTaken(Motion::Close)).await;
    assert_eq!(bench.lane().sim.now().plant.journal.count(NoteKind::OpenAndClose), 0);
}

#[tokio::test]
async fn green_ends_by_itself_and_red_ends_it_at_once() {
    let mut bench = Bench::start(BarrierKind::Relays, Way::Tcp).await;
    bench.reads(InputName::ClosedLimit, true).await;
    bench.devices.apply(Output::Green { length: Duration::from_millis(500) }).unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(bench.lane().sim.now().plant.green());
    tokio::time::sleep(Duration::from_millis(450)).await;
    assert!(!bench.lane().sim.now().plant.green());
    bench.devices.apply(Output::Green { length: Duration::from_secs(3) }).unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    bench.devices.apply(Output::Red).unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!bench.lane().sim.now().plant.green());
}

#[tokio::test]
async fn texts_reach_the_display() {
    for way in [Way::Tcp, Way::Pty] {
        let bench = Bench::start(BarrierKind::Relays, way).await;
        bench.devices.show(1, "MOI QUA").unwrap();
        bench.devices.show(2, "请通行").unwrap();
        assert!(matches!(bench.devices.show(1, "CHỜ"), Err(NotAccepted::Text(_))));
        assert!(matches!(bench.devices.show(5, "A"), Err(NotAccepted::Text(_))));
        tokio::time::sleep(Duration::from_millis(400)).await;
        let display = bench.lane().sim.now().display.clone();
        assert_eq!(display.lines[..2], ["MOI QUA".to_owned(), "请通行".to_owned()]);
    }
    let bare = Bench::start(BarrierKind::Came, Way::Tcp).await;
    assert_eq!(bare.devices.show(1, "A"), Err(NotAccepted::NotWired { what: "display" }));
}

#[tokio::test]
async fn inputs_are_read_at_most_100_ms_apart_and_say_when() {
    let mut bench = Bench::start(BarrierKind::Relays, Way::Pty).await;
    let mut before = bench.reads(InputName::ClosedLimit, true).await.read_at;
    for _ in 0..20 {
        let now = bench.reads(InputName::ClosedLimit, true).await.read_at;
        assert!(now.since(before) < Duration::from_millis(100), "{:?}", now.since(before));
        before = now;
    }
}

#[tokio::test]
async fn key_and_emergency_are_read() {
    let mut bench = Bench::start(BarrierKind::Relays, Way::Tcp).await;
    bench.reads(InputName::ManualKey, false).await;
    bench.lane().sim.now().plant.press(Sensor::ManualKey, true);
    bench.reads(InputName::ManualKey, true).await;
    bench.lane().sim.now().plant.press(Sensor::Emergency, true);
    bench.reads(InputName::Emergency, true).await;
}
