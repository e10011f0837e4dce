//! `edge-agent`: see `--help`.

use std::process::ExitCode;

use clap::Parser as _;
use edge_agent::cli::{self, Cli, Command};

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
    let done = tokio::runtime::Runtime::new().map_err(anyhow::Error::from).and_then(|r| r.block_on(cli::run(cli)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("edge-agent: {error:#}");
            ExitCode::FAILURE
        }
    }
}
