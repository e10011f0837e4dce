//! The configuration: `edge.toml` in the data folder. Read whole, checked whole with the wiring files and
//! profiles that it names, every fault told at once; then never changed.
//!
//! Paths are relative to the data folder. `firmware-config/edge.example.toml` documents every key.

mod check;
mod places;
mod recognition;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use gate_barrier::config::{ConfigErrors, Document};
use gate_barrier::wiring::LaneWiring;
use gate_camera::CameraConfig;
use gate_core::barrier::config::BarrierConfig;
use gate_core::ids::LaneId;
use gate_core::message::command::LaneMode;
use gate_core::vehicle::Direction;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use places::project_folder;
pub use recognition::{Recognition, RecognitionFile, Shadow, public_key};

/// Name of the file in the data folder.
pub const FILE: &str = "edge.toml";
/// The only version of the file format there is.
pub const SCHEMA_VERSION: u32 = 1;
/// Lanes that one agent runs at most.
pub const MAX_LANES: usize = 16;
/// Cameras of one lane at most.
pub const MAX_CAMERAS: usize = 4;

/// `edge.toml` as it stands.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EdgeFile {
    /// Version of the file format: 1.
    pub schema: u32,
    /// What the site expects of this installation; `standard` when absent.
    pub profile: Option<Profile>,
    /// Central's address for pictures, `https://host:port`; the one that the edge enrolled with when absent.
    pub central: Option<String>,
    /// The folder of the models with their `manifest.toml`; `models` of the project when absent.
    pub models: Option<PathBuf>,
    /// The folder of device profiles; `firmware-config` of the project when absent.
    pub profiles: Option<PathBuf>,
    /// How many threads look at pictures; one for every core but one when absent.
    #[schemars(range(min = 1, max = 64))]
    pub eyes: Option<u16>,
    /// Days that acknowledged events and pictures are kept here; 7 when absent.
    #[schemars(range(min = 1, max = 400))]
    pub keep_days: Option<u16>,
    /// How the log is written; `text` when absent.
    pub log: Option<LogForm>,
    /// Whose models are trusted, and which read beside them.
    pub recognition: Option<RecognitionFile>,
    /// The lane panel.
    pub panel: PanelFile,
    /// The lanes.
    pub lane: Vec<LaneFile>,
}

/// What the site expects of this installation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// A demo, a bench, a developer's machine: models are taken by their hash alone where no key is trusted.
    #[default]
    Standard,
    /// A gate: models without the signature of a trusted key are refused.
    Production,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogForm {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// `[panel]`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PanelFile {
    /// Where the panel, `/healthz`, `/metrics` and `/preview` answer over HTTPS.
    pub listen: SocketAddr,
}

/// `[[lane]]`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LaneFile {
    /// The lane's name as central knows it.
    pub name: String,
    /// Which way it leads.
    pub direction: Direction,
    /// How it works after a start; a stricter mode that an officer set last stays. `automatic` when absent.
    pub mode: Option<LaneMode>,
    /// The lane's wiring file.
    pub wiring: PathBuf,
    /// What was measured and recorded at commissioning; careful defaults when absent.
    pub barrier: Option<BarrierConfig>,
    /// Its cameras. A lane without one refers every vehicle.
    #[serde(default)]
    #[schemars(with = "Vec<serde_json::Value>")]
    pub cameras: Vec<CameraConfig>,
}

/// The configuration, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Central's address where the file names one.
    pub central: Option<String>,
    /// The models' folder.
    pub models: PathBuf,
    /// Whose models are trusted, and which read beside them.
    pub recognition: Recognition,
    /// The device profiles' folder.
    pub profiles: PathBuf,
    /// Threads that look at pictures.
    pub eyes: usize,
    /// Days that acknowledged events and pictures are kept.
    pub keep_days: u16,
    /// How the log is written.
    pub log: LogForm,
    /// Where the panel answers.
    pub listen: SocketAddr,
    /// The lanes.
    pub lanes: Vec<LaneConfig>,
}

/// One lane, checked.
#[derive(Clone, Debug)]
pub struct LaneConfig {
    /// Its name.
    pub lane: LaneId,
    /// Which way it leads.
    pub direction: Direction,
    /// How it works after a start.
    pub mode: LaneMode,
    /// How its devices are wired.
    pub wiring: LaneWiring,
    /// Its barrier.
    pub barrier: BarrierConfig,
    /// Its cameras.
    pub cameras: Vec<CameraConfig>,
}

impl Config {
    /// Reads and checks `edge.toml` of a data folder with all files that it names.
    ///
    /// # Errors
    /// Every fault: file, line, value and remedy of each.
    pub fn load(data: &Path) -> Result<Self, ConfigErrors> {
        let document = Document::read(&data.join(FILE))?;
        check::resolve(document.typed()?, &document, data)
    }

    /// Checks the text of an `edge.toml`; `data` is what its paths are relative to.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(file: &str, text: &str, data: &Path) -> Result<Self, ConfigErrors> {
        let document = Document::parse(file, text)?;
        check::resolve(document.typed()?, &document, data)
    }
}

#[cfg(test)]
mod tests;
