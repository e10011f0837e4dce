//! `central-server audit verify|verify-record|checkpoint`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Subcommand;
use ed25519_dalek::VerifyingKey;

use super::{Opened, say};
use crate::audit::{self, VerifiableRecord};
use crate::edge::{KeyFiles, Keys};

/// Verify the record.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check the whole record: every row, every leaf, the tree, every signed checkpoint.
    Verify {
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
    },
    /// Check one record by itself, as an agency received it. Needs no database.
    VerifyRecord {
        /// The record, or a passage with its record, JSON; `-` is standard input.
        file: PathBuf,
        /// Central's public key: a file with 64 hexadecimal digits. Default: this data folder's.
        #[arg(long)]
        key: Option<PathBuf>,
    },
    /// Print the newest signed checkpoint, for a witness to keep.
    Checkpoint,
}

pub(super) async fn run(data: &Path, command: AuditCommand) -> anyhow::Result<()> {
    match command {
        AuditCommand::Verify { json } => verify(data, json).await,
        AuditCommand::VerifyRecord { file, key } => verify_record(data, &file, key),
        AuditCommand::Checkpoint => {
            let opened = Opened::open(data).await?;
            say(&audit::latest_checkpoint(&opened.store).await?.1);
            Ok(())
        }
    }
}

async fn verify(data: &Path, json: bool) -> anyhow::Result<()> {
    let opened = Opened::open(data).await?;
    let keys = Keys::load(data)?;
    let report = audit::verify(&opened.store, &keys.signing.verifying_key()).await?;
    if json {
        say(&serde_json::to_string(&report)?);
    } else {
        for finding in &report.findings {
            say(&format!("{}: {}", finding.row, finding.what));
        }
        say(&format!(
            "{} entries, {} checkpoints, {} waiting for their place, {} findings",
            report.leaves,
            report.checkpoints,
            report.waiting,
            report.findings.len() as u64 + report.unnamed
        ));
    }
    if report.good() { Ok(()) } else { bail!("the record was changed; the first finding is the first changed row") }
}

/// The record in a file: by itself, or within the passage that an agency got.
fn record_in(text: &str) -> anyhow::Result<VerifiableRecord> {
    let mut value: serde_json::Value = serde_json::from_str(text).context("not JSON")?;
    if let Some(state) = value.get("record_state").cloned() {
        value = value["record"].take();
        if value.is_null() {
            bail!("this passage carries no record: its record_state is {state}; ask for it again later");
        }
    }
    serde_json::from_value(value).context("neither a record nor a passage with one")
}

fn verify_record(data: &Path, file: &Path, key: Option<PathBuf>) -> anyhow::Result<()> {
    let key = key.unwrap_or_else(|| KeyFiles::of(data).signing_public);
    let text = std::fs::read_to_string(&key).with_context(|| key.display().to_string())?;
    let bytes: [u8; 32] = hex::decode(text.trim())
        .ok()
        .and_then(|b| b.try_into().ok())
        .with_context(|| format!("{}: not 64 hexadecimal digits", key.display()))?;
    let record = if file.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin())?
    } else {
        std::fs::read_to_string(file).with_context(|| file.display().to_string())?
    };
    let record = record_in(&record).with_context(|| file.display().to_string())?;
    let verified = record.verify(&VerifyingKey::from_bytes(&bytes)?)?;
    say(&format!(
        "good: entry {} of the record of {}, under the checkpoint over {} entries signed {} us UTC",
        record.index, verified.checkpoint.site, verified.checkpoint.size, verified.checkpoint.at.0
    ));
    say(&String::from_utf8_lossy(&verified.body));
    Ok(())
}
