//! `central-server edge add|list|disable`.

use std::path::Path;

use anyhow::bail;
use clap::Subcommand;
use gate_core::ids::EdgeId;

use super::{Opened, say};
use crate::edge::enrolment::{self, NewLane};
use crate::sql;

/// Edges and their lanes.
#[derive(Debug, Subcommand)]
pub enum EdgeCommand {
    /// Add an edge with its lanes (or give a known one a new token) and print the one-time token.
    Add {
        /// The edge's name, as kt-edge-1.
        edge: String,
        /// Its lanes, as in-1:entry,out-1:exit (a third part names the zone).
        #[arg(long, value_delimiter = ',', required = true)]
        lanes: Vec<NewLane>,
        /// Host names and addresses of its lane panel, for its certificate.
        #[arg(long, value_delimiter = ',', default_value = "localhost,127.0.0.1")]
        hosts: Vec<String>,
    },
    /// List edges with their lanes.
    List,
    /// Believe nothing more of what an edge says.
    Disable {
        /// Which.
        edge: String,
        /// Why; stands in the record.
        #[arg(long)]
        reason: String,
    },
}

pub(super) async fn run(data: &Path, command: EdgeCommand) -> anyhow::Result<()> {
    let opened = Opened::open(data).await?;
    let operator = Opened::operator();
    match command {
        EdgeCommand::Add { edge, lanes, hosts } => {
            let edge = EdgeId::new(edge)?;
            let token = enrolment::add(&opened.store, &opened.clock, operator, &edge, &lanes, &hosts).await?;
            say(&token);
        }
        EdgeCommand::List => list(&opened).await?,
        EdgeCommand::Disable { edge, reason } => {
            if reason.trim().is_empty() {
                bail!("--reason is empty; it stands in the record");
            }
            enrolment::disable(&opened.store, &opened.clock, operator, &EdgeId::new(edge)?, &reason).await?;
        }
    }
    Ok(())
}

async fn list(opened: &Opened) -> anyhow::Result<()> {
    let rows = opened
        .store
        .rows(sql!(
            "SELECT e.edge, e.enrolled_at, e.disabled_at, l.lane, l.direction FROM edges e \
             LEFT JOIN lanes l ON l.edge = e.edge ORDER BY e.edge, l.lane"
        ))
        .await?;
    for row in rows {
        let state = match (row.get::<Option<i64>>("disabled_at")?, row.get::<Option<i64>>("enrolled_at")?) {
            (Some(_), _) => "disabled",
            (None, Some(_)) => "enrolled",
            (None, None) => "waits",
        };
        let lane: Option<String> = row.get("lane")?;
        let direction: Option<String> = row.get("direction")?;
        say(&format!(
            "{}\t{state}\t{}\t{}",
            row.text("edge")?,
            lane.unwrap_or_default(),
            direction.unwrap_or_default()
        ));
    }
    Ok(())
}
