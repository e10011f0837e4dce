//! Answers lanes' questions within 500 ms: may this vehicle pass, and where does it go next?

use std::sync::Arc;

use gate_core::message::topic::{Channel, Topic};
use rumqttc::Publish;
use tokio::sync::{Semaphore, mpsc};

use crate::app::App;
use crate::declaration::Lists;
use crate::edge::status;

/// Takes questions and statuses for as long as central runs.
pub async fn urgent(app: App, lists: Lists, mut inbound: mpsc::Receiver<Publish>) {
    loop {
        let message = tokio::select! {
            () = app.stop.cancelled() => return,
            message = inbound.recv() => message,
        };
        let Some(message) = message else { return };
        match Topic::parse(&message.topic).map(|t| t.channel) {
            Some(Channel::Status(_)) => status::take(&app, &message).await,
            _ => {}
        }
    }
}
