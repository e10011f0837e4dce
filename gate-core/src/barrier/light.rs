//! The light: red by itself, green in short pulses that must be earned anew each second (rule 3).

use std::time::Duration;

use super::config::GREEN;
use super::defect::Defect;
use super::io::{InputName, Output};
use super::machine::Barrier;
use super::state::BarrierState;
use crate::clock::Monotonic;

impl Barrier {
    /// Green only while the open limit is read and the grant's vehicle is on its way (rule 3).
    pub(super) fn show_green(&mut self, now: Monotonic) {
        let read =
            self.inputs.active(InputName::OpenLimit, now) == Some(true) || self.defects.has(Defect::GreenByState);
        let up = self.state == BarrierState::Open && read;
        if (up && self.running.is_some()) || self.defects.has(Defect::AlwaysGreen) {
            if self.green_at.is_none_or(|at| now.since(at) >= Duration::from_secs(1)) {
                self.green_at = Some(now);
                let long = self.defects.has(Defect::GreenTooLong);
                self.output(Output::Green { length: if long { GREEN.mul_f32(3.4) } else { GREEN } });
            }
        } else if self.green_at.take().is_some() && !self.defects.has(Defect::NeverRed) {
            self.output(Output::Red);
        }
    }
}
