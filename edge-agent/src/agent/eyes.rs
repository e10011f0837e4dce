//! The cameras and the models of the agent, handed to its lanes.
//!
//! Models that are missing or not what the manifest says keep no lane from working: they are told as a fault
//! of every camera, and each vehicle is an officer's.

use std::path::Path;

use gate_camera::{CameraState, WorkerProgram};
use gate_vision::manifest::Manifest;
use gate_vision::{Eyes, ModelError};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{reports, trial};
use crate::clock::Clock;
use crate::config::{Config, LaneConfig};
use crate::evidence::Evidence;
use crate::lane::eyes::{LaneEyes, blinds};
use crate::lane::view::CameraView;
use crate::outbox::Outbox;
use crate::sight::{self, EyesPool, LaneSight, Looks, Report, SightOrder, Trial};

/// Said where no key is trusted.
const UNSIGNED: &str = "NOT ASKED WHO SIGNED THEM: [recognition] trusted of edge.toml names no key, so whoever can write to \
    the folder of the models can change them; fit for a demo and for development alone";

/// What sees for the lanes.
pub(super) struct Sight {
    pool: Result<EyesPool, String>,
    trial: Option<Trial>,
    reports: mpsc::Sender<Report>,
    worker: WorkerProgram,
    evidence: Evidence,
    clock: Clock,
    stop: CancellationToken,
}

impl Sight {
    /// Loads the models once for each thread that looks; none when no lane has a camera.
    pub fn open(
        config: &Config,
        evidence: &Evidence,
        outbox: &Outbox,
        clock: &Clock,
        stop: &CancellationToken,
    ) -> Self {
        let cameras = config.lanes.iter().any(|lane| !lane.cameras.is_empty());
        let opened = if cameras { pool(config) } else { Err("no lane has a camera".to_owned()) };
        if let (true, Err(error)) = (cameras, &opened) {
            metrics::counter!("edge_models_failed_total").increment(1);
            tracing::error!(error, "nothing can be read: every vehicle is an officer's until the models are mended");
        }
        let live = opened.as_ref().ok().map(|(_, name)| name.clone());
        let trial = live.and_then(|name| trial::start(config, name));
        let reports = reports::record(outbox.clone(), clock.clone());
        let pool = opened.map(|(pool, _)| pool);
        let program = std::env::current_exe().unwrap_or_else(|_| "edge-agent".into());
        let worker = WorkerProgram { program, arguments: vec!["camera-worker".into()] };
        Self { pool, trial, reports, worker, evidence: evidence.clone(), clock: clock.clone(), stop: stop.clone() }
    }

    /// The eyes of one lane.
    pub fn lane(&self, lane: &LaneConfig, tasks: &mut JoinSet<()>) -> LaneEyes {
        if lane.cameras.is_empty() {
            return LaneEyes::none();
        }
        let pool = match &self.pool {
            Ok(pool) => pool.clone(),
            Err(error) => return blind(lane, error),
        };
        let order = SightOrder {
            lane: lane.lane.clone(),
            cameras: lane.cameras.clone(),
            eyes: pool,
            trial: self.trial.clone(),
            reports: self.reports.clone(),
            evidence: self.evidence.clone(),
            clock: self.clock.clone(),
            worker: self.worker.clone(),
            stop: self.stop.clone(),
        };
        let LaneSight { watch, turned, sights, cameras, preview, task } = sight::start(order);
        tasks.spawn(async move { drop(task.await) });
        let views = watch::Sender::new(Vec::new());
        let eyes = LaneEyes { watch, turned, sights, cameras: views.subscribe(), preview };
        tasks.spawn(translate(cameras, views, self.stop.clone()));
        eyes
    }
}

/// The models that decide, in all threads that look, and their name.
fn pool(config: &Config) -> Result<(EyesPool, String), String> {
    let trusted = config.recognition.trusted.as_ref();
    let manifest = Manifest::trusted(&config.models, trusted).map_err(|e| e.to_string())?;
    match &manifest.signer {
        Some(signer) => tracing::info!(signer, "the models are signed by a trusted key"),
        None => tracing::warn!("{UNSIGNED}"),
    }
    let load = || Eyes::of(&manifest, &config.models, None).map(|eyes| Box::new(eyes) as Box<dyn Looks>);
    let eyes = (0..config.eyes).map(|_| load()).collect::<Result<Vec<_>, ModelError>>().map_err(|e| e.to_string())?;
    let pool = EyesPool::start(eyes).map_err(|e| e.to_string())?;
    Ok((pool, manifest.name))
}

/// A lane whose cameras cannot be looked through.
fn blind(lane: &LaneConfig, error: &str) -> LaneEyes {
    let view = |name: &String| CameraView {
        name: name.clone(),
        fault: Some("models_missing".to_owned()),
        detail: error.to_owned(),
    };
    let views = lane.cameras.iter().map(|c| view(&c.name)).collect();
    LaneEyes { cameras: watch::Sender::new(views).subscribe(), ..LaneEyes::none() }
}

/// What the panel and the lane hear of cameras: the fault that matters most. Measures change with every
/// picture; they are told once, with the fault.
async fn translate(
    mut states: watch::Receiver<Vec<CameraState>>,
    views: watch::Sender<Vec<CameraView>>,
    stop: CancellationToken,
) {
    loop {
        let before = views.borrow().clone();
        let now: Vec<CameraView> = states.borrow_and_update().iter().map(|s| view(s, &before)).collect();
        views.send_if_modified(|told| {
            let changed = *told != now;
            if changed {
                *told = now;
            }
            changed
        });
        tokio::select! {
            () = stop.cancelled() => return,
            news = states.changed() => if news.is_err() { return },
        }
    }
}

fn view(state: &CameraState, before: &[CameraView]) -> CameraView {
    let worst = state.faults.iter().find(|f| blinds(f.code.as_str())).or(state.faults.first());
    let fault = worst.map(|f| f.code.as_str().to_owned());
    let told = before.iter().find(|b| b.name == state.name && b.fault == fault);
    let detail = told.map_or_else(|| worst.map(ToString::to_string).unwrap_or_default(), |b| b.detail.clone());
    CameraView { name: state.name.clone(), fault, detail }
}

/// Whether the models are there, what the manifest says and signed as the configuration asks; nothing when no lane
/// has a camera.
pub(crate) fn check_models(config: &Config) -> Option<Result<String, String>> {
    config.lanes.iter().any(|lane| !lane.cameras.is_empty()).then(|| {
        let manifest = open_folder(&config.models, config).map_err(|e| e.to_string())?.0;
        let who = manifest.signer.as_ref().map_or_else(|| UNSIGNED.to_owned(), |key| format!("signed by {key}"));
        let name = &manifest.name;
        Ok(format!("good, {name} in {}; {} thread(s) look; {who}", config.models.display(), config.eyes))
    })
}

/// The same of the models on trial; nothing when there are none.
pub(crate) fn check_trial(config: &Config) -> Option<Result<String, String>> {
    let shadow = config.recognition.shadow.as_ref()?;
    let good = |(manifest, _): (Manifest, Eyes)| {
        let share = shadow.share * 100.0;
        format!("good, {} in {}; they look at {share:.0} % and only report", manifest.name, shadow.models.display())
    };
    Some(open_folder(&shadow.models, config).map(good).map_err(|e| e.to_string()))
}

/// Opens the models of a folder once, as the configuration trusts them.
pub(super) fn open_folder(folder: &Path, config: &Config) -> Result<(Manifest, Eyes), ModelError> {
    let manifest = Manifest::trusted(folder, config.recognition.trusted.as_ref())?;
    let eyes = Eyes::of(&manifest, folder, None)?;
    Ok((manifest, eyes))
}
