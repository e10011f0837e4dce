//! The wire between the machines and the plant: polls, delays, lost and doubled answers, stuck inputs.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use gate_core::barrier::io::{DeviceNews, InputName, InputReading, Motion, Output};
use gate_core::clock::Monotonic;

use crate::plant::Plant;
use crate::rng::Rng;

/// Deliveries that may wait for an agent that does not take them.
const WAITING: usize = 64;

/// What is wrong with an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputFault {
    Stuck(bool),
    Flapping,
    Unreadable,
}

/// What arrives at the agent.
#[derive(Clone, Debug)]
pub enum Delivery {
    Reads(Vec<InputReading>),
    Device(DeviceNews),
}

#[derive(Clone, Debug)]
pub struct Wire {
    pub faults: BTreeMap<InputName, (InputFault, u64)>,
    /// Nothing answers until then.
    pub down_until: u64,
    /// Answers come late, doubled and out of order until then.
    pub disorder_until: u64,
    /// The last moment at which anything was wrong.
    pub wrong_at: u64,
    period: u64,
    next_poll: u64,
    failures: u32,
    arriving: Vec<(u64, Delivery)>,
    leaving: VecDeque<(u64, Output)>,
    read_back: Vec<(u64, Motion)>,
    stop_wanted: bool,
    stop_told: bool,
}

impl Wire {
    pub fn new(rng: &mut Rng) -> Self {
        Self {
            faults: BTreeMap::new(),
            down_until: 0,
            disorder_until: 0,
            wrong_at: 0,
            period: rng.pick(&[40, 60, 100]),
            next_poll: 0,
            failures: 0,
            arriving: Vec::new(),
            leaving: VecDeque::new(),
            read_back: Vec::new(),
            stop_wanted: false,
            stop_told: false,
        }
    }

    /// Whether an input works, and has for `ms`.
    pub fn works(&self, name: InputName, now: u64) -> bool {
        now >= self.down_until && self.faults.get(&name).is_none_or(|(_, until)| now > *until)
    }

    /// The stop is held, or being dropped.
    pub fn stop_is_wanted(&self) -> bool {
        self.stop_wanted
    }

    /// The agent writes.
    pub fn write(&mut self, output: Output, now: u64, rng: &mut Rng) {
        match output {
            Output::DropStop => (self.stop_wanted, self.stop_told) = (true, false),
            Output::RestoreStop => self.stop_wanted = false,
            _ => {}
        }
        let after = self.leaving.back().map_or(now, |(at, _)| *at);
        self.leaving.push_back((after.max(now + rng.between(5, 60)), output));
    }

    /// One step: outputs that arrive at the plant, a poll, and what arrives at the agent.
    pub fn step(&mut self, plant: &mut Plant, rng: &mut Rng) -> Vec<Delivery> {
        let now = plant.now;
        let down = now < self.down_until;
        if down || now < self.disorder_until || self.faults.values().any(|(_, until)| now <= *until) {
            self.wrong_at = now;
        }
        self.carry(plant, down);
        self.check_relays(plant, down);
        if now >= self.next_poll {
            self.next_poll = now + self.period;
            if down { self.fail(now) } else { self.poll(plant, rng) }
        }
        self.arriving.sort_by_key(|(at, _)| *at);
        let due = self.arriving.iter().take_while(|(at, _)| *at <= now).count();
        self.arriving.drain(..due).map(|(_, delivery)| delivery).collect()
    }

    /// What waits for an agent that is not there, or does not look.
    pub fn keep(&mut self, delivery: Delivery, now: u64) {
        self.arriving.push((now, delivery));
        let over = self.arriving.len().saturating_sub(WAITING);
        self.arriving.drain(..over);
    }

    pub fn forget(&mut self) {
        self.arriving.clear();
        self.leaving.clear();
        self.read_back.clear();
    }

    fn carry(&mut self, plant: &mut Plant, down: bool) {
        let now = plant.now;
        while self.leaving.front().is_some_and(|(at, _)| *at <= now) {
            let Some((_, output)) = self.leaving.pop_front() else { break };
            match output {
                // A stop is repeated until it is done.
                Output::DropStop => {}
                Output::RestoreStop if self.stop_wanted => {}
                Output::Pulse { motion, .. } if down || self.stop_wanted => {
                    self.tell(now + 150, DeviceNews::PulseFailed(motion));
                }
                Output::Pulse { motion, length } => {
                    plant.obey(output);
                    self.tell(now + 20, DeviceNews::PulseTaken(motion));
                    self.read_back.push((now + length.as_millis() as u64 + 400, motion));
                }
                _ if down => {}
                _ => plant.obey(output),
            }
        }
        if self.stop_wanted && plant.chain_whole {
            if !down {
                plant.obey(Output::DropStop);
            } else if !self.stop_told {
                self.stop_told = true;
                self.tell(now + 200, DeviceNews::StopFailed);
            }
        }
    }

    fn check_relays(&mut self, plant: &Plant, down: bool) {
        let now = plant.now;
        let due: Vec<Motion> = self.read_back.iter().filter(|(at, _)| *at <= now).map(|(_, m)| *m).collect();
        self.read_back.retain(|(at, _)| *at > now);
        for motion in due {
            let on = match motion {
                Motion::Open => plant.open.is_on(),
                Motion::Close => plant.close.is_on(),
            };
            let news = if on || down { DeviceNews::PulseStuck(motion) } else { DeviceNews::PulseDone(motion) };
            self.tell(now + 20, news);
        }
    }

    fn fail(&mut self, now: u64) {
        self.failures += 1;
        self.tell(now + 100, DeviceNews::BusError);
    }

    fn tell(&mut self, at: u64, news: DeviceNews) {
        self.arriving.push((at, Delivery::Device(news)));
    }

    fn poll(&mut self, plant: &Plant, rng: &mut Rng) {
        let now = plant.now;
        if self.failures >= 3 {
            self.tell(now + 10, DeviceNews::Reconnected);
        }
        self.failures = 0;
        let read_at = Monotonic(Duration::from_millis(now));
        let wired = |name: &InputName| match name {
            InputName::LoopExit => plant.config.three_loops,
            InputName::Photocell => plant.config.photocell,
            _ => true,
        };
        let reads: Vec<InputReading> = InputName::ALL
            .into_iter()
            .filter(wired)
            .map(|name| {
                let truth = plant.truth(name);
                let active = match self.faults.get(&name).filter(|(_, until)| now <= *until) {
                    None => Some(truth),
                    Some((InputFault::Stuck(value), _)) => Some(*value),
                    Some((InputFault::Flapping, _)) => Some(rng.chance(500)),
                    Some((InputFault::Unreadable, _)) => None,
                };
                InputReading { name, active, read_at }
            })
            .collect();
        if now < self.disorder_until {
            match rng.between(0, 9) {
                0..2 => {}
                2..5 => self.arriving.push((now + rng.between(50, 600), Delivery::Reads(reads))),
                5..7 => {
                    self.arriving.push((now + 10, Delivery::Reads(reads.clone())));
                    self.arriving.push((now + rng.between(50, 900), Delivery::Reads(reads)));
                }
                _ => self.arriving.push((now + 10, Delivery::Reads(reads))),
            }
            return;
        }
        self.arriving.push((now + rng.between(2, 20), Delivery::Reads(reads)));
    }
}
