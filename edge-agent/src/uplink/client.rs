//! The MQTT connection: options, the task that polls it, and the subscriptions.

use std::io::BufReader;
use std::sync::Arc;
use std::time::Duration;

use gate_core::message::envelope::MAX_ENVELOPE_BYTES;
use gate_core::message::topic::{Channel, Topic};
use rumqttc::{
    AsyncClient, Event, EventLoop, LastWill, MqttOptions, Packet, Publish, QoS, TlsConfiguration, Transport,
};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::UplinkError;
use crate::identity::Identity;

const KEEP_ALIVE: Duration = Duration::from_secs(5);
const RECONNECT: Duration = Duration::from_secs(1);
/// Requests that may wait inside the client.
const MAX_REQUESTS: usize = 256;
/// Messages that may wait for the inbound task.
const MAX_INBOUND: usize = 1024;

/// A connection's two halves and its news.
pub(super) struct Connection {
    pub client: AsyncClient,
    pub event_loop: EventLoop,
    pub inbound: mpsc::Receiver<Publish>,
    pub poll_side: PollSide,
    pub connected: watch::Receiver<bool>,
    /// Counts the connections made: changes exactly when a new one stands.
    pub sessions: watch::Receiver<u64>,
}

/// What the poll task writes to.
pub(super) struct PollSide {
    inbound: mpsc::Sender<Publish>,
    connected: watch::Sender<bool>,
    sessions: watch::Sender<u64>,
}

pub(super) fn connect(identity: &Identity, will: LastWill) -> Result<Connection, UplinkError> {
    let address = || UplinkError::Address(identity.broker.clone());
    let (host, port) = identity.broker.rsplit_once(':').ok_or_else(address)?;
    let mut options = MqttOptions::new(identity.edge.as_str(), host, port.parse().map_err(|_| address())?);
    let packet = MAX_ENVELOPE_BYTES + 64 * 1024;
    options
        .set_keep_alive(KEEP_ALIVE)
        .set_clean_session(false)
        .set_max_packet_size(packet, packet)
        .set_inflight(100)
        .set_last_will(will)
        .set_transport(Transport::Tls(TlsConfiguration::Rustls(Arc::new(tls(identity)?))));
    let (client, mut event_loop) = AsyncClient::new(options, MAX_REQUESTS);
    // Small messages go at once: Nagle's wait for an acknowledgement would cost 40 ms on each way.
    event_loop.network_options.set_tcp_nodelay(true);
    let (inbound_in, inbound) = mpsc::channel(MAX_INBOUND);
    let (connected_in, connected) = watch::channel(false);
    let (sessions_in, sessions) = watch::channel(0);
    let poll_side = PollSide { inbound: inbound_in, connected: connected_in, sessions: sessions_in };
    Ok(Connection { client, event_loop, inbound, poll_side, connected, sessions })
}

fn tls(identity: &Identity) -> Result<rustls::ClientConfig, UplinkError> {
    let bad = |what: &str, e: &dyn std::fmt::Display| UplinkError::Tls(format!("{what}: {e}"));
    let mut roots = rustls::RootCertStore::empty();
    for cert in rustls_pemfile::certs(&mut BufReader::new(identity.authority_pem.as_bytes())) {
        roots.add(cert.map_err(|e| bad("authority", &e))?).map_err(|e| bad("authority", &e))?;
    }
    let chain = rustls_pemfile::certs(&mut BufReader::new(identity.certificate_pem.as_bytes()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| bad("certificate", &e))?;
    let key = rustls_pemfile::private_key(&mut BufReader::new(identity.tls_key_pem.as_bytes()))
        .map_err(|e| bad("key", &e))?
        .ok_or_else(|| UplinkError::Tls("key: no private key in tls-key.pem".to_owned()))?;
    rustls::ClientConfig::builder_with_protocol_versions(&[&rustls::version::TLS13])
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)
        .map_err(|e| bad("certificate and key", &e))
}

/// Moves bytes until stopped. Publishes nothing itself (a publish from here can wait for ever on the
/// queue that only this task empties).
pub(super) async fn poll(mut event_loop: EventLoop, side: PollSide, identity: Identity, stop: CancellationToken) {
    loop {
        let event = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            event = event_loop.poll() => event,
        };
        match event {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                tracing::info!(broker = %identity.broker, "broker connected");
                side.connected.send_replace(true);
                side.sessions.send_modify(|n| *n += 1);
            }
            Ok(Event::Incoming(Packet::Publish(publish))) => {
                if side.inbound.try_send(publish).is_err() {
                    metrics::counter!("edge_uplink_inbound_dropped_total").increment(1);
                    tracing::warn!("a message from central was dropped: {MAX_INBOUND} wait already");
                }
            }
            Ok(_) => {}
            Err(error) => {
                if side.connected.send_replace(false) {
                    tracing::warn!(broker = %identity.broker, %error, "broker lost; the lanes go on by the offline policy");
                }
                metrics::counter!("edge_uplink_disconnects_total").increment(1);
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(RECONNECT) => {}
                }
            }
        }
    }
}

/// Subscribes anew with each connection: a broker that lost its sessions forgets none of ours.
pub(super) async fn subscribe(
    client: AsyncClient,
    identity: Identity,
    mut sessions: watch::Receiver<u64>,
    stop: CancellationToken,
) {
    loop {
        let news = tokio::select! {
            () = stop.cancelled() => return,
            news = sessions.changed() => news,
        };
        if news.is_err() {
            return;
        }
        for channel in channels(&identity) {
            let topic = Topic { site: identity.site.clone(), channel }.to_string();
            if let Err(error) = client.subscribe(&topic, QoS::AtLeastOnce).await {
                tracing::warn!(%topic, %error, "subscription not sent; it is sent again with the next connection");
            }
        }
    }
}

fn channels(identity: &Identity) -> Vec<Channel> {
    let mut all = vec![Channel::Ack(identity.edge.clone()), Channel::Snapshot(identity.edge.clone())];
    for lane in &identity.lanes {
        all.push(Channel::Decision(lane.lane.clone()));
        all.push(Channel::Command(lane.lane.clone()));
    }
    all
}
