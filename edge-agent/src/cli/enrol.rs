//! `edge-agent enrol`.

use std::path::{Path, PathBuf};

use clap::Args;
use gate_core::ids::EdgeId;

use super::say;
use crate::identity::{self, EnrolOrder};

/// What an enrolment needs.
#[derive(Debug, Args)]
pub struct EnrolArgs {
    /// This edge's name, as the token was made for.
    pub edge: String,
    /// Central's address, https://host:port.
    #[arg(long, value_name = "URL")]
    pub central: String,
    /// The site's authority (PEM), brought over by hand.
    #[arg(long, value_name = "FILE")]
    pub authority: PathBuf,
    /// The one-time token of `central-server edge add`.
    #[arg(long, env = "GATE_EDGE_TOKEN")]
    pub token: String,
    /// Host names and addresses under which the lane panel is opened.
    #[arg(long = "panel-host", value_name = "HOST", value_delimiter = ',', default_value = "localhost,127.0.0.1")]
    pub panel_hosts: Vec<String>,
}

pub(super) async fn enrol(data: &Path, args: EnrolArgs) -> anyhow::Result<()> {
    let order = EnrolOrder {
        data,
        edge: EdgeId::new(args.edge)?,
        central: &args.central,
        authority: args.authority,
        token: args.token.trim(),
        panel_hosts: args.panel_hosts,
    };
    let reply = identity::enrol(order).await?;
    let lanes: Vec<_> = reply.lanes.iter().map(|l| l.lane.as_str()).collect();
    say(format!("enrolled {} of {}: lanes {}; broker {}", reply.edge, reply.site, lanes.join(", "), reply.broker));
    Ok(())
}
