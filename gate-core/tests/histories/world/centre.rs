//! Central, the broker between, and an enemy on it: answers in time, late and doubled; commands fresh,
//! copied, altered, forged, held back, and meant for others.

use std::sync::Arc;

use ed25519_dalek::SigningKey;
use gate_core::clock::UtcMicros;
use gate_core::decision::{Decision, Reason, ReasonCode, Verdict};
use gate_core::ids::{CommandId, GrantId, LaneId, TrackId};
use gate_core::lane::effect::Ask;
use gate_core::lane::state::LaneState;
use gate_core::message::command::{CommandBody, LaneCommand, LaneMode, OfficerRef, OfficerRole};
use gate_core::message::envelope::{TrustedKeys, seal};
use gate_core::message::event::DecidedBy;

use crate::agent::{Agent, Letter, Reply, lane_name};
use crate::fact::Offer;
use crate::plant::Plant;
use crate::rng::Rng;

/// Commands that travel in their signed envelope, of a thousand.
const SEALED_PERMILLE: u64 = 40;
/// The edge decides by itself past this.
const DEADLINE_MS: u64 = 500;

#[derive(Clone)]
enum Mail {
    Answer { reply: Reply, vehicle: Option<u64>, track: TrackId },
    Command { letter: Letter, bad: Option<&'static str>, offer: Option<Offer> },
}

/// Who may sign, and who may not.
struct Keys {
    centre: SigningKey,
    stranger: SigningKey,
}

#[derive(Clone)]
pub struct Centre {
    keys: Arc<Keys>,
    pub trusted: Arc<TrustedKeys>,
    seq: u64,
    mail: Vec<(u64, Mail)>,
    acts_at: u64,
    /// A command that was delivered, with when it was made.
    sent: Option<(u64, Letter)>,
}

impl Centre {
    pub fn new() -> Self {
        let keys = Keys { centre: SigningKey::from_bytes(&[7; 32]), stranger: SigningKey::from_bytes(&[8; 32]) };
        Self {
            trusted: Arc::new(TrustedKeys::new([keys.centre.verifying_key()])),
            keys: Arc::new(keys),
            seq: 0,
            mail: Vec::new(),
            acts_at: 4000,
            sent: None,
        }
    }

    /// Something is done soon.
    pub fn hurry(&mut self, now: u64, rng: &mut Rng) {
        self.acts_at = self.acts_at.min(now + rng.between(0, 5000));
    }

    /// When it does something next, or something of it arrives.
    pub fn next(&self) -> u64 {
        self.mail.iter().map(|(at, _)| *at).fold(self.acts_at, u64::min)
    }

    /// A lane asks. The vehicle that is meant is the one at the stop line now.
    pub fn asked(&mut self, ask: &Ask, vehicle: Option<u64>, now: u64, rng: &mut Rng) {
        let late = rng.chance(120);
        let at = now + if late { rng.between(520, 2500) } else { rng.between(20, 450) };
        let reply = answer(ask, DecidedBy::Central, rng);
        let mail = |reply: &Reply| Mail::Answer { reply: reply.clone(), vehicle, track: ask.track };
        if rng.chance(100) {
            self.mail.push((at + rng.between(10, 3000), mail(&reply)));
        }
        self.mail.push((at, mail(&reply)));
        if late {
            self.mail.push((now + DEADLINE_MS, mail(&answer(ask, DecidedBy::Snapshot, rng))));
        }
    }

    pub fn step(&mut self, plant: &Plant, agent: &mut Agent, rng: &mut Rng) {
        let now = plant.now;
        if now >= self.acts_at {
            self.acts_at = now + rng.between(1500, 9000);
            self.act(plant, agent, rng);
        }
        while let Some(mail) = self.arrived(now) {
            match mail {
                Mail::Answer { reply, vehicle, track } => {
                    let offer =
                        reply.grant.filter(|_| reply.decision.verdict == Verdict::Open).map(|(grant, life)| Offer {
                            grant,
                            track,
                            until: now + u64::from(life.min(CommandBody::MAX_GRANT_LIFE_MS)),
                            vehicle,
                            by: "decision",
                        });
                    agent.answer(reply, offer, now);
                }
                Mail::Command { letter, bad, offer } => {
                    let offer = offer.map(|o| Offer { until: now + o.until, ..o });
                    agent.command(&letter, bad, offer, now);
                }
            }
        }
    }

    /// What arrives next, in the order of time.
    fn arrived(&mut self, now: u64) -> Option<Mail> {
        let due = self.mail.iter().enumerate().filter(|(_, (at, _))| *at <= now);
        let (first, _) = due.min_by_key(|(_, (at, _))| *at)?;
        Some(self.mail.remove(first).1)
    }

    /// An officer at the console acts, or the enemy does.
    fn act(&mut self, plant: &Plant, agent: &Agent, rng: &mut Rng) {
        let now = plant.now;
        let at = now + rng.between(30, 300);
        let waits = matches!(agent.joint.lane().state(), LaneState::Referred | LaneState::Refused);
        let stop = rng.chance(30);
        if !waits && !stop && rng.chance(300) {
            return;
        }
        let (body, offer) = if stop { (CommandBody::Stop, None) } else { self.draw(plant, agent, rng) };
        let good = self.make(body, agent, rng);
        if stop || rng.chance(550) {
            let letter = self.post(good, rng);
            self.mail.push((at, Mail::Command { letter: letter.clone(), bad: None, offer }));
            if !stop {
                if rng.chance(400) {
                    self.mail.push((at + rng.between(1, 3000), bad(letter.clone(), "copy")));
                }
                self.sent = Some((at, letter));
            }
            return;
        }
        let mail = match rng.between(0, 9) {
            0 | 1 => {
                bad(self.post(LaneCommand { lane: LaneId::new("in-2").unwrap(), ..good }, rng), "for another lane")
            }
            2 => return self.mail.push((at + 25_000, bad(self.post(good, rng), "held back for two sessions"))),
            3 | 4 => {
                // The newer command overtakes the older one.
                let newer = self.make(CommandBody::Mode { mode: LaneMode::Automatic }, agent, rng);
                let letter = self.post(newer, rng);
                self.mail.push((at, Mail::Command { letter, bad: None, offer: None }));
                let overtaken = bad(self.post(good, rng), "overtaken");
                return self.mail.push((at + rng.between(20, 2000), overtaken));
            }
            5..9 => match self.sent.as_ref().filter(|(sent, _)| *sent + 400 < now) {
                Some((_, letter)) => bad(letter.clone(), "replayed"),
                None => return,
            },
            _ => self.forge(&good, rng),
        };
        self.mail.push((at, mail));
    }

    /// A good command sets out: most as what an envelope holds, some in the envelope itself. (Opening one is
    /// the same whatever the lane does, and takes longer than a second of its life takes here.)
    fn post(&self, command: LaneCommand, rng: &mut Rng) -> Letter {
        if rng.chance(SEALED_PERMILLE) {
            Letter::Sealed(seal(&command, &self.keys.centre).unwrap())
        } else {
            Letter::Opened(Box::new(command))
        }
    }

    /// What the enemy makes of a command without the key.
    fn forge(&self, good: &LaneCommand, rng: &mut Rng) -> Mail {
        let (wire, why) = match rng.between(0, 2) {
            0 => (seal(good, &self.keys.stranger).unwrap(), "signed by a stranger"),
            1 => (alter(seal(good, &self.keys.centre).unwrap(), rng), "altered"),
            _ => (serde_json::to_vec(good).unwrap(), "not signed"),
        };
        bad(Letter::Sealed(wire), why)
    }

    fn draw(&self, plant: &Plant, agent: &Agent, rng: &mut Rng) -> (CommandBody, Option<Offer>) {
        let Some(vehicle) = agent.joint.lane().vehicle() else {
            return (CommandBody::Mode { mode: LaneMode::Automatic }, None);
        };
        let (passage, track) = (vehicle.passage, vehicle.track);
        match rng.between(0, 9) {
            0..6 => {
                let life_ms = rng.pick(&[400, 5000, 30_000, 120_000]);
                let grant = GrantId::from_parts(2, rng.bytes());
                let vehicle = plant.road.at_line();
                // The offer's end is counted from its arrival.
                let offer = Offer { grant, track, until: life_ms.into(), vehicle, by: "console" };
                (CommandBody::Grant { grant, passage, track, life_ms, priority: rng.chance(100) }, Some(offer))
            }
            6 => (CommandBody::Refuse { passage }, None),
            7 => (CommandBody::Hold { passage }, None),
            _ => (CommandBody::Mode { mode: rng.pick(&[LaneMode::Automatic, LaneMode::Attended]) }, None),
        }
    }

    fn make(&mut self, body: CommandBody, agent: &Agent, rng: &mut Rng) -> LaneCommand {
        self.seq += 1;
        LaneCommand {
            id: CommandId::from_parts(1, rng.bytes()),
            lane: lane_name(),
            session: agent.freshness.session().clone(),
            seq: self.seq,
            at: UtcMicros(0),
            officer: OfficerRef { name: "minh".to_owned(), role: OfficerRole::Officer },
            reason: "đã kiểm tra".to_owned(),
            body,
        }
    }
}

fn bad(letter: Letter, why: &'static str) -> Mail {
    Mail::Command { letter, bad: Some(why), offer: None }
}

/// Another letter somewhere in the payload or the signature.
fn alter(mut wire: Vec<u8>, rng: &mut Rng) -> Vec<u8> {
    let text = String::from_utf8_lossy(&wire).into_owned();
    let place = text.find("\"payload\":\"").unwrap_or(0) + 11;
    let at = place + rng.between(0, 200) as usize;
    wire[at] = if wire[at] == b'A' { b'B' } else { b'A' };
    wire
}

fn answer(ask: &Ask, by: DecidedBy, rng: &mut Rng) -> Reply {
    let verdict = match rng.between(0, 9) {
        0..7 => Verdict::Open,
        7..9 => Verdict::Refer,
        _ => Verdict::Refuse,
    };
    let reasons = vec![Reason { code: ReasonCode::AllConditionsMet, detail: String::new() }];
    let decision = Decision { verdict, reasons, matched: None, lists_version: 1 };
    let grant = (GrantId::from_parts(3, rng.bytes()), rng.pick(&[2000, 30_000, 120_000, 500_000]));
    Reply { request: ask.request, decision, by, grant: (verdict == Verdict::Open).then_some(grant) }
}
