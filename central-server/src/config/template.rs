//! The file that `central-server init` writes: every key with what it means.

use super::Config;

/// What `init` lets one choose; the rest are defaults.
#[derive(Clone, Debug)]
pub struct Choices {
    /// The configuration to write down.
    pub config: Config,
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

const ROUTING: &str = r#"
# Where vehicles are sent after the boom (phan luong), and by which rules: the first rule that fits
# names the channels, best first; the least loaded place that is open takes the vehicle. A place with
# the name of a lane is open and healthy as that lane is. Signs are unaccented, at most 18 characters.
"#;

fn routing(config: &Config) -> String {
    #[derive(serde::Serialize)]
    struct Table<'a> {
        routing: &'a gate_core::routing::RoutingRules,
    }
    // Rules that were read from a file can be written to one.
    toml::to_string(&Table { routing: &config.routing }).unwrap_or_default()
}

/// The text of `central.toml`.
#[must_use]
pub fn write(choices: &Choices) -> String {
    let c = &choices.config;
    house(c) + &broker(c) + &keeping(c) + &c.recognition.template() + &c.paper.template() + ROUTING + &routing(c)
}

fn house(c: &Config) -> String {
    let names = c.names.iter().map(|n| quoted(n)).collect::<Vec<_>>().join(", ");
    let plain = match c.plain_listen {
        Some(at) => format!("plain_listen = \"{at}\""),
        None => "# plain_listen = \"127.0.0.1:8080\"".to_owned(),
    };
    format!(
        r#"# Configuration of the centre. Every key can also be given as an environment variable:
# GATE_CENTRAL_LISTEN, GATE_CENTRAL_BROKER__LISTEN and so on. Check it with `central-server check`.

# The gate's name: a-z, 0-9 and '-'. Part of every MQTT topic and certificate; never change it later.
site = {site}

# "standard", or "production": TLS everywhere, a broker with topic ACL, PostgreSQL or a stated
# exception. What is missing is named at start.
profile = "standard"

# Host names and addresses under which central and its broker are reached. They stand in the
# certificates; run `central-server init --renew` after a change.
names = [{names}]

# Where HTTPS listens: console, agencies, enrolment, evidence.
listen = "{listen}"

# Plain HTTP, for this machine alone (a reverse proxy, a demo). Off unless given.
{plain}

# A SQLite file (relative to this folder), or "postgres://user:password@host/database".
database = {database}

# Production on SQLite is refused unless this is true.
sqlite_in_production = false

# "text" for people, "json" for collectors.
log = "text"

"#,
        site = quoted(c.site.as_str()),
        listen = c.listen,
        database = quoted(&c.database),
    )
}

fn broker(c: &Config) -> String {
    format!(
        r#"[broker]
# "managed": central runs Debian's mosquitto with TLS and a topic ACL made from the enrolled edges.
# "outside": the site runs a broker; central connects with its certificate from keys/.
kind = "managed"

# Managed: where the broker listens (TLS, client certificates demanded).
listen = "{broker_listen}"

# host:port as the edges and central reach the broker. The host must be one of `names` when managed.
address = {address}

# Managed: the program, from Debian's package mosquitto.
program = {program}

# Outside: state that its ACL binds each edge to its own topics.
acl_in_place = false

"#,
        broker_listen = c.broker.listen,
        address = quoted(&c.broker.address),
        program = quoted(&c.broker.program.to_string_lossy()),
    )
}

fn keeping(c: &Config) -> String {
    format!(
        r#"[evidence]
# Where the pictures lie, relative to this folder.
folder = {folder}
# Largest picture taken, and the free space below which none is taken, in bytes.
max_bytes = {max_bytes}
min_free_bytes = {min_free}

[decision]
# Life of an automatic grant from its receipt at the lane, in seconds.
grant_life_s = {grant}
# How long an edge may decide by its lists when central is silent, in seconds.
snapshot_life_s = {life}
# Vehicles expected within so many hours go into those lists.
snapshot_ahead_h = {ahead}

[record]
# New entries get a signed checkpoint at least so often, in milliseconds.
checkpoint_ms = {checkpoint}
"#,
        folder = quoted(&c.evidence.folder.to_string_lossy()),
        max_bytes = c.evidence.max_bytes,
        min_free = c.evidence.min_free_bytes,
        grant = c.decision.grant_life_s,
        life = c.decision.snapshot_life_s,
        ahead = c.decision.snapshot_ahead_h,
        checkpoint = c.record.checkpoint_ms,
    )
}
