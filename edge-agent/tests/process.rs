//! The agent as a process: starts with central and network dead, serves its panel over TLS, stops a boom,
//! ends in time, and says clearly why it cannot start.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use common::{Plant, until};
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};

/// A data folder as `enrol` leaves it, with one lane on the plant. Returns the authority.
fn data_folder(folder: &Path, plant: &Plant, port: u16) -> String {
    let issuer_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, issuer_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &authority).unwrap();
    let identity = folder.join("identity");
    std::fs::create_dir_all(&identity).unwrap();
    let reply = serde_json::json!({
        "site": "kim-thanh", "edge": "kt-edge-1",
        "lanes": [{ "lane": "in-1", "direction": "entry" }],
        "tls_certificate_pem": certificate.pem(), "authority_pem": authority.pem(),
        "central_key": hex::encode(common::central_key().verifying_key().as_bytes()),
        "broker": "127.0.0.1:9",
    });
    std::fs::write(identity.join("enrolment.json"), reply.to_string()).unwrap();
    std::fs::write(identity.join("tls-key.pem"), key.serialize_pem()).unwrap();
    let event_key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).to_pkcs8_pem(LineEnding::LF).unwrap();
    std::fs::write(identity.join("event-key.pem"), event_key.as_bytes()).unwrap();
    std::fs::create_dir_all(folder.join("lanes")).unwrap();
    std::fs::write(folder.join("lanes/in-1.toml"), plant.wiring()).unwrap();
    let toml = format!(
        "schema = 1\nprofiles = {:?}\n[panel]\nlisten = '127.0.0.1:{port}'\n[[lane]]\nname = 'in-1'\ndirection = 'entry'\nwiring = 'lanes/in-1.toml'\n",
        common::profiles().canonicalize().unwrap()
    );
    std::fs::write(folder.join("edge.toml"), toml).unwrap();
    authority.pem()
}

fn agent(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_edge-agent"));
    command.arg("--data").arg(folder).args(arguments).stderr(Stdio::piped()).stdout(Stdio::piped());
    command
}

fn done(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let Output { status, stdout, stderr } = agent(folder, arguments).output().unwrap();
    (status.success(), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_works_alone_and_ends_in_time() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let plant = Plant::start().await;
    let port = free_port();
    let authority = data_folder(folder.path(), &plant, port);
    let (good, said) = done(folder.path(), &["check", "--devices"]);
    assert!(said.contains("input loop_under: not active") && said.contains("bus barrier: answers"), "{good} {said}");
    assert_eq!(plant.sim().now().plant.journal.pulses().len(), 0, "check writes no output");
    let (good, pin) = done(folder.path(), &["pin", "lan"]);
    assert!(good && pin.trim().len() == 6, "{pin}");

    let mut running =
        Running(agent(folder.path(), &["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let client = reqwest::Client::builder()
        .tls_built_in_root_certs(false)
        .add_root_certificate(reqwest::Certificate::from_pem(authority.as_bytes()).unwrap())
        .build()
        .unwrap();
    let base = format!("https://localhost:{port}");
    let end = Instant::now() + Duration::from_secs(20);
    while client.get(format!("{base}/healthz")).send().await.is_err() {
        assert!(Instant::now() < end, "the panel did not come up");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let health = client.get(format!("{base}/healthz")).send().await.unwrap();
    assert_eq!(health.status(), 200);
    assert!(health.text().await.unwrap().contains("\"central\":false"));

    let (good, said) = done(folder.path(), &["run"]);
    assert!(!good && said.contains("another edge-agent runs"), "{said}");

    let stopped = client.post(format!("{base}/api/lanes/in-1/stop")).send().await.unwrap();
    assert_eq!(stopped.status(), 204);
    until("the chain dropped", 1, || !plant.chain_closed()).await;
    let metrics = client.get(format!("{base}/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("edge_"), "{metrics}");

    let asked = Instant::now();
    let pid = running.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let status = loop {
        if let Some(status) = running.0.try_wait().unwrap() {
            break status;
        }
        assert!(asked.elapsed() < Duration::from_secs(5), "it did not end within 5 s");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(status.success(), "{status}");
    let (good, said) = done(folder.path(), &["replay", &folder.path().join("journal/in-1").to_string_lossy()]);
    assert!(good && said.contains("differences 0"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_it_from_starting_is_said_with_its_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let (good, said) = done(folder.path(), &["run"]);
    assert!(!good && said.contains("edge.toml:1: cannot be read"), "{said}");
    let plant = Plant::start().await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    data_folder(folder.path(), &plant, taken.local_addr().unwrap().port());
    let (good, said) = done(folder.path(), &["run"]);
    assert!(!good && said.contains("cannot listen on") && said.contains("panel.listen"), "{said}");
    std::fs::remove_file(folder.path().join("identity/enrolment.json")).unwrap();
    let (good, said) = done(folder.path(), &["run"]);
    assert!(!good && said.contains("not enrolled") && said.contains("enrol"), "{said}");
    let (good, said) = done(folder.path(), &["explain", "00000000-0000-7000-8000-000000000000"]);
    assert!(!good && said.contains("outbox.db"), "{said}");
    let status = agent(folder.path(), &["--no-such-flag"]).output().unwrap().status;
    assert_eq!(status.code(), Some(2), "wrong usage");
}
