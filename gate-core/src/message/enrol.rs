//! How an edge becomes known: one HTTPS exchange with a one-time token. The edge makes its keys
//! itself; they never leave it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::envelope::Payload;
use crate::clock::UtcMicros;
use crate::ids::{EdgeId, LaneId, Sha256Hex, SiteId};
use crate::vehicle::Ways;

/// Body of `POST /edge/v1/enrol`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// The token that an administrator made with `central-server edge add`; works once.
    pub token: String,
    /// The edge's name; must be the one the token was made for.
    pub edge: EdgeId,
    /// PKCS #10 request for the edge's TLS certificate (client at the broker, server of the lane
    /// panel), PEM, with the panel's host names as subject alternative names.
    pub tls_request_pem: String,
    /// The Ed25519 public key that signs events: 32 bytes as 64 hexadecimal digits.
    pub event_key: String,
}

/// Answer: all that the edge needs to know of the centre.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EnrolReply {
    /// The gate.
    pub site: SiteId,
    /// The edge, as enrolled.
    pub edge: EdgeId,
    /// The lanes that this edge may speak for.
    pub lanes: Vec<EnrolledLane>,
    /// The edge's certificate, PEM.
    pub tls_certificate_pem: String,
    /// The site's authority, PEM: trusted for the broker and for central.
    pub authority_pem: String,
    /// Central's Ed25519 public key for decisions, commands, snapshots: 64 hexadecimal digits.
    pub central_key: String,
    /// The broker's address, `host:port`, TLS.
    pub broker: String,
}

/// A lane as central knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EnrolledLane {
    /// Its name.
    pub lane: LaneId,
    /// Which way it leads, or both.
    pub direction: Ways,
}

/// The ticket in header `Gate-Ticket` of `PUT /edge/v1/evidence/{sha256}`: base64 of a sealed
/// envelope. The body is the picture; central stores it under its hash and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceTicket {
    /// Who sends it.
    pub edge: EdgeId,
    /// The picture's hash.
    pub sha256: Sha256Hex,
    /// Its size.
    pub bytes: u64,
    /// When the ticket was written; good for five minutes.
    pub at: UtcMicros,
}

impl Payload for EvidenceTicket {
    const TYPE: &'static str = "application/vnd.cua-khau.evidence-ticket.v1+json";
}
