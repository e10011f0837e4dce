//! The command line: `central-server serve|init|check|migrate|user|agency|edge|import|export|audit`. Exit code 0 good, 1
//! something failed, 2 bad usage.

mod agency;
mod audit;
mod edge;
mod export;
mod import;
mod init;
mod user;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use gate_core::message::command::{OfficerRef, OfficerRole};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::{self, Config, LogForm};
use crate::edge::Keys;
use crate::store::Store;

/// The centre of the gate.
#[derive(Debug, Parser)]
#[command(name = "central-server", version, about)]
pub struct Cli {
    /// The data folder: central.toml, keys, database, evidence.
    #[arg(long, global = true, env = "GATE_CENTRAL_DATA", default_value = "/var/lib/central-server")]
    data: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the centre.
    Serve,
    /// Make the data folder: configuration, the site's authority, keys, database.
    Init(init::InitArgs),
    /// Check configuration, keys and database, and say all that is wrong.
    Check,
    /// Bring the database's schema up to date.
    Migrate,
    /// Officers' accounts.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Edges and their lanes.
    #[command(subcommand)]
    Edge(edge::EdgeCommand),
    /// Agencies and their bearer keys.
    #[command(subcommand)]
    Agency(agency::AgencyCommand),
    /// Take in lists: expected vehicles, confirmations, permits, watchlist. All or nothing.
    Import(import::ImportArgs),
    /// Take out what training needs: officers' corrections as labelled pictures.
    #[command(subcommand)]
    Export(export::ExportCommand),
    /// Verify the record.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
}

/// What a command works on.
pub struct Opened {
    /// The checked configuration.
    pub config: Config,
    /// The database, its schema up to date.
    pub store: Store,
    /// Time.
    pub clock: Clock,
}

impl Opened {
    /// Opens the data folder's configuration and database.
    ///
    /// # Errors
    /// What is wrong, with the remedy.
    pub async fn open(data: &std::path::Path) -> anyhow::Result<Self> {
        let config = config::load(data)?;
        let store = Store::open(&config.place()).await?;
        store.migrate().await?;
        Ok(Self { config, store, clock: Clock::system() })
    }

    /// Who stands behind a command line: the system's user, recorded as an administrator.
    #[must_use]
    pub fn operator() -> OfficerRef {
        let user =
            std::env::var("SUDO_USER").or_else(|_| std::env::var("USER")).unwrap_or_else(|_| "unknown".to_owned());
        OfficerRef { name: format!("{user}@command-line"), role: OfficerRole::Administrator }
    }
}

/// Runs a command line.
///
/// # Errors
/// What failed, with the remedy.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    let data = cli.data;
    match cli.command {
        Command::Serve => serve(&data).await,
        Command::Init(args) => init::run(&data, args).await,
        Command::Check => check(&data).await,
        Command::Migrate => {
            let opened = Opened::open(&data).await?;
            say(&format!("{}: the schema is up to date", opened.config.place()));
            Ok(())
        }
        Command::User(command) => user::run(&data, command).await,
        Command::Edge(command) => edge::run(&data, command).await,
        Command::Agency(command) => agency::run(&data, command).await,
        Command::Import(args) => import::run(&data, args).await,
        Command::Export(command) => export::run(&data, command).await,
        Command::Audit(command) => audit::run(&data, command).await,
    }
}

async fn serve(data: &std::path::Path) -> anyhow::Result<()> {
    let config = config::load(data)?;
    log(config.log);
    let stop = CancellationToken::new();
    let signal = stop.clone();
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("central ends");
        signal.cancel();
    });
    crate::serve::serve(config, stop).await
}

async fn check(data: &std::path::Path) -> anyhow::Result<()> {
    let config = config::load(data)?;
    Keys::load(data)?;
    if config.broker.kind == config::BrokerKind::Managed {
        std::fs::metadata(&config.broker.program).with_context(|| {
            format!(
                "broker.program {}: install Debian's package: apt-get install mosquitto",
                config.broker.program.display()
            )
        })?;
    }
    let store = Store::open(&config.place()).await?;
    store.migrate().await?;
    say(&format!("good: configuration, keys, {} database {}", store.engine_name(), config.place()));
    Ok(())
}

fn log(form: LogForm) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info,sqlx=warn".into());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match form {
        LogForm::Text => log.init(),
        LogForm::Json => log.json().init(),
    }
}

/// One line for the person at the command line.
#[expect(clippy::print_stdout, reason = "the command line's own voice")]
pub fn say(line: &str) {
    println!("{line}");
}
