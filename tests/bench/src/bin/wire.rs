//! What the edge's own drivers do on real bytes: how soon an order, a STOP and an input are on the wire or in the
//! lane, and how near a poll comes to the time that its bytes need. The peers are the simulator's ports, which pace
//! their answers at the line's rate and stamp what they hear. Prints one line of JSON, times in milliseconds.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use gate_barrier::bus::{Bus, Endpoint, Terms, Urgency, Work};
use gate_barrier::clock::Clock;
use gate_barrier::device::{DeviceEvent, LaneDevices};
use gate_barrier::profile::DeviceProfile;
use gate_barrier::wiring::LaneWiring;
use gate_core::barrier::io::{DeviceNews, InputName, Motion, Output};
use gate_simulators::plant::{BoomTimes, Sensor, SensorFault};
use gate_simulators::site::{BarrierKind, Found, LaneSetup, Site, Unit};
use gate_simulators::wire::{Answers, Port, WireFaultKind, serve_pty, serve_tcp};
use gate_simulators::wiring::Way;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

type Failure = Box<dyn std::error::Error>;

const ORDERS: u32 = 100;
const STOPS: u32 = 200;
const CHANGES: u32 = 200;
const POLLS: u32 = 200;
const UNITS: u8 = 20;
const FAST_BAUD: u32 = 115_200;
const SLOW_BAUD: u32 = 9600;
/// A request to read eight inputs and its answer, in characters; and the silence that ends each frame (Modbus over
/// serial line V1.02, 2.5.1.1).
const POLL_CHARACTERS: f64 = 8.0 + 6.0;
const SILENCE_CHARACTERS: f64 = 3.5;
const BITS_PER_CHARACTER: f64 = 10.0;

/// When a device heard which request.
type Heard = Arc<Mutex<Vec<(Instant, Vec<u8>)>>>;

/// A device that stamps what it hears.
struct Stamped<D> {
    device: D,
    heard: Heard,
}

impl<D: Answers> Answers for Stamped<D> {
    fn answer(&self, unit: u8, pdu: &[u8]) -> Option<Vec<u8>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).push((Instant::now(), pdu.to_vec()));
        self.device.answer(unit, pdu)
    }

    fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        self.device.raw(bytes)
    }

    fn note(&self, asked: &[u8], answered: Option<&[u8]>, fault: Option<&WireFaultKind>) {
        self.device.note(asked, answered, fault);
    }
}

/// Any unit: inputs that are off, coils that are written.
struct AnyUnit;

impl Answers for AnyUnit {
    fn answer(&self, _: u8, pdu: &[u8]) -> Option<Vec<u8>> {
        Some(if pdu.first() == Some(&2) { vec![2, 1, 0] } else { pdu.to_vec() })
    }

    fn raw(&self, _: &[u8]) -> Vec<u8> {
        Vec::new()
    }

    fn note(&self, _: &[u8], _: Option<&[u8]>, _: Option<&WireFaultKind>) {}
}

/// The first write that a device heard since `from`, in milliseconds after it.
fn first_write(heard: &Heard, from: Instant) -> Option<f64> {
    let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    heard.iter().find(|(at, pdu)| *at >= from && pdu.first() == Some(&5)).map(|(at, _)| ms(*at - from))
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Spreads what is measured over the polls: no two begin at the same place of a round.
fn spread(n: u32) -> Duration {
    Duration::from_millis(u64::from(40 + (n * 37) % 83))
}

/// The devices of the example lane, whose board stamps what it hears.
struct Bench {
    site: Site,
    devices: LaneDevices,
    events: mpsc::Receiver<DeviceEvent>,
    heard: Heard,
    poll: Duration,
}

async fn bench(profiles: &Path) -> Result<Bench, Failure> {
    let setup = LaneSetup::of_example(BarrierKind::Relays, Way::Tcp, BoomTimes::default());
    let mut site = Site::start(&[setup]).await?;
    let lane = site.lanes.get_mut("in-1").ok_or("the simulator has no lane")?;
    let heard = Heard::default();
    let port = Port::new(Stamped { device: Unit::Board(lane.sim.clone()), heard: heard.clone() }, true, None);
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    lane.places.insert("board".to_owned(), Found::Tcp(listener.local_addr()?));
    tokio::spawn(serve_tcp(Arc::new(port), listener));
    let wiring = LaneWiring::parse("in-1.toml", &lane.wiring(profiles)?, profiles)?;
    let poll = wiring.poll;
    let (devices, mut events) = LaneDevices::start(wiring, &Clock::real());
    timeout(Duration::from_secs(5), events.recv()).await?.ok_or("the devices say nothing")?;
    Ok(Bench { site, devices, events, heard, poll })
}

impl Bench {
    /// From the order to its first byte at the board, on a bus that is polled and otherwise idle.
    async fn orders(&mut self) -> Result<Vec<f64>, Failure> {
        let mut times = Vec::new();
        for n in 0..ORDERS {
            sleep(spread(n)).await;
            let from = Instant::now();
            self.devices.apply(Output::Pulse { motion: Motion::Open, length: Duration::from_millis(300) })?;
            loop {
                let event = timeout(Duration::from_secs(5), self.events.recv()).await?.ok_or("the devices ended")?;
                if event == DeviceEvent::News(DeviceNews::PulseDone(Motion::Open)) {
                    break;
                }
            }
            times.push(first_write(&self.heard, from).ok_or("an order was not heard")?);
        }
        Ok(times)
    }

    /// From a contact that changes to the reading in the lane.
    async fn changes(&mut self) -> Result<Vec<f64>, Failure> {
        let mut times = Vec::new();
        let lane = self.site.lanes.get("in-1").ok_or("the simulator has no lane")?.sim.clone();
        for n in 0..CHANGES {
            let end = Instant::now() + spread(n);
            while timeout(end.saturating_duration_since(Instant::now()), self.events.recv()).await.is_ok() {}
            let occupied = n % 2 == 0;
            let fault = if occupied { SensorFault::StuckActive } else { SensorFault::StuckInactive };
            let from = Instant::now();
            lane.now().plant.set_sensor_fault(Sensor::ExitLoop, Some(fault));
            loop {
                let event = timeout(Duration::from_secs(5), self.events.recv()).await?.ok_or("the devices ended")?;
                let DeviceEvent::Inputs(readings) = event else { continue };
                if readings.iter().any(|r| r.name == InputName::LoopExit && r.active == Some(occupied)) {
                    break;
                }
            }
            times.push(ms(from.elapsed()));
        }
        Ok(times)
    }
}

/// A bus on a pty of this speed.
fn line(profiles: &Path, baud: u32, heard: &Heard) -> Result<Bus, Failure> {
    let port = Port::new(Stamped { device: AnyUnit, heard: heard.clone() }, true, Some(baud));
    let path = serve_pty(Arc::new(port), None)?;
    let mut line = DeviceProfile::load(&profiles.join("waveshare-relay-8ch.toml"))?.line;
    line.baud = baud;
    Ok(Bus::start("bench", Endpoint::Serial { path, line }, Clock::real()))
}

fn terms(urgency: Urgency) -> Terms {
    Terms { urgency, timeout: Duration::from_millis(200), patience: None }
}

/// From a STOP to its first byte, with twenty units polled one after another without a pause.
async fn stops(profiles: &Path) -> Result<Vec<f64>, Failure> {
    let heard = Heard::default();
    let bus = line(profiles, FAST_BAUD, &heard)?;
    for unit in 1..=UNITS {
        let bus = bus.clone();
        tokio::spawn(async move {
            while bus.ask(unit, Work::ReadDiscreteInputs(0, 8), terms(Urgency::Poll)).await.is_ok() {}
        });
    }
    sleep(Duration::from_millis(500)).await;
    let mut times = Vec::new();
    for n in 0..STOPS {
        sleep(spread(n)).await;
        let from = Instant::now();
        bus.ask(1, Work::WriteCoil(2, false), terms(Urgency::Stop)).await?;
        times.push(first_write(&heard, from).ok_or("a STOP was not heard")?);
    }
    Ok(times)
}

/// A poll of eight inputs at 9600 baud, on average.
async fn polls(profiles: &Path) -> Result<f64, Failure> {
    let bus = line(profiles, SLOW_BAUD, &Heard::default())?;
    let poll = || bus.ask(1, Work::ReadDiscreteInputs(0, 8), terms(Urgency::Poll));
    poll().await?;
    let begun = Instant::now();
    for _ in 0..POLLS {
        poll().await?;
    }
    Ok(ms(begun.elapsed()) / f64::from(POLLS))
}

/// The value that 99 of 100 do not pass.
fn p99(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len() * 99).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the figures are its answer")]
async fn main() -> Result<(), Failure> {
    let profiles = PathBuf::from(std::env::args().nth(1).ok_or("usage: wire FIRMWARE-CONFIG")?);
    let mut bench = bench(&profiles).await?;
    let (orders, changes) = (bench.orders().await?, bench.changes().await?);
    let poll_ms = ms(bench.poll);
    drop(bench);
    let (stops, full) = (stops(&profiles).await?, polls(&profiles).await?);
    let character = BITS_PER_CHARACTER * 1000.0 / f64::from(SLOW_BAUD);
    let floor = (POLL_CHARACTERS + 2.0 * SILENCE_CHARACTERS) * character;
    let figures = BTreeMap::from([
        ("order_p99", p99(&orders)),
        ("stop_p99", p99(&stops)),
        ("change_p99", p99(&changes)),
        ("poll_interval", poll_ms),
        ("full_poll", full),
        ("full_poll_floor", floor),
    ]);
    println!("{}", json!(figures));
    Ok(())
}
