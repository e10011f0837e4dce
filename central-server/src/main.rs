//! `central-server`: see `--help`.

use std::process::ExitCode;

use central_server::cli::{self, Cli};
use clap::Parser as _;

#[tokio::main]
#[expect(clippy::print_stderr, reason = "the last word of a command line")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("central-server: a TLS provider is installed already");
        return ExitCode::FAILURE;
    }
    match cli::run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("central-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}
