//! What people and the lane order: grants, STOP, reset, hold, maintenance; and the keys at the
//! barrier, which are never blocked.

use super::config::SETTLE;
use super::defect::Defect;
use super::grant::{Grant, Grants, Void};
use super::io::{InputName, Output};
use super::machine::Barrier;
use super::state::{BarrierNews, BarrierState};
use crate::clock::Monotonic;

impl Barrier {
    pub(super) fn take_grant(&mut self, mut grant: Grant, now: Monotonic) {
        let id = grant.id;
        if self.defects.has(Defect::GrantsLiveLong) {
            grant.until = now.plus(std::time::Duration::from_secs(120));
        }
        if self.defects.has(Defect::ForgetsSpent) && self.grants.live(now).is_none() {
            self.grants = Grants::default();
        }
        if let Err(why) = self.grants.take(grant, now) {
            self.tell(BarrierNews::GrantRefused { grant: id, why });
        }
    }

    pub(super) fn void_grant(&mut self, why: Void) {
        if let Some(grant) = self.grants.void() {
            self.tell(BarrierNews::GrantVoid { grant: grant.id, why });
        }
    }

    /// The lane takes its word back: neither does the boom open by it, nor is green shown for it.
    pub(super) fn withdraw(&mut self, why: Void) {
        let changed = matches!(why, Void::TrackChanged | Void::BackedOut);
        if !(changed && self.defects.has(Defect::GrantsOutliveChange)) {
            self.void_grant(why);
        }
        if !self.defects.has(Defect::GreenOutlivesChange) {
            self.running = None;
        }
    }

    /// Rule 2: clears OPEN and CLOSE, drops the chain and holds it. Never refused.
    pub(super) fn stop(&mut self, cause: String, into: BarrierState, now: Monotonic) {
        let rests = matches!(self.state, BarrierState::Closed | BarrierState::Open | BarrierState::HeldOpen);
        let moves = matches!(self.state, BarrierState::Opening | BarrierState::Closing);
        let deaf = (rests && self.defects.has(Defect::StopOnlyInMotion))
            || (moves && self.defects.has(Defect::StopOnlyAtRest));
        if deaf {
            return;
        }
        self.needs_word = true;
        self.output(Output::DropStop);
        self.output(Output::Red);
        self.void_grant(Void::Withdrawn);
        if !self.stop_dropped {
            self.stop_dropped = !self.defects.has(Defect::ForgetsStop);
            self.tell(BarrierNews::Stopped { cause });
        }
        // A fault stays named until its reset, and a lock for work stays until it is taken off.
        let locked = self.state == BarrierState::Maintenance && into == BarrierState::Stopped;
        if !matches!(self.state, BarrierState::Fault(_)) && !locked {
            self.enter(into, false, now);
        }
    }

    /// Rule 10: at the lane alone, and it never moves.
    pub(super) fn reset(&mut self, _by: &str, now: Monotonic) {
        let keys = [InputName::ManualKey, InputName::Emergency];
        if let Some(key) = keys.into_iter().find(|&k| self.inputs.active(k, now) == Some(true)) {
            let why = format!("the {} input is still active", key.as_str());
            self.tell(BarrierNews::Refused { order: "reset", why });
            return;
        }
        if let Some(key) = keys.into_iter().find(|&k| self.inputs.lost(k, now)) {
            let why = format!("the {} input cannot be read now", key.as_str());
            self.tell(BarrierNews::Refused { order: "reset", why });
            return;
        }
        if self.maintenance && self.defects.has(Defect::ResetTakesOffLock) {
            self.maintenance = false;
        }
        if self.maintenance {
            let why = "the barrier is locked for maintenance: its owner unlocks it".to_owned();
            self.tell(BarrierNews::Refused { order: "reset", why });
            return;
        }
        if self.stop_dropped {
            self.stop_dropped = false;
            self.output(Output::RestoreStop);
        }
        self.implausible = false;
        if self.defects.has(Defect::ResetIsAWord) {
            self.needs_word = false;
        }
        // What is under the boom now nobody has seen come: a new word is needed before it moves (I6).
        self.latch.set_anew();
        self.void_grant(Void::Withdrawn);
        self.settled_at = now.plus(SETTLE);
        self.enter(BarrierState::Unknown, true, now);
        if self.defects.has(Defect::ResetMoves) {
            self.pulse(super::io::Motion::Close, None, "reset".to_owned(), now);
        }
    }

    pub(super) fn hold_open(&mut self, hold: bool, now: Monotonic) {
        match (hold, self.state) {
            (true, BarrierState::Open) => self.enter(BarrierState::HeldOpen, true, now),
            (false, BarrierState::HeldOpen) => self.enter(BarrierState::Open, true, now),
            (_, state) => {
                let order = if hold { "hold open" } else { "hold no longer" };
                self.tell(BarrierNews::Refused { order, why: format!("the barrier is {state}") });
            }
        }
    }

    pub(super) fn way_is_empty(&mut self, now: Monotonic) {
        if self.latch.release_by_officer(&self.inputs, &self.config, now) {
            self.running = None;
            self.needs_word = false;
        } else {
            let why = "a sensor under or behind the boom is occupied or unknown".to_owned();
            self.tell(BarrierNews::Refused { order: "way is empty", why });
        }
    }

    pub(super) fn maintain(&mut self, lock: bool, now: Monotonic) {
        if lock {
            self.void_grant(Void::Withdrawn);
            self.maintenance = true;
            self.enter(BarrierState::Maintenance, true, now);
        } else if self.maintenance {
            self.maintenance = false;
            self.settled_at = now.plus(SETTLE);
            self.latch.set_anew();
            if self.stop_dropped && self.defects.has(Defect::UnlockRestoresStop) {
                self.stop_dropped = false;
                self.output(Output::RestoreStop);
            }
            match self.state {
                // What the lock covered still waits for its reset.
                BarrierState::Maintenance if self.stop_dropped => self.enter(BarrierState::Stopped, true, now),
                BarrierState::Maintenance => self.enter(BarrierState::Unknown, true, now),
                _ => {}
            }
        }
    }

    /// The AUTO/MANUAL key and the emergency input: always obeyed, nothing written (rule 10).
    pub(super) fn watch_keys(&mut self, now: Monotonic) {
        if self.state == BarrierState::Maintenance || self.defects.has(Defect::IgnoresKeys) {
            return;
        }
        let read = |name| self.inputs.active(name, now);
        let into = if read(InputName::Emergency) == Some(true) {
            BarrierState::EmergencyOpen
        } else if read(InputName::ManualKey) == Some(true) {
            BarrierState::ManualLocal
        } else if read(InputName::PowerGood) == Some(false) && !self.ends_at_the_lane() {
            self.power_is_gone(now);
            return;
        } else {
            return;
        };
        if self.state != into && !matches!(self.state, BarrierState::Fault(_) | BarrierState::Stopped) {
            self.void_grant(Void::Withdrawn);
            self.enter(into, true, now);
        }
    }
}
