//! One owner of a bus against lines that echo, answer late, lose a unit or vanish.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::Duration;

use common::line::{Manner, Recorder};
use gate_barrier::bus::{Bus, Endpoint, Fault, Reply, Terms, Urgency, Work};
use gate_barrier::clock::Clock;
use gate_barrier::profile::{DeviceProfile, LineProfile};
use tokio::time::{Instant, sleep};

/// A connection may be opened again after this.
const OPEN_AGAIN: Duration = Duration::from_millis(300);
const READ: Work = Work::ReadDiscreteInputs(0, 8);

fn line() -> LineProfile {
    let mut line = DeviceProfile::load(&common::profiles().join("waveshare-relay-8ch.toml")).unwrap().line;
    line.timeout_ms = 200;
    line
}

fn start(recorder: &Recorder) -> Bus {
    let endpoint = Endpoint::SerialOverTcp { address: recorder.address, line: line() };
    Bus::start("line", endpoint, Clock::real())
}

fn terms(urgency: Urgency) -> Terms {
    Terms { urgency, timeout: line().timeout(), patience: None }
}

#[tokio::test]
async fn an_adapter_that_echoes_is_named_and_its_echo_confirms_nothing() {
    let recorder = Recorder::start().await;
    let bus = start(&recorder);
    recorder.set(1, Manner::Echoed);
    let read = bus.ask(1, READ, terms(Urgency::Poll)).await.unwrap_err();
    assert_eq!(read.fault, Fault::Echo, "{read}");
    recorder.set(2, Manner::EchoedDead);
    sleep(OPEN_AGAIN).await;
    let write = bus.ask(2, Work::WriteCoil(0, false), terms(Urgency::Command)).await.unwrap_err();
    assert_eq!(write.fault, Fault::Echo, "the echo was taken for the board's word: {write}");
    assert!(write.may_have_acted());
    // A line that echoed once is trusted again only after a clean read.
    recorder.set(1, Manner::Answers);
    recorder.set(2, Manner::Answers);
    sleep(line().timeout() * 2).await;
    assert_eq!(bus.ask(1, READ, terms(Urgency::Poll)).await.unwrap().reply, Reply::Bits(vec![false; 8]));
    assert_eq!(bus.ask(2, Work::WriteCoil(0, false), terms(Urgency::Command)).await.unwrap().reply, Reply::Done);
}

#[tokio::test]
async fn a_request_given_up_early_keeps_its_unit_alone_for_the_profiles_time() {
    let recorder = Recorder::start().await;
    let bus = start(&recorder);
    bus.ask(1, READ, terms(Urgency::Poll)).await.unwrap();
    sleep(OPEN_AGAIN).await;
    recorder.set(1, Manner::Dead);
    let early = Terms { timeout: Duration::from_millis(20), ..terms(Urgency::Command) };
    assert_eq!(bus.ask(1, READ, early).await.unwrap_err().fault, Fault::Silent);
    recorder.set(1, Manner::Answers);
    sleep(Duration::from_millis(60)).await;
    let next = bus.ask(1, READ, terms(Urgency::Poll)).await.unwrap_err();
    assert_eq!(next.fault, Fault::LateAnswerPossible, "the answer may still come for the profile's 200 ms");
    assert_eq!(bus.ask(2, READ, terms(Urgency::Poll)).await.unwrap().reply, Reply::Bits(vec![false; 8]));
    sleep(line().timeout()).await;
    bus.ask(1, READ, terms(Urgency::Poll)).await.unwrap();
}

#[tokio::test]
async fn one_dead_unit_of_twenty_costs_the_others_little() {
    let recorder = Recorder::start().await;
    recorder.set(7, Manner::Dead);
    let bus = start(&recorder);
    let (mut dead, mut sent_to_dead) = (0, 0);
    let mut answered = [0u32; 21];
    for _ in 0..20 {
        for unit in 1..=20u8 {
            match bus.ask(unit, READ, terms(Urgency::Poll)).await {
                Ok(_) => answered[usize::from(unit)] += 1,
                Err(error) => {
                    assert_eq!(unit, 7, "{error}");
                    dead += 1;
                    sent_to_dead += u32::from(error.fault == Fault::Silent);
                }
            }
        }
    }
    assert_eq!(dead, 20);
    for unit in (1..=20).filter(|u| *u != 7) {
        assert_eq!(answered[unit], 20, "unit {unit} lost rounds");
    }
    // The breaker lets a dead unit cost its time-out a few times, not each round.
    assert!((3..10).contains(&sent_to_dead), "the dead unit was asked {sent_to_dead} of 20 times");
}

#[tokio::test]
async fn stop_goes_before_polls_and_polls_before_commands_and_lights() {
    let recorder = Recorder::start().await;
    let bus = start(&recorder);
    bus.ask(1, READ, terms(Urgency::Poll)).await.unwrap();
    let before = recorder.frames().len();
    // All four wait at once while the line keeps its silence.
    let (light, command, poll, stop) = tokio::join!(
        bus.ask(1, Work::WriteCoil(4, true), terms(Urgency::Background)),
        bus.ask(1, Work::WriteCoil(3, true), terms(Urgency::Command)),
        bus.ask(1, READ, terms(Urgency::Poll)),
        bus.ask(1, Work::WriteCoil(2, false), terms(Urgency::Stop)),
    );
    for outcome in [light, command, poll, stop] {
        outcome.unwrap();
    }
    let frames = recorder.frames().split_off(before);
    let order: Vec<_> = frames.iter().map(|f| (f[1], f[3])).collect();
    assert_eq!(order, [(5, 2), (2, 0), (5, 3), (5, 4)], "{frames:02X?}");
}

#[tokio::test]
async fn a_motion_that_waits_behind_a_stop_is_not_sent() {
    let recorder = Recorder::start().await;
    let bus = start(&recorder);
    bus.ask(1, READ, terms(Urgency::Poll)).await.unwrap();
    let before = recorder.frames().len();
    let (stop, held) = tokio::sync::watch::channel(false);
    let waiting = tokio::spawn({
        let (bus, open) = (bus.clone(), Work::JogCoil(0x0200, 5));
        async move { bus.ask_unless(1, open, terms(Urgency::Command), held).await }
    });
    // It waits for the line's silence when the stop comes, as OPEN may behind a poll.
    sleep(Duration::from_millis(2)).await;
    stop.send_replace(true);
    let dropped = bus.ask(1, Work::WriteCoil(2, false), terms(Urgency::Stop)).await;
    let error = waiting.await.unwrap().unwrap_err();
    assert_eq!(error.fault, Fault::StopHeld, "{error}");
    assert!(!error.may_have_acted());
    dropped.unwrap();
    let frames = recorder.frames().split_off(before);
    assert_eq!(frames.iter().map(|f| (f[1], f[3])).collect::<Vec<_>>(), [(5, 2)], "{frames:02X?}");
    stop.send_replace(false);
    let (_stop, held) = tokio::sync::watch::channel(false);
    bus.ask_unless(1, Work::JogCoil(0x0200, 5), terms(Urgency::Command), held).await.unwrap();
}

#[tokio::test]
async fn a_stop_in_the_silence_overtakes_the_poll_that_waits_for_its_end() {
    let recorder = Recorder::start().await;
    let bus = start(&recorder);
    bus.ask(1, READ, terms(Urgency::Poll)).await.unwrap();
    let before = recorder.frames().len();
    let waiting = tokio::spawn({
        let bus = bus.clone();
        async move { bus.ask(1, READ, terms(Urgency::Poll)).await }
    });
    // The owner has seen the poll before the STOP is asked for.
    tokio::time::sleep(Duration::from_millis(2)).await;
    bus.ask(1, Work::WriteCoil(2, false), terms(Urgency::Stop)).await.unwrap();
    waiting.await.unwrap().unwrap();
    let order: Vec<_> = recorder.frames().split_off(before).iter().map(|f| f[1]).collect();
    assert_eq!(order, [5, 2]);
}

#[tokio::test]
async fn requests_keep_the_silence_of_the_line_and_one_connection() {
    let recorder = Recorder::start().await;
    let bus = start(&recorder);
    let begun = Instant::now();
    for _ in 0..20 {
        bus.ask(1, READ, terms(Urgency::Poll)).await.unwrap();
    }
    // 19 silences of 3.65 ms and a turnaround of 5 ms each lie between 20 requests.
    assert!(begun.elapsed() >= line().silence() * 19, "{:?}", begun.elapsed());
    assert_eq!(recorder.connections(), 1);
}

#[tokio::test]
async fn a_port_that_vanishes_is_found_again() {
    let recorder = Recorder::start().await;
    let bus = start(&recorder);
    bus.ask(1, READ, terms(Urgency::Poll)).await.unwrap();
    recorder.hang_up();
    let end = Instant::now() + Duration::from_secs(5);
    while bus.ask(1, READ, terms(Urgency::Poll)).await.is_err() {
        assert!(Instant::now() < end, "the line was not opened again");
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(recorder.connections(), 2);
}
