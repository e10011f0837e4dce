//! The hands of a lane: outputs to the devices, texts to the display, watching to the cameras. What a
//! device does not take is told to the machine, never lost.

use std::sync::Arc;
use std::time::Duration;

use gate_barrier::device::{LaneDevices, NotAccepted};
use gate_core::barrier::io::{DeviceNews, Motion, Output};
use gate_core::clock::Monotonic;
use gate_core::ids::LaneId;
use gate_core::lane::sign::Sign;

/// A text is shown again after so long: a display that was dark for a while catches up.
const SHOW_AGAIN: Duration = Duration::from_secs(15);

/// The devices of one lane, and what the driver shall read.
pub(super) struct Hands {
    lane: LaneId,
    devices: Arc<LaneDevices>,
    sign: Sign,
    /// Where the vehicle is sent, for the display's third line.
    route: Option<String>,
    shown_at: Option<Monotonic>,
    display: bool,
}

impl Hands {
    pub fn new(lane: LaneId, devices: Arc<LaneDevices>) -> Self {
        Self { lane, devices, sign: Sign::Stop, route: None, shown_at: None, display: true }
    }

    /// Has an output carried out; what the machine must hear of it when it was not taken.
    pub fn output(&self, output: Output) -> Option<DeviceNews> {
        match self.devices.apply(output) {
            Ok(()) | Err(NotAccepted::NotWired { .. }) => None,
            Err(error) => {
                tracing::warn!(lane = %self.lane, %error, "output not accepted");
                match output {
                    Output::Pulse { motion, .. } => Some(DeviceNews::PulseFailed(motion)),
                    _ => None,
                }
            }
        }
    }

    /// Whether an output raises the boom: it waits until its record is on the disk.
    pub fn raises(output: Output) -> bool {
        matches!(output, Output::Pulse { motion: Motion::Open, .. })
    }

    pub fn show(&mut self, sign: Sign) {
        self.sign = sign;
        self.shown_at = None;
    }

    /// Vehicles come from the other end: its display is another one.
    pub fn turned(&mut self, sign: Sign) {
        self.display = true;
        self.show(sign);
    }

    pub fn route(&mut self, route: Option<String>) {
        self.route = route;
        self.shown_at = None;
    }

    /// Shows what is to be read, when it is new or due again.
    pub fn refresh(&mut self, now: Monotonic) {
        if !self.display || self.shown_at.is_some_and(|at| now.since(at) < SHOW_AGAIN) {
            return;
        }
        self.shown_at = Some(now);
        let third = self.route.as_deref().unwrap_or(" ");
        for (line, text) in [(1, Sign::Closed.vi()), (2, Sign::Closed.zh())] {
            // Most lanes have no other end; a display there that is dark is tried again with this one.
            let _ = self.devices.show_behind(line, text);
        }
        for (line, text) in [(1, self.sign.vi()), (2, self.sign.zh()), (3, third)] {
            match self.devices.show(line, text) {
                Ok(()) => {}
                Err(NotAccepted::NotWired { .. }) => {
                    self.display = false;
                    return;
                }
                Err(error) => tracing::debug!(lane = %self.lane, line, %error, "text not shown"),
            }
        }
    }
}
