//! `edge-agent devices`: which device profiles are known, and which serial ports are there.

use std::path::Path;

use gate_barrier::profile::DeviceProfile;

use super::say;
use crate::config::{Config, project_folder};

const SERIAL: &str = "/dev/serial/by-id";

pub(super) fn list(data: &Path) -> anyhow::Result<()> {
    // The profiles are listed without an edge.toml as well: it is written with this list at hand.
    let folder = Config::load(data).map_or_else(|_| project_folder().join("firmware-config"), |c| c.profiles);
    say(format!("device profiles in {}:", folder.display()));
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .map_err(|e| anyhow::anyhow!("{}: {e}; set `profiles` in edge.toml", folder.display()))?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .filter(|path| !path.to_string_lossy().ends_with(".example.toml"))
        .collect();
    files.sort();
    for path in files {
        match DeviceProfile::load(&path) {
            Ok(profile) => {
                let barrier = if profile.pulse.is_some() { ", times pulses itself" } else { "" };
                say(format!("  {:24} {:?}{barrier}: {}", profile.name, profile.kind, profile.title));
            }
            Err(error) => say(format!("  {error}")),
        }
    }
    let ports = std::fs::read_dir(SERIAL).map(|all| all.filter_map(Result::ok).collect::<Vec<_>>()).unwrap_or_default();
    say(format!("serial ports in {SERIAL}: {}", if ports.is_empty() { "none" } else { "" }));
    for port in ports {
        say(format!("  {}", port.path().display()));
    }
    Ok(())
}
