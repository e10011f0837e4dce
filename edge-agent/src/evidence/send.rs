//! Sends pictures to central, one at a time, oldest first, again and again until it has them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gate_core::ids::Sha256Hex;
use gate_core::message::enrol::EvidenceTicket;
use gate_core::message::envelope;
use tokio_util::sync::CancellationToken;

use super::Evidence;
use crate::clock::Clock;
use crate::identity::{Identity, chain, https_client};

/// Before an empty list is looked at again.
const IDLE: Duration = Duration::from_millis(500);
/// Longest pause between two tries at a central that does not answer.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// What the sending task needs.
pub struct SendOrder {
    /// The pictures.
    pub evidence: Evidence,
    /// Who signs the tickets.
    pub identity: Identity,
    /// Central's address, `https://host:port`.
    pub central: String,
    /// Time.
    pub clock: Clock,
}

/// Runs until stopped.
pub async fn send(order: SendOrder, stop: CancellationToken) {
    let client = match https_client(&order.identity.authority_pem) {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(error, "pictures cannot be sent: the authority's certificate is unusable; enrol again");
            return;
        }
    };
    let mut pause = IDLE;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        pause = match order.send_some(&client, &stop).await {
            Ok(()) => IDLE,
            Err(error) => {
                metrics::counter!("edge_evidence_send_failures_total").increment(1);
                tracing::warn!(error, "a picture was not sent; it is tried again");
                (pause * 2).min(MAX_PAUSE)
            }
        };
    }
}

impl SendOrder {
    async fn send_some(&self, client: &reqwest::Client, stop: &CancellationToken) -> Result<(), String> {
        for (sha256, bytes) in self.evidence.unsent(50).await.map_err(|e| e.to_string())? {
            if stop.is_cancelled() {
                return Ok(());
            }
            self.send_one(client, &sha256, bytes).await?;
        }
        Ok(())
    }

    async fn send_one(&self, client: &reqwest::Client, sha256: &Sha256Hex, bytes: u64) -> Result<(), String> {
        let path = self.evidence.path(sha256);
        let picture = match tokio::fs::read(&path).await {
            Ok(picture) => picture,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                tracing::error!(path = %path.display(), "a listed picture is gone; its event stands without it");
                return self.evidence.sent(sha256, self.clock.utc()).await.map_err(|e| e.to_string());
            }
            Err(error) => return Err(format!("{}: {error}", path.display())),
        };
        let ticket =
            EvidenceTicket { edge: self.identity.edge.clone(), sha256: sha256.clone(), bytes, at: self.clock.utc() };
        let sealed = envelope::seal(&ticket, &self.identity.event_key).map_err(|e| e.to_string())?;
        let url = format!("{}/edge/v1/evidence/{}", self.central.trim_end_matches('/'), sha256.0);
        let answer = client
            .put(&url)
            .header("Gate-Ticket", STANDARD.encode(sealed))
            .header("Content-Type", "image/jpeg")
            .body(picture)
            .send()
            .await
            .map_err(|e| chain(&e))?;
        let status = answer.status();
        if !status.is_success() {
            return Err(format!("central answered {status}: {}", answer.text().await.unwrap_or_default()));
        }
        self.evidence.sent(sha256, self.clock.utc()).await.map_err(|e| e.to_string())
    }
}
