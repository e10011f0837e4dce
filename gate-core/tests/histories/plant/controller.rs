//! A barrier controller that lowers the boom by its own wired chain, where the profile says so.

use gate_core::barrier::io::Motion;

use super::boom::Boom;
use crate::rng::Rng;

#[derive(Clone, Debug)]
pub struct Controller {
    /// Its chain is broken: it lowers the boom whatever is there.
    pub blind: bool,
    /// An officer at the barrier told it to stay up.
    pub hold: bool,
    patience_ms: u64,
    up_since: Option<u64>,
    vehicle_seen: bool,
    free_since: Option<u64>,
}

impl Controller {
    pub fn new(rng: &mut Rng) -> Self {
        Self {
            blind: false,
            hold: false,
            patience_ms: rng.between(15_000, 40_000),
            up_since: None,
            vehicle_seen: false,
            free_since: None,
        }
    }

    pub fn told(&mut self, motion: Motion, now: u64) {
        if motion == Motion::Open {
            (self.up_since, self.vehicle_seen, self.free_since) = (Some(now), false, None);
        }
    }

    /// Which way it drives the boom now, if it has a mind to.
    pub fn step(&mut self, now: u64, boom: &Boom, occupied: bool) -> Option<i8> {
        if occupied && !self.blind {
            self.vehicle_seen = true;
            self.free_since = None;
            return boom.is_lowering().then_some(1);
        }
        if !boom.is_up() || self.hold {
            return None;
        }
        let up_since = *self.up_since.get_or_insert(now);
        let free_since = *self.free_since.get_or_insert(now);
        let passed = self.vehicle_seen && now - free_since >= 2500;
        let tired = now - up_since >= self.patience_ms && now - free_since >= 2500;
        if passed || tired {
            (self.up_since, self.vehicle_seen, self.free_since) = (None, false, None);
            return Some(-1);
        }
        None
    }
}
