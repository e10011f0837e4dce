//! A history: plant, wire, agent, centre and people, moved on step by step by one seed.

pub mod centre;
pub mod chaos;
pub mod people;

use gate_core::barrier::defect::Defect;
use gate_core::barrier::grant::Grant;
use gate_core::barrier::machine::BarrierInput;
use gate_core::barrier::state::{BarrierNews, BarrierState};
use gate_core::ids::{GrantId, LaneSession, TrackId};
use gate_core::lane::effect::LaneInput;

use crate::agent::{Agent, Wish, at};
use crate::checker::{Checker, Violation};
use crate::coverage::Coverage;
use crate::fact::{Fact, Local, Offer};
use crate::less::Life;
use crate::pair::PairInput;
use crate::plant::{Plant, STEP_MS};
use crate::rng::Rng;
use crate::wire::{Delivery, Wire};
use centre::Centre;
use chaos::Chaos;
use people::People;

/// The agent's machines are stepped at least so often.
const TICK_MS: u64 = 40;
/// A lane's word is renewed.
const SESSION_MS: u64 = 10_000;

/// What is played.
#[derive(Clone, Copy, Debug, Default)]
pub struct Play {
    pub defect: Option<Defect>,
    /// Nothing breaks but what drivers and officers do.
    pub healthy: bool,
    /// Keep all that the agent was given.
    pub keep: bool,
    /// Judge by this invariant alone.
    pub rule: Option<&'static str>,
    /// Write every fact to standard error.
    pub show: bool,
}

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
    stopped: bool,
    renews_at: u64,
    /// The grant that was used last in this life of the agent, for giving it again.
    spent: Option<GrantId>,
    play: Play,
}

/// The life of the agent of one healthy history.
pub fn life(seed: u64) -> Option<Life> {
    let play = Play { healthy: true, keep: true, ..Play::default() };
    let (violation, world) = history(seed, play, &mut Coverage::default());
    let agent = world.agent.filter(|_| violation.is_none())?;
    Some(Life { config: world.plant.config, began: STEP_MS, given: agent.given })
}

/// Plays one history; its length is drawn from its seed.
pub fn run(seed: u64, play: Play, coverage: &mut Coverage) -> Option<Violation> {
    history(seed, play, coverage).0
}

fn history(seed: u64, play: Play, coverage: &mut Coverage) -> (Option<Violation>, World) {
    let mut rng = Rng::new(seed);
    let plant = Plant::new(&mut rng);
    let wire = Wire::new(&mut rng);
    let mut chaos = Chaos::new(play.healthy, &mut rng);
    let mut people = People::new(&mut rng);
    let mut centre = Centre::new();
    let mut checker = Checker::new(&plant);
    let length = rng.between(40_000, 120_000);
    let mut world = World {
        rng,
        plant,
        wire,
        agent: None,
        frozen_until: 0,
        starts_at: 0,
        wrong_at: 0,
        stopped: false,
        renews_at: SESSION_MS,
        spent: None,
        play,
    };
    let mut killed = false;
    while world.plant.now < length {
        chaos.step(&mut world);
        let mut facts = world.life(&centre, &mut killed);
        let awake = world.plant.now >= world.frozen_until;
        if let Some(agent) = world.agent.as_mut().filter(|_| awake) {
            people.step(&world.plant, agent, &mut world.rng);
            centre.step(&world.plant, agent, &mut world.rng);
        }
        world.plant.step(&mut world.rng);
        world.deliver();
        facts.extend(world.collect(&mut centre, &mut people));
        for fact in &facts {
            coverage.see(fact);
            world.remember(fact);
            if world.play.show {
                eprintln!("{:>7} {fact:?}", world.plant.now);
            }
            if let Err(violation) = checker.fact(fact, &world.plant, &world.wire)
                && play.rule.is_none_or(|rule| rule == violation.rule)
            {
                return (Some(violation.of(seed)), world);
            }
        }
        if play.show && world.plant.now.is_multiple_of(500) {
            eprintln!("{:>7} {}", world.plant.now, world.plant);
        }
        world.note_wrong();
        if let Err(violation) = checker.moment(&world.plant, &world.wire, world.wrong_at)
            && play.rule.is_none_or(|rule| rule == violation.rule)
        {
            return (Some(violation.of(seed)), world);
        }
    }
    coverage.histories += 1;
    coverage.pairs.add(&chaos.pairs);
    coverage.seconds += length / 1000;
    (None, world)
}

impl World {
    fn remember(&mut self, fact: &Fact) {
        match fact {
            Fact::Started => self.spent = None,
            Fact::Told(BarrierNews::Commanded { grant: Some(grant), .. }) => self.spent = Some(*grant),
            _ => {}
        }
    }

    /// Deaths and starts.
    fn life(&mut self, centre: &Centre, killed: &mut bool) -> Vec<Fact> {
        let mut facts = Vec::new();
        if self.agent.is_none() {
            if !*killed && self.plant.now > 0 {
                facts.push(Fact::Killed);
                *killed = true;
                self.wire.forget();
            }
            if self.plant.now >= self.starts_at {
                let trusted = centre.trusted();
                let agent = Agent::start(&self.plant, &self.play, self.stopped, trusted, &mut self.rng);
                self.agent = Some(agent);
                *killed = false;
            }
        }
        if let Some(agent) = &mut self.agent
            && self.plant.now >= self.renews_at
        {
            self.renews_at = self.plant.now + SESSION_MS;
            agent.freshness.renew(LaneSession(format!("{:016x}", self.rng.next())));
        }
        facts
    }

    /// The wire moves on, and the agent is told what arrives.
    fn deliver(&mut self) {
        let deliveries = self.wire.step(&mut self.plant, &mut self.rng);
        let now = self.plant.now;
        let Some(agent) = &mut self.agent else { return };
        if now < self.frozen_until {
            deliveries.into_iter().for_each(|d| self.wire.keep(d, now));
            return;
        }
        for delivery in deliveries {
            let input = match delivery {
                Delivery::Reads(reads) => {
                    agent.facts.extend(reads.iter().map(|r| Fact::Read(*r)));
                    BarrierInput::Read(reads)
                }
                Delivery::Device(news) => {
                    agent.facts.push(Fact::Device(news));
                    BarrierInput::Device(news)
                }
            };
            agent.step(PairInput::Barrier(input), now, &mut self.rng);
        }
        if now.is_multiple_of(TICK_MS) {
            agent.step(PairInput::Tick, now, &mut self.rng);
        }
    }

    /// What the agent did and wants.
    fn collect(&mut self, centre: &mut Centre, people: &mut People) -> Vec<Fact> {
        let now = self.plant.now;
        let Some(agent) = &mut self.agent else { return Vec::new() };
        for wish in std::mem::take(&mut agent.wishes) {
            match wish {
                Wish::Write(output) => self.wire.write(output, now, &mut self.rng),
                Wish::Ask(ask) => centre.asked(&ask, self.plant.road.at_line(), now, &mut self.rng),
                Wish::Watch(passage, track) => people.watch(passage, track, now, &mut self.rng),
            }
        }
        let state = agent.pair.barrier().state();
        self.stopped = matches!(state, BarrierState::Stopped | BarrierState::Fault(_)) || self.wire.stop_is_wanted();
        self.plant.controller.hold = state == BarrierState::HeldOpen;
        std::mem::take(&mut agent.facts)
    }

    fn note_wrong(&mut self) {
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
            agent.step(PairInput::Lane(LaneInput::TrackChanged), now, &mut self.rng);
        }
    }

    /// A bug, or a stranger on the inside: the barrier is asked to open without a grant.
    pub fn rogue(&mut self) {
        let now = self.plant.now;
        if let Some(agent) = self.agent.as_mut().filter(|_| now >= self.frozen_until) {
            let track = agent.pair.lane().vehicle().map_or(TrackId(1), |v| v.track);
            let track = if self.rng.chance(500) { track } else { TrackId(track.0 + self.rng.between(1, 3)) };
            if self.rng.chance(300) {
                let meant = agent.pair.lane().vehicle().map_or(TrackId(1), |v| v.track);
                // A grant that the lane gave and whose opening never came.
                let (grant, life_ms) = (agent.grant_of_next_step(&mut self.rng), 5000);
                let (session, until) = (agent.freshness.session().clone(), at(now + life_ms));
                let vehicle = self.plant.road.at_line();
                agent.facts.push(Fact::Offered(Offer {
                    grant,
                    track: meant,
                    until: now + life_ms,
                    vehicle,
                    by: "lane",
                }));
                let grant = Grant { id: grant, session, track: meant, until };
                agent.step(PairInput::Barrier(BarrierInput::Grant(grant)), now, &mut self.rng);
            }
            // The same one again, its life made longer: nothing may come of it.
            if let Some(id) = self.spent.filter(|_| self.rng.chance(300)) {
                let session = agent.freshness.session().clone();
                let again = Grant { id, session, track, until: at(now + 20_000) };
                agent.step(PairInput::Barrier(BarrierInput::Grant(again)), now, &mut self.rng);
            }
            agent.facts.push(Fact::Rogue(track));
            let input = BarrierInput::Open { track, cause: "nobody".to_owned() };
            agent.step(PairInput::Barrier(input), now, &mut self.rng);
        }
    }

    pub fn body_seen(&mut self) {
        let now = self.plant.now;
        if let Some(agent) = self.agent.as_mut().filter(|_| now >= self.frozen_until) {
            agent.step(PairInput::Barrier(BarrierInput::BodySeen), now, &mut self.rng);
        }
    }

    pub fn order(&mut self, local: Local) {
        let now = self.plant.now;
        if let Some(agent) = self.agent.as_mut().filter(|_| now >= self.frozen_until) {
            agent.order(local, now, &mut self.rng);
        }
    }
}
