//! What the driver puts on the wire with each committed relay board, byte for byte.
//!
//! The frames are those of the makers' sheets. Those of no sheet (`fc06-io-8`, `wellpro-wp8025adam`, the
//! length of a flash) have their check sum from a CRC-16 written apart from the driver.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::Duration;

use common::line::{Recorder, hex};
use gate_barrier::clock::Clock;
use gate_barrier::device::{DeviceEvent, LaneDevices};
use gate_barrier::wiring::LaneWiring;
use gate_core::barrier::io::{Motion, Output};
use tokio::sync::mpsc::Receiver;

/// A lane whose stop chain hangs on the board; OPEN, CLOSE and what it lacks on a Waveshare board beside.
fn wiring(profile: &str, board: &Recorder, beside: &Recorder, pulses: bool, inputs: bool) -> LaneWiring {
    let (moves, reads) = (if pulses { "board" } else { "beside" }, if inputs { "board" } else { "beside" });
    // The chain takes relay 1 of a board that pulses nothing, as the sheets' examples do.
    let chain = if pulses { 3 } else { 1 };
    let text = format!(
        "schema = 1\nlane = 'in-1'\npoll_ms = 80\n\
         [bus.a]\nserial_over_tcp = '{}'\n[bus.b]\nserial_over_tcp = '{}'\n\
         [device.board]\nprofile = '{profile}'\nbus = 'a'\n\
         [device.beside]\nprofile = 'waveshare-relay-8ch'\nbus = 'b'\n\
         [barrier]\nopen = {{ device = '{moves}', relay = 1 }}\nclose = {{ device = '{moves}', relay = 2 }}\n\
         stop_chain = {{ device = 'board', relay = {chain} }}\n\
         [input]\nopen_limit = {{ device = '{reads}', input = 5, energised = 'active' }}\n\
         closed_limit = {{ device = '{reads}', input = 6, energised = 'active' }}\n",
        board.address, beside.address
    );
    LaneWiring::parse("lane.toml", &text, &common::profiles()).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

struct Bench {
    board: Recorder,
    _beside: Recorder,
    devices: LaneDevices,
    _events: Receiver<DeviceEvent>,
}

async fn bench(profile: &str, pulses: bool, inputs: bool) -> Bench {
    let (board, beside) = (Recorder::start().await, Recorder::start().await);
    let wiring = wiring(profile, &board, &beside, pulses, inputs);
    let (devices, events) = LaneDevices::start(wiring, &Clock::real());
    Bench { board, _beside: beside, devices, _events: events }
}

fn open() -> Output {
    Output::Pulse { motion: Motion::Open, length: Duration::from_millis(700) }
}

#[tokio::test]
async fn waveshare() {
    let bench = bench("waveshare-relay-8ch", true, true).await;
    bench.board.hears(&hex("01 02 00 00 00 08 79 CC")).await;
    bench.devices.apply(open()).unwrap();
    bench.board.hears(&hex("01 05 02 00 00 07 8D B0")).await;
    bench.board.hears(&hex("01 01 00 00 00 01 FD CA")).await;
    bench.devices.apply(Output::DropStop).unwrap();
    bench.board.hears(&hex("01 05 00 00 00 00 CD CA")).await;
}

#[tokio::test]
async fn lc_technology() {
    let bench = bench("lc-relay-8r", true, true).await;
    bench.board.hears(&hex("FF 02 00 00 00 08 6C 12")).await;
    bench.devices.apply(open()).unwrap();
    bench.board.hears(&hex("FF 10 00 03 00 02 04 00 04 00 07 84 52")).await;
    bench.devices.apply(Output::DropStop).unwrap();
    bench.board.hears(&hex("FF 05 00 00 00 00 D8 14")).await;
}

#[tokio::test]
async fn r413d08() {
    let bench = bench("r413d08", true, false).await;
    bench.devices.apply(open()).unwrap();
    bench.board.hears(&hex("01 06 00 01 05 00 DB 5A")).await;
    bench.board.hears(&hex("01 03 00 01 00 01 D5 CA")).await;
    bench.devices.apply(Output::DropStop).unwrap();
    bench.board.hears(&hex("01 06 00 01 02 00 D9 6A")).await;
}

#[tokio::test]
async fn registers_of_one_and_zero() {
    let bench = bench("fc06-io-8", false, true).await;
    bench.board.hears(&hex("01 04 00 00 00 08 F1 CC")).await;
    bench.devices.apply(Output::DropStop).unwrap();
    bench.board.hears(&hex("01 06 00 00 00 00 89 CA")).await;
    bench.board.hears(&hex("01 03 00 00 00 01 84 0A")).await;
    bench.devices.apply(Output::RestoreStop).unwrap();
    bench.board.hears(&hex("01 06 00 00 00 01 48 0A")).await;
}

/// A board that was added as a file alone.
#[tokio::test]
async fn wellpro() {
    let bench = bench("wellpro-wp8025adam", false, false).await;
    bench.devices.apply(Output::DropStop).unwrap();
    bench.board.hears(&hex("01 05 00 00 00 00 CD CA")).await;
    bench.devices.apply(Output::RestoreStop).unwrap();
    bench.board.hears(&hex("01 05 00 00 FF 00 8C 3A")).await;
}

#[tokio::test]
async fn words_that_toggle_or_switch_all_are_never_sent() {
    let bench = bench("r413d08", true, false).await;
    bench.devices.apply(open()).unwrap();
    bench.board.hears(&hex("01 06 00 01 05 00 DB 5A")).await;
    bench.devices.apply(Output::DropStop).unwrap();
    bench.board.hears(&hex("01 06 00 03 02 00")).await;
    let writes: Vec<_> = bench.board.frames().into_iter().filter(|f| f[1] == 6).collect();
    for frame in &writes {
        assert!((1..=8).contains(&frame[3]), "{frame:02X?} is no single relay");
        assert!(matches!(frame[4], 0x01 | 0x02 | 0x05), "{frame:02X?} toggles or latches");
    }
}
