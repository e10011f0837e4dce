//! The sight of a lane through the real worker of this binary: pictures from a folder and from a real
//! RTSP stream, looked at by eyes that tell a plate by its colour, so that the test knows what is true.
//! (Real models look in `tests/chain.rs`.)
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use edge_agent::clock::Clock;
use edge_agent::evidence::Evidence;
use edge_agent::outbox::Outbox;
use edge_agent::sight::{EyesPool, LaneSight, Looks, Seen, SightOrder, Watched};
use gate_camera::WorkerProgram;
use gate_core::ids::{EdgeId, LaneId, PassageId, Sha256Hex, TrackId};
use gate_core::lane::effect::Sight;
use gate_core::vehicle::VehicleClass;
use gate_vision::plate::{Facts, Heads, Slots};
use gate_vision::{Area, Look, Picture, PlateLook, PlateText, Quad, VehicleBox};
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

const ALPHABET: &str = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ云挂";
const RED: [u8; 3] = [40, 40, 200];
const BLUE: [u8; 3] = [200, 40, 40];

/// Reads "24C12345" in red pictures and "29H67812" in blue ones; counts its looks.
struct ByColour(Arc<AtomicU32>);

fn middle(picture: &Picture) -> [u8; 3] {
    let at = ((picture.height / 2 * picture.width + picture.width / 2) * 3) as usize;
    [picture.bgr[at], picture.bgr[at + 1], picture.bgr[at + 2]]
}

impl Looks for ByColour {
    fn look(&mut self, picture: &Picture) -> Result<Look, String> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let [blue, _, red] = middle(picture);
        let text = match (red > 120, blue > 120) {
            (true, false) => Some("24C12345"),
            (false, true) => Some("29H67812"),
            _ => None,
        };
        let area = Area { x: 0.0, y: 0.0, width: 300.0, height: 200.0 };
        let vehicles = vec![VehicleBox { class: VehicleClass::Lorry, confidence: 0.9, area, color: None }];
        let plates = text.map(|t| plate(t, picture)).into_iter().collect();
        Ok(Look { vehicles, plates, containers: Vec::new(), time: Duration::from_millis(1) })
    }
}

fn plate(text: &str, picture: &Picture) -> PlateLook {
    let alphabet: Vec<char> = ALPHABET.chars().collect();
    let facts = Facts::new(ALPHABET, 1.0, 0.9, "0123456789ab".to_owned()).unwrap();
    let mut values = vec![0.00001; 12 * alphabet.len()];
    for n in 0..12 {
        let c = text.chars().nth(n).unwrap_or('-');
        values[n * alphabet.len() + alphabet.iter().position(|&a| a == c).unwrap()] = 0.999;
    }
    let slots = Slots::new(Arc::new(facts), values).unwrap();
    let heads = Heads { kind: [0.99, 0.01, 0.0, 0.0], ..Heads::NEUTRAL };
    PlateLook {
        corners: Quad::of(Area { x: 100.0, y: 100.0, width: 80.0, height: 20.0 }),
        score: 0.9,
        sharpness: 0.4,
        height_px: 20.0,
        weight: 0.8,
        vehicle: Some(0),
        on_motorcycle: Some(false),
        crop: picture.clone(),
        read: PlateText::of(&slots, &heads, Some(false)),
        slots,
        heads,
        fate: None,
    }
}

fn painted(path: &Path, bgr: [u8; 3]) {
    let pixels: Vec<u8> = bgr.into_iter().cycle().take(320 * 180 * 3).collect();
    std::fs::write(path, Picture::from_bgr(320, 180, pixels).unwrap().to_jpeg(92).unwrap()).unwrap();
}

struct Lane {
    sight: LaneSight,
    evidence: Evidence,
    looks: Arc<AtomicU32>,
    stop: CancellationToken,
    _folder: tempfile::TempDir,
}

impl Lane {
    async fn new(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stop = CancellationToken::new();
        let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        let edge = EdgeId::new("kt-edge-1").unwrap();
        let outbox = Outbox::open(folder.path().join("outbox.db"), edge, key, stop.clone()).await.unwrap();
        let evidence = Evidence::new(folder.path().join("evidence"), outbox.pool().clone());
        let looks = Arc::new(AtomicU32::new(0));
        let sight = edge_agent::sight::start(SightOrder {
            lane: LaneId::new("in-1").unwrap(),
            cameras: vec![toml::from_str(&format!("name = 'front'\nurl = '{url}'\nview = 'front'")).unwrap()],
            eyes: EyesPool::start(vec![Box::new(ByColour(Arc::clone(&looks)))]).unwrap(),
            evidence: evidence.clone(),
            clock: Clock::default(),
            worker: WorkerProgram {
                program: env!("CARGO_BIN_EXE_edge-agent").into(),
                arguments: vec!["camera-worker".into()],
            },
            stop: stop.clone(),
        });
        Self { sight, evidence, looks, stop, _folder: folder }
    }

    async fn until_it_sees(&mut self) {
        let well = self.sight.cameras.wait_for(|c| c.first().is_some_and(|c| c.frames > 0));
        tokio::time::timeout(Duration::from_secs(15), well).await.expect("frames come").unwrap();
    }

    fn watch(&self, track: u64) -> PassageId {
        let passage = PassageId::from_parts(1, [1; 10]);
        self.sight.watch.send_replace(Some(Watched { passage, track: TrackId(track) }));
        passage
    }

    /// The next thing told that is wanted.
    async fn next<T>(&mut self, what: &str, wanted: impl Fn(&Seen) -> Option<T>) -> T {
        let found = async {
            loop {
                let (_, seen) = self.sight.sights.recv().await.unwrap();
                if let Some(found) = wanted(&seen) {
                    return found;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), found).await.unwrap_or_else(|_| panic!("not told: {what}"))
    }

    fn kept(&self, name: &Sha256Hex) -> Picture {
        let bytes = std::fs::read(self.evidence.path(name)).expect("the picture lies there");
        assert_eq!(hex::encode(Sha256::digest(&bytes)), name.0, "under its own hash");
        Picture::decode(&bytes).unwrap()
    }

    async fn end(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(8), self.sight.task).await.expect("it ends").unwrap();
    }
}

fn ready(seen: &Seen) -> Option<gate_core::reading::PlateReading> {
    match seen {
        Seen::Sight(Sight::Plate { reading, ready: true }) => Some(reading.clone()),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watched_vehicle_is_told_with_the_frame_that_was_read() {
    let folder = tempfile::tempdir().unwrap();
    painted(&folder.path().join("a.jpg"), RED);
    let mut lane = Lane::new(folder.path().to_str().unwrap()).await;
    lane.until_it_sees().await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(lane.looks.load(Ordering::Relaxed), 0, "nobody looks while no vehicle is watched");
    assert!(lane.sight.sights.try_recv().is_err());

    let begun = Instant::now();
    let passage = lane.watch(1);
    let (id, first) = tokio::time::timeout(Duration::from_secs(5), lane.sight.sights.recv()).await.unwrap().unwrap();
    assert_eq!(id, passage);
    println!("told first: {first:?}");
    let reading = lane.next("a ready plate", ready).await;
    println!("ready {:.0} ms after the word", begun.elapsed().as_secs_f64() * 1000.0);
    assert_eq!((reading.text.as_str(), reading.view), ("24C12345", Some(gate_core::vehicle::View::Front)));
    let evidence = reading.evidence.expect("with its evidence");
    assert!(middle(&lane.kept(&evidence.frame))[2] > 120, "the frame is the red one that was read");
    lane.kept(&evidence.plate);

    // A new track of the same passage is read anew.
    lane.watch(2);
    assert_eq!(lane.next("the plate again", ready).await.text, "24C12345");
    lane.sight.watch.send_replace(None);
    tokio::time::sleep(Duration::from_millis(400)).await;
    let looks = lane.looks.load(Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(lane.looks.load(Ordering::Relaxed) <= looks + 1, "the eyes rest when the vehicle is gone");
    let preview = lane.sight.preview.borrow().clone().expect("a preview");
    assert!(Picture::decode(&preview).unwrap().width <= 640);
    lane.end().await;
}

struct Server {
    child: Child,
    url: String,
    control: String,
}

impl Server {
    fn start(test: &str, picture: &Path) -> Option<Self> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/simulators/rtsp/server.py");
        let mut command = Command::new("/usr/bin/python3");
        command.arg(program).arg("--mount").arg(format!("lane={}", picture.display()));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (mut url, mut control) = (String::new(), String::new());
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            match line.split_once("http://") {
                Some((_, address)) => control = address.to_owned(),
                None if line == "ready" => return Some(Self { child, url, control }),
                None => url = line,
            }
        }
        println!("SKIPPED {test}: no RTSP server (python3-gi, gir1.2-gst-rtsp-server-1.0)");
        let _ = child.wait();
        None
    }

    fn show(&self, picture: &Path) {
        let json = format!(r#"{{"picture": "{}"}}"#, picture.display());
        let mut stream = std::net::TcpStream::connect(&self.control).unwrap();
        let head = format!("POST /lane HTTP/1.0\r\nContent-Length: {}\r\n\r\n{json}", json.len());
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains(" 200 "), "{answer}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_vehicle_in_the_stream_is_noticed_and_the_old_one_is_told_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let (red, blue) = (folder.path().join("red.jpg"), folder.path().join("blue.jpg"));
    painted(&red, RED);
    painted(&blue, BLUE);
    let Some(server) = Server::start("another_vehicle_in_the_stream", &red) else { return };
    let mut lane = Lane::new(&server.url).await;
    lane.until_it_sees().await;
    lane.watch(1);
    assert_eq!(lane.next("the first plate", ready).await.text, "24C12345");
    server.show(&blue);
    let begun = Instant::now();
    let other = |seen: &Seen| {
        assert!(ready(seen).is_none_or(|r| r.text == "24C12345"), "the second plate is not the first vehicle's");
        (*seen == Seen::TrackChanged).then_some(())
    };
    lane.next("that another vehicle stands there", other).await;
    println!("noticed {:.1} s after the change", begun.elapsed().as_secs_f32());
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(lane.sight.sights.try_recv().is_err(), "nothing is told until a new track is watched");
    lane.watch(2);
    assert_eq!(lane.next("the second plate", ready).await.text, "29H67812");
    lane.end().await;
}
