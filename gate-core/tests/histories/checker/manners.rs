//! I8, I10 and I11: messages that must have no effect, the green lamp, and hands off while a person works.

use gate_core::barrier::io::{InputName, Motion, Output};
use gate_core::barrier::round::Round;
use gate_core::barrier::state::{BarrierNews, BarrierState};
use gate_core::lane::state::LaneState;
use gate_core::message::event::EventBody;

use super::log::{at, ends_at_the_lane};
use super::{Broken, Scene};
use crate::fact::{Fact, Local};

#[derive(Clone, Debug, Default)]
pub struct Manners {
    /// An opening's vehicle is on its way.
    going: bool,
    entered: bool,
    green_at: Option<u64>,
    down_since: Option<u64>,
    manual_reads: u32,
    opened_in_step: bool,
    /// Somebody works at the barrier: from the lock to its taking off.
    locked: bool,
    outputs: Vec<Output>,
}

impl Manners {
    pub fn fact(&mut self, fact: &Fact, scene: &Scene<'_>) -> Result<(), Broken> {
        match fact {
            Fact::Started => *self = Self { green_at: self.green_at, ..Self::default() },
            // Once it is under the boom, whoever comes to the stop line is another's business.
            Fact::TrackChanged => self.going &= self.entered || scene.log.lane == LaneState::Idle,
            Fact::Ordered(Local::Stop | Local::Reset) => self.going = false,
            Fact::Ordered(Local::Maintenance(lock)) => self.locked = *lock,
            Fact::Told(BarrierNews::Entered) => self.entered = true,
            Fact::Event(body) => {
                if matches!(&**body, EventBody::Fault { code, .. } if code == "track_changed") {
                    self.going = false;
                }
            }
            Fact::Told(BarrierNews::Commanded { motion: Motion::Open, cause, .. }) => {
                // The next of a convoy may be due in the very step of a message that has no effect.
                let by_convoy = cause.starts_with("convoy") && scene.log.convoy.lets_in(scene.plant.now);
                (self.going, self.entered, self.opened_in_step) = (true, false, !by_convoy);
            }
            Fact::Told(BarrierNews::DroveThrough | BarrierNews::BackedOut | BarrierNews::Tailgated) => {
                self.going = false;
            }
            Fact::Told(BarrierNews::State { now, .. }) => {
                let up = matches!(now, BarrierState::Opening | BarrierState::Open | BarrierState::HeldOpen);
                self.going &= up;
            }
            Fact::Read(round) => self.read(round, scene),
            Fact::Device(_) => self.manual_reads = 0,
            Fact::Output(output) => {
                self.outputs.push(*output);
                if self.locked && !matches!(output, Output::DropStop | Output::Red) {
                    return Err(("I11", format!("{output:?} while somebody works at the barrier")));
                }
                if let Output::Green { length } = output {
                    self.green(length.as_millis(), scene)?;
                }
            }
            Fact::Done(state, _) => return self.done(*state, scene),
            _ => {}
        }
        Ok(())
    }

    fn read(&mut self, round: &Round, scene: &Scene<'_>) {
        if let Some(active) = round.get(InputName::ManualKey) {
            let newest = scene.log.newest(InputName::ManualKey).is_some_and(|n| n.at == at(round));
            let fresh = at(round) + 200 >= scene.plant.now && newest;
            self.manual_reads = if fresh && active == Some(true) { self.manual_reads + 1 } else { 0 };
        }
    }

    fn green(&mut self, length_ms: u128, scene: &Scene<'_>) -> Result<(), Broken> {
        let now = scene.plant.now;
        self.green_at = Some(now);
        if length_ms > 3000 {
            return Err(("I10", format!("green for {length_ms} ms")));
        }
        if scene.log.fresh(InputName::OpenLimit, now, 300) != Some(true) {
            return Err(("I10", "green although the open limit is not read".to_owned()));
        }
        if !self.going {
            return Err(("I10", "green although no grant's vehicle is on its way".to_owned()));
        }
        Ok(())
    }

    fn done(&mut self, state: BarrierState, scene: &Scene<'_>) -> Result<(), Broken> {
        let step = &scene.log.step;
        let opened = std::mem::take(&mut self.opened_in_step);
        if let Some(bad) = step.bad {
            if opened {
                return Err(("I8", format!("OPEN by a message that is {bad}")));
            }
            if step.refused != 1 {
                return Err(("I8", format!("{} records of the refusal of a message that is {bad}", step.refused)));
            }
        }
        let locked = matches!(scene.log.barrier, BarrierState::ManualLocal | BarrierState::Maintenance);
        let stop = step.ordered.contains(&Local::Stop) || step.stop_device;
        let reset = step.ordered.contains(&Local::Reset);
        let unlocked = step.ordered.contains(&Local::Maintenance(false));
        let forbidden = self.outputs.drain(..).find(|output| match output {
            Output::DropStop => !stop,
            Output::Red => !stop && state == scene.log.barrier,
            Output::RestoreStop => true,
            Output::Pulse { .. } | Output::Green { .. } => true,
        });
        if let Some(output) = forbidden.filter(|_| locked && !unlocked && !reset) {
            return Err(("I11", format!("{output:?} while the barrier is {}", scene.log.barrier)));
        }
        // Older than that it is unknown, as after a time in which the agent did not look.
        let read = scene.log.fresh(InputName::ManualKey, scene.plant.now, 300) == Some(true);
        if self.manual_reads >= 3 && read && !ends_at_the_lane(state) {
            return Err(("I11", format!("the key stands on MANUAL, and the barrier is {state}")));
        }
        Ok(())
    }

    pub fn moment(&mut self, scene: &Scene<'_>) -> Result<(), Broken> {
        let (plant, now) = (scene.plant, scene.plant.now);
        if plant.green() && self.green_at.is_none_or(|at| now > at + 3200) {
            return Err(("I10", "the lamp is green 3 s after the agent's last word".to_owned()));
        }
        if plant.boom.is_up() || !plant.green() {
            self.down_since = None;
        } else {
            let since = *self.down_since.get_or_insert(now);
            if now - since > 800 && scene.log.well_for(now) > 3000 {
                return Err(("I10", "the lamp is green and the boom is not up".to_owned()));
            }
        }
        Ok(())
    }
}
