//! I1 and I2: when the boom may come down, and when it must stop.

use gate_core::barrier::config::{BarrierConfig, Closing as Who};
use gate_core::barrier::io::{InputName, Motion, Output};
use gate_core::barrier::round::Round;
use gate_core::barrier::state::{BarrierNews, BarrierState};

use super::log::at;
use super::presence::Presence;
use super::{Broken, Scene};
use crate::fact::{Fact, Local};

#[derive(Clone, Debug)]
pub struct Closing {
    presence: Presence,
    /// The open limit has been read since.
    up_since: Option<u64>,
    /// A body has been in the sweep, seen by a working sensor, since.
    body_since: Option<u64>,
    /// The agent lowers the boom: its own CLOSE, or what it says of the controller's.
    lowering: bool,
    must_stop_by: Option<u64>,
}

impl Closing {
    pub fn new(config: &BarrierConfig) -> Self {
        Self { presence: Presence::new(config), up_since: None, body_since: None, lowering: false, must_stop_by: None }
    }

    pub fn fact(&mut self, fact: &Fact, scene: &Scene<'_>) -> Result<(), Broken> {
        let now = scene.plant.now;
        self.presence.fact(fact, scene.log, now);
        match fact {
            Fact::Started | Fact::Killed => {
                (self.up_since, self.lowering, self.must_stop_by) = (None, false, None);
            }
            Fact::Read(round) => self.read(round, scene),
            Fact::Told(BarrierNews::Commanded { motion: Motion::Open, .. }) => self.up_since = None,
            Fact::Told(BarrierNews::Commanded { motion: Motion::Close, .. }) => {
                self.lowering = true;
                self.close(scene)?;
            }
            Fact::Told(BarrierNews::State { now: state, .. }) => self.lowering = *state == BarrierState::Closing,
            Fact::Output(Output::DropStop) => self.must_stop_by = None,
            Fact::Done(..) if !self.lowering => self.must_stop_by = None,
            _ => {}
        }
        if self.must_stop_by.is_some_and(|by| now > by) && scene.log.started_at.is_some() {
            return Err(("I2", "the way became occupied while closing, and no STOP came within 300 ms".to_owned()));
        }
        Ok(())
    }

    fn read(&mut self, round: &Round, scene: &Scene<'_>) {
        if round.get(InputName::OpenLimit) == Some(Some(true)) {
            self.up_since.get_or_insert(scene.plant.now);
        }
        if self.lowering {
            let newest = |name| scene.log.newest(name).is_some_and(|n| n.at <= at(round));
            let occupied = |name: InputName| round.get(name) == Some(Some(true)) && newest(name);
            if self.presence.required().iter().any(occupied) {
                self.must_stop_by.get_or_insert(scene.plant.now + 300);
            }
        }
    }

    pub fn moment(&mut self, scene: &Scene<'_>) -> Result<(), Broken> {
        let (plant, now) = (scene.plant, scene.plant.now);
        let sees = |name: InputName| {
            matches!(name, InputName::LoopUnder | InputName::Photocell)
                && plant.truth(name)
                && scene.wire.works(name, now)
                && now >= scene.wire.disorder_until
        };
        if plant.body_in_sweep() && self.presence.required().iter().any(sees) {
            self.body_since.get_or_insert(now);
        } else {
            self.body_since = None;
        }
        Ok(())
    }

    /// The agent gave CLOSE.
    fn close(&self, scene: &Scene<'_>) -> Result<(), Broken> {
        let (now, config) = (scene.plant.now, &scene.plant.config);
        let no = |why: String| Err(("I1", format!("CLOSE although {why}")));
        if config.closing != Who::Agent || !config.three_loops || !config.force_limitation_recorded {
            return no("this lane is not one that the agent closes".to_owned());
        }
        let freed = scene.log.step.ordered.contains(&Local::HoldOpen(false));
        if scene.log.barrier == BarrierState::HeldOpen && !freed {
            return no("an officer holds the boom up".to_owned());
        }
        for name in self.presence.required().iter() {
            if scene.log.lasting(name, false, now) < 1500 {
                return no(format!("{name:?} was not free in all reads of 1.5 s"));
            }
            if scene.log.newest(name).is_none_or(|r| r.at + 150 < now) {
                return no(format!("the newest read of {name:?} is older than 150 ms"));
            }
        }
        if let Some(objection) = self.presence.objection() {
            return no(objection.to_owned());
        }
        let min_open = u64::from(config.min_open_ms);
        if self.up_since.is_none_or(|since| since + min_open > now) {
            return no(format!("it was not up for {min_open} ms"));
        }
        if self.body_since.is_some_and(|since| now - since > 400) {
            return Err(("I2", "CLOSE although a working sensor sees a body in the sweep".to_owned()));
        }
        Ok(())
    }
}
