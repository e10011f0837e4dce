//! The boom's way: what the limits say, opening by a grant, closing by rule 7, and every movement
//! that nobody ordered.

use std::time::Duration;

use super::config::{ARRIVED, BLIND, CLOSE_READ_AGE, Closing, SETTLE, STALE, UNCOMMANDED};
use super::defect::Defect;
use super::io::{InputName, Motion, Output};
use super::machine::Barrier;
use super::state::{BarrierNews, BarrierState, Fault};
use crate::clock::Monotonic;
use crate::ids::TrackId;

/// What the two limits say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limits {
    Down,
    Up,
    Between,
    Both,
    Unknown,
}

impl Barrier {
    fn limits(&self, now: Monotonic) -> Limits {
        let read = |name| self.inputs.active(name, now);
        match (read(InputName::OpenLimit), read(InputName::ClosedLimit)) {
            (Some(true), Some(true)) => Limits::Both,
            (Some(true), Some(false)) => Limits::Up,
            (Some(false), Some(true)) => Limits::Down,
            (Some(false), Some(false)) => Limits::Between,
            _ => Limits::Unknown,
        }
    }

    /// Whether an OPEN with a fresh grant would be carried out now, and if not, why.
    ///
    /// # Errors
    /// The reason, for the officer.
    pub fn ready_to_open(&self, now: Monotonic) -> Result<(), String> {
        if now < self.settled_at && !self.defects.has(Defect::MovesAtOnce) {
            return Err(format!("nothing moves for {} s after a start or reconnection", SETTLE.as_secs()));
        }
        if self.stop_dropped {
            return Err("the stop chain is dropped: reset it at the lane".to_owned());
        }
        if self.maintenance {
            return Err("the barrier is locked for maintenance".to_owned());
        }
        if self.inputs.active(InputName::PowerGood, now) == Some(false) {
            return Err("the barrier has no power".to_owned());
        }
        if let Some(key) = self.key_lost(now) {
            return Err(format!("the {} input cannot be read", key.as_str()));
        }
        if self.blind_since.is_some() {
            return Err("the limits of the boom cannot be read".to_owned());
        }
        if self.state == BarrierState::Closed && self.strange_since.is_some() {
            return Err("the lower limit is not read: the boom may have moved".to_owned());
        }
        match self.state {
            BarrierState::Closed if self.relay_may_be_on(Motion::Close, now) => {
                Err("the CLOSE relay is not off yet".to_owned())
            }
            BarrierState::Closed => Ok(()),
            state => Err(format!("the barrier is {state}")),
        }
    }

    pub(super) fn open(&mut self, track: TrackId, cause: String, now: Monotonic) {
        if let Err(why) = self.ready_to_open(now) {
            self.tell(BarrierNews::Refused { order: "open", why });
            return;
        }
        let grant = if self.defects.has(Defect::GrantNotConsumed) {
            self.grants.live(now).cloned()
        } else if self.defects.has(Defect::AnyTrack) {
            self.grants.live(now).map(|g| g.track).and_then(|t| self.grants.consume(t, now))
        } else {
            self.grants.consume(track, now)
        };
        if grant.is_none() && !self.defects.has(Defect::OpensWithoutGrant) {
            let why = "there is no live grant for the vehicle at the stop line".to_owned();
            self.tell(BarrierNews::Refused { order: "open", why });
            return;
        }
        self.latch.arm();
        self.needs_word = false;
        self.pulse(Motion::Open, grant.as_ref(), cause, now);
        self.enter(BarrierState::Opening, true, now);
        self.running = grant;
    }

    /// Rule 9, and I9: judged with every read.
    pub(super) fn watch_limits(&mut self, now: Monotonic) {
        let limits = self.limits(now);
        if self.ends_at_the_lane() {
            return;
        }
        if limits != Limits::Unknown {
            self.blind_since = None;
        }
        if limits == Limits::Both && !self.defects.has(Defect::IgnoresContradiction) {
            self.stop("both limits at once".to_owned(), BarrierState::Fault(Fault::LimitsContradict), now);
            return;
        }
        match self.state {
            BarrierState::Unknown => {
                self.wait_for_sight(limits, now);
                self.find_state(limits, now);
            }
            BarrierState::Closed => self.expect(limits, Limits::Down, now),
            BarrierState::Opening => self.watch_opening(limits, now),
            BarrierState::Open => self.watch_open(limits, now),
            BarrierState::HeldOpen => self.expect(limits, Limits::Up, now),
            BarrierState::Closing => self.watch_closing(limits, now),
            _ => {}
        }
    }

    fn find_state(&mut self, limits: Limits, now: Monotonic) {
        if now < self.settled_at && !self.defects.has(Defect::MovesAtOnce) {
            return;
        }
        match limits {
            Limits::Down => self.enter(BarrierState::Closed, true, now),
            Limits::Up => self.enter(BarrierState::Open, true, now),
            Limits::Between => {
                let longest = self.config.open_limit().max(self.config.close_limit());
                let since = *self.strange_since.get_or_insert(now);
                if now.since(since) > longest {
                    self.stop("no limit is reached".to_owned(), BarrierState::Fault(Fault::LimitsLost), now);
                }
            }
            Limits::Both | Limits::Unknown => self.strange_since = None,
        }
    }

    /// Whoever starts blind, or stays so, begins anew when sight comes: the quiet seconds count from there.
    fn wait_for_sight(&mut self, limits: Limits, now: Monotonic) {
        if limits == Limits::Unknown && !self.defects.has(Defect::MovesAtOnce) {
            let since = *self.blind_since.get_or_insert(now);
            if now.since(since) > BLIND {
                self.settled_at = now.plus(SETTLE);
            }
        }
    }

    /// At rest the limits must say what the state says; a change that lasts is nobody's order.
    fn expect(&mut self, limits: Limits, expected: Limits, now: Monotonic) {
        if limits == expected || self.defects.has(Defect::IgnoresMoves) {
            self.strange_since = None;
        } else if limits == Limits::Unknown {
            self.lose_sight(now);
        } else {
            let since = *self.strange_since.get_or_insert(now);
            if now.since(since) > UNCOMMANDED.mul_f32(0.5) {
                let fault = BarrierState::Fault(Fault::UncommandedMove);
                self.stop("the boom moved without an order".to_owned(), fault, now);
            }
        }
    }

    /// Whether the limit where the motion ends has been read for long enough.
    fn has_arrived(&mut self, limits: Limits, end: Limits, now: Monotonic) -> bool {
        if limits != end {
            self.strange_since = None;
            return false;
        }
        now.since(*self.strange_since.get_or_insert(now)) >= ARRIVED
    }

    fn watch_opening(&mut self, limits: Limits, now: Monotonic) {
        let arrived = self.has_arrived(limits, Limits::Up, now);
        match limits {
            // There, but its relay is still on: what comes next waits for it.
            Limits::Up if !arrived || self.relay_may_be_on(Motion::Open, now) => {}
            Limits::Up => self.enter(BarrierState::Open, true, now),
            Limits::Unknown => self.lose_sight(now),
            _ if now.since(self.since) > self.config.open_limit() && !self.defects.has(Defect::NoTravelLimit) => {
                self.stop("the way up took too long".to_owned(), BarrierState::Fault(Fault::TravelTime), now);
            }
            _ => {}
        }
    }

    fn watch_open(&mut self, limits: Limits, now: Monotonic) {
        match limits {
            Limits::Up => self.strange_since = None,
            Limits::Unknown => self.lose_sight(now),
            _ if self.config.closing == Closing::Controller => {
                // The controller lowers it: the declared cause. It was right only if nobody is there.
                if self.body_may_be_there(now) {
                    let fault = BarrierState::Fault(Fault::ClosingOnBody);
                    self.stop("the controller lowers the boom on an occupied way".to_owned(), fault, now);
                } else {
                    self.enter(BarrierState::Closing, true, now);
                }
            }
            _ => self.expect(limits, Limits::Up, now),
        }
    }

    fn watch_closing(&mut self, limits: Limits, now: Monotonic) {
        if self.body_may_be_there(now) && !self.defects.has(Defect::NoStopWhileClosing) {
            self.stop("the way became occupied while closing".to_owned(), BarrierState::Stopped, now);
            return;
        }
        let arrived = self.has_arrived(limits, Limits::Down, now);
        match limits {
            Limits::Down if !arrived || self.relay_may_be_on(Motion::Close, now) => {}
            Limits::Down => self.enter(BarrierState::Closed, true, now),
            Limits::Unknown => self.lose_sight(now),
            Limits::Up if self.config.closing == Closing::Controller => self.enter(BarrierState::Open, true, now),
            _ if now.since(self.since) > self.config.close_limit() => {
                self.stop("the way down took too long".to_owned(), BarrierState::Fault(Fault::TravelTime), now);
            }
            _ => {}
        }
    }

    /// Occupied, unknown, or latched: with the boom on its way down each of them stops it. A controller
    /// that lowers the boom by its own chain may do so with the latch set where the whole lane, stop line
    /// included, was seen empty for the clear time: a vehicle that backed out, or a start of the agent.
    fn body_may_be_there(&self, now: Monotonic) -> bool {
        let latched = self.latch.is_set()
            && (self.config.closing == Closing::Agent || !self.latch.seen_empty(&self.inputs, &self.config, now));
        self.inputs.any_occupied(&self.config, now) || latched
    }

    /// The limits cannot be read: nothing moves, and past [`BLIND`] nothing is known any more.
    fn lose_sight(&mut self, now: Monotonic) {
        if self.state == BarrierState::Closing {
            self.stop("inputs unknown while closing".to_owned(), BarrierState::Stopped, now);
            return;
        }
        let since = *self.blind_since.get_or_insert(now);
        if now.since(since) > BLIND {
            self.start_anew(now);
        }
    }

    /// Rule 7: CLOSE by the agent, where the lane is fit for it at all.
    pub(super) fn close_by_itself(&mut self, now: Monotonic) {
        let held = self.state == BarrierState::HeldOpen && self.defects.has(Defect::ClosesHeldOpen);
        let fit = (self.config.agent_closes() || self.defects.has(Defect::ClosesEverywhere))
            && (self.state == BarrierState::Open || held)
            && !self.stop_dropped
            && !self.maintenance
            && !self.needs_word
            && !self.relay_may_be_on(Motion::Open, now)
            && self.blind_since.is_none()
            && self.key_lost(now).is_none();
        let latch = !self.latch.is_set() || self.defects.has(Defect::IgnoresLatch);
        let settled = now >= self.settled_at && (!self.implausible || self.defects.has(Defect::IgnoresPlausibility));
        if !(fit && latch && settled && !self.latch.tailgated()) {
            return;
        }
        let open_long_enough =
            now.since(self.since) >= self.config.min_open() || self.defects.has(Defect::NoMinimumOpen);
        let span = if self.defects.has(Defect::NoClearTime) { Duration::ZERO } else { self.config.clear() };
        let age = if self.defects.has(Defect::OldReadsClose) { STALE } else { CLOSE_READ_AGE };
        let clear = self.inputs.clear(&self.config, now, span, age);
        if open_long_enough && clear {
            self.pulse(Motion::Close, None, "the way is clear".to_owned(), now);
            if self.defects.has(Defect::BothRelays) {
                self.output(Output::Pulse { motion: Motion::Open, length: self.config.pulse() });
            }
            self.enter(BarrierState::Closing, true, now);
        }
    }
}
