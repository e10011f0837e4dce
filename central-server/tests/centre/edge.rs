//! An edge, played: enrols over HTTPS, speaks MQTT with its certificate, signs what it says.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{SigningKey, VerifyingKey};
use gate_core::clock::{ClockQuality, UtcMicros};
use gate_core::ids::{EdgeId, Epoch, EventId, LaneId, LaneSession, PassageId, SiteId, TrackId};
use gate_core::message::ack::Acknowledgement;
use gate_core::message::command::LaneMode;
use gate_core::message::enrol::{EnrolReply, EvidenceTicket};
use gate_core::message::envelope::{Payload, TrustedKeys, open, seal};
use gate_core::message::event::{EdgeEvent, EventBody};
use gate_core::message::status::{EdgeStatus, LaneStatus};
use gate_core::message::topic::{Channel, Topic};
use gate_core::vehicle::{Direction, Ways};
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, Publish, QoS, TlsConfiguration, Transport};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::house::{House, until};

pub struct Edge {
    pub name: EdgeId,
    pub key: SigningKey,
    site: SiteId,
    central: VerifyingKey,
    mqtt: AsyncClient,
    inbox: mpsc::UnboundedReceiver<Publish>,
    poll: tokio::task::JoinHandle<()>,
    topics: Arc<Mutex<Vec<String>>>,
    seq: u64,
    count: u64,
    pub lanes: Vec<(LaneId, Direction)>,
}

pub fn now() -> UtcMicros {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    UtcMicros(i64::try_from(since.as_micros()).unwrap())
}

pub fn lane(name: &str) -> LaneId {
    LaneId::new(name).unwrap()
}

pub fn passage() -> PassageId {
    PassageId(Uuid::now_v7())
}

impl Drop for Edge {
    fn drop(&mut self) {
        self.poll.abort();
    }
}

impl Edge {
    /// Added at the command line, enrolled, connected, its status told.
    pub async fn enrol(house: &House, name: &str, lanes: &str) -> Self {
        let token = house.cli(&["edge", "add", name, "--lanes", lanes]);
        let (key, tls_key) = (SigningKey::from_bytes(&rand::random()), rcgen::KeyPair::generate().unwrap());
        let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        let request = params.serialize_request(&tls_key).unwrap().pem().unwrap();
        let body = serde_json::json!({"token": token, "edge": name, "tls_request_pem": request,
            "event_key": hex::encode(key.verifying_key().as_bytes())});
        let client = house.client();
        let answer = client.post(house.url("/edge/v1/enrol")).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
        let reply: EnrolReply = answer.json().await.unwrap();
        let again = client.post(house.url("/edge/v1/enrol")).json(&body).send().await.unwrap();
        assert_eq!(again.status().as_u16(), 403, "a token works once");
        let mut edge = Self::connect(house, &reply, key, &tls_key.serialize_pem()).await;
        // One that can be turned leads in at first.
        let first = |ways: Ways| if ways.allow(Direction::Entry) { Direction::Entry } else { Direction::Exit };
        edge.lanes = reply.lanes.iter().map(|l| (l.lane.clone(), first(l.direction))).collect();
        edge.listen().await;
        edge.tell_status(|_| {}).await;
        edge
    }

    async fn connect(house: &House, reply: &EnrolReply, key: SigningKey, tls_key: &str) -> Self {
        let mut roots = rustls::RootCertStore::empty();
        for cert in rustls_pemfile::certs(&mut reply.authority_pem.as_bytes()) {
            roots.add(cert.unwrap()).unwrap();
        }
        let chain = rustls_pemfile::certs(&mut reply.tls_certificate_pem.as_bytes()).map(Result::unwrap).collect();
        let private = rustls_pemfile::private_key(&mut tls_key.as_bytes()).unwrap().unwrap();
        let tls = rustls::ClientConfig::builder()
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, private)
            .unwrap();
        let mut options = MqttOptions::new(reply.edge.as_str(), "localhost", house.broker);
        options
            .set_keep_alive(Duration::from_secs(5))
            .set_max_packet_size(8 << 20, 8 << 20)
            .set_transport(Transport::Tls(TlsConfiguration::Rustls(Arc::new(tls))));
        let (mqtt, mut events) = AsyncClient::new(options, 200);
        events.network_options.set_tcp_nodelay(true);
        let (into, inbox) = mpsc::unbounded_channel();
        let topics: Arc<Mutex<Vec<String>>> = Arc::default();
        let (again, subscriptions) = (mqtt.clone(), topics.clone());
        let poll = tokio::spawn(async move {
            loop {
                match events.poll().await {
                    // A broker that was away has forgotten what we listen to.
                    Ok(Event::Incoming(Packet::ConnAck(_))) => {
                        for topic in subscriptions.lock().unwrap().iter() {
                            again.try_subscribe(topic, QoS::AtLeastOnce).unwrap();
                        }
                    }
                    Ok(Event::Incoming(Packet::Publish(publish))) => drop(into.send(publish)),
                    Ok(_) => {}
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
            }
        });
        let central: [u8; 32] = hex::decode(&reply.central_key).unwrap().try_into().unwrap();
        let (name, site) = (reply.edge.clone(), reply.site.clone());
        let central = VerifyingKey::from_bytes(&central).unwrap();
        Self { name, key, site, central, mqtt, inbox, poll, topics, seq: 0, count: 0, lanes: Vec::new() }
    }

    /// Subscribes, and waits until the broker has this edge in its ACL: an acknowledgement comes back.
    async fn listen(&mut self) {
        for channel in self.channels() {
            self.mqtt.subscribe(self.topic(channel), QoS::AtLeastOnce).await.unwrap();
        }
        *self.topics.lock().unwrap() = self.channels().into_iter().map(|c| self.topic(c)).collect();
        let probe = self.lanes[0].0.clone();
        let started = EventBody::Started { version: "test".into(), found: String::new() };
        let first = self.event(&probe, None, started);
        for _ in 0..100 {
            self.send(Channel::Event(probe.clone()), &first).await;
            let got = tokio::time::timeout(Duration::from_millis(200), self.ack()).await;
            if got.is_ok() {
                return;
            }
            // The broker may have refused the subscription while it read its ACL.
            for channel in self.channels() {
                self.mqtt.subscribe(self.topic(channel), QoS::AtLeastOnce).await.unwrap();
            }
        }
        panic!("the first event of {} was never acknowledged", self.name);
    }

    fn channels(&self) -> Vec<Channel> {
        let of_lane = self.lanes.iter().flat_map(|(l, _)| [Channel::Decision(l.clone()), Channel::Command(l.clone())]);
        of_lane.chain([Channel::Ack(self.name.clone()), Channel::Snapshot(self.name.clone())]).collect()
    }

    pub fn topic(&self, channel: Channel) -> String {
        Topic { site: self.site.clone(), channel }.to_string()
    }

    /// The next event of this edge.
    pub fn event(&mut self, lane: &LaneId, passage: Option<PassageId>, body: EventBody) -> EdgeEvent {
        self.seq += 1;
        EdgeEvent {
            id: EventId(Uuid::now_v7()),
            edge: self.name.clone(),
            lane: lane.clone(),
            epoch: Epoch(1),
            seq: self.seq,
            at: now(),
            clock: ClockQuality { synchronised: true, offset_us: Some(0) },
            passage,
            body,
        }
    }

    /// Leaves numbers out, as messages that were lost.
    pub fn skip(&mut self, numbers: u64) {
        self.seq += numbers;
    }

    pub async fn send<T: Payload>(&self, channel: Channel, said: &T) -> Vec<u8> {
        let wire = seal(said, &self.key).unwrap();
        self.send_wire(channel, wire.clone()).await;
        wire
    }

    pub async fn send_wire(&self, channel: Channel, wire: Vec<u8>) {
        self.mqtt.publish(self.topic(channel), QoS::AtLeastOnce, false, wire).await.unwrap();
    }

    /// Makes and sends an event; its number.
    pub async fn tell(&mut self, lane: &LaneId, passage: Option<PassageId>, body: EventBody) -> u64 {
        let event = self.event(lane, passage, body);
        self.send(Channel::Event(lane.clone()), &event).await;
        event.seq
    }

    /// Tells how the lanes are, changed as the caller likes.
    pub async fn tell_status(&mut self, change: impl Fn(&mut LaneStatus)) {
        self.count += 1;
        let lanes = self.lanes.iter().map(|(lane, direction)| {
            let mut status = LaneStatus {
                lane: lane.clone(),
                direction: *direction,
                session: LaneSession(format!("session of {lane}")),
                mode: LaneMode::Automatic,
                state: "idle".into(),
                waiting_for: String::new(),
                barrier: "closed".into(),
                passage: None,
                track: None,
                inputs: vec![("stop_line".into(), Some(false))],
                faults: Vec::new(),
                display: "MOI XE VAO".into(),
                convoy: None,
            };
            change(&mut status);
            status
        });
        let status = EdgeStatus {
            edge: self.name.clone(),
            epoch: Epoch(1),
            count: self.count,
            at: now(),
            clock: ClockQuality { synchronised: true, offset_us: Some(0) },
            version: "test".into(),
            lists_version: None,
            outbox: 0,
            lanes: lanes.collect(),
        };
        self.send(Channel::Status(self.name.clone()), &status).await;
    }

    /// A vehicle stands at the lane's stop line.
    pub async fn stands(&mut self, at: &LaneId, passage: PassageId, track: u64) {
        self.tell_status(|status| {
            if status.lane == *at {
                status.passage = Some(passage);
                status.track = Some(TrackId(track));
                status.state = "referred".into();
            }
        })
        .await;
    }

    /// The next message on a channel, opened with central's key; others are passed over.
    pub async fn receive<T: Payload>(&mut self, channel: Channel) -> (T, Vec<u8>) {
        let topic = self.topic(channel.clone());
        let came = self.receive_within(channel, Duration::from_secs(10)).await;
        came.unwrap_or_else(|| panic!("nothing on {topic}"))
    }

    /// As [`Edge::receive`]; `None` when nothing came in time.
    pub async fn receive_within<T: Payload>(&mut self, channel: Channel, within: Duration) -> Option<(T, Vec<u8>)> {
        let topic = self.topic(channel);
        let found = async {
            loop {
                let publish = self.inbox.recv().await.unwrap();
                if publish.topic == topic {
                    return publish.payload.to_vec();
                }
            }
        };
        let wire = tokio::time::timeout(within, found).await.ok()?;
        let payload = open::<T>(&wire, &TrustedKeys::new([self.central])).unwrap().payload;
        Some((payload, wire))
    }

    /// Nothing comes on a channel for a while.
    pub async fn nothing(&mut self, channel: Channel, for_ms: u64) {
        let topic = self.topic(channel);
        let end = tokio::time::Instant::now() + Duration::from_millis(for_ms);
        while let Ok(Some(publish)) = tokio::time::timeout_at(end, self.inbox.recv()).await {
            assert_ne!(publish.topic, topic, "{}", String::from_utf8_lossy(&publish.payload));
        }
    }

    /// Neither acknowledgements nor answers nor commands come for a while.
    pub async fn nothing_at_all(&mut self, for_ms: u64) {
        let snapshots = self.topic(Channel::Snapshot(self.name.clone()));
        let end = tokio::time::Instant::now() + Duration::from_millis(for_ms);
        while let Ok(Some(publish)) = tokio::time::timeout_at(end, self.inbox.recv()).await {
            assert_eq!(publish.topic, snapshots, "{}", String::from_utf8_lossy(&publish.payload));
        }
    }

    pub async fn ack(&mut self) -> Acknowledgement {
        self.receive(Channel::Ack(self.name.clone())).await.0
    }

    /// Waits until central has committed this number.
    pub async fn acknowledged(&mut self, seq: u64) -> Acknowledgement {
        for _ in 0..200 {
            let ack = self.ack().await;
            if ack.covers(seq) {
                return ack;
            }
        }
        panic!("{seq} was never acknowledged");
    }

    /// Uploads a picture; the status of the answer.
    pub async fn upload(&self, house: &House, bytes: &[u8]) -> (String, u16) {
        let sha256 = hex::encode(Sha256::digest(bytes));
        let ticket = EvidenceTicket {
            edge: self.name.clone(),
            sha256: gate_core::ids::Sha256Hex(sha256.clone()),
            bytes: bytes.len() as u64,
            at: now(),
        };
        let ticket = STANDARD.encode(seal(&ticket, &self.key).unwrap());
        let url = house.url(&format!("/edge/v1/evidence/{sha256}"));
        let put = house.client().put(url).header("gate-ticket", ticket).body(bytes.to_vec());
        (sha256, put.send().await.unwrap().status().as_u16())
    }
}

/// Waits until the central of this house shows the passage at the lane's stop line.
pub async fn seen_by_central(person: &crate::person::Person, lane: &str, passage: PassageId) {
    until("the lane's status at central", async || {
        let lanes = person.get("/console/api/lanes").await.1;
        let found = lanes["lanes"].as_array()?.iter().find(|l| l["lane"] == lane)?;
        (found["status"]["passage"] == passage.to_string() && found["live"] == true).then_some(())
    })
    .await;
}
