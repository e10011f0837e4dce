//! `edge-agent run`.

use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use crate::agent;
use crate::config::{Config, LogForm};

pub(super) async fn run(data: &Path) -> anyhow::Result<()> {
    let config = Config::load(data)?;
    log(config.log);
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be listened to")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be listened to")?;
    let ending = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("told to end");
        ending.cancel();
        // Whatever hangs then is not waited for: relays are timed by their boards.
        tokio::time::sleep(agent::END_WITHIN).await;
        tracing::error!("not ended within {} s; leaving", agent::END_WITHIN.as_secs());
        std::process::exit(1);
    });
    Ok(agent::run(data, config, stop).await?)
}

fn log(form: LogForm) {
    let filter = EnvFilter::try_from_env("GATE_LOG").unwrap_or_else(|_| EnvFilter::new("info,ort=warn"));
    let color = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(color).with_writer(std::io::stderr);
    match form {
        LogForm::Text => lines.init(),
        LogForm::Json => lines.json().init(),
    }
}
