//! What goes wrong: drawn for each history, from nothing at all to everything at once; or two kinds of
//! trouble by plan.

use gate_core::barrier::io::InputName;

use super::World;
use crate::fact::Local;
use crate::rng::Rng;
use crate::trouble::{Pairs, Trouble};
use crate::wire::InputFault;

const NEVER: u64 = u64::MAX;

/// How wild a history is.
#[derive(Clone)]
pub struct Chaos {
    /// Mean time between faults of devices, 0 = none.
    every_ms: u64,
    next_at: u64,
    next_scene: u64,
    /// When something begins by plan, what, and for how long.
    planned: [(u64, Trouble, u64); 2],
    /// When something in the plant ends.
    ends: Vec<(u64, Trouble)>,
    swap_told_at: u64,
    /// One sensor never sees anything.
    silent: bool,
}

impl Chaos {
    pub fn new(healthy: bool, rng: &mut Rng) -> Self {
        let every_ms: u64 = rng.pick(&[0, 0, 0, 30_000, 15_000, 8000, 3000]);
        let every_ms = if healthy { 0 } else { every_ms };
        Self {
            every_ms,
            next_at: if every_ms > 0 { rng.between(0, 20_000) } else { NEVER },
            next_scene: rng.between(2000, 15_000),
            planned: [(NEVER, Trouble::Jam, 0); 2],
            ends: Vec::new(),
            swap_told_at: NEVER,
            silent: every_ms > 0 && rng.chance(200),
        }
    }

    /// From now on these and nothing else: the first soon, the second while the first lasts.
    pub fn plan(&mut self, first: Option<Trouble>, second: Option<Trouble>, now: u64, rng: &mut Rng) {
        (self.every_ms, self.next_at) = (0, NEVER);
        self.next_scene = now + rng.between(200, 6000);
        let Some(first) = first else { return };
        let at = now + rng.between(0, 2500);
        let lasts = rng.pick(&[250, 600, 1500, 4000]) + rng.between(0, 400);
        self.planned[0] = (at, first, lasts);
        if let Some(second) = second {
            let lasts_too = rng.pick(&[250, 600, 1500, 4000]) + rng.between(0, 400);
            self.planned[1] = (at + rng.between(1, lasts - 1), second, lasts_too);
        }
    }

    /// When something happens next.
    pub fn next(&self) -> u64 {
        let planned = self.planned[0].0.min(self.planned[1].0);
        let ends = self.ends.iter().map(|(at, _)| *at).fold(NEVER, u64::min);
        let began = if self.silent { 0 } else { NEVER };
        self.next_at.min(self.next_scene).min(planned).min(ends).min(self.swap_told_at).min(began)
    }

    pub fn step(&mut self, world: &mut World, pairs: &mut Pairs) {
        let now = world.plant.now;
        if std::mem::take(&mut self.silent) {
            let sensor = world.rng.pick(&[InputName::Photocell, InputName::LoopExit, InputName::LoopUnder]);
            world.wire.fault(sensor, InputFault::Stuck(false), NEVER);
            pairs.begin(Trouble::StuckFree, &mut world.in_force, now, NEVER);
            pairs.input(sensor);
        }
        while let Some(due) = self.ends.iter().position(|(at, _)| *at <= now) {
            mend(world, self.ends.remove(due).1);
        }
        if self.swap_told_at <= now {
            self.swap_told_at = NEVER;
            world.track_changed();
        }
        if now >= self.next_scene {
            self.next_scene = now + world.rng.between(2000, 12_000);
            self.scene(world);
        }
        if now >= self.next_at {
            self.next_at = now + world.rng.between(self.every_ms / 4, self.every_ms * 7 / 4);
            self.break_something(world, pairs);
        }
        for n in 0..self.planned.len() {
            let (at, trouble, lasts) = self.planned[n];
            if at <= now {
                self.planned[n].0 = NEVER;
                self.begin(trouble, now + lasts, world, pairs);
            }
        }
    }

    /// What happens on a good day too.
    fn scene(&mut self, world: &mut World) {
        let now = world.plant.now;
        match world.rng.between(0, 9) {
            0..2 => world.plant.road.walker_until = now + world.rng.between(300, 4000),
            2..4 if world.plant.road.swap(&mut world.rng) => {
                self.swap_told_at = now + world.rng.between(40, 300);
            }
            4 if world.rng.chance(500) => world.track_changed(),
            4 => world.late_opening(),
            5..7 => world.rogue(),
            7 if world.plant.body_in_sweep() => world.body_seen(),
            8 => world.plant.road.expect_next(now),
            _ => {}
        }
    }

    fn break_something(&mut self, world: &mut World, pairs: &mut Pairs) {
        let now = world.plant.now;
        let rng = &mut world.rng;
        let until = now + rng.pick(&[200, 1000, 4000, 15_000]) + rng.between(0, 1000);
        let trouble = match rng.between(0, 23) {
            0..3 => Trouble::StuckFree,
            3 => Trouble::StuckActive,
            4..6 => Trouble::Flapping,
            6..8 => Trouble::Unreadable,
            8..10 => Trouble::BusDown,
            10..12 => Trouble::Disorder,
            12 => Trouble::Jam,
            13 => Trouble::StrangeMove,
            14 => Trouble::RelayStuck,
            15 => Trouble::NoPower,
            16 => Trouble::Manual,
            17 => Trouble::Emergency,
            18 => Trouble::ControllerBlind,
            19..21 => Trouble::Killed,
            21 => Trouble::Frozen,
            22 => Trouble::Locked,
            _ => return world.order(Local::Maintenance(false)),
        };
        self.begin(trouble, until, world, pairs);
    }

    fn begin(&mut self, trouble: Trouble, until: u64, world: &mut World, pairs: &mut Pairs) {
        let now = world.plant.now;
        // Officers take off locks too, and an agent that starts anew knows of none.
        if !world.is_locked() {
            world.in_force[Trouble::Locked as usize] = 0;
        }
        let rng = &mut world.rng;
        let mut until = until;
        match trouble {
            Trouble::StuckFree | Trouble::StuckActive | Trouble::Flapping | Trouble::Unreadable => {
                let input = rng.pick(&InputName::ALL);
                world.wire.fault(input, trouble.of_input(), until);
                pairs.input(input);
            }
            Trouble::BusDown => world.wire.down_until = until.min(now + 6000),
            Trouble::Disorder => world.wire.disorder_until = until,
            Trouble::Killed => {
                world.agent = None;
                until = now + rng.between(100, 6000);
                world.starts_at = until;
            }
            Trouble::Frozen => {
                until = now + rng.between(200, 6000);
                world.frozen_until = until;
            }
            Trouble::Locked => {
                world.order(Local::Maintenance(true));
                until = NEVER;
                if !world.is_locked() {
                    return;
                }
            }
            Trouble::Jam => world.plant.boom.jammed = true,
            Trouble::StrangeMove => {
                until = now + 500 + until % 3000;
                world.plant.boom.strange = if world.plant.boom.is_up() { -1 } else { 1 };
            }
            Trouble::RelayStuck if rng.chance(500) => world.plant.open.stuck = true,
            Trouble::RelayStuck => world.plant.close.stuck = true,
            Trouble::NoPower => world.plant.power = false,
            Trouble::Manual => world.plant.manual = true,
            Trouble::Emergency => world.plant.emergency = true,
            Trouble::ControllerBlind => world.plant.controller.blind = true,
        }
        if trouble.is_of_the_plant() {
            self.ends.push((until, trouble));
        }
        pairs.begin(trouble, &mut world.in_force, now, until);
    }
}

fn mend(world: &mut World, trouble: Trouble) {
    let plant = &mut world.plant;
    match trouble {
        Trouble::Jam => plant.boom.jammed = false,
        Trouble::StrangeMove => plant.boom.strange = 0,
        Trouble::RelayStuck => {
            for relay in [&mut plant.open, &mut plant.close] {
                relay.mend(plant.now);
            }
        }
        Trouble::NoPower => plant.power = true,
        Trouble::Manual => plant.manual = false,
        Trouble::Emergency => plant.emergency = false,
        Trouble::ControllerBlind => plant.controller.blind = false,
        _ => {}
    }
    plant.boom.halt();
}
