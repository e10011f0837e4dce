//! The world around an agent: plant and wire, its deaths and starts, and those who reach it past the centre.

pub mod centre;
pub mod chaos;
pub mod people;

use std::sync::Arc;

use gate_core::barrier::grant::Grant;
use gate_core::barrier::machine::BarrierInput;
use gate_core::barrier::state::{BarrierNews, BarrierState};
use gate_core::ids::{GrantId, LaneSession, TrackId};
use gate_core::lane::effect::LaneInput;
use gate_core::message::envelope::TrustedKeys;

use crate::agent::{Agent, Wish, at};
use crate::fact::{Fact, Local, Offer};
use crate::history::Play;
use crate::plant::Plant;
use crate::rng::Rng;
use crate::trouble::InForce;
use crate::wire::{Delivery, Wire};
use centre::Centre;
use gate_core::lane::joint::JointInput;
use people::People;

/// The agent's machines are stepped at least so often, as the edge's runner does it.
const TICK_MS: u64 = 50;
/// A lane's word is renewed.
const SESSION_MS: u64 = 10_000;

#[derive(Clone)]
pub struct World {
    pub rng: Rng,
    pub plant: Plant,
    pub wire: Wire,
    pub agent: Option<Agent>,
    pub frozen_until: u64,
    /// When a dead agent starts again.
    pub starts_at: u64,
    /// When anything but drivers was wrong last.
    pub wrong_at: u64,
    /// Until when each kind of trouble is in force.
    pub in_force: InForce,
    /// That an agent died was told.
    killed: bool,
    stopped: bool,
    renews_at: u64,
    ticks_at: u64,
    /// The grant that was used last in this life of the agent, for giving it again.
    spent: Option<GrantId>,
}

impl World {
    pub fn new(rng: &mut Rng) -> Self {
        Self {
            plant: Plant::new(rng),
            wire: Wire::new(rng),
            agent: None,
            frozen_until: 0,
            starts_at: 0,
            wrong_at: 0,
            in_force: InForce::default(),
            killed: false,
            stopped: false,
            renews_at: SESSION_MS,
            ticks_at: 0,
            spent: None,
            rng: rng.clone(),
        }
    }

    /// There is an agent, and it looks.
    pub fn awake(&self) -> bool {
        self.agent.is_some() && self.plant.now >= self.frozen_until
    }

    /// Whether somebody works at the barrier, as the agent knows it.
    pub fn is_locked(&self) -> bool {
        self.agent.as_ref().is_some_and(|agent| agent.joint.barrier().state() == BarrierState::Maintenance)
    }

    /// When something happens next.
    pub fn next(&self) -> u64 {
        let agent = match &self.agent {
            None => self.starts_at,
            Some(_) if self.plant.now < self.frozen_until => self.frozen_until,
            Some(_) => self.ticks_at.min(self.renews_at).min(self.wire.arrives_at()),
        };
        self.acts_at().min(agent)
    }

    /// When plant or wire do something next.
    pub fn acts_at(&self) -> u64 {
        self.plant.next().min(self.wire.next())
    }

    pub fn remember(&mut self, fact: &Fact) {
        match fact {
            Fact::Started => self.spent = None,
            Fact::Told(BarrierNews::Commanded { grant: Some(grant), .. }) => self.spent = Some(*grant),
            _ => {}
        }
    }

    /// Deaths and starts.
    pub fn life(&mut self, trusted: &Arc<TrustedKeys>, play: &Play, facts: &mut Vec<Fact>) {
        let now = self.plant.now;
        if self.agent.is_none() {
            if !self.killed && now > 0 {
                facts.push(Fact::Killed);
                self.killed = true;
                self.wire.forget();
            }
            if now >= self.starts_at {
                let agent = Agent::start(&self.plant, play, self.stopped, trusted.clone(), &mut self.rng);
                self.agent = Some(agent);
                self.killed = false;
                self.ticks_at = now;
            }
        }
    }

    /// The lane's word is renewed in its time.
    pub fn renew(&mut self) {
        if let Some(agent) = &mut self.agent
            && self.plant.now >= self.renews_at
        {
            self.renews_at = self.plant.now + SESSION_MS;
            agent.freshness.renew(LaneSession(format!("{:016x}", self.rng.next())));
        }
    }

    /// The agent is told what arrived.
    pub fn deliver(&mut self) {
        let now = self.plant.now;
        if !self.awake() {
            return;
        }
        let Some(agent) = &mut self.agent else { return };
        while let Some(delivery) = self.wire.arrived(now) {
            let input = match delivery {
                Delivery::Reads(round) => {
                    agent.facts.push(Fact::Read(round));
                    BarrierInput::Read(round)
                }
                Delivery::Device(news) => {
                    agent.facts.push(Fact::Device(news));
                    BarrierInput::Device(news)
                }
            };
            agent.step(JointInput::Barrier(input), now);
        }
        if now >= self.ticks_at {
            self.ticks_at = now + TICK_MS;
            agent.step(JointInput::Barrier(BarrierInput::Tick), now);
        }
    }

    /// What the agent did, and wants done.
    pub fn collect(&mut self, centre: &mut Centre, people: &mut People, facts: &mut Vec<Fact>) {
        let now = self.plant.now;
        let Some(agent) = &mut self.agent else { return };
        if agent.facts.is_empty() {
            return;
        }
        for wish in agent.wishes.drain(..) {
            match wish {
                Wish::Write(output) => self.wire.write(output, now, &mut self.rng),
                Wish::Ask(ask) => centre.asked(&ask, self.plant.road.at_line(), now, &mut self.rng),
                Wish::Watch(passage, track) => people.watch(passage, track, now, &mut self.rng),
            }
        }
        let state = agent.joint.barrier().state();
        self.stopped = matches!(state, BarrierState::Stopped | BarrierState::Fault(_)) || self.wire.stop_is_wanted();
        self.plant.controller.hold = state == BarrierState::HeldOpen;
        facts.append(&mut agent.facts);
    }

    pub fn note_wrong(&mut self) {
        let plant = &self.plant;
        let wrong = !plant.power
            || plant.manual
            || plant.emergency
            || !plant.chain_whole
            || plant.boom.jammed
            || plant.boom.strange != 0
            || plant.open.stuck
            || plant.close.stuck
            || self.agent.is_none()
            || plant.now < self.frozen_until;
        self.wrong_at = if wrong { plant.now } else { self.wrong_at.max(self.wire.wrong_at) };
    }

    /// The cameras tell that another vehicle stands at the stop line.
    pub fn track_changed(&mut self) {
        let now = self.plant.now;
        if let Some(agent) = self.agent.as_mut().filter(|_| now >= self.frozen_until) {
            agent.facts.push(Fact::TrackChanged);
            agent.step(JointInput::Lane(LaneInput::TrackChanged), now);
        }
    }

    /// A bug, or a stranger on the inside: the barrier is asked to open without a grant.
    pub fn rogue(&mut self) {
        let now = self.plant.now;
        let Some(agent) = self.agent.as_mut().filter(|_| now >= self.frozen_until) else { return };
        let meant = agent.joint.lane().vehicle().map_or(TrackId(1), |v| v.track);
        let track = match self.rng.between(0, 19) {
            0..10 => meant,
            10..13 => TrackId(meant.0.saturating_sub(1)),
            _ => TrackId(meant.0 + self.rng.between(1, 3)),
        };
        if self.rng.chance(300) {
            lose_opening(agent, meant, self.plant.road.at_line(), now);
        }
        // The same one again, its life made longer: nothing may come of it.
        if let Some(id) = self.spent.filter(|_| self.rng.chance(300)) {
            give(agent, id, track, now + 20_000, now);
        }
        ask(agent, track, now);
    }

    /// The vehicle changes between its grant and the opening for it, which comes late.
    pub fn late_opening(&mut self) {
        let now = self.plant.now;
        let Some(agent) = self.agent.as_mut().filter(|_| now >= self.frozen_until) else { return };
        let Some(track) = agent.joint.lane().vehicle().map(|v| v.track) else { return };
        lose_opening(agent, track, self.plant.road.at_line(), now);
        agent.facts.push(Fact::TrackChanged);
        agent.step(JointInput::Lane(LaneInput::TrackChanged), now);
        ask(agent, track, now);
    }

    pub fn body_seen(&mut self) {
        let now = self.plant.now;
        if let Some(agent) = self.agent.as_mut().filter(|_| now >= self.frozen_until) {
            agent.step(JointInput::Barrier(BarrierInput::BodySeen), now);
        }
    }

    pub fn order(&mut self, local: Local) {
        let now = self.plant.now;
        if let Some(agent) = self.agent.as_mut().filter(|_| now >= self.frozen_until) {
            agent.order(local, now);
        }
    }
}

fn give(agent: &mut Agent, id: GrantId, track: TrackId, until: u64, now: u64) {
    let session = agent.freshness.session().clone();
    let grant = Grant { id, session, track, until: at(until) };
    agent.step(JointInput::Barrier(BarrierInput::Grant(grant)), now);
}

/// A grant that the lane gave and whose opening never came.
fn lose_opening(agent: &mut Agent, track: TrackId, vehicle: Option<u64>, now: u64) {
    let (grant, until) = (agent.other_grant(), now + 5000);
    agent.facts.push(Fact::Offered(Offer { grant, track, until, vehicle, by: "lane" }));
    give(agent, grant, track, until, now);
}

fn ask(agent: &mut Agent, track: TrackId, now: u64) {
    agent.facts.push(Fact::Rogue(track));
    let input = BarrierInput::Open { track, cause: "nobody".to_owned() };
    agent.step(JointInput::Barrier(input), now);
}
