//! `edge-agent devices --commission LANE/CAMERA`: what a camera sees, second by second, and what to change about it.
//! Nothing is written but, with `--save`, the picture by which a later turn of the camera is known.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use gate_camera::health::Health;
use gate_camera::{Aim, Camera, CameraConfig, CameraOrder, Frame, Rate, WorkerProgram, jpeg};
use gate_vision::{Eyes, Look};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::say;
use crate::commission::camera::{CameraView, measured};
use crate::config::Config;

/// A picture is looked at so often.
const EVERY: Duration = Duration::from_secs(1);
/// The first picture may take so long.
const FIRST: Duration = Duration::from_secs(15);
/// Quality of the picture that is saved.
const SAVED_QUALITY: u8 = 90;

/// How long to look, and whether to save the picture.
#[derive(Debug)]
pub(super) struct ViewOrder<'a> {
    pub camera: &'a str,
    pub seconds: u64,
    pub save: Option<&'a str>,
}

pub(super) async fn view(data: &Path, order: ViewOrder<'_>) -> anyhow::Result<()> {
    let config = Config::load(data)?;
    let camera = named(&config, order.camera)?;
    let eyes = Eyes::load(&config.models, None).context("the models cannot be loaded: edge-agent check")?;
    let stop = CancellationToken::new();
    let program = std::env::current_exe().context("the agent's own program")?;
    let worker = WorkerProgram { program, arguments: vec!["camera-worker".into()] };
    let running = gate_camera::start(CameraOrder { config: camera.clone(), worker, stop: stop.clone() });
    let seen = look(&running, camera, eyes, order.seconds).await;
    let faults: Vec<String> = running.state.borrow().faults.iter().map(ToString::to_string).collect();
    let error = running.state.borrow().last_error.clone();
    stop.cancel();
    running.ended().await;
    let (view, last) = seen?;
    let Some((frame, vehicles)) = last else {
        bail!("camera {}: no picture came: {}", order.camera, error.unwrap_or_else(|| "no reason is known".to_owned()));
    };
    if let Some(name) = order.save {
        save(camera, name, &frame, vehicles)?;
    }
    conclude(&view, &faults)
}

/// The camera of that name; the lane's name before it where several have one.
fn named<'a>(config: &'a Config, name: &str) -> anyhow::Result<&'a CameraConfig> {
    let all = || config.lanes.iter().flat_map(|l| l.cameras.iter().map(move |c| (format!("{}/{}", l.lane, c.name), c)));
    let found: Vec<_> = all().filter(|(full, camera)| full == name || camera.name == name).collect();
    match found[..] {
        [(_, camera)] => Ok(camera),
        _ => {
            let known: Vec<String> = all().map(|(full, _)| full).collect();
            bail!("{} cameras are named {name:?}; name one of: {}", found.len(), known.join(", "))
        }
    }
}

type Seen = (CameraView, Option<(Frame, usize)>);

/// Looks once a second and tells what it sees.
async fn look(running: &Camera, camera: &CameraConfig, eyes: Eyes, seconds: u64) -> anyhow::Result<Seen> {
    running.set_rate(Rate::Watch);
    let mut frames = running.frames.clone();
    let (mut view, mut last, mut eyes) = (CameraView::default(), None, eyes);
    let until = Instant::now() + FIRST;
    if timeout_at(until, frames.wait_for(Option::is_some)).await.is_err() {
        return Ok((view, None));
    }
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        let next = Instant::now() + EVERY;
        let Some(frame) = frames.borrow_and_update().clone() else { continue };
        let picture = frame.picture.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let look = eyes.look(&picture);
            (eyes, look)
        });
        let (back, look): (Eyes, Result<Look, _>) = looked.await.context("the look ended badly")?;
        eyes = back;
        let look = look?;
        let measures = Health::measure(&frame.picture);
        say(format!("{} x {}: {}", frame.picture.width, frame.picture.height, measured(&measures, &camera.health)));
        let plates = view.see(&look);
        if plates.is_empty() {
            say("  no plate in it");
        }
        for plate in plates {
            say(format!("  {plate}"));
            plate
                .advice()
                .iter()
                .for_each(|a| say(format!("    {} {}", if a.must { "MUST:" } else { "better:" }, a.what)));
        }
        last = Some((frame, look.vehicles.len()));
        tokio::time::sleep_until(next.min(end)).await;
    }
    Ok((view, last))
}

/// Keeps the picture by which a later turn is known.
fn save(camera: &CameraConfig, name: &str, frame: &Frame, vehicles: usize) -> anyhow::Result<()> {
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        bail!("--save {name:?}: use a-z, 0-9 and '-', as day or night");
    }
    let Some(folder) = &camera.aim else { bail!("camera {} has no folder `aim`", camera.name) };
    Aim::default().add(&frame.picture).context("the picture cannot be saved")?;
    let others = Aim::load(folder)?;
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let file = folder.join(format!("{name}.jpg"));
    std::fs::write(&file, jpeg::encode(&frame.picture, SAVED_QUALITY)?)
        .with_context(|| format!("{} cannot be written", file.display()))?;
    say(format!("saved: {}; the running agent takes it at its next start", file.display()));
    if vehicles > 0 {
        say(format!("{vehicles} vehicle(s) stand in it: save it again when the lane is empty"));
    }
    if let Some(fit) = others.beside(&frame.picture).map(|b| b.fit).filter(|fit| *fit < camera.health.turned_share) {
        say(format!(
            "it does not look where the others in {} do ({fit:.2} of their parts are in place): if the camera was moved \
             on purpose, delete those",
            folder.display()
        ));
    }
    Ok(())
}

fn conclude(view: &CameraView, faults: &[String]) -> anyhow::Result<()> {
    for fault in faults {
        say(format!("fault: {fault}"));
    }
    let (typical, advice) = view.verdict().map_err(anyhow::Error::msg)?;
    say(format!("{} pictures, {} plates; in the middle: {typical}", view.looks, view.plates.len()));
    for a in &advice {
        say(format!("{} {}", if a.must { "MUST:" } else { "better:" }, a.what));
    }
    if !faults.is_empty() || advice.iter().any(|a| a.must) {
        bail!("the camera is not fit for use");
    }
    say("the camera is fit for use");
    Ok(())
}
