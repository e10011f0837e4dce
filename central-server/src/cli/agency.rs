//! `central-server agency add|list|key|revoke`.

use std::path::Path;
use std::time::Duration;

use clap::{Args, Subcommand};
use gate_core::clock::UtcMicros;

use super::{Opened, say};
use crate::agency::keys::{self, NewKey};

/// Agencies and their bearer keys.
#[derive(Debug, Subcommand)]
pub enum AgencyCommand {
    /// Add an agency and print its first key. The key is shown this once.
    Add {
        /// Its short name, as customs-lao-cai.
        agency: String,
        /// Its name for people; default: the short name.
        #[arg(long)]
        full_name: Option<String>,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// List agencies with their keys.
    List,
    /// Give an agency a further key and print it. The key is shown this once.
    Key {
        /// Whose.
        agency: String,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Revoke one key, or the agency with all its keys, from the next question on.
    Revoke {
        /// Whose.
        agency: String,
        /// Which key, by its id in the list; without it the agency and all its keys.
        #[arg(long)]
        key: Option<String>,
        /// Why; stands in the record.
        #[arg(long)]
        reason: String,
    },
}

/// A key to be made.
#[derive(Debug, Args)]
pub struct KeyArgs {
    /// What the key is for, as the system that will use it.
    #[arg(long, default_value = "first")]
    label: String,
    /// Good for so many days; without it, until it is revoked.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3660))]
    days: Option<u32>,
}

impl KeyArgs {
    fn new_key(&self) -> NewKey<'_> {
        let life = self.days.map(|days| Duration::from_secs(u64::from(days) * 24 * 3600));
        NewKey { label: &self.label, life }
    }
}

pub(super) async fn run(data: &Path, command: AgencyCommand) -> anyhow::Result<()> {
    let opened = Opened::open(data).await?;
    let (store, clock, by) = (&opened.store, &opened.clock, Opened::operator());
    match command {
        AgencyCommand::Add { agency, full_name, key } => {
            let full_name = full_name.unwrap_or_else(|| agency.clone());
            say(&keys::add(store, clock, by, &agency, &full_name, key.new_key()).await?);
        }
        AgencyCommand::List => list(&opened).await?,
        AgencyCommand::Key { agency, key } => {
            say(&keys::add_key(store, clock, by, &agency, key.new_key()).await?);
        }
        AgencyCommand::Revoke { agency, key, reason } => {
            keys::revoke(store, clock, by, &agency, key.as_deref(), &reason).await?;
        }
    }
    Ok(())
}

async fn list(opened: &Opened) -> anyhow::Result<()> {
    let now = opened.clock.now();
    for agency in keys::list(&opened.store).await? {
        let state = if agency.disabled.is_some() { "revoked" } else { "in force" };
        say(&format!("{}\t{state}\t{}", agency.agency, agency.full_name));
        for key in agency.keys {
            let state = match (key.revoked, key.until) {
                (Some(at), _) => format!("revoked {}", day(at)),
                (None, Some(until)) if until <= now => format!("expired {}", day(until)),
                (None, Some(until)) => format!("until {}", day(until)),
                (None, None) => "in force".to_owned(),
            };
            say(&format!("  {}\t{state}\tsince {}\t{}", key.id, day(key.since), key.label));
        }
    }
    Ok(())
}

fn day(at: UtcMicros) -> String {
    jiff::Timestamp::from_microsecond(at.0).map_or_else(|_| at.0.to_string(), |at| at.strftime("%Y-%m-%d").to_string())
}
