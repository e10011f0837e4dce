//! Whether a lane is well enough to open by itself: its buses, its cameras, its record.

use std::collections::BTreeMap;
use std::time::Duration;

use gate_barrier::bus::BusState;
use gate_barrier::device::LaneDevices;
use gate_core::clock::Monotonic;
use gate_core::message::event::EventBody;
use tokio::sync::watch;

use super::ends::OTHER_END;
use super::eyes::blinds;
use super::view::CameraView;

/// The buses are looked at so often.
const LOOK: Duration = Duration::from_secs(1);
/// A bus that has just been started may take so long.
const PATIENCE: Duration = Duration::from_secs(3);
/// Events do not reach the disk.
const RECORD: &str = "record_lost";

/// What is wrong around the machines of a lane.
pub(super) struct Wellness {
    cameras: watch::Receiver<Vec<CameraView>>,
    /// Faults that stand, `code` or `code:name`, with their detail.
    standing: BTreeMap<String, String>,
    codes: Vec<String>,
    looked: Option<Monotonic>,
    healthy: Option<bool>,
    recording: bool,
    other_end_free: bool,
}

impl Wellness {
    pub fn new(cameras: watch::Receiver<Vec<CameraView>>) -> Self {
        Self {
            cameras,
            standing: BTreeMap::new(),
            codes: Vec::new(),
            looked: None,
            healthy: None,
            recording: true,
            other_end_free: true,
        }
    }

    /// Looks at buses and cameras; events for what became wrong and right again.
    pub fn look(&mut self, devices: &LaneDevices, now: Monotonic) -> Vec<EventBody> {
        if self.looked.is_some_and(|at| now.since(at) < LOOK) {
            return Vec::new();
        }
        self.looked = Some(now);
        let mut wrong = BTreeMap::new();
        for (bus, state) in devices.health().buses {
            if let BusState::Absent(reason) = state
                && now.0 > PATIENCE
            {
                wrong.insert(format!("bus_silent:{bus}"), format!("bus {bus}: {reason}"));
            }
        }
        for camera in self.cameras.borrow_and_update().iter() {
            if let Some(code) = &camera.fault {
                wrong.insert(format!("{code}:{}", camera.name), format!("camera {}: {}", camera.name, camera.detail));
            }
        }
        let mut events = Vec::new();
        for (key, detail) in &wrong {
            if !self.standing.contains_key(key) {
                events.push(EventBody::Fault { code: code(key), detail: detail.clone() });
            }
        }
        for key in self.standing.keys().filter(|key| !wrong.contains_key(*key)) {
            // Two buses or cameras may have the same fault; it is over when the last is well.
            if !wrong.keys().any(|other| code(other) == code(key)) {
                events.push(EventBody::FaultCleared { code: code(key) });
            }
        }
        self.standing = wrong;
        self.list();
        events
    }

    fn list(&mut self) {
        self.codes = self.standing.keys().map(|key| code(key)).collect();
        if !self.recording {
            self.codes.push(RECORD.to_owned());
        }
        if !self.other_end_free {
            self.codes.push(OTHER_END.to_owned());
        }
        self.codes.sort();
        self.codes.dedup();
    }

    /// Whether the lane may open by itself, when that has changed.
    pub fn changed(&mut self, recording: bool, other_end_free: bool) -> Option<bool> {
        if (self.recording, self.other_end_free) != (recording, other_end_free) {
            (self.recording, self.other_end_free) = (recording, other_end_free);
            self.list();
        }
        let sees = !self.cameras.borrow().iter().any(|c| c.fault.as_deref().is_some_and(blinds));
        let healthy = recording && sees && other_end_free;
        (self.healthy.replace(healthy) != Some(healthy)).then_some(healthy)
    }

    /// The machines begin anew: they are told again.
    pub fn tell_again(&mut self) {
        self.healthy = None;
    }

    /// The codes of the faults that stand.
    pub fn faults(&self) -> &[String] {
        &self.codes
    }

    /// The cameras now.
    pub fn cameras(&self) -> Vec<CameraView> {
        self.cameras.borrow().clone()
    }
}

fn code(key: &str) -> String {
    key.split(':').next().unwrap_or(key).to_owned()
}
