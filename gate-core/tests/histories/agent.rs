//! The agent under test: lane and barrier joined, commands judged, questions kept. It writes down all that
//! can be observed of it.

use std::sync::Arc;
use std::time::Duration;

use gate_core::barrier::machine::{Barrier, BarrierInput};
use gate_core::clock::Monotonic;
use gate_core::decision::Decision;
use gate_core::ids::{GrantId, LaneId, LaneSession, PassageId, RequestId, TrackId};
use gate_core::lane::command::{Accepted, Freshness};
use gate_core::lane::effect::{Ask, LaneEffect, LaneInput, StepIds};
use gate_core::lane::machine::Lane;
use gate_core::message::command::{LaneCommand, LaneMode};
use gate_core::message::envelope::{TrustedKeys, open};
use gate_core::message::event::{DecidedBy, EventBody};
use gate_core::vehicle::Direction;

use crate::fact::{Fact, Local, Offer};
use crate::history::Play;
use crate::less::Given;
use crate::plant::Plant;
use crate::rng::Rng;
use gate_core::lane::joint::{Joint, JointEffect, JointInput};

/// What an agent wants done outside.
#[derive(Clone, Debug)]
pub enum Wish {
    Write(gate_core::barrier::io::Output),
    Ask(Ask),
    Watch(PassageId, TrackId),
}

#[derive(Clone)]
pub struct Agent {
    pub joint: Joint,
    pub freshness: Freshness,
    pub asked: Option<RequestId>,
    pub facts: Vec<Fact>,
    pub wishes: Vec<Wish>,
    trusted: Arc<TrustedKeys>,
    ids: StepIds,
    /// Of its ids: no two lives and no two steps have the same.
    life: u64,
    count: u32,
    begun: Option<PassageId>,
    effects: Vec<JointEffect>,
    /// All that it was given, where that is wanted.
    pub given: Vec<Given>,
    keeps: bool,
}

pub fn lane_name() -> LaneId {
    LaneId::new("in-1").unwrap()
}

pub fn at(now: u64) -> Monotonic {
    Monotonic(Duration::from_millis(now))
}

impl Agent {
    /// A start: a new epoch. What an earlier life had stopped stays stopped.
    pub fn start(plant: &Plant, play: &Play, stopped: bool, trusted: Arc<TrustedKeys>, rng: &mut Rng) -> Self {
        let now = at(plant.now);
        let mut lane = Lane::new(Direction::Entry, LaneMode::Automatic, now);
        let mut freshness = Freshness::new(lane_name(), LaneSession(format!("{:016x}", rng.next())));
        let mut barrier = Barrier::new(plant.config.clone(), now);
        if let Some(defect) = play.defect {
            barrier = barrier.with_defect(defect);
            lane = lane.with_defect(defect);
            freshness = freshness.with_defect(defect);
        }
        let mut agent = Self {
            joint: Joint::new(lane, barrier),
            freshness,
            asked: None,
            facts: vec![Fact::Started],
            wishes: Vec::new(),
            trusted,
            ids: ids(0, 0),
            begun: None,
            life: rng.next(),
            count: 0,
            effects: Vec::new(),
            given: Vec::new(),
            keeps: play.keep,
        };
        if stopped {
            agent.order(Local::Stop, plant.now);
        }
        agent
    }

    /// Ids that the next step will use for a grant at the lane.
    pub fn grant_of_next_step(&self) -> GrantId {
        self.ids.grant
    }

    /// A grant's id that no step will use.
    pub fn other_grant(&mut self) -> GrantId {
        let grant = self.ids.grant;
        self.count += 1;
        self.ids = ids(self.life, self.count);
        grant
    }

    pub fn step(&mut self, input: JointInput, now: u64) {
        if self.keeps {
            let session = self.freshness.session().clone();
            self.given.push(Given { now, input: input.clone(), ids: self.ids, session });
        }
        let mut effects = std::mem::take(&mut self.effects);
        self.joint.step(input, self.freshness.session(), self.ids, at(now), &mut effects);
        let spent = effects.iter().any(|effect| matches!(effect, JointEffect::Lane(_)));
        for effect in effects.drain(..) {
            match effect {
                JointEffect::Output(output) => {
                    self.facts.push(Fact::Output(output));
                    self.wishes.push(Wish::Write(output));
                }
                JointEffect::Told { news, .. } => self.facts.push(Fact::Told(news)),
                JointEffect::Lane(LaneEffect::Emit { passage, body }) => self.event(passage, body),
                JointEffect::Lane(LaneEffect::Ask(ask)) => {
                    self.asked = Some(ask.request);
                    self.wishes.push(Wish::Ask(*ask));
                }
                JointEffect::Lane(LaneEffect::Watch { passage, track }) => {
                    self.wishes.push(Wish::Watch(passage, track));
                }
                JointEffect::Lane(_) => {}
            }
        }
        self.effects = effects;
        if spent {
            self.other_grant();
        }
        self.facts.push(Fact::Done(self.joint.barrier().state(), self.joint.lane().state()));
    }

    fn event(&mut self, passage: Option<PassageId>, body: EventBody) {
        if matches!(body, EventBody::PassageBegan { .. }) && std::mem::replace(&mut self.begun, passage) == passage {
            self.facts.push(Fact::BegunTwice);
        }
        if let EventBody::Refused { what, why } = &body {
            self.facts.push(Fact::Refused(format!("{what}: {why}")));
        }
        self.facts.push(Fact::Event(Box::new(body)));
    }

    /// An officer at the lane orders the barrier.
    pub fn order(&mut self, local: Local, now: u64) {
        self.facts.push(Fact::Ordered(local));
        let input = match local {
            Local::Stop => BarrierInput::Stop { cause: "panel".to_owned() },
            Local::Reset => BarrierInput::Reset { by: "lan".to_owned() },
            Local::WayIsEmpty => BarrierInput::WayIsEmpty,
            Local::HoldOpen(hold) => BarrierInput::HoldOpen(hold),
            Local::Maintenance(lock) => BarrierInput::Maintenance(lock),
            Local::TailgatingKey | Local::Convoy(_) | Local::ConvoyOver => return,
        };
        self.step(JointInput::Barrier(input), now);
    }

    /// An answer arrives: taken when it is the one that was waited for, refused with one record else.
    pub fn answer(&mut self, reply: Reply, offer: Option<Offer>, now: u64) {
        if self.asked != Some(reply.request) {
            self.facts.push(Fact::Bad("answer that nobody waits for"));
            self.facts.push(Fact::Refused("decision: it came after the deadline or nobody asked".to_owned()));
            // Even if it went further it must have no effect.
        } else {
            self.asked = None;
            self.facts.extend(offer.map(Fact::Offered));
        }
        let decision = (reply.decision, reply.by);
        let input = LaneInput::Replied { request: reply.request, decision, grant: reply.grant };
        self.step(JointInput::Lane(input), now);
    }

    /// A command arrives. `bad` names why it must have no effect; `offer` what it permits.
    pub fn command(&mut self, letter: &Letter, bad: Option<&'static str>, offer: Option<Offer>, now: u64) {
        self.facts.extend(bad.map(Fact::Bad));
        let opened = match letter {
            Letter::Opened(command) => Ok((**command).clone()),
            Letter::Sealed(wire) => open(wire, &self.trusted).map(|v| v.payload).map_err(|e| e.to_string()),
        };
        let accepted = opened.and_then(|command| self.freshness.accept(command).map_err(|e| e.to_string()));
        match accepted {
            Err(why) => {
                self.facts.push(Fact::Refused(format!("command: {why}")));
                self.step(JointInput::Barrier(BarrierInput::Tick), now);
            }
            Ok(Accepted::Stop { cause }) => {
                self.facts.push(Fact::Ordered(Local::Stop));
                self.step(JointInput::Barrier(BarrierInput::Stop { cause }), now);
            }
            Ok(Accepted::Order(order)) => {
                if bad.is_none() {
                    self.facts.extend(offer.map(Fact::Offered));
                }
                self.step(JointInput::Lane(LaneInput::Order(order)), now);
            }
        }
    }
}

/// A command on its way: in its signed envelope, or as it lies before the lane once that was opened.
#[derive(Clone, Debug)]
pub enum Letter {
    Sealed(Vec<u8>),
    Opened(Box<LaneCommand>),
}

/// An answer of central or of the edge's own lists.
#[derive(Clone, Debug)]
pub struct Reply {
    pub request: RequestId,
    pub decision: Decision,
    pub by: DecidedBy,
    pub grant: Option<(GrantId, u32)>,
}

fn ids(life: u64, count: u32) -> StepIds {
    // Places that the id's version leaves alone; the last two are the machines' own, for more ids in one step.
    let [first, second, ..] = life.to_be_bytes();
    let part = |kind: u8| {
        let mut bytes = [kind; 10];
        (bytes[1], bytes[3]) = (first, second);
        bytes[4..8].copy_from_slice(&count.to_be_bytes());
        bytes
    };
    StepIds {
        passage: PassageId::from_parts(1, part(1)),
        request: RequestId::from_parts(1, part(2)),
        grant: GrantId::from_parts(1, part(3)),
    }
}
