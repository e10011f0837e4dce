//! I3, I4 and I14: every opening by exactly one permission of its own, every vehicle labelled, and no
//! vehicle with a permission left standing.

use gate_core::barrier::grant::GrantRefusal;
use gate_core::barrier::io::{InputName, Motion};
use gate_core::barrier::state::{BarrierNews, BarrierState};
use gate_core::ids::{GrantId, TrackId};
use gate_core::lane::state::LaneState;
use gate_core::message::command::LaneMode;
use gate_core::message::event::EventBody;
use gate_core::passage::{OpenedBy, PassageOutcome};

use super::log::ends_at_the_lane;
use super::{Broken, Scene};
use crate::fact::{Fact, Local, Offer};

/// A label may come so long after the vehicle is through, and so long before.
const LABEL_MS: u64 = 8000;
const LABEL_BEFORE_MS: u64 = 60_000;
/// A healthy history has been healthy for so long.
const HEALTHY_MS: u64 = 10_000;

#[derive(Clone, Debug)]
struct Entry {
    offer: Offer,
    used: bool,
    void: Option<&'static str>,
}

#[derive(Clone, Debug, Default)]
pub struct Opening {
    ledger: Vec<Entry>,
    /// The vehicle that the boom is up for.
    credit: Option<u64>,
    /// It has left its lower limit for it.
    lifted: bool,
    /// Vehicles through without a permission of their own, not yet labelled.
    unlabelled: Vec<(u64, u64)>,
    labels: Vec<u64>,
    /// The passage that goes on is a convoy's and has its opening or its label.
    by_convoy: bool,
    /// Somebody followed in this step while a convoy might pass.
    follows: bool,
    /// An opening that must come.
    due: Option<(u64, GrantId, Option<u64>)>,
    at_line: Option<u64>,
    at_line_since: u64,
    attended: bool,
    /// When the agent last said how the barrier is.
    told_at: u64,
    /// When an officer said something last.
    acted_at: u64,
    /// When all that was given became void last.
    void_at: u64,
    /// The barrier was in a state in which people answer for what passes.
    excused_at: Option<u64>,
}

impl Opening {
    pub fn fact(&mut self, fact: &Fact, scene: &Scene<'_>) -> Result<(), Broken> {
        let now = scene.plant.now;
        match fact {
            Fact::Started => {
                self.void("it is of an earlier epoch", now);
                (self.attended, self.by_convoy) = (false, false);
                self.told_at = now;
            }
            Fact::Killed => self.due = None,
            Fact::TrackChanged => self.void("another vehicle stands there", now),
            Fact::Told(BarrierNews::BackedOut) => self.void("the vehicle backed out", now),
            Fact::Ordered(Local::Maintenance(false)) if scene.log.barrier != BarrierState::Maintenance => {}
            Fact::Ordered(Local::Stop | Local::Reset | Local::Maintenance(_)) => {
                self.void("it was stopped or reset", now)
            }
            Fact::BegunTwice => return Err(("I4", "two passages are recorded under one id".to_owned())),
            Fact::Event(body) => {
                scene.log.convoy.judge(body, &scene.log.step.ordered)?;
                self.event(body, now);
            }
            // The lane took it back, and told officers so in the same step; silently it may not.
            Fact::Told(BarrierNews::GrantVoid { grant, .. }) if scene.log.step.turned_down => {
                let taken = self.ledger.iter_mut().filter(|e| e.offer.grant == *grant && !e.used);
                taken.for_each(|e| e.void = e.void.or(Some("the lane took it back")));
            }
            // A barrier holds one at a time: rightly not taken, and so not alive once the first has ended.
            Fact::Told(BarrierNews::GrantRefused { grant, why: GrantRefusal::OneIsAlive })
                if self.lost_openings(now) > 1 =>
            {
                let refused = self.ledger.iter_mut().filter(|e| e.offer.grant == *grant && !e.used);
                refused.for_each(|e| e.void = e.void.or(Some("another one was alive")));
            }
            Fact::Told(BarrierNews::Tailgated) => self.follows = scene.log.convoy.lets_in(now),
            // Who follows in a convoy is told of by a passage of its own, which begins at once.
            Fact::Done(..) if std::mem::take(&mut self.follows) => {
                self.labels.push(now);
                self.by_convoy = true;
            }
            Fact::Told(BarrierNews::State { .. }) => self.told_at = now,
            Fact::Rogue(track) => self.asked(*track, scene),
            Fact::Offered(offer) => self.offered(offer, scene),
            Fact::Told(BarrierNews::Commanded { motion: Motion::Open, grant, .. }) => self.open(*grant, scene)?,
            _ => {}
        }
        Ok(())
    }

    fn void(&mut self, why: &'static str, now: u64) {
        self.void_at = now;
        self.due = None;
        for entry in self.ledger.iter_mut().filter(|e| !e.used) {
            entry.void.get_or_insert(why);
        }
    }

    fn event(&mut self, body: &EventBody, now: u64) {
        match body {
            EventBody::Fault { code, .. } if code == "track_changed" => {
                self.void("another vehicle stands there", now);
                self.by_convoy = false;
            }
            EventBody::Fault { code, .. } if code == "entered_without_grant" || code == "tailgating" => {
                self.labels.push(now);
                self.follows = false;
            }
            EventBody::PassageEnded { outcome, opened_by } => {
                self.void("the passage is over", now);
                // Let in under a boom that was held up: as by hand.
                let opened = std::mem::take(&mut self.by_convoy);
                let followed = *opened_by == OpenedBy::Convoy && !opened;
                if *opened_by == OpenedBy::ByHand || *outcome == PassageOutcome::Tailgated || followed {
                    self.labels.push(now);
                }
            }
            EventBody::Act { .. } => self.acted_at = now,
            EventBody::ModeChanged { mode, .. } => self.attended = *mode != LaneMode::Automatic,
            _ => {}
        }
    }

    fn offered(&mut self, offer: &Offer, scene: &Scene<'_>) {
        let (now, log) = (scene.plant.now, scene.log);
        // One that is forgotten here and used after all was given by nobody.
        self.ledger.retain(|e| e.offer.until + 5000 > now);
        self.ledger.push(Entry { offer: offer.clone(), used: false, void: None });
        let waits = match offer.by {
            "lane" => false,
            "decision" => log.lane == LaneState::Deciding && !self.attended && self.acted_at + 3000 < now,
            _ => matches!(
                log.lane,
                LaneState::Capturing | LaneState::Deciding | LaneState::Referred | LaneState::Refused
            ),
        };
        let there = offer.vehicle.is_some()
            && offer.vehicle == self.at_line
            && now - self.at_line_since > 1500
            && log.lasting(InputName::LoopApproach, true, now) > 1000;
        let alone = self.lost_openings(now) == 0;
        // What was sent before the last change of vehicle is for the one before.
        let current = self.void_at + 600 < now;
        if waits && there && alone && current && self.able(scene) && offer.until > now + 1000 {
            self.due = Some((now + 1000, offer.grant, self.at_line));
        }
    }

    /// The barrier is asked to open: it must where a live grant is for that track.
    fn asked(&mut self, track: TrackId, scene: &Scene<'_>) {
        let now = scene.plant.now;
        let live = |e: &&Entry| {
            e.offer.by == "lane" && e.offer.track == track && !e.used && e.void.is_none() && e.offer.until > now + 1000
        };
        if let Some(grant) = self.ledger.last().filter(live).map(|e| e.offer.grant)
            && self.lost_openings(now) == 1
            && self.able(scene)
        {
            self.due = Some((now + 1000, grant, self.at_line));
        }
    }

    /// Live grants whose opening never came: a barrier holds one at a time.
    fn lost_openings(&self, now: u64) -> usize {
        let live = |e: &&Entry| e.offer.by == "lane" && !e.used && e.void.is_none() && e.offer.until > now;
        self.ledger.iter().filter(live).count()
    }

    /// Everything is well, and the boom is down.
    fn able(&self, scene: &Scene<'_>) -> bool {
        let (now, log) = (scene.plant.now, scene.log);
        let well = log.well_for(now) > HEALTHY_MS && log.alive_for(now) > HEALTHY_MS;
        // One that is down for long, everything well, must be known to be down.
        let ready = log.barrier == BarrierState::Closed || now - self.told_at > HEALTHY_MS;
        let known = !ends_at_the_lane(log.barrier) && !matches!(log.barrier, BarrierState::Opening);
        let down = ready && known && log.lasting(InputName::ClosedLimit, true, now) > 3000;
        well && down
    }

    /// The agent gave OPEN.
    fn open(&mut self, grant: Option<GrantId>, scene: &Scene<'_>) -> Result<(), Broken> {
        let now = scene.plant.now;
        let no = |why: String| Err(("I3", format!("OPEN although {why}")));
        let Some(id) = grant else { return no("there is no grant".to_owned()) };
        if self.ledger.iter().all(|e| e.offer.grant != id) && scene.log.convoy.lets_in(now) {
            let track = scene.log.step.rogue.unwrap_or(TrackId(0));
            let offer = Offer { grant: id, track, until: now, vehicle: self.at_line, by: "convoy" };
            self.ledger.push(Entry { offer, used: false, void: None });
            self.by_convoy = true;
        }
        let Some(entry) = self.ledger.iter_mut().find(|e| e.offer.grant == id) else {
            return no(format!("nobody entitled gave grant {id}"));
        };
        if entry.used {
            return no(format!("grant {id} was used before"));
        }
        if let Some(why) = entry.void {
            return no(format!("the grant is void: {why}"));
        }
        if entry.offer.until < now {
            return no(format!("the grant ended {} ms ago", now - entry.offer.until));
        }
        if scene.log.step.rogue.is_some_and(|track| track != entry.offer.track) {
            return no("the grant is for another track".to_owned());
        }
        let other = entry.offer.vehicle.is_some() && self.at_line.is_some() && entry.offer.vehicle != self.at_line;
        if other && now - self.at_line_since > 800 && scene.log.well_for(now) > 3000 {
            return no(format!("vehicle {:?} stands there, {:?} was meant", self.at_line, entry.offer.vehicle));
        }
        entry.used = true;
        (self.credit, self.lifted) = (entry.offer.vehicle.or(self.at_line), false);
        self.due = None;
        Ok(())
    }

    pub fn moment(&mut self, scene: &Scene<'_>) -> Result<(), Broken> {
        let (now, plant, log) = (scene.plant.now, scene.plant, scene.log);
        let at_line = plant.road.at_line();
        if at_line != self.at_line {
            (self.at_line, self.at_line_since) = (at_line, now);
        }
        if log.well_for(now) == 0 || self.due.is_some_and(|(_, _, vehicle)| at_line != vehicle) {
            self.due = None;
        }
        if self.due.is_some_and(|(by, ..)| now > by) {
            return Err(("I14", "a vehicle with a live grant waits, everything is well, and no OPEN came".to_owned()));
        }
        let by_state =
            ends_at_the_lane(log.barrier) || matches!(log.barrier, BarrierState::HeldOpen | BarrierState::Unknown);
        if by_state {
            self.excused_at = Some(now);
        }
        self.labels.retain(|at| at + LABEL_BEFORE_MS > now);
        for vehicle in &plant.road.passed_now {
            let healthy = log.well_for(now) > HEALTHY_MS && log.alive_for(now) > HEALTHY_MS;
            let watched = healthy && !vehicle.tight && plant.config.three_loops;
            let held = self.excused_at.is_some_and(|at| at + HEALTHY_MS > now);
            if self.credit != Some(vehicle.id) && watched && !held {
                self.unlabelled.push((now, vehicle.id));
            }
        }
        if !plant.boom.is_down() {
            self.lifted = true;
        } else if self.lifted {
            (self.credit, self.lifted) = (None, false);
        }
        while !self.unlabelled.is_empty() && !self.labels.is_empty() {
            self.unlabelled.remove(0);
            self.labels.remove(0);
        }
        if log.well_for(now) == 0 {
            self.unlabelled.clear();
        }
        // Where the next one stands in its gap no loop shows that it is through, and its passage goes on.
        if log.lane == LaneState::Passing && plant.road.vehicles.iter().any(|v| v.tight && !v.through) {
            self.unlabelled.iter_mut().for_each(|(at, _)| *at = now);
        }
        if let Some((_, vehicle)) = self.unlabelled.iter().find(|(at, _)| at + LABEL_MS < now) {
            return Err(("I4", format!("vehicle {vehicle} went through and nothing says by whose word")));
        }
        Ok(())
    }
}
