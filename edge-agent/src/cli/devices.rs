//! `edge-agent devices`: which device profiles are known, and which serial ports are there; with `--commission CAMERA`
//! what that camera sees.

use std::path::Path;

use clap::Args;
use gate_barrier::profile::DeviceProfile;

use super::camera::{ViewOrder, view};
use super::say;
use crate::config::{Config, project_folder};

const SERIAL: &str = "/dev/serial/by-id";

/// A list, or one camera.
#[derive(Debug, Args)]
pub struct DevicesArgs {
    /// Show what a camera sees, LANE/CAMERA or CAMERA: its measures with their limits, the plates' height and sharpness,
    /// what to change. The agent may run meanwhile.
    #[arg(long, value_name = "CAMERA")]
    pub commission: Option<String>,
    /// For so many seconds.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=3600), requires = "commission")]
    pub seconds: u64,
    /// Keep the last picture under this name, as day or night: where the camera looks. It is known as turned when it
    /// fits none of the kept ones any more. Save it with the lane empty.
    #[arg(long, value_name = "NAME", requires = "commission")]
    pub save: Option<String>,
}

pub(super) async fn devices(data: &Path, args: DevicesArgs) -> anyhow::Result<()> {
    match &args.commission {
        Some(camera) => view(data, ViewOrder { camera, seconds: args.seconds, save: args.save.as_deref() }).await,
        None => list(data),
    }
}

fn list(data: &Path) -> anyhow::Result<()> {
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
