//! What central sends over MQTT. Hands messages to the client's bounded queue and never waits in it:
//! whoever cannot send now is told so.

use rumqttc::{AsyncClient, QoS};
use thiserror::Error;
use tokio::sync::watch;

/// Why a message did not go out.
#[derive(Debug, Error)]
pub enum PostError {
    /// No connection: a message that waited for one would come too late to be true.
    #[error("the broker is not connected")]
    Offline,
    /// The queue to the broker is full.
    #[error("the queue to the broker is full")]
    Full,
}

/// Central's outgoing mail; clones are cheap.
#[derive(Clone)]
pub struct Post {
    client: Option<AsyncClient>,
    connected: watch::Receiver<bool>,
}

impl Post {
    /// Mail by this client.
    #[must_use]
    pub fn new(client: AsyncClient, connected: watch::Receiver<bool>) -> Self {
        Self { client: Some(client), connected }
    }

    /// Mail that goes nowhere, for commands that run beside the server: everything is `Offline`.
    #[must_use]
    pub fn none() -> Self {
        Self { client: None, connected: watch::channel(false).1 }
    }

    /// Whether the broker is connected now.
    #[must_use]
    pub fn connected(&self) -> bool {
        *self.connected.borrow()
    }

    /// Hands a message over, QoS 1, not retained.
    ///
    /// # Errors
    /// [`PostError`]; then it is not sent and will not be.
    pub fn try_send(&self, topic: &str, wire: Vec<u8>) -> Result<(), PostError> {
        let client = self.client.as_ref().filter(|_| self.connected()).ok_or(PostError::Offline)?;
        client.try_publish(topic, QoS::AtLeastOnce, false, wire).map_err(|_| PostError::Full)
    }

    /// As [`Post::try_send`], waiting up to a second for a place in the queue: for officers' commands.
    ///
    /// # Errors
    /// [`PostError`].
    pub async fn send_now(&self, topic: &str, wire: Vec<u8>) -> Result<(), PostError> {
        let client = self.client.as_ref().filter(|_| self.connected()).ok_or(PostError::Offline)?;
        let publish = client.publish(topic, QoS::AtLeastOnce, false, wire);
        match tokio::time::timeout(std::time::Duration::from_secs(1), publish).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(PostError::Full),
        }
    }
}
