//! Simulates the lanes of a TOML file until it is told to end. Prints one line of JSON when everything
//! answers: the control port's address, and where each lane's devices are.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser;
use gate_simulators::control;
use gate_simulators::site::{Site, SiteFile};
use serde_json::json;
use tokio::net::TcpListener;

/// Simulates lanes: boom, loops, lorries, relay boards, controllers and displays that speak the real bytes.
#[derive(Debug, Parser)]
struct Arguments {
    /// The simulator's file: control address and lanes.
    #[arg(value_name = "FILE.toml")]
    file: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let shown = arguments.file.display();
    let text = std::fs::read_to_string(&arguments.file).with_context(|| format!("{shown} cannot be read"))?;
    let file: SiteFile = toml::from_str(&text).with_context(|| format!("{shown} is not a simulator's file"))?;
    let site = Arc::new(Site::start(&file.lane).await.context("the lanes cannot be started")?);
    let listener = TcpListener::bind(file.control).await.with_context(|| format!("control port {}", file.control))?;
    let lanes: serde_json::Map<_, _> = site.lanes.iter().map(|(n, l)| (n.clone(), json!(l.places))).collect();
    let ready = json!({ "control": listener.local_addr()?, "lanes": lanes });
    writeln!(std::io::stdout(), "{ready}")?;
    axum::serve(listener, control::routes(site)).with_graceful_shutdown(ended()).await?;
    Ok(())
}

/// Waits for Ctrl-C or the end that a supervisor asks for.
async fn ended() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
