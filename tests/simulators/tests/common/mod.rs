//! A simulated lane with the real driver on it.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;
use std::time::Duration;

use gate_barrier::clock::Clock;
use gate_barrier::device::{DeviceEvent, LaneDevices};
use gate_barrier::wiring::LaneWiring;
use gate_core::barrier::io::{DeviceNews, InputName, InputReading};
use gate_simulators::plant::{BoomTimes, Manner, VehicleKind};
use gate_simulators::site::{BarrierKind, Lane, LaneSetup, Site};
use gate_simulators::wire::{WireFault, WireFaultKind};
pub use gate_simulators::wiring::Way;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, timeout_at};

pub struct Bench {
    pub site: Site,
    pub devices: LaneDevices,
    pub events: Receiver<DeviceEvent>,
    pub troubles: Vec<String>,
}

pub fn profiles() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../firmware-config")
}

impl Bench {
    pub async fn start(kind: BarrierKind, way: Way) -> Self {
        let boom = BoomTimes { open_ms: 600, close_ms: 700 };
        let site = Site::start(&[LaneSetup::of_example(kind, way, boom)]).await.unwrap();
        let text = site.lanes["in-1"].wiring(&profiles()).unwrap();
        let wiring = LaneWiring::parse("lane.toml", &text, &profiles()).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let (devices, events) = LaneDevices::start(wiring, &Clock::real());
        Self { site, devices, events, troubles: Vec::new() }
    }

    pub fn lane(&self) -> &Lane {
        &self.site.lanes["in-1"]
    }

    /// A car stands at the stop line.
    pub async fn car_at_the_line(&self) {
        self.lane().sim.now().plant.arrive(VehicleKind::Car, 4.5, Manner::Waits).unwrap();
        while !self.lane().sim.now().plant.vehicles()[0].waits_at_line() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub fn fault(&self, port: &str, kind: WireFaultKind, times: Option<u32>) {
        self.lane().ports[port].set_fault(Some(WireFault { kind, times }));
    }

    /// Takes events until one is right; within 4 s.
    pub async fn until<T>(&mut self, what: &str, mut right: impl FnMut(&DeviceEvent) -> Option<T>) -> T {
        let end = Instant::now() + Duration::from_secs(4);
        loop {
            match timeout_at(end, self.events.recv()).await {
                Ok(Some(event)) => {
                    if let DeviceEvent::Trouble(text) = &event {
                        self.troubles.push(text.clone());
                    }
                    if let Some(found) = right(&event) {
                        return found;
                    }
                }
                other => panic!("{what} did not come within 4 s ({other:?}); troubles: {:#?}", self.troubles),
            }
        }
    }

    pub async fn news(&mut self, wanted: DeviceNews) {
        self.until(&format!("{wanted:?}"), |e| (*e == DeviceEvent::News(wanted)).then_some(())).await;
    }

    /// The next motion news.
    pub async fn motion_news(&mut self) -> DeviceNews {
        self.until("news of a motion", |e| match e {
            DeviceEvent::News(
                news @ (DeviceNews::PulseTaken(_)
                | DeviceNews::PulseDone(_)
                | DeviceNews::PulseStuck(_)
                | DeviceNews::PulseFailed(_)),
            ) => Some(*news),
            _ => None,
        })
        .await
    }

    /// Waits until an input is read with this value.
    pub async fn reads(&mut self, name: InputName, active: bool) -> InputReading {
        self.until(&format!("{name:?} = {active}"), |e| match e {
            DeviceEvent::Inputs(readings) => {
                readings.iter().find(|r| r.name == name && r.active == Some(active)).copied()
            }
            _ => None,
        })
        .await
    }

    /// What came within a time.
    pub async fn within(&mut self, time: Duration) -> Vec<DeviceEvent> {
        let end = Instant::now() + time;
        let mut came = Vec::new();
        while let Ok(Some(event)) = timeout_at(end, self.events.recv()).await {
            came.push(event);
        }
        came
    }

    pub fn pulses(&self) -> Vec<(String, Option<u64>)> {
        let pulses = self.lane().sim.now().plant.journal.pulses();
        pulses.into_iter().map(|p| (p.name, p.length_ms)).collect()
    }
}
