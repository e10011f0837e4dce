//! The plant: what is really there. Boom, relays, stop chain, lamp, keys, power, vehicles, a walker. It
//! knows nothing of the machines, and the machines know of it only what the wire tells them.

pub mod boom;
pub mod controller;
pub mod road;

use gate_core::barrier::config::{BarrierConfig, Closing};
use gate_core::barrier::io::{InputName, Motion, Output};

use crate::rng::Rng;
use boom::Boom;
use controller::Controller;
use road::Road;

/// Length of a step of the plant.
pub const STEP_MS: u64 = 20;

/// One relay with the board's own timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Relay {
    pub on_until: u64,
    pub on_since: Option<u64>,
    /// It does not go off.
    pub stuck: bool,
}

impl Relay {
    pub fn is_on(self) -> bool {
        self.on_since.is_some()
    }
}

/// What is really there.
#[derive(Clone, Debug)]
pub struct Plant {
    pub now: u64,
    pub config: BarrierConfig,
    pub boom: Boom,
    pub open: Relay,
    pub close: Relay,
    pub chain_whole: bool,
    pub power: bool,
    pub manual: bool,
    pub emergency: bool,
    pub fail_open: bool,
    pub green_until: u64,
    pub controller: Controller,
    pub road: Road,
}

impl Plant {
    pub fn new(rng: &mut Rng) -> Self {
        let closing = if rng.chance(600) { Closing::Agent } else { Closing::Controller };
        let config = BarrierConfig {
            closing,
            travel_open_ms: rng.between(1200, 5000) as u32,
            travel_close_ms: rng.between(1200, 5000) as u32,
            pulse_ms: rng.between(100, 2000) as u32,
            min_open_ms: rng.pick(&[1000, 3000, 6000, 9000]),
            clear_ms: rng.pick(&[0, 1500, 2000]),
            photocell: rng.chance(800),
            three_loops: rng.chance(900),
            force_limitation_recorded: rng.chance(900),
        };
        let boom = Boom::new(&config, rng);
        Self {
            now: 0,
            boom,
            open: Relay::default(),
            close: Relay::default(),
            chain_whole: true,
            power: true,
            manual: false,
            emergency: false,
            fail_open: rng.chance(200),
            green_until: 0,
            controller: Controller::new(rng),
            road: Road::default(),
            config,
        }
    }

    /// What a working input would say.
    pub fn truth(&self, input: InputName) -> bool {
        match input {
            InputName::OpenLimit => self.boom.is_up(),
            InputName::ClosedLimit => self.boom.is_down(),
            InputName::LoopApproach => self.road.on(road::APPROACH),
            InputName::LoopUnder => self.road.on(road::UNDER),
            InputName::LoopExit => self.road.on(road::EXIT),
            InputName::Photocell => self.road.on(road::BEAM) || self.road.walker_until > self.now,
            InputName::ManualKey => self.manual,
            InputName::Emergency => self.emergency,
            InputName::PowerGood => self.power,
        }
    }

    /// A body in the way of the boom.
    pub fn body_in_sweep(&self) -> bool {
        self.road.on(road::SWEEP) || self.road.walker_until > self.now
    }

    pub fn green(&self) -> bool {
        self.green_until > self.now
    }

    /// An output arrives at the board.
    pub fn obey(&mut self, output: Output) {
        match output {
            Output::Pulse { motion, length } => self.pulse(motion, length.as_millis() as u64),
            Output::DropStop => {
                self.chain_whole = false;
                self.boom.halt();
                for relay in [&mut self.open, &mut self.close] {
                    if !relay.stuck {
                        *relay = Relay::default();
                    }
                }
            }
            Output::RestoreStop => self.chain_whole = true,
            Output::Green { length } => {
                if self.power {
                    self.green_until = self.now + length.as_millis() as u64;
                }
            }
            Output::Red => self.green_until = self.now,
        }
    }

    fn pulse(&mut self, motion: Motion, length_ms: u64) {
        if !self.power {
            return;
        }
        let until = self.now + length_ms;
        let relay = match motion {
            Motion::Open => &mut self.open,
            Motion::Close => &mut self.close,
        };
        relay.on_since.get_or_insert(self.now);
        relay.on_until = until;
        if self.chain_whole && !self.manual && !self.emergency {
            self.boom.drive(if motion == Motion::Open { 1 } else { -1 });
            self.controller.told(motion, self.now);
        }
    }

    /// Lets one step of time pass.
    pub fn step(&mut self, rng: &mut Rng) {
        self.now += STEP_MS;
        for relay in [&mut self.open, &mut self.close] {
            if relay.on_since.is_some() && relay.on_until <= self.now && !relay.stuck {
                *relay = Relay::default();
            }
        }
        if !self.power {
            self.green_until = 0;
            (self.open, self.close) = (Relay::default(), Relay::default());
            if self.fail_open { self.boom.drive(1) } else { self.boom.halt() }
        } else if self.emergency {
            self.boom.drive(1);
        } else if self.manual {
            self.boom.by_hand(rng);
        } else if self.chain_whole {
            self.controller_step();
        } else {
            self.boom.halt();
        }
        self.boom.step();
        let (up, green) = (self.boom.is_open_enough(), self.green());
        self.road.step(self.now, up, green, self.boom.is_low(), rng);
    }

    fn controller_step(&mut self) {
        if self.config.closing == Closing::Controller {
            let occupied = self.truth(InputName::LoopUnder)
                || self.truth(InputName::Photocell)
                || (self.config.three_loops && self.truth(InputName::LoopExit));
            if let Some(direction) = self.controller.step(self.now, &self.boom, occupied) {
                self.boom.drive(direction);
            }
        }
    }
}

impl std::fmt::Display for Plant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Plant boom {:.0}", self.boom.degrees())?;
        for vehicle in &self.road.vehicles {
            write!(f, "; vehicle {} from {:.1} to {:.1}", vehicle.id, vehicle.rear(), vehicle.front)?;
        }
        Ok(())
    }
}
