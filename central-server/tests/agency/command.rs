//! `central-server agency ...`, and the committed description of the interface.

use std::process::{Command, Output};

fn run(data: &std::path::Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_central-server")).arg("--data").arg(data).args(args).output().unwrap()
}

fn good(data: &std::path::Path, args: &[&str]) -> String {
    let output = run(data, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn refused(data: &std::path::Path, args: &[&str]) -> String {
    let output = run(data, args);
    assert_eq!(output.status.code(), Some(1), "{args:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_key_is_printed_once_and_named_by_its_hash_after_that() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("central");
    good(&data, &["init"]);
    let key = good(&data, &["agency", "add", "customs", "--full-name", "Hải quan Lào Cai"]);
    assert!(key.starts_with("gate-agency-") && key.len() == 12 + 64, "{key}");
    let second = good(&data, &["agency", "key", "customs", "--label", "trạm 2", "--days", "30"]);
    assert_ne!(key, second);
    let list = good(&data, &["agency", "list"]);
    assert!(list.contains("Hải quan Lào Cai") && list.contains("trạm 2") && list.contains("until "), "{list}");
    assert!(!list.contains(&key[12..24]), "{list}");
    let id = list.lines().find(|l| l.ends_with("trạm 2")).unwrap().trim().split('\t').next().unwrap().to_owned();
    good(&data, &["agency", "revoke", "customs", "--key", &id, "--reason", "máy bị mất"]);
    assert!(good(&data, &["agency", "list"]).contains("revoked "));
    assert!(refused(&data, &["agency", "add", "customs"]).contains("agency key customs"));
    assert!(refused(&data, &["agency", "add", "Hải quan"]).contains("is not a name"));
    assert!(refused(&data, &["agency", "key", "nobody"]).contains("agency list"));
    assert!(refused(&data, &["agency", "revoke", "customs", "--reason", " "]).contains("--reason"));
    good(&data, &["agency", "revoke", "customs", "--reason", "hết thỏa thuận"]);
    let verified = good(&data, &["audit", "verify"]);
    assert!(verified.ends_with("0 findings") || verified.contains("waiting"), "{verified}");
}

/// `GATE_BLESS=1 cargo test -p central-server --test agency` writes it anew.
#[test]
fn the_committed_description_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let now = format!("{}\n", central_server::agency::description().to_pretty_json().unwrap());
    if std::env::var_os("GATE_BLESS").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == now, "central-server/openapi.json is not current; write it anew with GATE_BLESS=1");
    for path in ["/api/v1/passages", "/api/v1/passages/{id}", "/api/v1/crossings", "/api/v1/evidence/{sha256}"] {
        assert!(now.contains(path), "{path}");
    }
}
