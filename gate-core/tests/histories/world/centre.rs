//! Central, the broker between, and an enemy on it: answers in time, late and doubled; commands fresh,
//! copied, altered, forged, held back, and meant for others.

use ed25519_dalek::SigningKey;
use gate_core::clock::UtcMicros;
use gate_core::decision::{Decision, Reason, ReasonCode, Verdict};
use gate_core::ids::{CommandId, GrantId, LaneId};
use gate_core::lane::effect::Ask;
use gate_core::lane::state::LaneState;
use gate_core::message::command::{CommandBody, LaneCommand, LaneMode, OfficerRef, OfficerRole};
use gate_core::message::envelope::{TrustedKeys, seal};
use gate_core::message::event::DecidedBy;

use crate::agent::{Agent, Reply, lane_name};
use crate::fact::Offer;
use crate::plant::Plant;
use crate::rng::Rng;

/// The edge decides by itself past this.
const DEADLINE_MS: u64 = 500;

enum Mail {
    Answer { reply: Reply, vehicle: Option<u64>, track: gate_core::ids::TrackId },
    Command { wire: Vec<u8>, bad: Option<&'static str>, offer: Option<Offer> },
}

pub struct Centre {
    key: SigningKey,
    stranger: SigningKey,
    seq: u64,
    mail: Vec<(u64, Mail)>,
    acts_at: u64,
    /// A command that was delivered, with when it was made.
    sent: Option<(u64, Vec<u8>)>,
}

impl Centre {
    pub fn new() -> Self {
        Self {
            key: SigningKey::from_bytes(&[7; 32]),
            stranger: SigningKey::from_bytes(&[8; 32]),
            seq: 0,
            mail: Vec::new(),
            acts_at: 4000,
            sent: None,
        }
    }

    pub fn trusted(&self) -> TrustedKeys {
        TrustedKeys::new([self.key.verifying_key()])
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
        self.mail.sort_by_key(|(at, _)| *at);
        while self.mail.first().is_some_and(|(at, _)| *at <= now) {
            match self.mail.remove(0).1 {
                Mail::Answer { reply, vehicle, track } => {
                    let offer =
                        reply.grant.filter(|_| reply.decision.verdict == Verdict::Open).map(|(grant, life)| Offer {
                            grant,
                            track,
                            until: now + u64::from(life.min(CommandBody::MAX_GRANT_LIFE_MS)),
                            vehicle,
                            by: "decision",
                        });
                    agent.answer(&reply, offer, now, rng);
                }
                Mail::Command { wire, bad, offer } => {
                    let offer = offer.map(|o| Offer { until: now + o.until, ..o });
                    agent.command(&wire, bad, offer, now, rng);
                }
            }
        }
    }

    /// An officer at the console acts, or the enemy does.
    fn act(&mut self, plant: &Plant, agent: &Agent, rng: &mut Rng) {
        let now = plant.now;
        let at = now + rng.between(30, 300);
        let waits = matches!(agent.pair.lane().state(), LaneState::Referred | LaneState::Refused);
        let stop = rng.chance(30);
        if !waits && !stop && rng.chance(300) {
            return;
        }
        let (body, offer) = if stop { (CommandBody::Stop, None) } else { self.draw(plant, agent, rng) };
        let good = self.make(body.clone(), agent, rng);
        let mut send = |at: u64, command: &LaneCommand, key: &SigningKey, bad, offer: Option<Offer>| {
            let wire = seal(command, key).unwrap();
            self.mail.push((at, Mail::Command { wire: wire.clone(), bad, offer }));
            wire
        };
        if stop || rng.chance(550) {
            let wire = send(at, &good, &self.key.clone(), None, offer);
            if !stop {
                if rng.chance(400) {
                    self.mail.push((at + rng.between(1, 3000), copy(&wire, "copy")));
                }
                self.sent = Some((at, wire));
            }
            return;
        }
        let (key, stranger) = (self.key.clone(), self.stranger.clone());
        match rng.between(0, 6) {
            0 => {
                let other = LaneCommand { lane: LaneId::new("in-2").unwrap(), ..good };
                send(at, &other, &key, Some("for another lane"), None);
            }
            1 => {
                send(at, &good, &stranger, Some("signed by a stranger"), None);
            }
            2 => {
                let wire = alter(seal(&good, &key).unwrap(), rng);
                self.mail.push((at, Mail::Command { wire, bad: Some("altered"), offer: None }));
            }
            3 => {
                send(at + 25_000, &good, &key, Some("held back for two sessions"), None);
            }
            4 => {
                // The newer command overtakes the older one.
                let newer = self.make(CommandBody::Mode { mode: LaneMode::Automatic }, agent, rng);
                let newer = seal(&newer, &key).unwrap();
                self.mail.push((at, Mail::Command { wire: newer, bad: None, offer: None }));
                let older = seal(&good, &key).unwrap();
                self.mail.push((at + rng.between(20, 2000), copy(&older, "overtaken")));
            }
            5 => {
                let wire = serde_json::to_vec(&good).unwrap();
                self.mail.push((at, Mail::Command { wire, bad: Some("not signed"), offer: None }));
            }
            _ => {
                if let Some((_, wire)) = self.sent.as_ref().filter(|(sent, _)| *sent + 400 < now) {
                    self.mail.push((at, copy(wire, "replayed")));
                }
            }
        }
    }

    fn draw(&self, plant: &Plant, agent: &Agent, rng: &mut Rng) -> (CommandBody, Option<Offer>) {
        let Some(vehicle) = agent.pair.lane().vehicle() else {
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
                (CommandBody::Grant { grant, passage, track, life_ms }, Some(offer))
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

fn copy(wire: &[u8], why: &'static str) -> Mail {
    Mail::Command { wire: wire.to_vec(), bad: Some(why), offer: None }
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
