//! The agent as a process of its own: its data folder, and how it is started.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};

/// A data folder as `enrol` leaves it, with one lane of this wiring and `[lane.barrier]` section (empty for the
/// careful defaults). Returns the authority that its panel's certificate is of.
pub fn data_folder(folder: &Path, wiring: &str, barrier: &str, port: u16) -> String {
    let issuer_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, issuer_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &authority).unwrap();
    let identity = folder.join("identity");
    std::fs::create_dir_all(&identity).unwrap();
    let central = SigningKey::from_bytes(&[9; 32]).verifying_key();
    let reply = serde_json::json!({
        "site": "kim-thanh", "edge": "kt-edge-1",
        "lanes": [{ "lane": "in-1", "direction": "entry" }],
        "tls_certificate_pem": certificate.pem(), "authority_pem": authority.pem(),
        "central_key": hex::encode(central.as_bytes()),
        "broker": "127.0.0.1:9",
    });
    std::fs::write(identity.join("enrolment.json"), reply.to_string()).unwrap();
    std::fs::write(identity.join("tls-key.pem"), key.serialize_pem()).unwrap();
    let event_key = event_key().to_pkcs8_pem(LineEnding::LF).unwrap();
    std::fs::write(identity.join("event-key.pem"), event_key.as_bytes()).unwrap();
    std::fs::create_dir_all(folder.join("lanes")).unwrap();
    std::fs::write(folder.join("lanes/in-1.toml"), wiring).unwrap();
    let profiles = Path::new(env!("CARGO_MANIFEST_DIR")).join("../firmware-config").canonicalize().unwrap();
    let toml = format!(
        "schema = 1\nprofiles = {profiles:?}\n[panel]\nlisten = '127.0.0.1:{port}'\n[[lane]]\nname = 'in-1'\n\
         direction = 'entry'\nwiring = 'lanes/in-1.toml'\n{barrier}\n"
    );
    std::fs::write(folder.join("edge.toml"), toml).unwrap();
    authority.pem()
}

/// What the edge of [`data_folder`] signs its events with.
pub fn event_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// A command of the agent.
pub fn agent(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_edge-agent"));
    command.arg("--data").arg(folder).args(arguments).stderr(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// Runs a command to its end: whether it was good, and all it said.
pub fn done(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let Output { status, stdout, stderr } = agent(folder, arguments).output().unwrap();
    (status.success(), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A client that trusts the panel's authority alone.
pub fn client(authority: &str) -> reqwest::Client {
    reqwest::Client::builder()
        .tls_built_in_root_certs(false)
        .add_root_certificate(reqwest::Certificate::from_pem(authority.as_bytes()).unwrap())
        .build()
        .unwrap()
}

/// A running agent; killed (SIGKILL) when dropped.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
