//! The way to central: MQTT over mutual TLS, QoS 1, a persistent session.
//!
//! Four tasks, none of which waits for another: the poll task moves bytes and never publishes; the
//! event task sends what the outbox holds until central has acknowledged it; the inbound task checks
//! signatures and hands messages on; the status task tells how the lanes are. All queues are bounded.

mod ask;
mod client;
mod events;
mod inbound;
mod lists;
mod status;

use gate_core::message::command::LaneCommand;
use gate_core::message::status::LaneStatus;
use thiserror::Error;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::identity::Identity;
use crate::outbox::Outbox;

pub use ask::{Asker, Silence};
pub use lists::{Lists, ListsError};

/// Commands that may wait for a lane. A lane takes one within milliseconds.
const MAX_COMMANDS: usize = 64;

/// What keeps the uplink from starting.
#[derive(Debug, Error)]
pub enum UplinkError {
    /// The broker's address is not `host:port`.
    #[error("broker address {0:?} is not host:port; enrol this edge again")]
    Address(String),
    /// The certificate or its key cannot be used.
    #[error("TLS material of this edge: {0}; remove the identity folder and enrol again")]
    Tls(String),
    /// The first status cannot be sealed.
    #[error("the last will cannot be written: {0}")]
    Will(String),
}

/// What the rest of the agent holds of the uplink.
pub struct Uplink {
    /// Asks central for decisions.
    pub asker: Asker,
    /// The lists to decide by when central is silent.
    pub lists: Lists,
    /// Verified commands, for the lanes. STOP stands in the same queue: the lanes drain it at once.
    pub commands: mpsc::Receiver<LaneCommand>,
    /// Whether the broker is connected now.
    pub connected: watch::Receiver<bool>,
}

/// What the uplink needs.
pub struct UplinkOrder {
    /// Who we are.
    pub identity: Identity,
    /// What is to be sent.
    pub outbox: Outbox,
    /// The lanes now.
    pub lanes: watch::Receiver<Vec<LaneStatus>>,
    /// Time.
    pub clock: Clock,
    /// Ends all tasks.
    pub stop: CancellationToken,
}

/// Starts the uplink; it goes on trying until stopped, whatever the network does.
///
/// # Errors
/// [`UplinkError`] when the identity cannot be used.
pub async fn start(order: UplinkOrder) -> Result<Uplink, UplinkError> {
    let UplinkOrder { identity, outbox, lanes, clock, stop } = order;
    let lists = Lists::load(outbox.pool().clone(), identity.trusted()).await;
    let statuses = status::Statuses::new(&identity, outbox.clone(), lists.clone(), clock.clone());
    let connection = client::connect(&identity, statuses.last_will()?)?;
    let (commands_in, commands) = mpsc::channel(MAX_COMMANDS);
    let (acked_in, acked) = watch::channel(events::Heard::default());
    let asker = Asker::new(&identity, connection.client.clone(), connection.connected.clone());
    let inbound = inbound::Inbound {
        identity: identity.clone(),
        outbox: outbox.clone(),
        lists: lists.clone(),
        asker: asker.clone(),
        commands: commands_in,
        acked: acked_in,
        clock,
    };
    tokio::spawn(inbound.run(connection.inbound, stop.clone()));
    tokio::spawn(client::poll(connection.event_loop, connection.poll_side, identity.clone(), stop.clone()));
    tokio::spawn(client::subscribe(
        connection.client.clone(),
        identity.clone(),
        connection.sessions.clone(),
        stop.clone(),
    ));
    tokio::spawn(events::send(
        events::EventTask { client: connection.client.clone(), site: identity.site.clone(), outbox, acked },
        connection.sessions,
        stop.clone(),
    ));
    tokio::spawn(statuses.run(connection.client, lanes, connection.connected.clone(), stop));
    Ok(Uplink { asker, lists, commands, connected: connection.connected })
}
