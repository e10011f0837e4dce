//! A real lane of the agent on a simulated plant with simulated devices, central silent.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use edge_agent::clock::Clock;
use edge_agent::config::LaneConfig;
use edge_agent::lane::decide::{Central, Nobody};
use edge_agent::lane::eyes::LaneEyes;
use edge_agent::lane::handle::{self, LaneHandle, LaneParts};
use edge_agent::lane::view::{LaneAct, LaneOrder, LaneView};
use edge_agent::outbox::Outbox;
use edge_agent::sight::{Seen, Watched};
use edge_agent::uplink::Lists;
use gate_barrier::wiring::LaneWiring;
use gate_core::barrier::config::BarrierConfig;
use gate_core::clock::UtcMicros;
use gate_core::decision::{ConfirmationKind, ConfirmationRule, ExpectedVehicle, OfflinePolicy, RuleSet, WatchEntry};
use gate_core::ids::{EdgeId, LaneId, PassageId};
use gate_core::lane::effect::Sight;
use gate_core::message::command::{LaneMode, OfficerRef, OfficerRole};
use gate_core::message::envelope::{TrustedKeys, seal};
use gate_core::message::event::{EdgeEvent, EventBody};
use gate_core::message::snapshot::Snapshot;
use gate_core::plate::Country;
use gate_core::reading::PlateReading;
use gate_core::vehicle::{Direction, Role, VehicleClass};
use gate_simulators::plant::{BoomTimes, Manner, NoteKind, VehicleKind};
use gate_simulators::site::{BarrierKind, LaneSetup, SimLane, Site};
use gate_simulators::wiring::Way;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The plate of the vehicle that is expected.
pub const EXPECTED: &str = "云G12345";

pub fn profiles() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../firmware-config")
}

/// The plant, and the lane's wiring to it.
pub struct Plant {
    pub site: Site,
    wiring: String,
}

impl Plant {
    pub async fn start() -> Self {
        let boom = BoomTimes { open_ms: 700, close_ms: 800 };
        let setup =
            LaneSetup { closes_by_itself_ms: Some(2500), ..LaneSetup::of_example(BarrierKind::Relays, Way::Tcp, boom) };
        let site = Site::start(&[setup]).await.unwrap();
        let wiring = site.lanes["in-1"].wiring(&profiles()).unwrap();
        Self { site, wiring }
    }

    /// A lane that can be turned, with a light at each end.
    pub async fn start_both_ways() -> Self {
        let mut plant = Self::start().await;
        plant.wiring += "\n[other_end]\nlight = { green = { device = \"board\", relay = 5 } }\n";
        plant
    }

    /// The lane's wiring file.
    pub fn wiring(&self) -> &str {
        &self.wiring
    }

    pub fn sim(&self) -> &SimLane {
        &self.site.lanes["in-1"].sim
    }

    pub fn arrive(&self, kind: VehicleKind) -> u64 {
        self.sim().now().plant.arrive(kind, kind.usual_length_m(), Manner::Waits).unwrap()
    }

    pub fn opens(&self) -> usize {
        self.sim().now().plant.journal.pulses().iter().filter(|p| p.name == "open").count()
    }

    pub fn passed(&self) -> usize {
        self.sim().now().plant.journal.count(NoteKind::Passed)
    }

    pub fn chain_closed(&self) -> bool {
        self.sim().now().plant.stop_chain_closed()
    }

    pub fn nothing_bad(&self) {
        let journal = self.sim().now().plant.journal.clone();
        for bad in [NoteKind::BoomOnBody, NoteKind::ClosingOnBody, NoteKind::OpenedWithoutVehicle, NoteKind::RelayHeld]
        {
            assert_eq!(journal.count(bad), 0, "{bad:?}: {:?}", journal.notes());
        }
    }
}

/// One life of the agent's lane.
pub struct Life {
    pub lane: LaneHandle,
    pub outbox: Outbox,
    pub lists: Lists,
    pub watched: watch::Receiver<Option<Watched>>,
    pub sights: mpsc::Sender<(PassageId, Seen)>,
    pub outbox_stop: CancellationToken,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

pub fn edge() -> EdgeId {
    EdgeId::new("kt-edge-1").unwrap()
}

pub fn central_key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

pub fn officer(name: &str, role: OfficerRole) -> OfficerRef {
    OfficerRef { name: name.to_owned(), role }
}

impl Life {
    /// A life with central silent.
    pub async fn begin(plant: &Plant, data: &Path) -> Self {
        Self::with_central(plant, data, Arc::new(Nobody)).await
    }

    pub async fn with_central(plant: &Plant, data: &Path, central: Arc<dyn Central>) -> Self {
        let key = SigningKey::from_bytes(&[7; 32]);
        let outbox_stop = CancellationToken::new();
        let outbox = Outbox::open(data.join("outbox.db"), edge(), key, outbox_stop.clone()).await.unwrap();
        let lists = Lists::load(outbox.pool().clone(), TrustedKeys::new([central_key().verifying_key()])).await;
        let wiring = LaneWiring::parse("lane.toml", &plant.wiring, &profiles()).unwrap_or_else(|e| panic!("{e}"));
        let barrier = BarrierConfig { travel_open_ms: 900, travel_close_ms: 1000, ..BarrierConfig::default() };
        let config = LaneConfig {
            lane: LaneId::new("in-1").unwrap(),
            direction: Direction::Entry,
            mode: LaneMode::Automatic,
            wiring,
            barrier,
            cameras: Vec::new(),
        };
        let watch = watch::Sender::new(None);
        let watched = watch.subscribe();
        let (sights, seen) = mpsc::channel(16);
        let eyes = LaneEyes { watch, sights: seen, ..LaneEyes::none() };
        let stop = CancellationToken::new();
        let parts = LaneParts {
            config,
            edge: edge(),
            data: data.to_owned(),
            outbox: outbox.clone(),
            clock: Clock::default(),
            central,
            lists: lists.clone(),
            eyes,
            stop: stop.clone(),
        };
        let (lane, task) = handle::start(parts).unwrap();
        Self { lane, outbox, lists, watched, sights, outbox_stop, stop, task }
    }

    /// Ends this life, everything written.
    pub async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap();
        self.outbox_stop.cancel();
        tokio::time::sleep(Duration::from_millis(300)).await;
    }

    pub fn view(&self) -> LaneView {
        self.lane.view.borrow().clone()
    }

    /// Waits until the lane shows something; at most `seconds`.
    pub async fn shows(&mut self, what: &str, seconds: u64, right: impl Fn(&LaneView) -> bool) -> LaneView {
        let mut seen = self.lane.view.clone();
        let wait = tokio::time::timeout(Duration::from_secs(seconds), seen.wait_for(|v| right(v))).await;
        match wait {
            Ok(Ok(view)) => view.clone(),
            _ => panic!("{what} was not shown within {seconds} s: {:#?}", self.lane.view.borrow().status),
        }
    }

    /// The boom is known to be down and may move.
    pub async fn ready(&mut self) {
        self.shows("barrier closed", 10, |v| v.status.barrier == "closed").await;
    }

    pub async fn see(&self, sight: Sight) {
        let passage = self.watched.borrow().expect("nothing is watched").passage;
        self.sights.send((passage, Seen::Sight(sight))).await.unwrap();
    }

    /// The cameras see a lorry with this plate.
    pub async fn see_lorry(&mut self, plate: &str) {
        let passage = tokio::time::timeout(Duration::from_secs(15), self.watched.wait_for(Option::is_some)).await;
        passage.expect("no vehicle came").unwrap();
        self.see(Sight::Class(VehicleClass::Lorry, 0.97)).await;
        self.see(Sight::Plate { reading: reading(plate), ready: true }).await;
    }

    pub async fn act(&self, act: LaneAct, reason: &str) -> Result<(), String> {
        let (answer, answered) = oneshot::channel();
        let officer = Some(officer("lan", OfficerRole::ShiftLeader));
        let order = LaneOrder::Act { officer, act, reason: reason.to_owned(), answer };
        self.lane.orders.send(order).await.unwrap();
        tokio::time::timeout(Duration::from_secs(2), answered).await.unwrap().unwrap()
    }

    /// Everything in the record, in order, as soon as it is on the disk.
    pub async fn record(&self) -> Vec<EdgeEvent> {
        assert!(self.outbox.settled().await);
        let kept = self.outbox.journal(None, 1000).await.unwrap();
        let mut events: Vec<_> = kept.iter().map(|k| k.edge_event().unwrap()).collect();
        events.sort_by_key(|e| (e.epoch, e.seq));
        events
    }

    pub async fn recorded(&self, right: impl Fn(&EventBody) -> bool) -> usize {
        self.record().await.iter().filter(|e| right(&e.body)).count()
    }

    /// Central's lists: one lorry expected with everything in order.
    pub async fn expect_lorry(&self) {
        self.take_lists(snapshot()).await;
    }

    /// The same lorry, and somebody looks for it.
    pub async fn expect_watched_lorry(&self) {
        let entry = WatchEntry { plate: EXPECTED.to_owned(), country: None, reference: "case-7".to_owned() };
        self.take_lists(Snapshot { watch: vec![entry], ..snapshot() }).await;
    }

    async fn take_lists(&self, lists: Snapshot) {
        self.lists.take(&seal(&lists, &central_key()).unwrap(), &edge()).await.unwrap();
    }
}

/// Waits for something of the plant; at most `seconds`.
pub async fn until(what: &str, seconds: u64, right: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(seconds);
    while !right() {
        assert!(Instant::now() < end, "{what} did not come within {seconds} s");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub fn reading(text: &str) -> PlateReading {
    PlateReading {
        raw: text.to_owned(),
        text: text.to_owned(),
        country: Some(Country::Cn),
        kind: None,
        color: None,
        rows: 1,
        probability: 0.9996,
        others: Vec::new(),
        role: Role::Tractor,
        view: None,
        looks: 5,
        model: "0123456789ab".to_owned(),
        evidence: None,
        source: None,
    }
}

fn snapshot() -> Snapshot {
    let now = Clock::default().utc();
    let hour = Duration::from_secs(3600);
    let before = UtcMicros(now.0 - 3_600_000_000);
    let rules = RuleSet {
        version: 1,
        min_probability: 0.99,
        confirmations: vec![ConfirmationRule {
            direction: None,
            country: None,
            laden: None,
            needs: vec![ConfirmationKind::BorderGuardIn],
        }],
        max_list_age_s: 600,
        offline: OfflinePolicy::ExpectedAndConfirmed,
    };
    let lorry = ExpectedVehicle {
        declaration: "2026112500001".to_owned(),
        plate: "G12345".to_owned(),
        country: Country::Cn,
        direction: Direction::Entry,
        class: VehicleClass::Lorry,
        laden: false,
        trailer: None,
        containers: Vec::new(),
        fresh: false,
        dangerous: false,
        from: before,
        until: now.plus(hour),
        confirmed: vec![ConfirmationKind::BorderGuardIn],
        permit_until: Some(now.plus(hour)),
        fee_settled: true,
        inside: false,
        tag: None,
        held: false,
    };
    let valid_until = now.plus(hour);
    Snapshot { edge: edge(), version: 1, issued: now, valid_until, expected: vec![lorry], watch: Vec::new(), rules }
}
