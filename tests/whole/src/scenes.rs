//! What the cameras see: photographs where they are at hand, scenes that are drawn otherwise, with their truth.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

use crate::programs;

/// A vehicle with its picture and its truth.
#[derive(Clone, Debug, Deserialize)]
pub struct Vehicle {
    pub picture: PathBuf,
    pub plate: String,
    pub country: String,
    pub rows: u8,
    pub vehicle_class: String,
    pub plant: String,
    pub container: String,
    pub seen: String,
    pub source: String,
    /// How sure the agent's reader read the true plate in the rehearsal; 0 where it did not.
    #[serde(default)]
    pub sure: f64,
    /// Whether a vehicle of the declared sort was seen in the rehearsal.
    #[serde(default)]
    pub fits: bool,
}

impl Vehicle {
    /// The plate as it is declared: Chinese plates without their province.
    pub fn declared(&self) -> String {
        match self.country.as_str() {
            "cn" => self.plate.chars().skip_while(|c| !c.is_ascii()).collect(),
            _ => self.plate.clone(),
        }
    }
}

/// All of them.
#[derive(Clone, Debug, Deserialize)]
pub struct Scenes {
    pub source: String,
    pub empty: PathBuf,
    pub unreadable: Vehicle,
    pub vehicles: Vec<Vehicle>,
}

impl Scenes {
    pub fn make(folder: &Path) -> Self {
        let root = programs::root();
        let path = format!("{}:{}", root.display(), root.join("models").display());
        let told = programs::run(
            Command::new(programs::python())
                .args(["-m", "tests.simulators.scenes", "--seed", "1", "--out"])
                .arg(folder)
                .current_dir(&root)
                .env("PYTHONPATH", path),
        );
        println!("cameras show {}", told.unwrap_or_else(|e| panic!("scenes: {e}")));
        let text = std::fs::read_to_string(folder.join("vehicles.json")).unwrap();
        let mut scenes: Self = serde_json::from_str(&text).unwrap();
        rehearse(&mut scenes.vehicles);
        scenes
    }

    /// Photographs of vehicles with a plate, those read best in the rehearsal first; none where the data sets are not
    /// at hand.
    pub fn photographs(&self) -> Vec<&Vehicle> {
        self.best(|v| v.source == "photograph" && !v.plate.is_empty())
    }

    /// Drawn vehicles that fit, those read best in the rehearsal first.
    pub fn drawn(&self, fits: impl Fn(&Vehicle) -> bool) -> Vec<&Vehicle> {
        self.best(|v| v.source == "drawn" && fits(v))
    }

    fn best(&self, fits: impl Fn(&Vehicle) -> bool) -> Vec<&Vehicle> {
        let mut chosen: Vec<_> = self.vehicles.iter().filter(|v| fits(v)).collect();
        let rank = |v: &Vehicle| if v.fits { 1.0 + v.sure } else { v.sure };
        chosen.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
        chosen
    }
}

/// Lets the agent's own reader look at each picture once. Parts are given by it; what happens at the lanes is
/// read anew, from the streams.
fn rehearse(vehicles: &mut [Vehicle]) {
    let mut command = Command::new(programs::binary("edge-agent"));
    command.args(["read", "--json"]).args(vehicles.iter().map(|v| &v.picture));
    let done = command.env("GATE_ONNXRUNTIME", programs::runtime()).output().unwrap();
    for line in String::from_utf8_lossy(&done.stdout).lines() {
        let look: Value = serde_json::from_str(line).unwrap();
        let Some(vehicle) = vehicles.iter_mut().find(|v| look["source"] == v.picture.to_string_lossy().as_ref()) else {
            continue;
        };
        let items = |name: &str| look[name].as_array().cloned().unwrap_or_default();
        let right =
            items("plates").into_iter().filter(|p| !vehicle.plate.is_empty() && p["text"] == vehicle.plate.as_str());
        vehicle.sure = right.filter_map(|p| p["confidence"].as_f64()).fold(0.0, f64::max);
        let fitting: &[&str] = match vehicle.vehicle_class.as_str() {
            "car" => &["car", "van"],
            _ => &["lorry", "container_lorry", "tractor", "bus"],
        };
        vehicle.fits = items("vehicles").iter().any(|v| fitting.contains(&v["class"].as_str().unwrap_or_default()));
    }
}
