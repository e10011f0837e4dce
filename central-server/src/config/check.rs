//! What the types alone cannot say: values that do not go together, and what production demands.

use super::read::Problem;
use super::{BrokerKind, Config, Profile};
use crate::store::Place;

/// All problems; none when the configuration may run.
pub(super) fn check(config: &Config) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut say = |bad: bool, key: &str, what: String| {
        if bad {
            problems.push(Problem::new(key, what));
        }
    };
    let broker = &config.broker;
    say(config.names.is_empty(), "names", "empty; name at least one host under which central is reached".into());
    if let Some(plain) = config.plain_listen {
        say(
            !plain.ip().is_loopback(),
            "plain_listen",
            format!("{plain} is not loopback; plain HTTP is for 127.0.0.1 alone, use `listen` (HTTPS) for others"),
        );
    }
    let host = broker.address.rsplit_once(':').filter(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    say(host.is_none(), "broker.address", format!("{:?} is not host:port", broker.address));
    if let (BrokerKind::Managed, Some((host, _))) = (broker.kind, host) {
        let host = host.trim_matches(['[', ']']);
        say(
            !config.names.iter().any(|n| n == host),
            "broker.address",
            format!("{host:?} is not among `names`, so the broker's certificate would not fit it; add it there"),
        );
    }
    if broker.kind == BrokerKind::Managed {
        say(
            broker.listen.port() == config.listen.port(),
            "broker.listen",
            format!("port {} is HTTPS's too; give the broker another", broker.listen.port()),
        );
    }
    for (key, value, low, high) in [
        ("decision.grant_life_s", u64::from(config.decision.grant_life_s), 5, 120),
        ("decision.snapshot_life_s", u64::from(config.decision.snapshot_life_s), 60, 86_400),
        ("decision.snapshot_ahead_h", u64::from(config.decision.snapshot_ahead_h), 1, 24 * 14),
        ("record.checkpoint_ms", config.record.checkpoint_ms, 50, 60_000),
        ("evidence.max_bytes", config.evidence.max_bytes, 64 << 10, 64 << 20),
    ] {
        say(!(low..=high).contains(&value), key, format!("{value} is outside {low} to {high}"));
    }
    problems.extend(config.recognition.problems());
    problems.extend(config.paper.problems());
    problems.extend(config.routing.problems().iter().map(|p| Problem::new("routing", p.to_string())));
    if config.profile == Profile::Production {
        problems.extend(production(config));
    }
    problems
}

fn production(config: &Config) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut say = |bad: bool, key: &str, what: &str| {
        if bad {
            problems.push(Problem::new(key, format!("profile \"production\": {what}")));
        }
    };
    let loopback = |name: &String| name == "localhost" || name.starts_with("127.") || name == "::1";
    say(config.plain_listen.is_some(), "plain_listen", "no plain HTTP; remove this key");
    say(
        config.names.iter().all(loopback),
        "names",
        "only loopback names; add the name under which officers and edges reach central",
    );
    say(
        config.broker.kind == BrokerKind::Outside && !config.broker.acl_in_place,
        "broker.acl_in_place",
        "an outside broker must bind each edge to its own topics; set up its ACL (docs/decisions.md, Broker) and state it with true",
    );
    match config.place() {
        Place::File(_) => say(
            !config.sqlite_in_production,
            "database",
            "SQLite; use postgres://..., or state sqlite_in_production = true for a site of one machine",
        ),
        Place::Server(url) => {
            let local = url.contains("@localhost") || url.contains("@127.0.0.1") || url.contains("host=/");
            say(
                !local && !url.contains("sslmode=verify-full"),
                "database",
                "the connection is not checked TLS; add ?sslmode=verify-full&sslrootcert=FILE",
            );
        }
    }
    problems
}
