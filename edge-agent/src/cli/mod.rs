//! The command line.

mod camera;
mod check;
mod commission;
mod devices;
mod enrol;
mod explain;
mod models;
mod pin;
mod replay;
mod run;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use gate_core::message::command::OfficerRole;

/// The agent at the gate: cameras, lanes, barriers, the lane panel and the uplink.
///
/// Exit codes: 0 good, 1 something failed, 2 wrong usage.
#[derive(Debug, Parser)]
#[command(name = "edge-agent", version)]
pub struct Cli {
    /// The data folder: edge.toml, identity, outbox, pictures, journals.
    #[arg(long, global = true, value_name = "DIR", default_value = "edge-data", env = "GATE_EDGE_DATA")]
    pub data: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the agent can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Work the lanes until told to end (SIGTERM, Ctrl-C).
    Run,
    /// Check edge.toml with every file that it names, the models and the identity.
    Check {
        /// Also open the buses and read each wired input for a few seconds. Writes no output.
        #[arg(long)]
        devices: bool,
    },
    /// Test a lane with a person who has the boom in view, measure it, and sign a report.
    Commission(commission::CommissionArgs),
    /// Make this edge known to central: makes its keys, shows the one-time token, keeps the answer.
    Enrol(enrol::EnrolArgs),
    /// List device profiles and serial ports; or show what one camera sees and what to change about it.
    Devices(devices::DevicesArgs),
    /// Tell the story of one passage in sentences, from this edge's own record.
    Explain {
        /// The passage's id.
        passage: uuid::Uuid,
        /// The language.
        #[arg(long, value_enum, default_value = "vi")]
        lang: Language,
    },
    /// Make an operator's key, sign a folder of models, check who signed one.
    #[command(subcommand)]
    Models(models::ModelsCommand),
    /// Read plates, container numbers and vehicles in pictures, videos and streams.
    Read(crate::read::ReadArgs),
    /// Run the machines over a journal again and show where something else comes out.
    Replay {
        /// A lane's folder (DATA/journal/LANE) or one of its files.
        journal: PathBuf,
    },
    /// Give a person a PIN for the lane panel. It is printed once and kept only as a hash.
    Pin {
        /// The person's name.
        name: String,
        /// What the person may do.
        #[arg(long, value_enum, default_value = "officer")]
        role: Role,
    },
    /// A camera's worker: started by the agent itself.
    #[command(hide = true)]
    CameraWorker {
        /// Whatever the supervisor passes.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        rest: Vec<String>,
    },
}

/// A language of sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Vietnamese.
    Vi,
    /// English.
    En,
    /// Chinese.
    Zh,
}

/// A role, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Works a lane.
    Officer,
    /// Leads a shift.
    #[value(name = "shift_leader", alias = "shift-leader")]
    ShiftLeader,
    /// Keeps the machine; works no barrier.
    Administrator,
}

impl From<Role> for OfficerRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Officer => Self::Officer,
            Role::ShiftLeader => Self::ShiftLeader,
            Role::Administrator => Self::Administrator,
        }
    }
}

/// Does what was asked. Reading and the camera's worker are not for here: they need no runtime.
///
/// # Errors
/// What failed, for the last line of the command.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    let data = cli.data;
    match cli.command {
        Command::Run => run::run(&data).await,
        Command::Check { devices } => check::check(&data, devices).await,
        Command::Commission(args) => commission::commission_lane(&data, args).await,
        Command::Enrol(args) => enrol::enrol(&data, args).await,
        Command::Devices(args) => devices::devices(&data, args).await,
        Command::Explain { passage, lang } => explain::explain(&data, passage, lang).await,
        Command::Models(command) => models::run(command),
        Command::Replay { journal } => replay::replay(&journal),
        Command::Pin { name, role } => pin::pin(&data, &name, role.into()),
        Command::Read(_) => anyhow::bail!("reading needs no runtime: it is done before one is made"),
        Command::CameraWorker { .. } => anyhow::bail!("the camera's worker is started by the agent itself"),
    }
}

/// A line on standard output: the command's answer.
#[expect(clippy::print_stdout, reason = "a command's answer")]
fn say(line: impl std::fmt::Display) {
    println!("{line}");
}
