//! `edge-agent`: see `--help`.

use std::process::ExitCode;

use clap::Parser as _;
use edge_agent::cli::{self, Cli, Command};

/// How far the agent stands before other programs, as `nice(2)` counts; whatever looks at pictures stands behind.
const AHEAD: i32 = -5;

#[expect(clippy::print_stderr, reason = "the last word of a command line")]
fn main() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.command, Command::CameraWorker { .. }) {
        return gate_camera::worker_main();
    }
    if let Command::Read(args) = &cli.command {
        return edge_agent::read::run(args);
    }
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("edge-agent: a TLS provider is installed already");
        return ExitCode::FAILURE;
    }
    if matches!(cli.command, Command::Run) {
        // Reading loops goes before whatever else the machine does. Not every user may; then it stays as it is.
        let _ = rustix::process::nice(AHEAD);
    }
    let done = tokio::runtime::Runtime::new().map_err(anyhow::Error::from).and_then(|r| r.block_on(cli::run(cli)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("edge-agent: {error:#}");
            ExitCode::FAILURE
        }
    }
}
