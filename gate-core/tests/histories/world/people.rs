//! The officer at the lane, who sees the boom, and the cameras.

use gate_core::barrier::state::BarrierState;
use gate_core::ids::{PassageId, TrackId};
use gate_core::lane::effect::{Act, LaneInput, Order, Sight};
use gate_core::lane::state::LaneState;
use gate_core::message::command::{ConvoySize, LaneMode, OfficerRef, OfficerRole};
use gate_core::message::event::ActPlace;
use gate_core::reading::PlateReading;
use gate_core::vehicle::Role;

use crate::agent::Agent;
use crate::fact::{Fact, Local, Offer};
use crate::plant::{Plant, road};
use crate::rng::Rng;
use gate_core::lane::joint::JointInput;

/// Life of a grant given at the lane.
const LOCAL_GRANT_MS: u64 = 30_000;

#[derive(Clone)]
pub struct People {
    looks_at: u64,
    pace_ms: u64,
    sights: Vec<(u64, PassageId, TrackId)>,
}

impl People {
    pub fn new(rng: &mut Rng) -> Self {
        Self { looks_at: 0, pace_ms: rng.pick(&[800, 3000, 9000]), sights: Vec::new() }
    }

    /// The cameras look at a vehicle: mostly its plate is read soon.
    pub fn watch(&mut self, passage: PassageId, track: TrackId, now: u64, rng: &mut Rng) {
        if rng.chance(880) {
            self.sights.push((now + rng.between(200, 1800), passage, track));
        }
    }

    /// They look more often from now on.
    pub fn hurry(&mut self, now: u64, rng: &mut Rng) {
        self.pace_ms = rng.pick(&[400, 1200, 4000]);
        self.looks_at = now + rng.between(0, self.pace_ms);
    }

    /// When they do something next.
    pub fn next(&self) -> u64 {
        self.sights.iter().map(|(at, ..)| *at).fold(self.looks_at, u64::min)
    }

    pub fn step(&mut self, plant: &Plant, agent: &mut Agent, rng: &mut Rng) {
        let now = plant.now;
        while let Some(due) = self.sights.iter().position(|(at, ..)| *at <= now) {
            let (_, passage, track) = self.sights.remove(due);
            let same = agent.joint.lane().vehicle().is_some_and(|v| v.passage == passage && v.track == track);
            if same {
                let sight = Sight::Plate { reading: reading(), ready: true };
                agent.step(JointInput::Lane(LaneInput::Sight(sight)), now);
            }
        }
        if now >= self.looks_at {
            self.looks_at = now + rng.between(self.pace_ms / 2, self.pace_ms * 3 / 2);
            officer(plant, agent, rng);
        }
    }
}

/// The officer looks, and does something about what is seen, or not.
fn officer(plant: &Plant, agent: &mut Agent, rng: &mut Rng) {
    let now = plant.now;
    let (barrier, lane) = (agent.joint.barrier().state(), agent.joint.lane().state());
    if rng.chance(15) {
        return agent.order(Local::Stop, now);
    }
    match barrier {
        BarrierState::Fault(_) | BarrierState::Stopped | BarrierState::ManualLocal | BarrierState::EmergencyOpen => {
            return if rng.chance(700) {
                agent.order(Local::Reset, now)
            };
        }
        BarrierState::Maintenance if rng.chance(200) => return agent.order(Local::Reset, now),
        BarrierState::Maintenance if rng.chance(400) => return agent.order(Local::Maintenance(false), now),
        BarrierState::Open if rng.chance(40) => return agent.order(Local::HoldOpen(true), now),
        BarrierState::HeldOpen if rng.chance(300) => return agent.order(Local::HoldOpen(false), now),
        BarrierState::Open | BarrierState::HeldOpen => {
            // With the boom in view: an officer never says so of a way that is not empty.
            let empty = !plant.body_in_sweep() && !plant.road.on((0.5, road::EXIT.1));
            if empty && rng.chance(250) {
                agent.order(Local::WayIsEmpty, now);
            }
        }
        _ => {}
    }
    match lane {
        LaneState::Tailgated => {
            let act = match rng.between(0, 2) {
                0 => Act::WasTrailer,
                1 => Act::Open { given: None, priority: false },
                _ => Act::Hold(None),
            };
            if !matches!(act, Act::Hold(_)) {
                agent.facts.push(Fact::Ordered(Local::TailgatingKey));
            }
            say(agent, act, now);
        }
        LaneState::Referred | LaneState::Refused if rng.chance(400) => open(plant, agent),
        LaneState::Capturing | LaneState::Deciding | LaneState::Referred if rng.chance(60) => {
            let act = if rng.chance(500) { Act::Refuse(None) } else { Act::Hold(None) };
            say(agent, act, now);
        }
        LaneState::Capturing | LaneState::Deciding if rng.chance(60) => open(plant, agent),
        _ if rng.chance(15) => convoy(agent, rng, now),
        _ if rng.chance(10) => {
            let mode = rng.pick(&[LaneMode::Automatic, LaneMode::Automatic, LaneMode::Attended, LaneMode::Closed]);
            say(agent, Act::Mode(mode), now);
        }
        _ => {}
    }
}

fn open(plant: &Plant, agent: &mut Agent) {
    let now = plant.now;
    let grant = agent.grant_of_next_step();
    if let Some(vehicle) = agent.joint.lane().vehicle() {
        let track = vehicle.track;
        let vehicle = plant.road.at_line();
        let offer = Offer { grant, track, until: now + LOCAL_GRANT_MS, vehicle, by: "panel" };
        agent.facts.push(Fact::Offered(offer));
    }
    agent.step(order(Act::Open { given: None, priority: false }), now);
}

/// The shift leader lets a convoy pass, or ends it.
fn convoy(agent: &mut Agent, rng: &mut Rng, now: u64) {
    let size = ConvoySize { vehicles: rng.pick(&[1, 2, 3, 6]), minutes: rng.pick(&[1, 2, 15]) };
    let (fact, act) =
        if rng.chance(800) { (Local::Convoy(size), Act::Convoy(size)) } else { (Local::ConvoyOver, Act::ConvoyOver) };
    agent.facts.push(Fact::Ordered(fact));
    say(agent, act, now);
}

fn say(agent: &mut Agent, act: Act, now: u64) {
    agent.step(order(act), now);
}

fn order(act: Act) -> JointInput {
    let role = match act {
        Act::Convoy(_) | Act::ConvoyOver => OfficerRole::ShiftLeader,
        _ => OfficerRole::Officer,
    };
    let officer = OfficerRef { name: "lan".to_owned(), role };
    let reason = "giấy tờ đã xem".to_owned();
    JointInput::Lane(LaneInput::Order(Order { officer, place: ActPlace::Panel, reason, act }))
}

fn reading() -> PlateReading {
    PlateReading {
        raw: "24C12345".to_owned(),
        text: "24C12345".to_owned(),
        country: None,
        kind: None,
        color: None,
        rows: 1,
        probability: 0.999,
        others: Vec::new(),
        role: Role::Tractor,
        view: None,
        looks: 3,
        model: "m".to_owned(),
        evidence: None,
        source: None,
    }
}
