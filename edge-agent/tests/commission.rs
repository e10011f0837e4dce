//! Commissioning and `check --devices` against simulated lanes, over TCP and pty, with a scripted person.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use edge_agent::commission::{CommissionError, CommissionOrder, CommissioningReport, commission, timings};
use edge_agent::config::{Config, LaneConfig};
use edge_agent::identity::Identity;
use gate_core::ids::{EdgeId, SiteId};
use gate_core::message::envelope::{EnvelopeError, TrustedKeys, open, seal};
use gate_simulators::plant::{BoomTimes, NoteKind, Sensor, SensorFault};
use gate_simulators::site::{BarrierKind, Found, Lane, LaneSetup, Place, Site};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Tcp,
    Pty,
}

struct Bench {
    folder: tempfile::TempDir,
    site: Arc<Site>,
}

fn profiles() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../firmware-config").canonicalize().unwrap()
}

fn bus(found: &Found, modbus: bool) -> String {
    match found {
        Found::Tcp(address) if modbus => format!("modbus_tcp = \"{address}\""),
        Found::Tcp(address) => format!("serial_over_tcp = \"{address}\""),
        Found::Pty(path) => format!("serial = \"{}\"", path.display()),
    }
}

fn wiring(lane: &Lane, kind: BarrierKind) -> String {
    let example = match kind {
        BarrierKind::Relays => "example.toml",
        BarrierKind::Came => "example-came.toml",
        BarrierKind::SimpleRs485 => "example-simple-rs485.toml",
    };
    let text = std::fs::read_to_string(profiles().join("lanes").join(example)).unwrap();
    let mut section = String::new();
    let lines = text.lines().map(|line| {
        if let Some(name) = line.strip_prefix('[') {
            section = name.split(']').next().unwrap().to_owned();
        }
        let port = match section.as_str() {
            "bus.barrier" | "bus.board" => Some(("board", true)),
            "bus.controller" => Some(("controller", kind == BarrierKind::Came)),
            "bus.display" => Some(("display", false)),
            _ => None,
        };
        match port {
            Some((port, modbus)) if line.contains(" = ") => bus(&lane.places[port], modbus),
            _ if line.starts_with("lane = ") => "lane = \"in-1\"".to_owned(),
            _ => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

async fn bench(kind: BarrierKind, way: Way) -> Bench {
    let place = || match way {
        Way::Tcp => Place::Tcp("127.0.0.1:0".parse().unwrap()),
        Way::Pty => Place::Pty(PathBuf::new()),
    };
    let setup = LaneSetup {
        name: "in-1".to_owned(),
        barrier: kind,
        board: place(),
        controller: (kind != BarrierKind::Relays).then(place),
        display: (kind == BarrierKind::Relays).then(place),
        boom: BoomTimes { open_ms: 700, close_ms: 900 },
        closes_by_itself_ms: None,
        pace_baud: None,
    };
    let site = Arc::new(Site::start(&[setup]).await.unwrap());
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("lanes")).unwrap();
    std::fs::write(folder.path().join("lanes/in-1.toml"), wiring(&site.lanes["in-1"], kind)).unwrap();
    let toml = format!(
        "schema = 1\nprofiles = {:?}\n[panel]\nlisten = '127.0.0.1:0'\n[[lane]]\nname = 'in-1'\ndirection = 'entry'\nwiring = 'lanes/in-1.toml'\n",
        profiles()
    );
    std::fs::write(folder.path().join("edge.toml"), toml).unwrap();
    Bench { folder, site }
}

impl Bench {
    fn lane(&self) -> LaneConfig {
        Config::load(self.folder.path()).unwrap_or_else(|e| panic!("{e}")).lanes.remove(0)
    }
}

fn identity() -> Identity {
    let event_key = SigningKey::from_bytes(&[7; 32]);
    Identity {
        site: SiteId::new("kim-thanh").unwrap(),
        edge: EdgeId::new("kt-edge-1").unwrap(),
        lanes: Vec::new(),
        central_key: SigningKey::from_bytes(&[9; 32]).verifying_key(),
        event_key,
        broker: "127.0.0.1:9".to_owned(),
        central: None,
        authority_pem: String::new(),
        certificate_pem: String::new(),
        tls_key_pem: String::new(),
    }
}

const SENSORS: [(&str, Sensor); 6] = [
    ("loop_approach", Sensor::ApproachLoop),
    ("loop_under", Sensor::BoomLoop),
    ("loop_exit", Sensor::ExitLoop),
    ("photocell", Sensor::Photocell),
    ("manual_key", Sensor::ManualKey),
    ("emergency", Sensor::Emergency),
];

/// A person who does what each line asks; `answer` may say something else than what is wanted.
async fn commissioned(
    bench: &Bench,
    mut answer: impl FnMut(&str, &str) -> String + Send + 'static,
) -> Result<CommissioningReport, CommissionError> {
    let (lane, identity) = (bench.lane(), identity());
    let (ours, mut theirs) = tokio::io::duplex(4096);
    let (tell, mut told) = mpsc::unbounded_channel::<String>();
    let sim = bench.site.lanes["in-1"].sim.clone();
    let person = tokio::spawn(async move {
        while let Some(line) = told.recv().await {
            if let Some((_, sensor)) = SENSORS.iter().find(|(name, _)| line.starts_with(&format!("{name}: "))) {
                let fault = line.contains("within").then_some(SensorFault::StuckActive);
                if line.contains("within") || line.contains("active;") {
                    sim.now().plant.set_sensor_fault(*sensor, fault);
                }
            } else if let Some(rest) = line.split(": type ").nth(1) {
                let word = answer(&line, rest.trim_matches('"'));
                theirs.write_all(format!("{word}\n").as_bytes()).await.unwrap();
            } else if line.starts_with("did you see") {
                let word = answer(&line, "yes");
                theirs.write_all(format!("{word}\n").as_bytes()).await.unwrap();
            }
        }
    });
    let order = CommissionOrder {
        lane: &lane,
        identity: &identity,
        technician: "Lan".to_owned(),
        wait: Duration::from_secs(8),
    };
    let result = commission(order, ours, move |line: &str| drop(tell.send(line.to_owned()))).await;
    person.await.unwrap();
    result
}

fn agreeable(_: &str, wanted: &str) -> String {
    wanted.to_owned()
}

async fn a_good_lane(kind: BarrierKind, way: Way) {
    let bench = bench(kind, way).await;
    let report = commissioned(&bench, agreeable).await.unwrap();
    assert!(report.passed, "{kind:?} {way:?}: {report:#?}");
    assert_eq!(report.inputs.len(), SENSORS.len());
    let travel = report.travel.unwrap();
    assert!((650..1400).contains(&travel.open_ms) && (850..1600).contains(&travel.close_ms), "{travel:?}");
    assert!(timings(&report).contains(&format!("travel_open_ms = {}", travel.open_ms)));
    let state = bench.site.lanes["in-1"].sim.now();
    assert!(state.plant.stop_chain_closed() && state.plant.boom().at_closed());
    for bad in [NoteKind::RelayHeld, NoteKind::OpenAndClose, NoteKind::BoomOnBody, NoteKind::ClosingOnBody] {
        assert_eq!(state.plant.journal.count(bad), 0, "{bad:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn good_lanes_pass_over_tcp_and_pty() {
    tokio::join!(
        a_good_lane(BarrierKind::Relays, Way::Tcp),
        a_good_lane(BarrierKind::Relays, Way::Pty),
        a_good_lane(BarrierKind::Came, Way::Tcp),
        a_good_lane(BarrierKind::SimpleRs485, Way::Pty)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_signed_by_the_edge_and_refused_when_altered() {
    let bench = bench(BarrierKind::Relays, Way::Tcp).await;
    let report = commissioned(&bench, agreeable).await.unwrap();
    let identity = identity();
    let trusted = TrustedKeys::new([identity.event_key.verifying_key()]);
    let sealed = seal(&report, &identity.event_key).unwrap();
    assert_eq!(open::<CommissioningReport>(&sealed, &trusted).unwrap().payload, report);
    let better = CommissioningReport { technician: "Minh".to_owned(), ..report };
    let forged: serde_json::Value = serde_json::from_slice(&seal(&better, &identity.event_key).unwrap()).unwrap();
    let mut altered: serde_json::Value = serde_json::from_slice(&sealed).unwrap();
    altered["payload"] = forged["payload"].clone();
    let refused = open::<CommissioningReport>(&serde_json::to_vec(&altered).unwrap(), &trusted).unwrap_err();
    assert!(matches!(refused, EnvelopeError::BadSignature { .. }), "{refused}");
    let stranger = seal(&better, &SigningKey::from_bytes(&[8; 32])).unwrap();
    assert!(matches!(open::<CommissioningReport>(&stranger, &trusted).unwrap_err(), EnvelopeError::UnknownKey { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_moves_before_a_person_agrees() {
    let bench = bench(BarrierKind::Relays, Way::Tcp).await;
    let refused = commissioned(&bench, |_, _| "no".to_owned()).await.unwrap_err();
    assert!(matches!(refused, CommissionError::NotAgreed { .. }), "{refused}");
    only_reads(&bench, BarrierKind::Relays);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_that_is_not_seen_keeps_every_output_untouched() {
    let bench = bench(BarrierKind::Relays, Way::Tcp).await;
    let mut order = wiring(&bench.site.lanes["in-1"], BarrierKind::Relays);
    // Nobody changes this contact.
    order = order.replace("emergency = { device = \"board\", input = 8, energised = \"active\" }", "");
    order.push_str("\npower_good = { device = \"board\", input = 8, energised = \"active\" }\n");
    std::fs::write(bench.folder.path().join("lanes/in-1.toml"), order).unwrap();
    let report = commissioned(&bench, agreeable).await.unwrap();
    assert!(!report.passed && report.travel.is_none() && !report.stop_chain, "{report:#?}");
    assert_eq!(timings(&report), "");
    only_reads(&bench, BarrierKind::Relays);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_under_the_closing_boom_drops_the_chain() {
    let bench = bench(BarrierKind::Relays, Way::Tcp).await;
    let sim = bench.site.lanes["in-1"].sim.clone();
    let report = commissioned(&bench, move |line, wanted| {
        if wanted == "close" && line.contains("under or beside") {
            let sim = sim.clone();
            tokio::spawn(async move {
                while sim.now().plant.journal.pulses().iter().all(|p| p.name != "close") {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                sim.now().plant.set_sensor_fault(Sensor::Photocell, Some(SensorFault::StuckActive));
            });
        }
        wanted.to_owned()
    })
    .await
    .unwrap();
    assert!(!report.passed && report.faults[0].contains("photocell"), "{report:#?}");
    let state = bench.site.lanes["in-1"].sim.now();
    assert!(!state.plant.stop_chain_closed() && !state.plant.boom().at_closed());
}

/// What the devices were asked, by their own record: nothing but reads.
fn only_reads(bench: &Bench, kind: BarrierKind) {
    let ports = &bench.site.lanes["in-1"].ports;
    let board = ports["board"].heard();
    assert!(!board.is_empty() && board.iter().all(|pdu| matches!(pdu[0], 1..=4)), "{board:02X?}");
    match (kind, ports.get("controller").map(|p| p.heard())) {
        (BarrierKind::SimpleRs485, Some(heard)) => {
            let query = [0xAA, 0x55, 0x04, 0x01, 0x05];
            // A pty hands frames over in pieces.
            let bytes = heard.concat();
            assert!(!bytes.is_empty() && bytes.chunks(query.len()).all(|b| b == query), "{bytes:02X?}");
        }
        (_, Some(heard)) => assert!(!heard.is_empty() && heard.iter().all(|pdu| pdu[0] == 3), "{heard:02X?}"),
        (_, None) => {}
    }
    if let Some(display) = ports.get("display") {
        assert_eq!(display.heard(), Vec::<Vec<u8>>::new());
    }
    let state = bench.site.lanes["in-1"].sim.now();
    assert!(state.plant.journal.pulses().is_empty() && state.plant.stop_chain_closed());
}

async fn check(folder: &Path) -> String {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_edge-agent"));
    let output = command.arg("--data").arg(folder).args(["check", "--devices"]).output().await.unwrap();
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn check_devices_writes_no_output_on_any_line() {
    for (kind, way) in
        [(BarrierKind::Relays, Way::Pty), (BarrierKind::Came, Way::Tcp), (BarrierKind::SimpleRs485, Way::Pty)]
    {
        let bench = bench(kind, way).await;
        let said = check(bench.folder.path()).await;
        assert!(said.contains("device board unit 1: 200 of 200 answered"), "{kind:?} {way:?}: {said}");
        assert!(said.contains("input loop_under: not active"), "{kind:?} {way:?}: {said}");
        only_reads(&bench, kind);
    }
}
