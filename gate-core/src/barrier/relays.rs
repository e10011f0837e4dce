//! The motion relays: pulses given, and what the driver tells of them and of the bus (rule 1).

use std::time::Duration;

use super::config::READ_BACK;
use super::defect::Defect;
use super::grant::Grant;
use super::io::{DeviceNews, Motion, Output};
use super::machine::Barrier;
use super::state::{BarrierNews, BarrierState, Fault};
use crate::clock::Monotonic;

impl Barrier {
    pub(super) fn device(&mut self, news: DeviceNews, now: Monotonic) {
        match news {
            DeviceNews::PulseTaken(_) => {}
            DeviceNews::PulseDone(motion) => self.relay_is_off(motion),
            DeviceNews::PulseStuck(_) if self.defects.has(Defect::IgnoresStuckRelay) => {}
            DeviceNews::PulseStuck(_) => {
                self.stop("a motion relay did not go off".to_owned(), BarrierState::Fault(Fault::RelayStuck), now);
            }
            DeviceNews::PulseFailed(motion) => {
                self.relay_is_off(motion);
                if matches!(self.state, BarrierState::Opening | BarrierState::Closing) {
                    self.start_anew(now);
                }
            }
            DeviceNews::StopFailed => self.enter(BarrierState::Fault(Fault::StopFailed), false, now),
            DeviceNews::BusError => self.inputs.doubt(),
            DeviceNews::Reconnected if self.defects.has(Defect::ReconnectIsNothing) => {}
            DeviceNews::Reconnected => self.start_anew(now),
        }
    }

    fn relay_is_off(&mut self, motion: Motion) {
        self.relay_until = self.relay_until.filter(|(on, _)| *on != motion);
    }

    /// Whether the relay of a motion may still be on.
    pub(super) fn relay_may_be_on(&self, motion: Motion, now: Monotonic) -> bool {
        let unchecked = self.defects.has(Defect::NoRelayCheck);
        self.relay_until.is_some_and(|(on, until)| on == motion && now < until) && !unchecked
    }

    pub(super) fn pulse(&mut self, motion: Motion, grant: Option<&Grant>, cause: String, now: Monotonic) {
        let unclamped = self.defects.has(Defect::PulseUnclamped);
        let length = if unclamped { Duration::from_millis(self.config.pulse_ms.into()) } else { self.config.pulse() };
        self.relay_until = Some((motion, now.plus(length + READ_BACK)));
        self.output(Output::Pulse { motion, length });
        self.tell(BarrierNews::Commanded { motion, grant: grant.map(|g| g.id), cause });
    }
}
