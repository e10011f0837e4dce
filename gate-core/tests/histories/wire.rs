//! The wire between the machines and the plant: polls, delays, lost and doubled answers, stuck inputs.

use std::collections::VecDeque;

use gate_core::barrier::io::{DeviceNews, InputName, Motion, Output};
use gate_core::barrier::round::Round;

use crate::agent::at;
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
#[derive(Clone, Copy, Debug)]
pub enum Delivery {
    Reads(Round),
    Device(DeviceNews),
}

#[derive(Clone, Debug)]
pub struct Wire {
    faults: [Option<(InputFault, u64)>; InputName::ALL.len()],
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
    /// The earliest of them.
    arrives_at: u64,
    leaving: VecDeque<(u64, Output)>,
    read_back: Vec<(u64, Motion)>,
    stop_wanted: bool,
    stop_told: bool,
}

impl Wire {
    pub fn new(rng: &mut Rng) -> Self {
        Self {
            faults: [None; InputName::ALL.len()],
            down_until: 0,
            disorder_until: 0,
            wrong_at: 0,
            period: rng.between(40, 100),
            next_poll: rng.between(1, 40),
            failures: 0,
            arriving: Vec::new(),
            arrives_at: u64::MAX,
            leaving: VecDeque::new(),
            read_back: Vec::new(),
            stop_wanted: false,
            stop_told: false,
        }
    }

    /// Something is wrong with an input until then.
    pub fn fault(&mut self, name: InputName, fault: InputFault, until: u64) {
        self.faults[name as usize] = Some((fault, until));
    }

    fn fault_of(&self, name: InputName, now: u64) -> Option<InputFault> {
        self.faults[name as usize].filter(|(_, until)| now <= *until).map(|(fault, _)| fault)
    }

    /// Whether an input works.
    pub fn works(&self, name: InputName, now: u64) -> bool {
        now >= self.down_until && self.fault_of(name, now).is_none()
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

    /// When it does something at the plant next.
    pub fn next(&self) -> u64 {
        let leaves = self.leaving.front().map_or(u64::MAX, |(at, _)| *at);
        let check = self.read_back.iter().map(|(at, _)| *at).min().unwrap_or(u64::MAX);
        self.next_poll.min(leaves).min(check)
    }

    /// When something arrives next.
    pub fn arrives_at(&self) -> u64 {
        self.arrives_at
    }

    /// Outputs that are due arrive at the plant, relays are read back, inputs are polled.
    pub fn step(&mut self, plant: &mut Plant, rng: &mut Rng) {
        let now = plant.now;
        let down = now < self.down_until;
        let faulty = || self.faults.iter().flatten().any(|(_, until)| now <= *until);
        if down || now < self.disorder_until || faulty() {
            self.wrong_at = now;
        }
        self.carry(plant, down);
        self.check_relays(plant, down);
        if now >= self.next_poll {
            self.next_poll = now + self.period;
            if down { self.fail(now) } else { self.poll(plant, rng) }
        }
        // An agent that does not look: what waits for it is bounded.
        if self.arriving.len() > WAITING {
            self.arriving.drain(..self.arriving.len() - WAITING);
        }
    }

    /// The next thing that has arrived.
    pub fn arrived(&mut self, now: u64) -> Option<Delivery> {
        if self.arrives_at > now {
            return None;
        }
        let (first, _) = self.arriving.iter().enumerate().min_by_key(|(_, (at, _))| *at)?;
        let (_, delivery) = self.arriving.remove(first);
        self.arrives_at = self.arriving.iter().map(|(at, _)| *at).min().unwrap_or(u64::MAX);
        Some(delivery)
    }

    pub fn forget(&mut self) {
        self.arriving.clear();
        self.arrives_at = u64::MAX;
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
        while let Some(due) = self.read_back.iter().position(|(at, _)| *at <= now) {
            let (_, motion) = self.read_back.remove(due);
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
        self.send(at, Delivery::Device(news));
    }

    fn send(&mut self, at: u64, delivery: Delivery) {
        self.arriving.push((at, delivery));
        self.arrives_at = self.arrives_at.min(at);
    }

    fn poll(&mut self, plant: &Plant, rng: &mut Rng) {
        let now = plant.now;
        if self.failures >= 3 {
            self.tell(now + 10, DeviceNews::Reconnected);
        }
        self.failures = 0;
        let mut round = Round::new(at(now));
        for name in InputName::ALL {
            let wired = match name {
                InputName::LoopExit => plant.config.three_loops,
                InputName::Photocell => plant.config.photocell,
                _ => true,
            };
            if wired {
                let said = match self.fault_of(name, now) {
                    None => Some(plant.truth(name)),
                    Some(InputFault::Stuck(value)) => Some(value),
                    Some(InputFault::Flapping) => Some(rng.chance(500)),
                    Some(InputFault::Unreadable) => None,
                };
                round = round.with(name, said);
            }
        }
        let reads = Delivery::Reads(round);
        if now >= self.disorder_until {
            return self.send(now + rng.between(2, 20), reads);
        }
        match rng.between(0, 9) {
            0..2 => {}
            2..5 => self.send(now + rng.between(50, 600), reads),
            5..7 => {
                self.send(now + 10, reads);
                self.send(now + rng.between(50, 900), reads);
            }
            _ => self.send(now + 10, reads),
        }
    }
}
