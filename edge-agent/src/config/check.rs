//! Checks what a schema cannot: names, doubles, files that are named, and the barrier's figures.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gate_barrier::config::{ConfigErrors, Document, Problem};
use gate_barrier::wiring::LaneWiring;
use gate_camera::{CameraConfig, ConfigProblem};
use gate_core::barrier::config::{BarrierConfig, Closing};
use gate_core::ids::LaneId;
use gate_core::message::command::LaneMode;

use super::{
    Config, EdgeFile, LaneConfig, LaneFile, MAX_CAMERAS, MAX_LANES, Profile, Recognition, SCHEMA_VERSION, places,
};

struct Checker<'a> {
    document: &'a Document,
    data: &'a Path,
    profiles: PathBuf,
    problems: Vec<Problem>,
}

pub(super) fn resolve(file: EdgeFile, document: &Document, data: &Path) -> Result<Config, ConfigErrors> {
    let project = places::project_folder();
    let folder =
        |own: &Option<PathBuf>, usual: &str| own.as_ref().map_or_else(|| project.join(usual), |path| data.join(path));
    let profiles = folder(&file.profiles, "firmware-config");
    let mut checker = Checker { document, data, profiles: profiles.clone(), problems: Vec::new() };
    checker.file(&file);
    let recognition = checker.recognition(&file);
    let lanes = checker.lanes(&file.lane);
    ConfigErrors::unless_empty(checker.problems)?;
    Ok(Config {
        central: file.central,
        models: folder(&file.models, "models"),
        recognition,
        profiles,
        eyes: file.eyes.map_or_else(places::usual_eyes, usize::from),
        keep_days: file.keep_days.unwrap_or(7),
        log: file.log.unwrap_or_default(),
        listen: file.panel.listen,
        lanes,
    })
}

impl Checker<'_> {
    fn report(&mut self, at: &str, wrong: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(self.document.problem(at, wrong, remedy));
    }

    fn file(&mut self, file: &EdgeFile) {
        if file.schema != SCHEMA_VERSION {
            let wrong = format!("{} is not a version this program reads", file.schema);
            self.report("/schema", wrong, format!("use {SCHEMA_VERSION}"));
        }
        if let Some(central) = file.central.as_ref().filter(|c| !c.starts_with("https://")) {
            self.report("/central", format!("{central:?} is not HTTPS"), "write https://host:port");
        }
        if file.lane.is_empty() {
            self.report("/lane", "no lane is given", "add a [[lane]] with name, direction and wiring");
        }
        if file.lane.len() > MAX_LANES {
            let wrong = format!("{} lanes are more than one agent runs", file.lane.len());
            self.report("/lane", wrong, format!("give at most {MAX_LANES}; run a second edge for the rest"));
        }
        if !self.profiles.is_dir() {
            let wrong = format!("{} is no folder", self.profiles.display());
            self.report("/profiles", wrong, "name the folder of the device profiles, firmware-config");
        }
    }

    fn recognition(&mut self, file: &EdgeFile) -> Recognition {
        let (recognition, wrong) = file.recognition.clone().unwrap_or_default().resolve(self.data);
        for (place, why) in wrong {
            let remedy = "write the public key that `edge-agent models key` made, or name its .pub file";
            self.report(&format!("/recognition/trusted/{place}"), why, remedy);
        }
        let sees = file.lane.iter().any(|lane| !lane.cameras.is_empty());
        if file.profile == Some(Profile::Production) && sees && recognition.trusted.is_none() {
            self.report(
                "/profile",
                "\"production\" takes no models that nobody vouches for, and no key is trusted",
                "name the public key of who signs this site's models in [recognition] trusted",
            );
        }
        recognition
    }

    fn lanes(&mut self, files: &[LaneFile]) -> Vec<LaneConfig> {
        let mut names = BTreeSet::new();
        let mut lanes = Vec::new();
        for (index, file) in files.iter().enumerate() {
            let at = format!("/lane/{index}");
            if !names.insert(&file.name) {
                self.report(
                    &format!("{at}/name"),
                    format!("lane {:?} is there twice", file.name),
                    "name each lane once",
                );
            }
            lanes.extend(self.lane(&at, file));
        }
        lanes
    }

    fn lane(&mut self, at: &str, file: &LaneFile) -> Option<LaneConfig> {
        let lane = LaneId::new(file.name.clone())
            .map_err(|e| self.report(&format!("{at}/name"), e.to_string(), "give the lane's name as central knows it"))
            .ok();
        let wiring = self.wiring(at, file);
        let barrier = file.barrier.clone().unwrap_or_default();
        self.barrier(&format!("{at}/barrier"), &barrier, wiring.as_ref());
        self.cameras(at, file);
        Some(LaneConfig {
            lane: lane?,
            direction: file.direction,
            mode: file.mode.unwrap_or(LaneMode::Automatic),
            wiring: wiring?,
            barrier,
            cameras: file.cameras.iter().map(|c| self.camera_from_here(&file.name, c)).collect(),
        })
    }

    fn wiring(&mut self, at: &str, file: &LaneFile) -> Option<LaneWiring> {
        let path = self.data.join(&file.wiring);
        match LaneWiring::load(&path, &self.profiles) {
            Ok(wiring) if wiring.lane.as_str() != file.name => {
                let wrong = format!("{} is the wiring of lane {}", path.display(), wiring.lane);
                self.report(&format!("{at}/wiring"), wrong, format!("name the file whose lane is {:?}", file.name));
                None
            }
            Ok(wiring) => Some(wiring),
            Err(ConfigErrors(faults)) => {
                let wrong = format!("{} is of no use", path.display());
                self.report(&format!("{at}/wiring"), wrong, "mend the faults that are named for it");
                self.problems.extend(faults);
                None
            }
        }
    }

    fn barrier(&mut self, at: &str, barrier: &BarrierConfig, wiring: Option<&LaneWiring>) {
        let ranges = [
            ("travel_open_ms", barrier.travel_open_ms, 300, 30_000),
            ("travel_close_ms", barrier.travel_close_ms, 300, 30_000),
            ("pulse_ms", barrier.pulse_ms, 300, 1500),
            ("min_open_ms", barrier.min_open_ms, 0, 60_000),
            ("clear_ms", barrier.clear_ms, 1500, 10_000),
        ];
        for (key, value, least, most) in ranges {
            if !(least..=most).contains(&value) {
                let wrong = format!("{value} is outside {least} to {most}");
                self.report(&format!("{at}/{key}"), wrong, "measure it at the barrier and write milliseconds");
            }
        }
        if barrier.closing == Closing::Agent && !(barrier.three_loops && barrier.force_limitation_recorded) {
            self.report(
                &format!("{at}/closing"),
                "the agent never closes without three loops and a record of force limitation",
                "use closing = \"controller\", or add the loops and the commissioning record",
            );
        }
        let Some(wiring) = wiring else { return };
        if wiring.other_end.is_some() && !barrier.three_loops {
            self.report(
                &format!("{at}/three_loops"),
                "a lane that can be turned has a loop before, under and behind the boom",
                "say three_loops = true, or remove other_end from the lane's wiring",
            );
        }
        for name in gate_core::barrier::inputs::Inputs::required(barrier).iter() {
            if !wiring.inputs.contains_key(&name) {
                let wrong =
                    format!("the lane's wiring has no {}, so it would count as occupied for ever", name.as_str());
                self.report(at, wrong, "wire it, or say that the lane lacks it (photocell, three_loops)");
            }
        }
    }

    fn cameras(&mut self, at: &str, file: &LaneFile) {
        if file.cameras.len() > MAX_CAMERAS {
            let wrong = format!("{} cameras are more than a lane has", file.cameras.len());
            self.report(&format!("{at}/cameras"), wrong, format!("give at most {MAX_CAMERAS}"));
        }
        let mut names = BTreeSet::new();
        for (index, camera) in file.cameras.iter().enumerate() {
            let here = format!("{at}/cameras/{index}");
            if !names.insert(&camera.name) {
                self.report(
                    &format!("{here}/name"),
                    format!("camera {:?} is there twice", camera.name),
                    "name each once",
                );
            }
            for problem in self.camera_from_here(&file.name, camera).problems() {
                let key = match &problem {
                    ConfigProblem::Name(_) => "name",
                    ConfigProblem::Credentials => "user",
                    ConfigProblem::Password { .. } => "password_file",
                    ConfigProblem::Range { .. } => "limits",
                    _ => "url",
                };
                self.report(
                    &format!("{here}/{key}"),
                    problem.to_string(),
                    "see edge.example.toml for each key of a camera",
                );
            }
        }
    }

    /// Files are named relative to the data folder. Where it looked at commissioning lies there by lane and camera.
    fn camera_from_here(&self, lane: &str, camera: &CameraConfig) -> CameraConfig {
        let mut camera = camera.clone();
        if !camera.url.contains("://") {
            camera.url = self.data.join(&camera.url).to_string_lossy().into_owned();
        }
        camera.password_file = camera.password_file.map(|path| self.data.join(path));
        let usual = || Path::new("aims").join(lane).join(&camera.name);
        camera.aim = Some(self.data.join(camera.aim.unwrap_or_else(usual)));
        camera
    }
}
