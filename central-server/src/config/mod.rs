//! The configuration: `central.toml` in the data folder, each key also as an environment variable
//! (`GATE_CENTRAL_BROKER__LISTEN` is `broker.listen`). Read whole, checked whole, then never changed.

mod check;
mod paper;
mod read;
mod recognition;
mod template;

use std::net::SocketAddr;
use std::path::PathBuf;

use gate_core::ids::SiteId;
use gate_core::routing::RoutingRules;
use serde::Deserialize;

pub use paper::PaperTaking;
pub use read::{ConfigErrors, Problem, load};
pub use recognition::RecognitionWatch;
pub use template::{Choices, write as template};

use crate::routing;
use crate::store::Place;

/// Name of the file in the data folder.
pub const FILE: &str = "central.toml";
/// Prefix of the environment variables.
pub const ENV: &str = "GATE_CENTRAL_";

/// What the site expects of this installation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// One machine: SQLite, managed broker, a plain listener on loopback allowed.
    #[default]
    Standard,
    /// TLS everywhere, a broker with topic ACL, PostgreSQL or a stated exception; anything less is refused.
    Production,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogForm {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The gate's name, as `kim-thanh`: part of every topic.
    pub site: SiteId,
    /// See [`Profile`].
    pub profile: Profile,
    /// Host names and addresses under which central is reached; they stand in its certificate.
    pub names: Vec<String>,
    /// Where HTTPS listens.
    pub listen: SocketAddr,
    /// Where plain HTTP listens: loopback only, off by default.
    pub plain_listen: Option<SocketAddr>,
    /// A SQLite file (relative to the data folder) or `postgres://user:password@host/database`.
    pub database: String,
    /// Production on SQLite is this site's stated choice.
    pub sqlite_in_production: bool,
    /// How the log is written.
    pub log: LogForm,
    /// See [`Broker`].
    pub broker: Broker,
    /// See [`EvidenceKeeping`].
    pub evidence: EvidenceKeeping,
    /// See [`Deciding`].
    pub decision: Deciding,
    /// Where vehicles are sent, and by which rules.
    pub routing: RoutingRules,
    /// See [`Record`].
    pub record: Record,
    /// See [`RecognitionWatch`].
    pub recognition: RecognitionWatch,
    /// See [`PaperTaking`].
    pub paper: PaperTaking,
    /// The data folder; not a key of the file.
    #[serde(skip)]
    pub data: PathBuf,
}

/// Who runs the MQTT broker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrokerKind {
    /// Central runs Debian's mosquitto as its child, with generated TLS and ACL.
    #[default]
    Managed,
    /// The site runs one.
    Outside,
}

/// The MQTT broker.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Broker {
    /// See [`BrokerKind`].
    pub kind: BrokerKind,
    /// Managed: where it listens, TLS.
    pub listen: SocketAddr,
    /// `host:port` as the edges and central reach it; the host must stand in the broker's certificate.
    pub address: String,
    /// Managed: the mosquitto program.
    pub program: PathBuf,
    /// Outside: the site states that a topic ACL binds each edge to its own topics.
    pub acl_in_place: bool,
}

/// The pictures.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EvidenceKeeping {
    /// Where they lie, relative to the data folder.
    pub folder: PathBuf,
    /// Largest picture that is taken, in bytes.
    pub max_bytes: u64,
    /// No more are taken when less than this is free on the disk, in bytes.
    pub min_free_bytes: u64,
}

/// How lanes' questions are answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Deciding {
    /// Life of an automatic grant from its receipt, in seconds.
    pub grant_life_s: u32,
    /// How long the lists of a snapshot may be decided by, in seconds.
    pub snapshot_life_s: u32,
    /// Vehicles expected within so many hours from now go into the edges' snapshots.
    pub snapshot_ahead_h: u32,
}

/// The Merkle record.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Record {
    /// New leaves get their place and a signed checkpoint at least so often, in milliseconds.
    pub checkpoint_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        let any = |port| SocketAddr::from(([0, 0, 0, 0], port));
        Self {
            site: SiteId::kim_thanh(),
            profile: Profile::Standard,
            names: vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
            listen: any(8443),
            plain_listen: None,
            database: "central.db".to_owned(),
            sqlite_in_production: false,
            log: LogForm::Text,
            broker: Broker::default(),
            evidence: EvidenceKeeping::default(),
            decision: Deciding::default(),
            record: Record::default(),
            recognition: RecognitionWatch::default(),
            paper: PaperTaking::default(),
            routing: routing::of_a_new_site(),
            data: PathBuf::new(),
        }
    }
}

impl Default for Broker {
    fn default() -> Self {
        Self {
            kind: BrokerKind::Managed,
            listen: SocketAddr::from(([0, 0, 0, 0], 8883)),
            address: "localhost:8883".to_owned(),
            program: PathBuf::from("/usr/sbin/mosquitto"),
            acl_in_place: false,
        }
    }
}

impl Default for EvidenceKeeping {
    fn default() -> Self {
        Self { folder: PathBuf::from("evidence"), max_bytes: 8 << 20, min_free_bytes: 1 << 30 }
    }
}

impl Default for Deciding {
    fn default() -> Self {
        Self { grant_life_s: 30, snapshot_life_s: 4 * 3600, snapshot_ahead_h: 36 }
    }
}

impl Default for Record {
    fn default() -> Self {
        Self { checkpoint_ms: 1000 }
    }
}

impl Config {
    /// Where the database is.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::parse(&self.database, &self.data)
    }

    /// The evidence folder, absolute or relative to the process.
    #[must_use]
    pub fn evidence_folder(&self) -> PathBuf {
        self.data.join(&self.evidence.folder)
    }
}

#[cfg(test)]
mod tests;
