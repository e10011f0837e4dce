//! `central-server init`: makes the data folder of a new site.

use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use clap::Args;
use gate_core::ids::SiteId;

use super::{Opened, say};
use crate::config::{self, Config};
use crate::declaration;
use crate::edge::Keys;

/// What can be chosen; the rest is in the file that is written.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The gate's name.
    #[arg(long, default_value = "kim-thanh")]
    site: String,
    /// Host names and addresses under which central is reached.
    #[arg(long, value_delimiter = ',', default_value = "localhost,127.0.0.1")]
    names: Vec<String>,
    /// Where HTTPS listens.
    #[arg(long, default_value = "0.0.0.0:8443")]
    listen: SocketAddr,
    /// Where plain HTTP listens, loopback only.
    #[arg(long)]
    plain_listen: Option<SocketAddr>,
    /// Where the managed broker listens.
    #[arg(long, default_value = "0.0.0.0:8883")]
    broker_listen: SocketAddr,
    /// A SQLite file or postgres://user:password@host/database.
    #[arg(long, default_value = "central.db")]
    database: String,
    /// Only make new TLS certificates under the authority that is there.
    #[arg(long)]
    renew: bool,
}

pub(super) async fn run(data: &Path, args: InitArgs) -> anyhow::Result<()> {
    if args.renew {
        let config = config::load(data)?;
        Keys::renew(data, &config.names)?;
        say("new certificates for central; restart it to use them");
        return Ok(());
    }
    let file = data.join(config::FILE);
    if file.exists() {
        bail!("{} exists: this folder belongs to a site already; choose another --data", file.display());
    }
    let mut config = Config {
        site: SiteId::new(args.site)?,
        names: args.names,
        listen: args.listen,
        plain_listen: args.plain_listen,
        database: args.database,
        ..Config::default()
    };
    config.broker.listen = args.broker_listen;
    let host = config.names.first().context("--names is empty")?;
    config.broker.address = format!("{host}:{}", args.broker_listen.port());
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data.join("keys"))
        .with_context(|| format!("{}: cannot be made", data.display()))?;
    Keys::make(data, config.site.as_str(), &config.names)?;
    write(&file, &config::template(&config::Choices { config })).with_context(|| file.display().to_string())?;
    let opened = Opened::open(data).await?;
    declaration::rules::first(&opened.store, &opened.clock, Opened::operator()).await?;
    say(&format!("{}: made; look it over, then: central-server --data {} serve", file.display(), data.display()));
    Ok(())
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(text.as_bytes())
}
