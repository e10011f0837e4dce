//! New beginnings (rules 10 and 12): after a start, a reconnection, a sleep and a loss of power nothing
//! that was believed counts, and nothing moves for a while.

use super::config::SETTLE;
use super::defect::Defect;
use super::grant::Void;
use super::io::InputName;
use super::machine::Barrier;
use super::state::BarrierState;
use crate::clock::Monotonic;

impl Barrier {
    /// As after a start (rule 10); STOPPED, FAULT and the modes stay what they are.
    pub(super) fn start_anew(&mut self, now: Monotonic) {
        self.inputs.doubt();
        self.settled_at = now.plus(SETTLE);
        self.latch.lose_sight();
        self.needs_word = true;
        self.blind_since = None;
        self.void_grant(Void::TrackChanged);
        if !self.ends_at_the_lane() {
            self.enter(BarrierState::Unknown, false, now);
        }
    }

    /// Rule 12: after its return as after a start. What is read meanwhile still counts.
    pub(super) fn power_is_gone(&mut self, now: Monotonic) {
        if self.defects.has(Defect::ForgetsPowerLoss) {
            return;
        }
        if self.state != BarrierState::Unknown && !self.ends_at_the_lane() {
            self.start_anew(now);
        }
        self.settled_at = now.plus(SETTLE);
        self.void_grant(Void::Withdrawn);
    }

    /// A key or the power that was read once and cannot be read now: unknown is the worst of its values.
    pub(super) fn key_lost(&self, now: Monotonic) -> Option<InputName> {
        let keys = [InputName::ManualKey, InputName::Emergency, InputName::PowerGood];
        keys.into_iter().find(|&key| self.inputs.lost(key, now))
    }

    /// Whether only a reset at the lane ends this state.
    pub(super) fn ends_at_the_lane(&self) -> bool {
        matches!(
            self.state,
            BarrierState::Stopped
                | BarrierState::Fault(_)
                | BarrierState::ManualLocal
                | BarrierState::EmergencyOpen
                | BarrierState::Maintenance
        )
    }
}
