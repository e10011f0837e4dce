//! One watched vehicle: all looks of all cameras at it, and what is to be told of it now. No I/O: looks
//! and times go in, what to tell comes out, so that the order and the moment of each can be tested.

use std::time::Instant;

use gate_camera::{CameraConfig, Frame};
use gate_core::reading::ContainerReading;
use gate_core::vehicle::VehicleClass;
use gate_vision::Look;

use super::Watched;
use super::class::Classes;
use super::codes::Codes;
use super::fates::{Fared, Fates};
use super::plates::{Plates, Told};

/// Something to tell, with the pictures that vouch for it.
pub(super) enum Tell {
    Class(VehicleClass, f32),
    Plate(Box<Told>),
    Container(ContainerReading, Frame),
    Looks(Fared),
    TrackChanged,
}

/// The vehicle.
pub(super) struct Passage {
    pub(super) watched: Watched,
    pub(super) begun: Instant,
    cameras: Vec<Plates>,
    classes: Classes,
    codes: Codes,
    fates: Fates,
    /// It is not the one that was read: nothing more is told of it.
    changed: bool,
}

impl Passage {
    pub(super) fn new(watched: Watched, cameras: Vec<CameraConfig>, begun: Instant) -> Self {
        Self {
            watched,
            begun,
            cameras: cameras.into_iter().map(|c| Plates::new(c, begun)).collect(),
            classes: Classes::default(),
            codes: Codes::default(),
            fates: Fates::new(begun),
            changed: false,
        }
    }

    /// Adds what a camera saw.
    pub(super) fn add(&mut self, camera: usize, frame: &Frame, look: &Look) {
        self.classes.add(look);
        self.fates.add(look, frame);
        for code in &look.containers {
            self.codes.add(code, frame);
        }
        if let Some(plates) = self.cameras.get_mut(camera) {
            plates.add(&look.plates, frame);
        }
    }

    /// What to tell now, in the order in which the lane must hear it: a plate that is ready comes last,
    /// because the lane asks by all that it knows then.
    pub(super) fn tell(&mut self, now: Instant) -> Vec<Tell> {
        if self.changed {
            return Vec::new();
        }
        if self.cameras.iter().any(|c| c.changed(now)) {
            self.changed = true;
            return vec![Tell::TrackChanged];
        }
        let mut all = Vec::new();
        all.extend(self.classes.tell(false).map(|(class, p)| Tell::Class(class, p)));
        all.extend(self.codes.tell().into_iter().map(|(reading, frame)| Tell::Container(reading, frame)));
        let rest_known = self.classes.told() && !self.codes.pending();
        let mut plates: Vec<Told> = self.cameras.iter_mut().flat_map(|c| c.tell(rest_known, now)).collect();
        plates.sort_by_key(|p| p.ready);
        let ready = plates.iter().any(|p| p.ready);
        if ready {
            all.extend(self.classes.tell(true).map(|(class, p)| Tell::Class(class, p)));
            let frame = plates.iter().find(|p| p.ready).and_then(|p| p.pictures.as_ref()).map(|(f, _)| f.clone());
            all.push(Tell::Looks(Fared { counts: self.fates.counts(), frames: frame.into_iter().collect() }));
        } else {
            let read = self.cameras.iter().find_map(Plates::ready_frame);
            all.extend(self.fates.tell(read, now).map(Tell::Looks));
        }
        all.extend(plates.into_iter().map(|p| Tell::Plate(Box::new(p))));
        all
    }
}
