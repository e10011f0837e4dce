//! What goes wrong: drawn for each history, from nothing at all to everything at once.

use gate_core::barrier::io::InputName;
use gate_core::barrier::state::BarrierState;

use super::World;
use crate::fact::Local;
use crate::rng::Rng;
use crate::trouble::{Pairs, Trouble};
use crate::wire::InputFault;

/// How wild a history is.
pub struct Chaos {
    /// Mean time between faults of devices, 0 = none.
    every_ms: u64,
    next_at: u64,
    next_scene: u64,
    ends: Vec<(u64, End)>,
    swap_told_at: Option<u64>,
    /// One sensor never sees anything.
    silent: bool,
    pub pairs: Pairs,
}

/// What ends later.
#[derive(Clone, Copy, Debug)]
enum End {
    Jam,
    Strange,
    Stuck,
    Power,
    Manual,
    Emergency,
    Blind,
}

impl End {
    fn trouble(self) -> Trouble {
        match self {
            Self::Jam => Trouble::Jam,
            Self::Strange => Trouble::StrangeMove,
            Self::Stuck => Trouble::RelayStuck,
            Self::Power => Trouble::NoPower,
            Self::Manual => Trouble::Manual,
            Self::Emergency => Trouble::Emergency,
            Self::Blind => Trouble::ControllerBlind,
        }
    }
}

impl Chaos {
    pub fn new(healthy: bool, rng: &mut Rng) -> Self {
        let every_ms: u64 = rng.pick(&[0, 0, 0, 30_000, 15_000, 8000, 3000]);
        let every_ms = if healthy { 0 } else { every_ms };
        Self {
            every_ms,
            next_at: rng.between(0, 20_000),
            next_scene: rng.between(2000, 15_000),
            ends: Vec::new(),
            swap_told_at: None,
            silent: every_ms > 0 && rng.chance(200),
            pairs: Pairs::default(),
        }
    }

    pub fn step(&mut self, world: &mut World) {
        let now = world.plant.now;
        if std::mem::take(&mut self.silent) {
            let sensor = world.rng.pick(&[InputName::Photocell, InputName::LoopExit, InputName::LoopUnder]);
            world.wire.faults.insert(sensor, (InputFault::Stuck(false), u64::MAX));
            self.pairs.begin(Trouble::StuckFree, now, u64::MAX);
            self.pairs.input(sensor);
        }
        let due: Vec<End> = self.ends.iter().filter(|(at, _)| *at <= now).map(|(_, end)| *end).collect();
        self.ends.retain(|(at, _)| *at > now);
        due.into_iter().for_each(|end| mend(world, end));
        if self.swap_told_at.is_some_and(|at| at <= now) {
            self.swap_told_at = None;
            world.track_changed();
        }
        if now >= self.next_scene {
            self.next_scene = now + world.rng.between(2000, 12_000);
            self.scene(world);
        }
        if self.every_ms > 0 && now >= self.next_at {
            self.next_at = now + world.rng.between(self.every_ms / 4, self.every_ms * 7 / 4);
            self.break_something(world);
        }
    }

    /// What happens on a good day too.
    fn scene(&mut self, world: &mut World) {
        let now = world.plant.now;
        match world.rng.between(0, 9) {
            0..2 => world.plant.road.walker_until = now + world.rng.between(300, 4000),
            2..4 if world.plant.road.swap(&mut world.rng) => {
                self.swap_told_at = Some(now + world.rng.between(40, 300));
            }
            4 => world.track_changed(),
            5..7 => world.rogue(),
            7 if world.plant.body_in_sweep() => world.body_seen(),
            8 => world.plant.road.expect_next(now),
            _ => {}
        }
    }

    fn break_something(&mut self, world: &mut World) {
        let now = world.plant.now;
        // Officers take off locks too, and an agent that starts anew knows of none.
        let awake = now >= world.frozen_until;
        if world.agent.as_ref().is_none_or(|agent| agent.pair.barrier().state() != BarrierState::Maintenance) {
            self.pairs.end(Trouble::Locked);
        }
        let rng = &mut world.rng;
        let until = now + rng.pick(&[200, 1000, 4000, 15_000]) + rng.between(0, 1000);
        match rng.between(0, 23) {
            0..8 => {
                let input = rng.pick(&InputName::ALL);
                let fault = match rng.between(0, 5) {
                    0..2 => InputFault::Stuck(false),
                    2 => InputFault::Stuck(true),
                    3 => InputFault::Flapping,
                    _ => InputFault::Unreadable,
                };
                world.wire.faults.insert(input, (fault, until));
                self.pairs.begin(Trouble::of_input(fault), now, until);
                self.pairs.input(input);
            }
            8..10 => {
                world.wire.down_until = now + rng.pick(&[60, 120, 400, 1500, 6000]);
                self.pairs.begin(Trouble::BusDown, now, world.wire.down_until);
            }
            10..12 => {
                world.wire.disorder_until = until;
                self.pairs.begin(Trouble::Disorder, now, until);
            }
            12 => self.begin(world, until, End::Jam),
            13 => self.begin(world, now + 500 + until % 3000, End::Strange),
            14 => self.begin(world, until, End::Stuck),
            15 => self.begin(world, until, End::Power),
            16 => self.begin(world, until, End::Manual),
            17 => self.begin(world, until, End::Emergency),
            18 => self.begin(world, until, End::Blind),
            19..21 => {
                world.agent = None;
                world.starts_at = now + world.rng.between(100, 6000);
                self.pairs.begin(Trouble::Killed, now, world.starts_at);
            }
            21 => {
                world.frozen_until = now + rng.between(200, 6000);
                self.pairs.begin(Trouble::Frozen, now, world.frozen_until);
            }
            22 => {
                world.order(Local::Maintenance(true));
                if awake && world.agent.is_some() {
                    self.pairs.begin(Trouble::Locked, now, u64::MAX);
                }
            }
            _ => world.order(Local::Maintenance(false)),
        }
    }

    fn begin(&mut self, world: &mut World, until: u64, end: End) {
        let plant = &mut world.plant;
        match end {
            End::Jam => plant.boom.jammed = true,
            End::Strange => plant.boom.strange = if plant.boom.is_up() { -1 } else { 1 },
            End::Stuck if world.rng.chance(500) => plant.open.stuck = true,
            End::Stuck => plant.close.stuck = true,
            End::Power => plant.power = false,
            End::Manual => plant.manual = true,
            End::Emergency => plant.emergency = true,
            End::Blind => plant.controller.blind = true,
        }
        self.pairs.begin(end.trouble(), world.plant.now, until);
        self.ends.push((until, end));
    }
}

fn mend(world: &mut World, end: End) {
    let plant = &mut world.plant;
    match end {
        End::Jam => plant.boom.jammed = false,
        End::Strange => plant.boom.strange = 0,
        End::Stuck => {
            for relay in [&mut plant.open, &mut plant.close] {
                relay.stuck = false;
                relay.on_since = relay.on_since.map(|_| plant.now);
            }
        }
        End::Power => plant.power = true,
        End::Manual => plant.manual = false,
        End::Emergency => plant.emergency = false,
        End::Blind => plant.controller.blind = false,
    }
    plant.boom.halt();
}
