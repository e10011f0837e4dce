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

    /// When its timer ends, where that is ahead.
    fn ends(self) -> u64 {
        if self.is_on() && !self.stuck { self.on_until } else { u64::MAX }
    }

    /// It goes off again, now or when its timer ends.
    pub fn mend(&mut self, now: u64) {
        self.stuck = false;
        self.on_since = self.on_since.map(|_| now);
        self.advance(now);
    }

    fn advance(&mut self, now: u64) {
        if self.is_on() && self.on_until <= now && !self.stuck {
            *self = Self::default();
        }
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
    /// Whoever works the boom by hand changes its way then.
    hand_at: u64,
    /// What moves stands where it was then.
    looked_at: u64,
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
            hand_at: 0,
            looked_at: 0,
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

    /// When something switches in it next: a relay goes off. What moves is where it is when somebody looks.
    pub fn next(&self) -> u64 {
        self.open.ends().min(self.close.ends())
    }

    /// Lets time pass to now. Nothing switched meanwhile: see [`Self::next`].
    pub fn advance(&mut self, rng: &mut Rng) {
        let to = self.now;
        let ms = to - std::mem::replace(&mut self.looked_at, to);
        self.boom.advance(ms);
        self.open.advance(to);
        self.close.advance(to);
        if !self.power {
            self.green_until = 0;
            (self.open, self.close) = (Relay::default(), Relay::default());
            if self.fail_open { self.boom.drive(1) } else { self.boom.halt() }
        } else if self.emergency {
            self.boom.drive(1);
        } else if self.manual {
            self.work_by_hand(rng);
        } else if self.chain_whole {
            self.work_by_controller();
        } else {
            self.boom.halt();
        }
        let boom = road::Boom { up: self.boom.is_open_enough(), low: self.boom.is_low() };
        self.road.advance(to, ms, boom, self.green(), rng);
    }

    /// The key stands on MANUAL and a person works the boom.
    fn work_by_hand(&mut self, rng: &mut Rng) {
        if self.now >= self.hand_at {
            self.hand_at = self.now + rng.between(200, 8000);
            self.boom.drive(rng.pick(&[-1, 0, 1]));
        }
    }

    fn work_by_controller(&mut self) {
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
