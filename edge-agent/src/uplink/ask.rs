//! Questions to central and their answers, each within its deadline or not at all.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use gate_core::ids::{RequestId, SiteId};
use gate_core::message::envelope;
use gate_core::message::exchange::{DecisionReply, DecisionRequest};
use gate_core::message::topic::{Channel, Topic};
use rumqttc::{AsyncClient, QoS};
use thiserror::Error;
use tokio::sync::{oneshot, watch};

use crate::identity::Identity;

/// Past this the edge decides on its own lists (`architecture.md`).
pub const DEADLINE: Duration = Duration::from_millis(500);
/// Questions that may be open at once: more lanes than an edge has.
const MAX_OPEN: usize = 64;

/// Central did not answer.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Silence {
    /// No connection to the broker.
    #[error("the broker is not connected")]
    Offline,
    /// No answer within the deadline.
    #[error("central did not answer within {} ms", DEADLINE.as_millis())]
    TooLate,
    /// Too many questions are open, or this one cannot be sent.
    #[error("the question could not be sent: {0}")]
    NotSent(String),
}

type Open = Arc<Mutex<BTreeMap<RequestId, oneshot::Sender<DecisionReply>>>>;

/// Asks central. Clones share the open questions.
#[derive(Clone)]
pub struct Asker {
    client: AsyncClient,
    site: SiteId,
    key: SigningKey,
    connected: watch::Receiver<bool>,
    open: Open,
}

impl Asker {
    pub(super) fn new(identity: &Identity, client: AsyncClient, connected: watch::Receiver<bool>) -> Self {
        Self { client, site: identity.site.clone(), key: identity.event_key.clone(), connected, open: Open::default() }
    }

    /// Asks for a decision.
    ///
    /// # Errors
    /// [`Silence`] when no answer came in time: then the edge decides on its own lists.
    pub async fn ask(&self, request: &DecisionRequest) -> Result<DecisionReply, Silence> {
        if !*self.connected.borrow() {
            return Err(Silence::Offline);
        }
        let wire = envelope::seal(request, &self.key).map_err(|e| Silence::NotSent(e.to_string()))?;
        let (answer_in, answer) = oneshot::channel();
        {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.retain(|_, waiting| !waiting.is_closed());
            if open.len() >= MAX_OPEN {
                return Err(Silence::NotSent(format!("{MAX_OPEN} questions are open")));
            }
            open.insert(request.id, answer_in);
        }
        let topic = Topic { site: self.site.clone(), channel: Channel::Request(request.lane.clone()) }.to_string();
        self.client.try_publish(topic, QoS::AtLeastOnce, false, wire).map_err(|e| Silence::NotSent(e.to_string()))?;
        match tokio::time::timeout(DEADLINE, answer).await {
            Ok(Ok(reply)) => Ok(reply),
            _ => Err(Silence::TooLate),
        }
    }

    /// Hands an answer to the one who asked; `false` when nobody waits for it any more.
    pub(super) fn answer(&self, reply: DecisionReply) -> bool {
        let waiting = self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&reply.request);
        waiting.is_some_and(|w| w.send(reply).is_ok())
    }
}
