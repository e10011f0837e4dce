//! A centre with passages in it, asked without a network.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use bytes::Bytes;
use central_server::agency::{self, keys};
use central_server::app::App;
use central_server::audit::{self, Act, LeafKind, add_leaf};
use central_server::broker::Post;
use central_server::clock::Clock;
use central_server::config::Config;
use central_server::crossing;
use central_server::declaration::Lists;
use central_server::edge::{Commander, Keys, Live, Rosters};
use central_server::evidence::Evidence;
use central_server::officer::Recent;
use central_server::sql;
use central_server::store::{Place, Store};
use ed25519_dalek::SigningKey;
use gate_core::clock::{ClockQuality, UtcMicros};
use gate_core::ids::{EdgeId, Epoch, EventId, LaneId, PassageId, Sha256Hex, TrackId};
use gate_core::message::command::{OfficerRef, OfficerRole};
use gate_core::message::envelope::seal;
use gate_core::message::event::{EdgeEvent, EventBody};
use gate_core::passage::{OpenedBy, PassageOutcome};
use gate_core::plate::{Country, PlateColor, PlateKind};
use gate_core::reading::{PlateReading, ReadingEvidence};
use gate_core::vehicle::{Direction, Role, VehicleClass, View};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::postgres;

/// 2026-11-25 08:00:00 in Vietnam.
pub const EIGHT: i64 = 1_795_568_400_000_000;
pub const MINUTE: i64 = 60_000_000;

pub struct House {
    pub engine: &'static str,
    pub app: App,
    pub dir: TempDir,
    pub key: String,
    router: Router,
    time: Arc<AtomicI64>,
    edge_key: SigningKey,
    seq: u64,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }
}

/// A house on each engine that this machine has, with an agency `customs`.
pub async fn houses(test: &str) -> Vec<House> {
    let mut houses = vec![House::open("sqlite", None).await];
    match postgres::fresh_database() {
        Ok(url) => houses.push(House::open("postgresql", Some(url)).await),
        Err(reason) => eprintln!("SKIPPED {test} on postgresql: {reason}"),
    }
    houses
}

pub fn operator() -> OfficerRef {
    OfficerRef { name: "lan".to_owned(), role: OfficerRole::Administrator }
}

impl House {
    async fn open(engine: &'static str, url: Option<String>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config { data: dir.path().to_owned(), ..Config::default() };
        config.evidence.min_free_bytes = 1;
        std::fs::create_dir(dir.path().join("keys")).unwrap();
        let keys = Arc::new(Keys::make(dir.path(), config.site.as_str(), &config.names).unwrap());
        let store = Store::open(&url.map_or_else(|| Place::File(dir.path().join("central.db")), Place::Server)).await;
        let store = store.unwrap();
        store.migrate().await.unwrap();
        let time = Arc::new(AtomicI64::new(EIGHT));
        let read = time.clone();
        let clock = Clock::of(move || UtcMicros(read.load(Ordering::Relaxed)));
        let evidence = Evidence::open(&config.evidence_folder(), &config.evidence, store.clone()).unwrap();
        let (live, post) = (Live::default(), Post::none());
        let site = config.site.clone();
        let app = App {
            config: Arc::new(config),
            commander: Commander::new(site, store.clone(), keys.clone(), live.clone(), post.clone(), clock.clone()),
            lists: Lists::new(store.clone()),
            rosters: Rosters::new(store.clone(), clock.clone()),
            recent: Recent::default(),
            store: store.clone(),
            clock: clock.clone(),
            keys,
            live,
            evidence,
            post,
            stop: tokio_util::sync::CancellationToken::new(),
        };
        store.run(sql!("INSERT INTO edges (edge, hosts, added_at) VALUES ('kt-edge-1', '[]', 0)")).await.unwrap();
        for (lane, direction) in [("in-1", "entry"), ("in-2", "entry"), ("out-1", "exit")] {
            let add = sql!(
                "INSERT INTO lanes (lane, edge, direction, zone, command_seq) VALUES ($1, 'kt-edge-1', $2, 'gate', 0)",
                lane,
                direction
            );
            store.run(add).await.unwrap();
        }
        let new = keys::NewKey { label: "tests", life: None };
        let key = keys::add(&store, &clock, operator(), "customs", "Hải quan Lào Cai", new).await.unwrap();
        let router = agency::router(app.clone());
        Self { engine, app, dir, key, router, time, edge_key: SigningKey::from_bytes(&[7; 32]), seq: 0 }
    }

    pub fn wait(&self, micros: i64) {
        self.time.fetch_add(micros, Ordering::Relaxed);
    }

    /// Gives all leaves their place, under a signed checkpoint.
    pub async fn checkpoint(&self) {
        let placed =
            audit::place_waiting(&self.app.store, &self.app.config.site, &self.app.keys.signing, &self.app.clock);
        placed.await.unwrap();
    }

    /// Asks as `customs` does, with purpose and case.
    pub async fn ask(&self, path: &str) -> Answer {
        let said = [("authorization", format!("Bearer {}", self.key))];
        self.ask_with(path, &said, Some("kiểm tra tờ khai"), Some("HQ-2026/118")).await
    }

    pub async fn ask_with(
        &self,
        path: &str,
        headers: &[(&str, String)],
        purpose: Option<&str>,
        case: Option<&str>,
    ) -> Answer {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        for (name, value) in [("Gate-Purpose", purpose), ("Gate-Case", case)] {
            if let Some(value) = value {
                request = request.header(name, value.as_bytes());
            }
        }
        let answer = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answer { status, headers, bytes: axum::body::to_bytes(answer.into_body(), 1 << 24).await.unwrap() }
    }

    pub async fn count(&self, text: &'static str) -> u64 {
        let row = self.app.store.row(central_server::store::Query::new(text, vec![])).await.unwrap();
        row.unwrap().count("n").unwrap()
    }

    /// A vehicle comes: presence, class, plate.
    pub async fn comes(&mut self, came: &Came<'_>) -> PassageId {
        let id = came.id();
        let reading = PlateReading {
            raw: came.plate.to_owned(),
            text: came.plate.to_owned(),
            country: Some(came.country),
            kind: Some(if came.country == Country::Cn { PlateKind::CnOrdinary } else { PlateKind::VnCar }),
            color: Some(PlateColor::Yellow),
            rows: 1,
            probability: 0.5,
            others: vec![],
            role: Role::Tractor,
            view: Some(View::Front),
            looks: 7,
            model: "0123456789ab".to_owned(),
            evidence: came.pictures.map(|(frame, plate)| ReadingEvidence { frame: sha(frame), plate: sha(plate) }),
            source: None,
        };
        let bodies = [
            EventBody::PassageBegan { direction: Direction::Entry, track: TrackId(1) },
            EventBody::VehicleSeen { class: VehicleClass::Lorry, confidence: 0.75 },
            EventBody::PlateRead { reading },
        ];
        self.tell(came, id, bodies).await;
        id
    }

    /// It drove through.
    pub async fn passes(&mut self, came: &Came<'_>) {
        let body = EventBody::PassageEnded { outcome: PassageOutcome::Passed, opened_by: OpenedBy::Central };
        let later = Came { at: came.at + MINUTE, ..*came };
        self.tell(&later, came.id(), [body]).await;
    }

    /// It came and drove through.
    pub async fn passed(&mut self, came: &Came<'_>) -> PassageId {
        let id = self.comes(came).await;
        self.passes(came).await;
        id
    }

    async fn tell(&mut self, came: &Came<'_>, passage: PassageId, bodies: impl IntoIterator<Item = EventBody>) {
        let mut tx = self.app.store.begin().await.unwrap();
        for body in bodies {
            self.seq += 1;
            let event = EdgeEvent {
                id: EventId(Uuid::now_v7()),
                edge: EdgeId::new("kt-edge-1").unwrap(),
                lane: LaneId::new(came.lane).unwrap(),
                epoch: Epoch(1),
                seq: self.seq,
                at: UtcMicros(came.at),
                clock: ClockQuality { synchronised: true, offset_us: Some(0) },
                passage: Some(passage),
                body,
            };
            let kind = serde_json::to_value(&event.body).unwrap()["type"].as_str().unwrap().to_owned();
            let wire = seal(&event, &self.edge_key).unwrap();
            let leaf = add_leaf(&mut tx, LeafKind::Event, event.id.0, event.at, &wire).await.unwrap();
            tx.run(sql!(
                "INSERT INTO events (id, edge, epoch, seq, lane, at, clock_synchronised, clock_offset_us, passage, kind, leaf, \
                 received_at) VALUES ($1, $2, 1, $3, $4, $5, 1, 0, $6, $7, $8, $5)",
                event.id,
                &event.edge,
                event.seq,
                &event.lane,
                event.at,
                passage,
                kind,
                leaf
            ))
            .await
            .unwrap();
        }
        crossing::refresh(&mut tx, passage, &self.app.clock).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// An officer at the console corrects the plate.
    pub async fn correct(&self, passage: PassageId, plate: &str) {
        let mut tx = self.app.store.begin().await.unwrap();
        let act = Act {
            officer: OfficerRef { name: "minh".to_owned(), role: OfficerRole::Officer },
            act: "correct_plate".to_owned(),
            lane: None,
            passage: Some(passage),
            reason: "đọc trên ảnh".to_owned(),
            detail: serde_json::json!({"plate": plate}),
            command: None,
        };
        act.record(&mut tx, &self.app.clock).await.unwrap();
        crossing::refresh(&mut tx, passage, &self.app.clock).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A picture arrives.
    pub async fn arrives(&self, picture: &'static [u8]) {
        let edge = EdgeId::new("kt-edge-1").unwrap();
        let bytes = Bytes::from_static(picture);
        self.app.evidence.put(&sha(picture), bytes, &edge, self.app.clock.now()).await.unwrap();
    }
}

/// A vehicle at a lane. Vehicles of one minute are told apart by `n`.
#[derive(Clone, Copy)]
pub struct Came<'a> {
    pub n: u8,
    pub plate: &'a str,
    pub country: Country,
    pub lane: &'a str,
    pub at: i64,
    pub pictures: Option<(&'a [u8], &'a [u8])>,
}

impl<'a> Came<'a> {
    pub fn cn(n: u8, plate: &'a str, at: i64) -> Self {
        Self { n, plate, country: Country::Cn, lane: "in-1", at, pictures: None }
    }

    pub fn vn(n: u8, plate: &'a str, at: i64) -> Self {
        Self { country: Country::Vn, ..Self::cn(n, plate, at) }
    }

    pub fn id(&self) -> PassageId {
        PassageId::from_parts(1_795_568_400_000, [self.n; 10])
    }
}

pub fn sha(bytes: &[u8]) -> Sha256Hex {
    Sha256Hex(hex::encode(Sha256::digest(bytes)))
}
