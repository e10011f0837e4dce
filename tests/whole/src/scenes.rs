//! What the cameras see: photographs where they are at hand, scenes that are drawn otherwise, with their truth.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

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
        serde_json::from_str(&std::fs::read_to_string(folder.join("vehicles.json")).unwrap()).unwrap()
    }

    /// Photographs of vehicles with a plate; none where the data sets are not at hand.
    pub fn photographs(&self) -> Vec<&Vehicle> {
        self.vehicles.iter().filter(|v| v.source == "photograph" && !v.plate.is_empty()).collect()
    }

    /// Drawn vehicles that fit.
    pub fn drawn(&self, fits: impl Fn(&Vehicle) -> bool) -> Vec<&Vehicle> {
        self.vehicles.iter().filter(|v| v.source == "drawn" && fits(v)).collect()
    }
}
