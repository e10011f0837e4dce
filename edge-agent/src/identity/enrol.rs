//! `edge-agent enrol`: makes this edge's keys, shows central the one-time token, keeps the answer.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use gate_core::ids::EdgeId;
use gate_core::message::enrol::{EnrolReply, EnrolRequest};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};

use super::{IdentityError, files};

/// What an enrolment needs.
#[derive(Debug)]
pub struct EnrolOrder<'a> {
    /// The agent's data folder.
    pub data: &'a Path,
    /// This edge's name, as the token was made for.
    pub edge: EdgeId,
    /// Central's address, `https://host:port`.
    pub central: &'a str,
    /// The site's authority (PEM), brought over by hand: it is what makes central central.
    pub authority: PathBuf,
    /// The one-time token.
    pub token: &'a str,
    /// Host names and addresses under which the lane panel is opened.
    pub panel_hosts: Vec<String>,
}

/// Enrols this edge and writes its identity folder.
///
/// # Errors
/// [`IdentityError`]; nothing is written unless central agreed.
pub async fn enrol(order: EnrolOrder<'_>) -> Result<EnrolReply, IdentityError> {
    let at = files::Paths::of(order.data);
    if at.reply.exists() {
        return Err(IdentityError::AlreadyEnrolled { path: at.reply });
    }
    files::make_dir(&at.dir)?;
    let event_key = SigningKey::from_bytes(&rand::random());
    let (tls_key_pem, tls_request_pem) =
        certificate_request(&order).map_err(|detail| IdentityError::Content { path: at.tls_key.clone(), detail })?;
    let request = EnrolRequest {
        token: order.token.to_owned(),
        edge: order.edge.clone(),
        tls_request_pem,
        event_key: hex::encode(event_key.verifying_key().as_bytes()),
    };
    let reply = ask(&order, &request).await?;
    let event_pem = event_key
        .to_pkcs8_pem(LineEnding::LF)
        .map_err(|e| IdentityError::Content { path: at.event_key.clone(), detail: e.to_string() })?;
    let write = |path: &PathBuf, text: &str| {
        files::write_private(path, text).map_err(|source| IdentityError::File { path: path.clone(), source })
    };
    write(&at.event_key, &event_pem)?;
    write(&at.tls_key, &tls_key_pem)?;
    let text = serde_json::to_string_pretty(&reply)
        .map_err(|e| IdentityError::Content { path: at.reply.clone(), detail: e.to_string() })?;
    write(&at.central, order.central.trim_end_matches('/'))?;
    write(&at.reply, &text)?;
    Ok(reply)
}

fn certificate_request(order: &EnrolOrder<'_>) -> Result<(String, String), String> {
    let key = KeyPair::generate().map_err(|e| e.to_string())?;
    let mut params = CertificateParams::new(order.panel_hosts.clone()).map_err(|e| e.to_string())?;
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, order.edge.as_str());
    params.distinguished_name = name;
    let request = params.serialize_request(&key).and_then(|r| r.pem()).map_err(|e| e.to_string())?;
    Ok((key.serialize_pem(), request))
}

async fn ask(order: &EnrolOrder<'_>, request: &EnrolRequest) -> Result<EnrolReply, IdentityError> {
    let unreachable = |detail: String| IdentityError::Unreachable {
        url: order.central.to_owned(),
        authority: order.authority.clone(),
        detail,
    };
    let client = https_client(&files::read(&order.authority)?).map_err(unreachable)?;
    let url = format!("{}/edge/v1/enrol", order.central.trim_end_matches('/'));
    let answer = client.post(&url).json(request).send().await.map_err(|e| unreachable(chain(&e)))?;
    let status = answer.status();
    let body = answer.text().await.map_err(|e| unreachable(chain(&e)))?;
    if !status.is_success() {
        return Err(IdentityError::Refused { url: order.central.to_owned(), detail: format!("{status}: {body}") });
    }
    serde_json::from_str(&body).map_err(|e| unreachable(format!("its answer is not an enrolment: {e}")))
}

/// An HTTPS client that trusts the site's authority and nobody else.
///
/// # Errors
/// What is wrong with the PEM.
pub fn https_client(authority_pem: &str) -> Result<reqwest::Client, String> {
    let authority = reqwest::Certificate::from_pem(authority_pem.as_bytes()).map_err(|e| chain(&e))?;
    reqwest::Client::builder()
        .use_rustls_tls()
        .tls_built_in_root_certs(false)
        .add_root_certificate(authority)
        .https_only(true)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(30))
        .build()
        .map_err(|e| chain(&e))
}

/// An error with all that caused it, in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(e) = cause {
        text = format!("{text}: {e}");
        cause = e.source();
    }
    text
}
