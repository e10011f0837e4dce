//! `edge-agent commission LANE`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use ed25519_dalek::VerifyingKey;
use gate_core::message::envelope::{TrustedKeys, open, seal};

use super::say;
use crate::agent::{check_lanes, lock};
use crate::commission::{CommissionOrder, CommissioningReport, commission, timings};
use crate::config::Config;
use crate::identity::{Identity, write_private};

/// What a commissioning needs.
#[derive(Debug, Args)]
pub struct CommissionArgs {
    /// The lane.
    pub lane: String,
    /// Who has the boom in view; stands in the report.
    #[arg(long, required_unless_present = "verify")]
    pub technician: Option<String>,
    /// Longest wait for an answer or an input, in seconds.
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub wait: u64,
    /// Check the signature of a report of this edge instead, and tell what it says.
    #[arg(long, value_name = "FILE")]
    pub verify: Option<PathBuf>,
}

pub(super) async fn commission_lane(data: &Path, args: CommissionArgs) -> anyhow::Result<()> {
    let identity = Identity::load(data)?;
    if let Some(file) = &args.verify {
        return verify(file, identity.event_key.verifying_key(), &args.lane);
    }
    let config = Config::load(data)?;
    check_lanes(&config, &identity)?;
    let known: Vec<_> = config.lanes.iter().map(|l| l.lane.as_str()).collect();
    let Some(lane) = config.lanes.iter().find(|l| l.lane.as_str() == args.lane) else {
        bail!("edge.toml has no lane {:?}; lanes here: {}", args.lane, known.join(", "));
    };
    // The agent's own lock: no port has two owners.
    let _lock = lock(data)?;
    let order = CommissionOrder {
        lane,
        identity: &identity,
        technician: args.technician.unwrap_or_default(),
        wait: Duration::from_secs(args.wait),
    };
    let report = commission(order, tokio::io::stdin(), |line: &str| say(line)).await?;
    let folder = data.join("commissioning");
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let file = folder.join(format!("{}-{}.json", report.lane, report.at.0));
    let sealed = String::from_utf8(seal(&report, &identity.event_key)?)?;
    write_private(&file, &sealed).with_context(|| format!("{} cannot be written", file.display()))?;
    say(format!("report: {}", file.display()));
    if !report.passed {
        bail!("lane {} is not fit for use; the report tells what was not good", report.lane);
    }
    let figures = file.with_extension("toml");
    write_private(&figures, &timings(&report)).with_context(|| format!("{} cannot be written", figures.display()))?;
    say(format!("timings: {}", figures.display()));
    say(format!("lane {}: everything that is wired is good", report.lane));
    Ok(())
}

fn verify(file: &Path, key: VerifyingKey, lane: &str) -> anyhow::Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let report = open::<CommissioningReport>(&bytes, &TrustedKeys::new([key]))
        .with_context(|| format!("{} is no report of this edge", file.display()))?
        .payload;
    if report.lane.as_str() != lane {
        bail!("{} is of lane {}, not {lane}", file.display(), report.lane);
    }
    say(format!("signed by this edge; {} by {}: passed {}", report.lane, report.technician, report.passed));
    Ok(())
}
