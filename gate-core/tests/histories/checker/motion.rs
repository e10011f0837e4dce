//! I5, I6, I7, I9 and I13: pulses, rests, limits, and movements that nobody ordered.

use gate_core::barrier::config::Closing as Who;
use gate_core::barrier::io::{InputName, Motion, Output};
use gate_core::barrier::round::Round;
use gate_core::barrier::state::{BarrierNews, BarrierState};
use gate_core::message::event::EventBody;

use super::log::{at, ends_at_the_lane};
use super::{Broken, Scene};
use crate::fact::{Fact, Local};

#[derive(Clone, Debug, Default)]
pub struct Motions {
    /// STOP was given or a fault told, and no reset since.
    stopped: bool,
    /// A reset was made, and no new word given since.
    needs_word: bool,
    /// Both limits were read at once so often in a row.
    both: u32,
    strange_since: Option<u64>,
    moving_since: Option<(BarrierState, u64)>,
}

impl Motions {
    pub fn fact(&mut self, fact: &Fact, scene: &Scene<'_>) -> Result<(), Broken> {
        let now = scene.plant.now;
        match fact {
            Fact::Started => *self = Self::default(),
            Fact::Offered(_) | Fact::Ordered(Local::WayIsEmpty) => self.needs_word = false,
            Fact::Event(body) if matches!(**body, EventBody::ConvoyBegan { .. }) => self.needs_word = false,
            Fact::Output(Output::DropStop) => self.stopped = true,
            Fact::Output(Output::RestoreStop) => {
                if !scene.log.step.ordered.contains(&Local::Reset) {
                    return Err(("I6", "the stop was given free without a reset at the lane".to_owned()));
                }
                (self.stopped, self.needs_word) = (false, true);
            }
            Fact::Output(Output::Pulse { motion, length }) => self.pulse(*motion, length.as_millis(), scene)?,
            Fact::Told(BarrierNews::State { now: state, .. }) => {
                let moves = matches!(state, BarrierState::Opening | BarrierState::Closing);
                self.moving_since = moves.then_some((*state, now));
                // A new beginning needs two reads of its own.
                if *state == BarrierState::Unknown {
                    self.both = 0;
                }
            }
            Fact::Read(round) => self.limits(round, scene),
            Fact::Device(_) => self.both = 0,
            Fact::Done(state, _) => return self.done(*state, scene),
            _ => {}
        }
        Ok(())
    }

    fn pulse(&self, motion: Motion, length_ms: u128, scene: &Scene<'_>) -> Result<(), Broken> {
        let now = scene.plant.now;
        if !(300..=1500).contains(&length_ms) {
            return Err(("I5", format!("{motion:?} for {length_ms} ms")));
        }
        if self.stopped {
            return Err(("I6", format!("{motion:?} after STOP or fault, without a reset")));
        }
        if self.needs_word {
            return Err(("I6", format!("{motion:?} after a reset, without a new word")));
        }
        let limits = [InputName::OpenLimit, InputName::ClosedLimit];
        if let Some(limit) = limits.into_iter().find(|&limit| !scene.log.believable(limit)) {
            return Err(("I9", format!("{motion:?} although {limit:?} was not read twice since the bus failed")));
        }
        let rested = now - scene.log.quiet_at;
        if rested < 5000 {
            return Err(("I7", format!("{motion:?} {rested} ms after a start, reconnection or loss of power")));
        }
        Ok(())
    }

    fn limits(&mut self, round: &Round, scene: &Scene<'_>) {
        let read = |name| scene.log.newest(name).filter(|newest| newest.at == at(round)).map(|newest| newest.active);
        match (read(InputName::OpenLimit), read(InputName::ClosedLimit)) {
            (Some(Some(true)), Some(Some(true))) if at(round) + 60 >= scene.plant.now => self.both += 1,
            (Some(_), Some(_)) => self.both = 0,
            // One that came late says nothing new.
            _ => {}
        }
    }

    fn done(&mut self, state: BarrierState, scene: &Scene<'_>) -> Result<(), Broken> {
        let (now, log) = (scene.plant.now, scene.log);
        if log.step.ordered.contains(&Local::Stop) && !log.step.dropped {
            return Err(("I12", "STOP was ordered and the chain was not dropped at once".to_owned()));
        }
        if log.step.stop_device && !ends_at_the_lane(state) {
            return Err(("I5", format!("a relay is stuck or the stop failed, and the barrier is {state}")));
        }
        if log.step.pulses != log.step.commanded {
            return Err(("I5", "a motion relay was pulsed that nothing tells of".to_owned()));
        }
        let doubted = log.bus_error_at.is_some_and(|at| at + 400 > now) || log.quiet_at + 400 > now;
        let limits = [InputName::OpenLimit, InputName::ClosedLimit];
        let still = limits.iter().all(|&limit| log.fresh(limit, now, 300) == Some(true));
        if self.both >= 2 && still && !ends_at_the_lane(state) && !doubted {
            return Err(("I9", format!("both limits at once, and the barrier is {state}")));
        }
        self.travel(state, scene)?;
        self.strange(state, scene)
    }

    fn travel(&self, state: BarrierState, scene: &Scene<'_>) -> Result<(), Broken> {
        let (now, config) = (scene.plant.now, &scene.plant.config);
        let Some((moving, since)) = self.moving_since.filter(|(moving, _)| *moving == state) else { return Ok(()) };
        let measured = if moving == BarrierState::Opening { config.travel_open_ms } else { config.travel_close_ms };
        let limit = u64::from(measured) * 3 / 2;
        let known = [InputName::OpenLimit, InputName::ClosedLimit]
            .iter()
            .all(|&name| scene.log.lasting(name, false, now) > 400 && scene.log.fresh(name, now, 200).is_some());
        if now - since > limit + 200 && known {
            return Err(("I9", format!("{state} for {} ms, at most {limit} ms", now - since)));
        }
        Ok(())
    }

    fn strange(&mut self, state: BarrierState, scene: &Scene<'_>) -> Result<(), Broken> {
        let (now, log) = (scene.plant.now, scene.log);
        let agent_closes = scene.plant.config.closing == Who::Agent;
        let expected = match state {
            BarrierState::Closed => Some((false, true)),
            BarrierState::HeldOpen => Some((true, false)),
            BarrierState::Open if agent_closes => Some((true, false)),
            _ => None,
        };
        let read = |name| log.fresh(name, now, 250);
        let limits = (read(InputName::OpenLimit), read(InputName::ClosedLimit));
        let doubted = log.bus_error_at.is_some_and(|at| at + 400 > now);
        match (expected, limits) {
            (Some(expected), (Some(up), Some(down))) if (up, down) != expected && !doubted => {
                let since = *self.strange_since.get_or_insert(now);
                if now - since > 1000 {
                    let what = format!("the limits say up {up}, down {down} for 1 s, and the barrier is {state}");
                    return Err(("I13", what));
                }
            }
            _ => self.strange_since = None,
        }
        Ok(())
    }

    pub fn moment(&mut self, scene: &Scene<'_>) -> Result<(), Broken> {
        let (plant, now) = (scene.plant, scene.plant.now);
        let stuck = plant.open.stuck || plant.close.stuck;
        if plant.open.is_on() && plant.close.is_on() && !stuck {
            return Err(("I5", "OPEN and CLOSE are energised together".to_owned()));
        }
        let long = |relay: &crate::plant::Relay| relay.on_since.is_some_and(|since| now - since > 1500);
        if (long(&plant.open) || long(&plant.close)) && !stuck {
            return Err(("I5", "a motion relay is energised for more than 1.5 s".to_owned()));
        }
        Ok(())
    }
}
