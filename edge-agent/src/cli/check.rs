//! `edge-agent check [--devices]`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::bail;
use gate_barrier::bus::BusState;
use gate_barrier::clock::Clock;
use gate_barrier::device::{DeviceEvent, LaneDevices};
use gate_camera::Aim;
use gate_core::barrier::io::InputName;

use super::say;
use crate::agent::{check_lanes, check_models, check_trial};
use crate::commission;
use crate::config::{Config, LaneConfig};
use crate::identity::{Identity, IdentityError};

/// Inputs are read for so long.
const READ_FOR: Duration = Duration::from_secs(3);

pub(super) async fn check(data: &Path, devices: bool) -> anyhow::Result<()> {
    let config = Config::load(data)?;
    say(format!("edge.toml: good; {} lane(s), profiles in {}", config.lanes.len(), config.profiles.display()));
    let mut faults = 0;
    match Identity::load(data) {
        Ok(identity) => {
            check_lanes(&config, &identity)?;
            say(format!("identity: {} of {}, broker {}", identity.edge, identity.site, identity.broker));
        }
        Err(error @ IdentityError::NotEnrolled { .. }) => say(format!("identity: {error}")),
        Err(error) => return Err(error.into()),
    }
    match check_models(&config) {
        Some(Ok(good)) => say(format!("models: {good}")),
        Some(Err(error)) => {
            faults += 1;
            say(format!("models: {error}"));
        }
        None => say("models: not needed, no lane has a camera"),
    }
    match check_trial(&config) {
        Some(Ok(good)) => say(format!("models on trial: {good}")),
        Some(Err(error)) => {
            faults += 1;
            say(format!("models on trial: {error}"));
        }
        None => {}
    }
    for camera in config.lanes.iter().flat_map(|lane| &lane.cameras) {
        match camera.aim.as_deref().map(Aim::load) {
            Some(Err(error)) => {
                faults += 1;
                say(format!("camera {}: {error}", camera.name));
            }
            Some(Ok(aim)) if aim.is_empty() => say(format!(
                "camera {}: a turn of it is not noticed before `edge-agent devices --commission {} --save day`",
                camera.name, camera.name
            )),
            _ => {}
        }
    }
    if devices {
        for lane in &config.lanes {
            faults += read_inputs(lane).await;
        }
    }
    if faults > 0 {
        bail!("{faults} fault(s); see above");
    }
    Ok(())
}

/// Opens a lane's buses and reads; no output is written. Returns how many devices, buses and inputs are at fault.
async fn read_inputs(lane: &LaneConfig) -> usize {
    let answers = commission::measure(&lane.wiring).await;
    for device in &answers {
        say(format!("lane {} {device}", lane.lane));
    }
    let (devices, mut events) = LaneDevices::start(lane.wiring.clone(), &Clock::real());
    let mut read: BTreeMap<InputName, Option<bool>> = BTreeMap::new();
    let mut troubles = Vec::new();
    let end = tokio::time::Instant::now() + READ_FOR;
    while let Ok(Some(event)) = tokio::time::timeout_at(end, events.recv()).await {
        match event {
            DeviceEvent::Inputs(readings) => read.extend(readings.iter().map(|r| (r.name, r.active))),
            DeviceEvent::Trouble(trouble) => troubles.push(trouble),
            DeviceEvent::News(_) => {}
        }
    }
    let mut faults = answers.iter().filter(|device| !device.good()).count();
    for (device, said) in commission::beside(&lane.wiring).await {
        faults += usize::from(said.is_err());
        let word = said.unwrap_or_else(|error| error.to_string());
        say(format!("lane {} device {device}: {word}", lane.lane));
    }
    for (bus, state) in devices.health().buses {
        let word = match state {
            BusState::Open => "answers".to_owned(),
            BusState::Starting => {
                "carries no input: opened with its first output, which a check never writes".to_owned()
            }
            BusState::Absent(reason) => {
                faults += 1;
                reason
            }
        };
        say(format!("lane {} bus {bus}: {word}", lane.lane));
    }
    for name in lane.wiring.inputs.keys() {
        let word = match read.get(name).copied().flatten() {
            Some(true) => "active",
            Some(false) => "not active",
            None => {
                faults += 1;
                "NOT READ"
            }
        };
        say(format!("lane {} input {}: {word}", lane.lane, name.as_str()));
    }
    troubles.dedup();
    for trouble in troubles.iter().take(5) {
        say(format!("lane {}: {trouble}", lane.lane));
    }
    faults
}
