//! The running agent: everything joined, started in order, ended within [`END_WITHIN`].
//!
//! What must be right is checked before anything starts: configuration, identity, port, the data folder's
//! lock. What may be missing for a while is not waited for: broker, cameras, devices, models.

mod commands;
mod eyes;
mod reports;
mod statuses;
mod trial;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gate_barrier::config::ConfigErrors;
use gate_core::ids::LaneId;
use gate_core::vehicle::Ways;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub(crate) use self::eyes::{check_models, check_trial};
use crate::clock::Clock;
use crate::config::{Config, LaneConfig};
use crate::evidence::{self, Evidence};
use crate::identity::{Identity, IdentityError};
use crate::lane::handle::{self, LaneHandle, LaneParts};
use crate::outbox::{Outbox, OutboxError};
use crate::panel::pins::{PinError, Pins};
use crate::panel::{self, Panel, serve};
use crate::uplink::{self, UplinkError, UplinkOrder};

/// At the end everything is done, and every child gone, within this.
pub const END_WITHIN: Duration = Duration::from_secs(5);
/// Old events and pictures are looked for so often.
const PRUNE: Duration = Duration::from_secs(600);

/// What keeps the agent from starting, or ended it.
#[derive(Debug, Error)]
pub enum AgentError {
    /// Faults of the configuration.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    /// The identity.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Configuration and enrolment do not agree.
    #[error(
        "lane {lane} of edge.toml {why}; central knows: {known}. Mend edge.toml, or add the lane at central and enrol again"
    )]
    Lane {
        /// Which.
        lane: LaneId,
        /// What does not agree.
        why: String,
        /// What central knows.
        known: String,
    },
    /// Another agent works in this folder.
    #[error("{path} is locked: another edge-agent runs with this data folder; end it first")]
    Locked {
        /// The lock.
        path: PathBuf,
    },
    /// A file or folder.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The panel.
    #[error(transparent)]
    Panel(#[from] serve::ServeError),
    /// The PINs.
    #[error(transparent)]
    Pins(#[from] PinError),
    /// The outbox.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// The uplink.
    #[error(transparent)]
    Uplink(#[from] UplinkError),
    /// The metrics.
    #[error("metrics cannot be kept: {0}")]
    Metrics(String),
}

/// Runs the agent until `stop`.
///
/// # Errors
/// [`AgentError`] when it cannot start, or the panel ended.
pub async fn run(data: &Path, config: Config, stop: CancellationToken) -> Result<(), AgentError> {
    let identity = Identity::load(data)?;
    check_lanes(&config, &identity)?;
    let _lock = lock(data)?;
    let listener = serve::listen(config.listen)?;
    let tls = serve::tls(Some(&identity), data)?;
    let pins = Pins::load(data)?;
    let metrics = recorder()?;
    let clock = Clock::default();
    let outbox_stop = CancellationToken::new();
    let outbox =
        Outbox::open(data.join("outbox.db"), identity.edge.clone(), identity.event_key.clone(), outbox_stop.clone())
            .await?;
    let evidence = Evidence::new(data.join("evidence"), outbox.pool().clone());
    let statuses = watch::Sender::new(Vec::new());
    let uplink = uplink::start(UplinkOrder {
        identity: identity.clone(),
        outbox: outbox.clone(),
        lanes: statuses.subscribe(),
        clock: clock.clone(),
        stop: stop.clone(),
    })
    .await?;
    let mut tasks = JoinSet::new();
    let sight = eyes::Sight::open(&config, &evidence, &outbox, &clock, &stop);
    let mut lanes: BTreeMap<LaneId, LaneHandle> = BTreeMap::new();
    for lane in &config.lanes {
        let parts = LaneParts {
            config: lane.clone(),
            edge: identity.edge.clone(),
            data: data.to_owned(),
            outbox: outbox.clone(),
            clock: clock.clone(),
            central: Arc::new(uplink.asker.clone()),
            lists: uplink.lists.clone(),
            eyes: sight.lane(lane, &mut tasks),
            stop: stop.clone(),
        };
        let (handle, task) =
            handle::start(parts).map_err(|source| AgentError::File { path: data.join("journal"), source })?;
        tasks.spawn(async move { drop(task.await) });
        lanes.insert(lane.lane.clone(), handle);
    }
    tasks.spawn(commands::carry(uplink.commands, lanes.clone(), outbox.clone(), clock.clone(), stop.clone()));
    tasks.spawn(statuses::gather(lanes.clone(), statuses, stop.clone()));
    if let Some(central) = config.central.clone().or_else(|| identity.central.clone()) {
        let order = evidence::SendOrder {
            evidence: evidence.clone(),
            identity: identity.clone(),
            central,
            clock: clock.clone(),
        };
        tasks.spawn(evidence::send(order, stop.clone()));
    }
    tasks.spawn(prune(outbox.clone(), evidence.clone(), clock.clone(), config.keep_days, stop.clone()));
    let router = panel::router(Panel {
        lanes: lanes.into_iter().map(|(name, lane)| (name, lane.into())).collect(),
        pins,
        evidence,
        outbox,
        lists: uplink.lists,
        name: format!("{} · {}", identity.site, identity.edge),
        connected: uplink.connected,
        clock,
        metrics,
        stop: stop.clone(),
    });
    tracing::info!(edge = %identity.edge, listen = %config.listen, lanes = config.lanes.len(), "the agent is up");
    let served = serve::serve(listener, tls, router, stop.clone()).await;
    stop.cancel();
    end(tasks, outbox_stop).await;
    Ok(served?)
}

/// Waits for the tasks, then lets the outbox write what is left.
async fn end(mut tasks: JoinSet<()>, outbox_stop: CancellationToken) {
    let patience = END_WITHIN - Duration::from_millis(1500);
    if tokio::time::timeout(patience, async { while tasks.join_next().await.is_some() {} }).await.is_err() {
        tracing::warn!(left = tasks.len(), "tasks did not end in time; they are dropped");
        tasks.shutdown().await;
    }
    outbox_stop.cancel();
    // The writer and the journals have short queues; they are given a moment.
    tokio::time::sleep(Duration::from_millis(200)).await;
    tracing::info!("the agent ended");
}

/// Every configured lane is enrolled, for the ways that it may lead here.
pub(crate) fn check_lanes(config: &Config, identity: &Identity) -> Result<(), AgentError> {
    let known = || {
        let names = identity.lanes.iter().map(|l| format!("{} ({:?})", l.lane, l.direction).to_lowercase());
        names.collect::<Vec<_>>().join(", ")
    };
    let refuse = |lane: &LaneConfig, why: String| AgentError::Lane { lane: lane.lane.clone(), why, known: known() };
    for lane in &config.lanes {
        let both = lane.wiring.other_end.is_some();
        match identity.lanes.iter().find(|l| l.lane == lane.lane) {
            None => return Err(refuse(lane, "is not enrolled".to_owned())),
            Some(enrolled) if both && enrolled.direction != Ways::Both => {
                return Err(refuse(lane, "can be turned here (its wiring has an other_end)".to_owned()));
            }
            Some(enrolled) if !enrolled.direction.allow(lane.direction) => {
                return Err(refuse(lane, format!("leads {:?} here", lane.direction).to_lowercase()));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// One agent for one data folder: two would both drive the same barriers.
pub(crate) fn lock(data: &Path) -> Result<File, AgentError> {
    let path = data.join("agent.lock");
    let file = File::create(&path).map_err(|source| AgentError::File { path: path.clone(), source })?;
    file.try_lock().map_err(|_| AgentError::Locked { path })?;
    Ok(file)
}

fn recorder() -> Result<metrics_exporter_prometheus::PrometheusHandle, AgentError> {
    let steps = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &steps)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|e| AgentError::Metrics(e.to_string()))
}

/// Forgets what central has had for long enough.
async fn prune(outbox: Outbox, evidence: Evidence, clock: Clock, keep_days: u16, stop: CancellationToken) {
    let keep_us = i64::from(keep_days) * 86_400_000_000;
    loop {
        let before = gate_core::clock::UtcMicros(clock.utc().0 - keep_us);
        if let Err(error) = outbox.prune(before.0).await {
            tracing::warn!(%error, "old events stay");
        }
        if let Err(error) = evidence.prune(before).await {
            tracing::warn!(%error, "old pictures stay");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PRUNE) => {}
        }
    }
}
