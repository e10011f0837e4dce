//! The managed broker's files: its configuration, and the ACL that binds each edge to its own topics.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use gate_core::ids::{EdgeId, LaneId, SiteId};
use gate_core::message::envelope::MAX_ENVELOPE_BYTES;
use gate_core::message::topic::{Channel, Topic};

use super::BrokerError;
use crate::config::Config;
use crate::edge::authority::CENTRAL_USER;
use crate::edge::{KeyFiles, Roster};

/// Where the broker's files lie.
pub(super) struct Files {
    pub folder: PathBuf,
    pub conf: PathBuf,
    pub acl: PathBuf,
    pub pid: PathBuf,
}

impl Files {
    pub(super) fn of(data: &Path) -> Self {
        let folder = data.join("broker");
        Self { conf: folder.join("mosquitto.conf"), acl: folder.join("acl"), pid: folder.join("mosquitto.pid"), folder }
    }
}

/// mosquitto 2.0's configuration. Names come from certificates alone, and a client's id is its name,
/// so that no edge can push another off by borrowing its id.
pub(super) fn conf(config: &Config, data: &Path) -> String {
    let (keys, files) = (KeyFiles::of(data), Files::of(data));
    let as_root = rustix::process::geteuid().is_root();
    let user = if as_root { "user root\n" } else { "" };
    format!(
        "# Written by central at each start; changes here are lost.\n\
         {user}pid_file {pid}\n\
         log_dest stderr\nlog_type error\nlog_type warning\nlog_type notice\nconnection_messages false\n\
         allow_anonymous false\nacl_file {acl}\n\
         persistence true\npersistence_location {folder}/\nautosave_interval 60\n\
         max_inflight_messages 200\nmax_queued_messages 20000\nmax_packet_size {packet}\n\
         set_tcp_nodelay true\n\
         listener {port} {host}\n\
         cafile {ca}\ncertfile {cert}\nkeyfile {key}\n\
         require_certificate true\nuse_identity_as_username true\nuse_username_as_clientid true\ntls_version tlsv1.3\n",
        pid = files.pid.display(),
        acl = files.acl.display(),
        folder = files.folder.display(),
        packet = MAX_ENVELOPE_BYTES + 64 * 1024,
        port = config.broker.listen.port(),
        host = config.broker.listen.ip(),
        ca = keys.authority.display(),
        cert = keys.tls.display(),
        key = keys.tls_key.display(),
    )
}

/// The ACL: each edge writes its own status and its lanes' events and questions, and reads what is
/// addressed to it. Whatever is not named is refused.
pub(super) fn acl(site: &SiteId, roster: &Roster) -> String {
    let mut text = format!(
        "# Written by central at each start and enrolment; changes here are lost.\n\
         user {CENTRAL_USER}\n\
         topic read gate/{site}/edge/+/status\ntopic read gate/{site}/lane/+/event\ntopic read gate/{site}/lane/+/request\n\
         topic write gate/{site}/edge/+/ack\ntopic write gate/{site}/edge/+/snapshot\n\
         topic write gate/{site}/lane/+/decision\ntopic write gate/{site}/lane/+/command\n"
    );
    for edge in roster.edges() {
        edge_acl(
            &mut text,
            site,
            &edge,
            roster.lanes.iter().filter(|(_, (owner, _))| *owner == edge).map(|(lane, _)| lane),
        );
    }
    text
}

fn edge_acl<'a>(text: &mut String, site: &SiteId, edge: &EdgeId, lanes: impl Iterator<Item = &'a LaneId>) {
    let mut channels = vec![
        ("write", Channel::Status(edge.clone())),
        ("read", Channel::Ack(edge.clone())),
        ("read", Channel::Snapshot(edge.clone())),
    ];
    for lane in lanes {
        channels.push(("write", Channel::Event(lane.clone())));
        channels.push(("write", Channel::Request(lane.clone())));
        channels.push(("read", Channel::Decision(lane.clone())));
        channels.push(("read", Channel::Command(lane.clone())));
    }
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\nuser {edge}");
    for (may, channel) in channels {
        let _ = writeln!(text, "topic {may} {}", Topic { site: site.clone(), channel });
    }
}

/// Writes the ACL for this roster; `true` when it changed, and the broker must read it anew.
///
/// # Errors
/// [`BrokerError::File`].
pub fn write_acl(data: &Path, site: &SiteId, roster: &Roster) -> Result<bool, BrokerError> {
    let files = Files::of(data);
    let text = acl(site, roster);
    if std::fs::read_to_string(&files.acl).is_ok_and(|old| old == text) {
        return Ok(false);
    }
    write(&files.folder, &files.acl, &text)?;
    Ok(true)
}

/// Writes a file of mode 0600 in one step.
pub(super) fn write(folder: &Path, path: &Path, text: &str) -> Result<(), BrokerError> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let failed = |source| BrokerError::File { path: path.to_owned(), source };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let beside = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    std::fs::rename(&beside, path).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gate_core::vehicle::Ways;

    #[test]
    fn an_edge_is_bound_to_its_own_topics() {
        let site = SiteId::new("kt").unwrap();
        let mut roster = Roster::default();
        for (n, lane) in [(1, "in-1"), (2, "out-1")] {
            let edge = EdgeId::new(format!("e{n}")).unwrap();
            roster.by_key.insert(format!("k{n}"), edge.clone());
            roster.lanes.insert(LaneId::new(lane).unwrap(), (edge, Ways::Entry));
        }
        let text = acl(&site, &roster);
        let of_e1 = text.split("user e1\n").nth(1).unwrap().split("\nuser").next().unwrap();
        assert!(of_e1.contains("topic write gate/kt/lane/in-1/event\n"));
        assert!(of_e1.contains("topic read gate/kt/lane/in-1/command\n"));
        assert!(!of_e1.contains("out-1") && !of_e1.contains("e2") && !of_e1.contains('+') && !of_e1.contains('#'));
        assert!(!text.contains("topic write gate/kt/edge/+/status"), "central forges no status");
    }
}
