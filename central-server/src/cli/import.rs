//! `central-server import expected|permits|watchlist|confirmations FILE [--dry-run]`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::{Opened, say};
use crate::declaration::import::{Format, Import, Kind, take};

/// What to take in.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Which list.
    list: Kind,
    /// A .csv or .json file.
    file: PathBuf,
    /// Only check; change nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(data: &Path, args: ImportArgs) -> anyhow::Result<()> {
    let format = Format::of(&args.file)
        .with_context(|| format!("{}: the name ends neither in .csv nor in .json", args.file.display()))?;
    let bytes = std::fs::read(&args.file).with_context(|| args.file.display().to_string())?;
    let opened = Opened::open(data).await?;
    let source = args.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let import = Import { kind: args.list, format, bytes: &bytes, source: &source, dry_run: args.dry_run };
    let imported = take(&opened.store, &opened.clock, Opened::operator(), import)
        .await
        .with_context(|| args.file.display().to_string())?;
    say(&match imported.kept {
        true => format!("{} rows imported", imported.rows),
        false => format!("{} rows are good; nothing was changed (--dry-run)", imported.rows),
    });
    Ok(())
}
