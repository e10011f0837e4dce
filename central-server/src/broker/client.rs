//! The connection to the broker. One task polls and never publishes; what comes is sorted into bounded
//! queues by how urgent it is, so that a backlog of events never keeps a question waiting.

use std::io::BufReader;
use std::sync::Arc;
use std::time::Duration;

use gate_core::ids::SiteId;
use gate_core::message::envelope::MAX_ENVELOPE_BYTES;
use gate_core::message::topic::{Channel, Topic};
use rumqttc::{
    AsyncClient, Event, EventLoop, MqttOptions, Packet, Publish, QoS, SubscribeFilter, TlsConfiguration, Transport,
};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{BrokerError, Post};
use crate::config::Config;
use crate::edge::Keys;
use crate::edge::authority::CENTRAL_USER;

/// Events that may wait for the database. What does not fit is dropped: the edge keeps it and sends it
/// again, as it was not acknowledged.
const MAX_EVENTS: usize = 4096;
/// Questions and statuses that may wait.
const MAX_URGENT: usize = 512;
/// Messages that may wait to go out.
const MAX_OUTGOING: usize = 1024;
/// Larger messages of an edge are not ours; pictures travel by HTTP.
const MAX_EVENT_BYTES: usize = 512 * 1024;
const KEEP_ALIVE: Duration = Duration::from_secs(5);
const RECONNECT: Duration = Duration::from_millis(500);

/// What comes, by urgency.
pub struct Inbound {
    /// Events of lanes.
    pub events: mpsc::Receiver<Publish>,
    /// Questions and statuses.
    pub urgent: mpsc::Receiver<Publish>,
}

/// A connection that keeps itself alive.
pub struct Connection {
    /// For sending.
    pub post: Post,
    /// What comes.
    pub inbound: Inbound,
    /// The polling task, to be spawned.
    pub poll: Poll,
}

/// The polling half.
pub struct Poll {
    event_loop: EventLoop,
    client: AsyncClient,
    site: SiteId,
    address: String,
    connected: watch::Sender<bool>,
    events: mpsc::Sender<Publish>,
    urgent: mpsc::Sender<Publish>,
}

/// Prepares the connection; nothing is sent before [`Poll::run`].
///
/// # Errors
/// [`BrokerError`] when the address or the certificate cannot be used.
pub fn connect(config: &Config, keys: &Keys) -> Result<Connection, BrokerError> {
    let address = config.broker.address.clone();
    let bad = || BrokerError::Address(address.clone());
    let (host, port) = address.rsplit_once(':').ok_or_else(bad)?;
    let mut options =
        MqttOptions::new(client_id(config), host.trim_matches(['[', ']']), port.parse().map_err(|_| bad())?);
    let packet = MAX_ENVELOPE_BYTES + 64 * 1024;
    options
        .set_keep_alive(KEEP_ALIVE)
        .set_clean_session(false)
        .set_max_packet_size(packet, packet)
        .set_inflight(200)
        .set_transport(Transport::Tls(TlsConfiguration::Rustls(Arc::new(tls(keys)?))));
    let (client, mut event_loop) = AsyncClient::new(options, MAX_OUTGOING);
    // Small messages go at once: Nagle's wait for an acknowledgement would cost 40 ms on each way.
    event_loop.network_options.set_tcp_nodelay(true);
    let (connected_in, connected) = watch::channel(false);
    let (events_in, events) = mpsc::channel(MAX_EVENTS);
    let (urgent_in, urgent) = mpsc::channel(MAX_URGENT);
    Ok(Connection {
        post: Post::new(client.clone(), connected),
        inbound: Inbound { events, urgent },
        poll: Poll {
            event_loop,
            client,
            site: config.site.clone(),
            address,
            connected: connected_in,
            events: events_in,
            urgent: urgent_in,
        },
    })
}

/// Stable over restarts, one per machine where several centrals share a broker.
fn client_id(config: &Config) -> String {
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    format!("{CENTRAL_USER}-{}-{}", host.trim(), config.listen.port())
}

fn tls(keys: &Keys) -> Result<rustls::ClientConfig, BrokerError> {
    let bad = |what: &str, e: &dyn std::fmt::Display| BrokerError::Tls(format!("{what}: {e}"));
    let read = |path: &std::path::Path| std::fs::read(path).map_err(|e| bad(&path.display().to_string(), &e));
    let mut roots = rustls::RootCertStore::empty();
    for cert in rustls_pemfile::certs(&mut BufReader::new(keys.authority_pem.as_bytes())) {
        roots.add(cert.map_err(|e| bad("authority.pem", &e))?).map_err(|e| bad("authority.pem", &e))?;
    }
    let chain = rustls_pemfile::certs(&mut read(&keys.files.client)?.as_slice())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| bad("broker-client.pem", &e))?;
    let key = rustls_pemfile::private_key(&mut read(&keys.files.client_key)?.as_slice())
        .map_err(|e| bad("broker-client-key.pem", &e))?
        .ok_or_else(|| BrokerError::Tls("broker-client-key.pem: no private key in it".to_owned()))?;
    rustls::ClientConfig::builder_with_protocol_versions(&[&rustls::version::TLS13])
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)
        .map_err(|e| bad("certificate and key", &e))
}

impl Poll {
    /// Moves bytes until stopped, reconnecting for ever.
    pub async fn run(mut self, stop: CancellationToken) {
        loop {
            let event = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                event = self.event_loop.poll() => event,
            };
            match event {
                Ok(Event::Incoming(Packet::ConnAck(_))) => self.connected(),
                Ok(Event::Incoming(Packet::Publish(publish))) => self.sort(publish),
                Ok(_) => {}
                Err(error) => {
                    if self.connected.send_replace(false) {
                        tracing::warn!(broker = %self.address, %error, "broker lost; lanes go on by their offline policy");
                    }
                    metrics::counter!("central_broker_disconnects_total").increment(1);
                    tokio::select! {
                        () = stop.cancelled() => return,
                        () = tokio::time::sleep(RECONNECT) => {}
                    }
                }
            }
        }
    }

    /// Subscribes with each connection: a broker that forgot its sessions forgets none of ours.
    fn connected(&self) {
        let site = &self.site;
        let all = [
            format!("gate/{site}/lane/+/event"),
            format!("gate/{site}/lane/+/request"),
            format!("gate/{site}/edge/+/status"),
        ]
        .map(|topic| SubscribeFilter::new(topic, QoS::AtLeastOnce));
        // `try_`: this task alone empties the queue, waiting here would wait for ever.
        match self.client.try_subscribe_many(all) {
            Ok(()) => tracing::info!(broker = %self.address, "broker connected"),
            Err(error) => tracing::error!(%error, "subscriptions not sent; they are sent with the next connection"),
        }
        self.connected.send_replace(true);
    }

    fn sort(&self, publish: Publish) {
        let channel = Topic::parse(&publish.topic).filter(|t| t.site == self.site).map(|t| t.channel);
        let (queue, name) = match channel {
            Some(Channel::Event(_)) => (&self.events, "event"),
            Some(Channel::Request(_)) => (&self.urgent, "request"),
            Some(Channel::Status(_)) => (&self.urgent, "status"),
            _ => {
                metrics::counter!("central_messages_refused_total", "why" => "topic").increment(1);
                return;
            }
        };
        if publish.payload.len() > MAX_EVENT_BYTES {
            tracing::warn!(topic = %publish.topic, bytes = publish.payload.len(), "message larger than {MAX_EVENT_BYTES} not read");
            metrics::counter!("central_messages_refused_total", "why" => "too_large").increment(1);
            return;
        }
        if queue.try_send(publish).is_err() {
            metrics::counter!("central_messages_dropped_total", "queue" => name).increment(1);
        }
    }
}
