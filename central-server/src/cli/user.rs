//! `central-server user add|list|disable|reset`.

use std::path::Path;

use anyhow::bail;
use clap::{Subcommand, ValueEnum};
use gate_core::message::command::OfficerRole;

use super::{Opened, say};
use crate::officer::account;
use crate::store::word;

/// What a person may do.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Role {
    /// Works lanes.
    #[value(name = "officer")]
    Officer,
    /// Leads a shift: lane modes, watchlist alarms, overruling, expected vehicles.
    #[value(name = "shift_leader", alias = "shift-leader")]
    ShiftLeader,
    /// Keeps users, edges and agencies; does not open barriers.
    #[value(name = "administrator")]
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

/// Officers' accounts.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add an account and print the one-time invite for its first sign-in (good for 72 hours).
    Add {
        /// The sign-in name, as lan.nguyen.
        name: String,
        /// What the person may do.
        #[arg(long)]
        role: Role,
        /// The person's name as officers know it; default: the sign-in name.
        #[arg(long)]
        full_name: Option<String>,
    },
    /// List accounts with their roles and states.
    List,
    /// Disable an account and end its sessions.
    Disable {
        /// Whose.
        name: String,
        /// Why; stands in the record.
        #[arg(long)]
        reason: String,
    },
    /// Take the password away, end the sessions, unlock, and print a new invite.
    Reset {
        /// Whose.
        name: String,
    },
}

pub(super) async fn run(data: &Path, command: UserCommand) -> anyhow::Result<()> {
    let opened = Opened::open(data).await?;
    let (store, clock, by) = (&opened.store, &opened.clock, Opened::operator());
    match command {
        UserCommand::Add { name, role, full_name } => {
            let full_name = full_name.unwrap_or_else(|| name.clone());
            say(&account::add(store, clock, by, &name, &full_name, role.into()).await?);
        }
        UserCommand::List => {
            for a in account::list(store, clock).await? {
                say(&format!("{}\t{}\t{}\t{}", a.name, word(&a.role), a.state, a.full_name));
            }
        }
        UserCommand::Disable { name, reason } => {
            if reason.trim().is_empty() {
                bail!("--reason is empty; it stands in the record");
            }
            account::disable(store, clock, by, &name, &reason).await?;
        }
        UserCommand::Reset { name } => say(&account::reset(store, clock, by, &name).await?),
    }
    Ok(())
}
