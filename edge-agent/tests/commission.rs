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
use gate_simulators::site::{BarrierKind, LaneSetup, Site};
use gate_simulators::wiring::Way;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;

struct Bench {
    folder: tempfile::TempDir,
    site: Arc<Site>,
}

fn profiles() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../firmware-config").canonicalize().unwrap()
}

async fn bench(kind: BarrierKind, way: Way) -> Bench {
    let boom = BoomTimes { open_ms: 700, close_ms: 900 };
    let site = Arc::new(Site::start(&[LaneSetup::of_example(kind, way, boom)]).await.unwrap());
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("lanes")).unwrap();
    std::fs::write(folder.path().join("lanes/in-1.toml"), site.lanes["in-1"].wiring(&profiles()).unwrap()).unwrap();
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
        site: SiteId::kim_thanh(),
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
async fn each_end_of_a_lane_for_both_directions_shows_its_own_light() {
    let bench = bench(BarrierKind::Relays, Way::Tcp).await;
    let file = bench.folder.path().join("lanes/in-1.toml");
    let wiring = std::fs::read_to_string(&file).unwrap();
    let other = "[other_end]\nlight = { green = { device = \"board\", relay = 5 } }\n";
    std::fs::write(file, format!("{wiring}\n{other}")).unwrap();
    let report = commissioned(&bench, agreeable).await.unwrap();
    assert!(report.passed && report.light == Some(true), "{report:#?}");
    let board = bench.site.lanes["in-1"].sim.now().log.heard("board");
    // The board's own pulse of relays 4 and 5 (`domain.md` section 5).
    let greens: Vec<u8> = board.iter().filter(|pdu| pdu[..2] == [5, 2] && pdu[2] >= 3).map(|pdu| pdu[2] + 1).collect();
    assert_eq!(greens, [4, 5]);

    let dark = |line: &str, wanted: &str| {
        let other = line.contains("other end");
        if other && line.starts_with("did you see") { "no".to_owned() } else { wanted.to_owned() }
    };
    let report = commissioned(&bench, dark).await.unwrap();
    assert!(!report.passed && report.light == Some(false), "{report:#?}");
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
    let mut order = bench.site.lanes["in-1"].wiring(&profiles()).unwrap();
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
    let state = bench.site.lanes["in-1"].sim.now();
    let heard = |port| state.log.heard(port);
    let board = heard("board");
    assert!(!board.is_empty() && board.iter().all(|pdu| matches!(pdu[0], 1..=4)), "{board:02X?}");
    let controller = heard("controller");
    match kind {
        BarrierKind::SimpleRs485 => {
            let query = [0xAA, 0x55, 0x04, 0x01, 0x05];
            // A pty hands frames over in pieces.
            let bytes = controller.concat();
            assert!(!bytes.is_empty() && bytes.chunks(query.len()).all(|b| b == query), "{bytes:02X?}");
        }
        BarrierKind::Came => {
            assert!(!controller.is_empty() && controller.iter().all(|pdu| pdu[0] == 3), "{controller:02X?}");
        }
        BarrierKind::Relays => {}
    }
    assert_eq!(heard("display"), Vec::<Vec<u8>>::new());
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

/// A device beside the barrier behind a converter: says this to each who connects, and keeps what it was told.
async fn aside(says: &'static [u8], waits: bool) -> (std::net::SocketAddr, Arc<std::sync::Mutex<Vec<u8>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, heard) = (listener.local_addr().unwrap(), Arc::default());
    let kept: Arc<std::sync::Mutex<Vec<u8>>> = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = [0; 64];
            if waits {
                let count = stream.read(&mut bytes).await.unwrap_or(0);
                kept.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
            let _ = stream.write_all(says).await;
            let count = stream.read(&mut bytes).await.unwrap_or(0);
            kept.lock().unwrap().extend_from_slice(&bytes[..count]);
        }
    });
    (address, heard)
}

#[tokio::test(flavor = "multi_thread")]
async fn check_devices_tells_what_weighbridge_and_tag_reader_say_and_changes_neither() {
    let bench = bench(BarrierKind::Relays, Way::Tcp).await;
    let (scale, told_scale) = aside(b"\x02\x2A\x30\x20 12340000000\x0D\x3D", false).await;
    let (reader, told_reader) = aside(b"\x0A\x00\x01\x01\x01\x03\xE2\x00\x34\xE1\xD4", true).await;
    let mut wiring = bench.site.lanes["in-1"].wiring(&profiles()).unwrap();
    wiring.push_str(&format!(
        "\n[bus.scale]\nserial_over_tcp = \"{scale}\"\n[device.scale]\nprofile = \"toledo-continuous\"\nbus = \"scale\"\n\
         [bus.tags]\nserial_over_tcp = \"{reader}\"\n[device.tags]\nprofile = \"uhfreader18\"\nbus = \"tags\"\n"
    ));
    std::fs::write(bench.folder.path().join("lanes/in-1.toml"), wiring).unwrap();
    let said = check(bench.folder.path()).await;
    assert!(said.contains("device scale: 12340.000 kg gross, stable"), "{said}");
    assert!(said.contains("device tags: 1 tag(s): e20034"), "{said}");
    only_reads(&bench, BarrierKind::Relays);
    assert_eq!(*told_scale.lock().unwrap(), Vec::<u8>::new());
    assert_eq!(*told_reader.lock().unwrap(), [0x04, 0xFF, 0x01, 0x1B, 0xB4], "an inventory and nothing else");
}
