//! Who this edge is: its keys, its certificate, and what central said at enrolment.
//!
//! All of it lies in `<data>/identity/`, files readable by the agent alone. The keys are made here
//! and never leave; `edge-agent enrol` writes the folder, every other command only reads it.

mod enrol;
mod files;

use std::path::{Path, PathBuf};

use ed25519_dalek::pkcs8::DecodePrivateKey;
use ed25519_dalek::{SigningKey, VerifyingKey};
use gate_core::ids::{EdgeId, SiteId};
use gate_core::message::enrol::{EnrolReply, EnrolledLane};
use gate_core::message::envelope::TrustedKeys;
use thiserror::Error;

pub use enrol::{EnrolOrder, chain, enrol, https_client};
pub use files::write_private;

/// What can be wrong with the identity folder.
#[derive(Debug, Error)]
pub enum IdentityError {
    /// Nothing there yet.
    #[error(
        "this edge is not enrolled: {path} is missing; run `edge-agent --data DIR enrol EDGE --central URL --authority FILE --token TOKEN` with a token from `central-server edge add`"
    )]
    NotEnrolled {
        /// The file that was looked for.
        path: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("{path}: {source}; the agent's user needs to own this folder")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("{path}: {detail}; remove the identity folder and enrol again")]
    Content {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// Already enrolled.
    #[error("{path} exists: this edge is enrolled already; remove the folder to enrol it anew")]
    AlreadyEnrolled {
        /// The file that stands in the way.
        path: PathBuf,
    },
    /// Central did not agree.
    #[error("central at {url} refused the enrolment: {detail}")]
    Refused {
        /// Which central.
        url: String,
        /// What it said.
        detail: String,
    },
    /// Central could not be asked.
    #[error("central at {url} could not be asked: {detail}; is it running, and is {authority} its authority?")]
    Unreachable {
        /// Which central.
        url: String,
        /// The authority that was trusted.
        authority: PathBuf,
        /// What happened.
        detail: String,
    },
}

/// The edge's identity, loaded.
#[derive(Clone)]
pub struct Identity {
    /// The gate.
    pub site: SiteId,
    /// This edge.
    pub edge: EdgeId,
    /// The lanes it may speak for.
    pub lanes: Vec<EnrolledLane>,
    /// Signs events, requests, statuses and evidence tickets.
    pub event_key: SigningKey,
    /// Central's key, for decisions, commands, acknowledgements and snapshots.
    pub central_key: VerifyingKey,
    /// The broker, `host:port`, TLS.
    pub broker: String,
    /// Central's address at enrolment, `https://host:port`.
    pub central: Option<String>,
    /// The site's authority, PEM.
    pub authority_pem: String,
    /// This edge's certificate, PEM.
    pub certificate_pem: String,
    /// This edge's TLS key, PEM.
    pub tls_key_pem: String,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("site", &self.site).field("edge", &self.edge).finish_non_exhaustive()
    }
}

impl Identity {
    /// Reads `<data>/identity/`.
    ///
    /// # Errors
    /// [`IdentityError`] naming the file and the remedy.
    pub fn load(data: &Path) -> Result<Self, IdentityError> {
        let at = files::Paths::of(data);
        if !at.reply.exists() {
            return Err(IdentityError::NotEnrolled { path: at.reply });
        }
        let reply: EnrolReply = serde_json::from_str(&files::read(&at.reply)?)
            .map_err(|e| IdentityError::Content { path: at.reply.clone(), detail: e.to_string() })?;
        let event_key = SigningKey::from_pkcs8_pem(&files::read(&at.event_key)?)
            .map_err(|e| IdentityError::Content { path: at.event_key.clone(), detail: e.to_string() })?;
        let central_key = public_key(&reply.central_key)
            .map_err(|detail| IdentityError::Content { path: at.reply.clone(), detail })?;
        Ok(Self {
            site: reply.site,
            edge: reply.edge,
            lanes: reply.lanes,
            event_key,
            central_key,
            broker: reply.broker,
            central: files::read(&at.central).ok().map(|text| text.trim().to_owned()),
            authority_pem: reply.authority_pem,
            certificate_pem: reply.tls_certificate_pem,
            tls_key_pem: files::read(&at.tls_key)?,
        })
    }

    /// The keys whose word counts here: central's alone.
    #[must_use]
    pub fn trusted(&self) -> TrustedKeys {
        TrustedKeys::new([self.central_key])
    }
}

fn public_key(text: &str) -> Result<VerifyingKey, String> {
    let bytes: [u8; 32] = hex::decode(text)
        .ok()
        .and_then(|b| b.try_into().ok())
        .ok_or_else(|| format!("central_key {text:?} is not 64 hexadecimal digits"))?;
    VerifyingKey::from_bytes(&bytes).map_err(|e| format!("central_key {text:?} is no Ed25519 key: {e}"))
}
