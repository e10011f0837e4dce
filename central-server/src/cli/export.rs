//! `central-server export corrections --from DAY --to DAY --out DIR`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::{Opened, say};
use crate::clock::midnight;
use crate::evidence::Evidence;
use crate::recognition;

/// What leaves the house.
#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// Officers' corrections of plates as labelled pictures, in the form of the training's data sets. Stands in the
    /// record with who ran it.
    Corrections(CorrectionsArgs),
}

/// Which corrections.
#[derive(Debug, Args)]
pub struct CorrectionsArgs {
    /// The first day, as 2026-11-01 (Asia/Ho_Chi_Minh).
    #[arg(long)]
    from: Date,
    /// The last day.
    #[arg(long)]
    to: Date,
    /// A new folder.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) async fn run(data: &Path, command: ExportCommand) -> anyhow::Result<()> {
    let ExportCommand::Corrections(CorrectionsArgs { from, to, out }) = command;
    if to < from {
        anyhow::bail!("--to {to} is before --from {from}");
    }
    let times = (midnight(from)?, midnight(to.tomorrow()?)?);
    let opened = Opened::open(data).await?;
    let evidence = Evidence::open(&opened.config.evidence_folder(), &opened.config.evidence, opened.store.clone())?;
    let by = Opened::operator();
    let done = recognition::corrections(&opened.store, &evidence, &opened.clock, by, times, &out).await?;
    say(&format!("{} labelled pictures in {}", done.pictures, out.display()));
    if done.without_picture > 0 {
        say(&format!("{} corrections have no picture of a plate here", done.without_picture));
    }
    Ok(())
}
