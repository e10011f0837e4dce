//! How one lane is wired: which ports, which devices on them, which relay does what, which contact is
//! which input. One file per lane (`firmware-config/lanes/example.toml`), checked whole at start.

mod check;
mod file;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use gate_core::barrier::io::InputName;
use gate_core::ids::LaneId;

pub use file::{
    BarrierFile, BusFile, DeviceFile, EndFile, Energised, InputFile, LaneFile, LightFile, Report, Terminal,
};

use crate::bus::Endpoint;
use crate::config::{ConfigErrors, Document};
use crate::profile::DeviceProfile;

/// A lane's wiring, checked, with the profiles of its devices.
#[derive(Clone, Debug)]
pub struct LaneWiring {
    /// Which lane.
    pub lane: LaneId,
    /// Time from one reading of the inputs to the next.
    pub poll: Duration,
    /// The buses by name.
    pub buses: BTreeMap<String, Endpoint>,
    /// The devices by name.
    pub devices: BTreeMap<String, WiredDevice>,
    /// What moves the boom.
    pub motion: MotionWiring,
    /// The relay that holds the stop chain closed while it is energised.
    pub stop_chain: Terminal,
    /// What the driver sees, at the end where the lane begins as configured.
    pub end: EndFile,
    /// What is seen at the other end, in a lane that can be turned.
    pub other_end: Option<EndFile>,
    /// Where each input is read.
    pub inputs: BTreeMap<InputName, InputFile>,
}

/// A device on a bus.
#[derive(Clone, Debug)]
pub struct WiredDevice {
    /// Its bus.
    pub bus: String,
    /// Its address there.
    pub unit: u8,
    /// What it is.
    pub profile: DeviceProfile,
}

/// What moves the boom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MotionWiring {
    /// Pulses of two relays.
    Relays {
        /// Raises the boom.
        open: Terminal,
        /// Lowers the boom.
        close: Terminal,
    },
    /// Commands to the barrier's own controller, by the device's name.
    Controller(String),
}

impl LaneWiring {
    /// What is seen at the end where the lane begins as configured, or at the other one.
    #[must_use]
    pub fn end(&self, other: bool) -> Option<&EndFile> {
        if other { self.other_end.as_ref() } else { Some(&self.end) }
    }

    /// Reads and checks a lane's file; `profiles` is the folder of the device profiles.
    ///
    /// # Errors
    /// Every fault of the file and of the profiles it names: file, line, value and remedy of each.
    pub fn load(path: &Path, profiles: &Path) -> Result<Self, ConfigErrors> {
        Self::from_document(&Document::read(path)?, profiles)
    }

    /// Checks the text of a lane's file; `file` names it in errors.
    ///
    /// # Errors
    /// As [`LaneWiring::load`].
    pub fn parse(file: &str, text: &str, profiles: &Path) -> Result<Self, ConfigErrors> {
        Self::from_document(&Document::parse(file, text)?, profiles)
    }

    fn from_document(document: &Document, profiles: &Path) -> Result<Self, ConfigErrors> {
        let file: LaneFile = document.typed()?;
        check::resolve(file, document, profiles)
    }
}

#[cfg(test)]
mod tests;
