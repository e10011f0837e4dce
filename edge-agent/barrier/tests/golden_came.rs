//! What the driver puts on the wire for the committed CAME profile, byte for byte.
//!
//! Addresses are those of the maker's register map less one; check sums come from a CRC-16 written apart
//! from the driver.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::Duration;

use common::line::{Recorder, hex};
use gate_barrier::clock::Clock;
use gate_barrier::device::{DeviceEvent, LaneDevices};
use gate_barrier::wiring::LaneWiring;
use gate_core::barrier::io::{Motion, Output};
use tokio::sync::mpsc::Receiver;

/// Manual 40101, the status.
const STATUS: &str = "01 03 00 64 00 01 C5 D5";
/// Manual coil 1.
const STOP: &str = "01 05 00 00 FF 00 8C 3A";
/// Manual coil 2.
const OPEN: &str = "01 05 00 01 FF 00 DD FA";
/// Manual coil 4.
const CLOSE: &str = "01 05 00 03 FF 00 7C 3A";

struct Bench {
    controller: Recorder,
    board: Recorder,
    devices: LaneDevices,
    _events: Receiver<DeviceEvent>,
}

/// The controller and, on a line of its own, the board of the stop chain.
async fn bench() -> Bench {
    let (controller, board) = (Recorder::start().await, Recorder::start().await);
    let text = format!(
        "schema = 1\nlane = 'in-1'\npoll_ms = 80\n\
         [bus.controller]\nserial_over_tcp = '{}'\n[bus.board]\nserial_over_tcp = '{}'\n\
         [device.came]\nprofile = 'came-modbus'\nbus = 'controller'\n\
         [device.board]\nprofile = 'waveshare-relay-8ch'\nbus = 'board'\n\
         [barrier]\ncontroller = 'came'\nstop_chain = {{ device = 'board', relay = 3 }}\n\
         [input]\nopen_limit = {{ device = 'came', reports = 'open_limit' }}\n\
         closed_limit = {{ device = 'came', reports = 'closed_limit' }}\n",
        controller.address, board.address
    );
    let wiring = LaneWiring::parse("lane.toml", &text, &common::profiles()).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let (devices, events) = LaneDevices::start(wiring, &Clock::real());
    Bench { controller, board, devices, _events: events }
}

fn pulse(motion: Motion) -> Output {
    Output::Pulse { motion, length: Duration::from_millis(500) }
}

#[tokio::test]
async fn status_open_and_close() {
    let bench = bench().await;
    bench.controller.hears(&hex(STATUS)).await;
    bench.devices.apply(pulse(Motion::Open)).unwrap();
    bench.controller.hears(&hex(OPEN)).await;
    bench.devices.apply(pulse(Motion::Close)).unwrap();
    bench.controller.hears(&hex(CLOSE)).await;
}

#[tokio::test]
async fn a_stop_goes_to_the_controller_and_drops_the_chain() {
    let bench = bench().await;
    bench.devices.apply(Output::DropStop).unwrap();
    bench.board.hears(&hex("01 05 00 02 00 00 6C 0A")).await;
    bench.controller.hears(&hex(STOP)).await;
}

/// Step (coil 4 on the wire), sequential (5) and reset (7) do what the boom's past makes of them.
#[tokio::test]
async fn no_other_coil_is_ever_written() {
    let bench = bench().await;
    bench.devices.apply(pulse(Motion::Open)).unwrap();
    bench.controller.hears(&hex(OPEN)).await;
    bench.devices.apply(pulse(Motion::Close)).unwrap();
    bench.controller.hears(&hex(CLOSE)).await;
    bench.devices.apply(Output::DropStop).unwrap();
    bench.controller.hears(&hex(STOP)).await;
    let known = [hex(STATUS), hex(OPEN), hex(CLOSE), hex(STOP)];
    let others: Vec<_> = bench.controller.frames().into_iter().filter(|f| !known.contains(f)).collect();
    assert!(others.is_empty(), "{others:02X?}");
}
