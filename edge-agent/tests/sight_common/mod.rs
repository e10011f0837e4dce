//! A lane's sight with the real worker of this binary, and the RTSP server of the project.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use edge_agent::clock::Clock;
use edge_agent::evidence::Evidence;
use edge_agent::outbox::Outbox;
use edge_agent::sight::{EyesPool, LaneSight, Looks, Report, Seen, SightOrder, Trial, Watched};
use gate_camera::WorkerProgram;
use gate_core::ids::{EdgeId, LaneId, PassageId, Sha256Hex, TrackId};
use gate_core::lane::effect::Sight;
use gate_vision::Picture;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub struct Lane {
    pub sight: LaneSight,
    pub reports: mpsc::Receiver<Report>,
    evidence: Evidence,
    stop: CancellationToken,
    _folder: tempfile::TempDir,
}

impl Lane {
    pub async fn new(url: &str, eyes: Box<dyn Looks>) -> Self {
        Self::with_trial(url, eyes, None).await
    }

    pub async fn with_trial(url: &str, eyes: Box<dyn Looks>, trial: Option<Trial>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stop = CancellationToken::new();
        let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        let edge = EdgeId::new("kt-edge-1").unwrap();
        let outbox = Outbox::open(folder.path().join("outbox.db"), edge, key, stop.clone()).await.unwrap();
        let evidence = Evidence::new(folder.path().join("evidence"), outbox.pool().clone());
        let (report, reports) = mpsc::channel(8);
        let sight = edge_agent::sight::start(SightOrder {
            lane: LaneId::new("in-1").unwrap(),
            cameras: vec![toml::from_str(&format!("name = 'front'\nurl = '{url}'\nview = 'front'")).unwrap()],
            eyes: EyesPool::start(vec![eyes]).unwrap(),
            trial,
            reports: report,
            evidence: evidence.clone(),
            clock: Clock::default(),
            worker: WorkerProgram {
                program: env!("CARGO_BIN_EXE_edge-agent").into(),
                arguments: vec!["camera-worker".into()],
            },
            stop: stop.clone(),
        });
        Self { sight, reports, evidence, stop, _folder: folder }
    }

    pub async fn until_it_sees(&mut self) {
        let well = self.sight.cameras.wait_for(|c| c.first().is_some_and(|c| c.frames > 0));
        tokio::time::timeout(Duration::from_secs(15), well).await.expect("frames come").unwrap();
    }

    pub fn watch(&self, track: u64) -> PassageId {
        self.watch_passage(1, track)
    }

    pub fn watch_passage(&self, number: u64, track: u64) -> PassageId {
        let passage = PassageId::from_parts(number, [1; 10]);
        self.sight.watch.send_replace(Some(Watched { passage, track: TrackId(track) }));
        passage
    }

    /// The next thing told that is wanted.
    pub async fn next<T>(&mut self, what: &str, wanted: impl Fn(&Seen) -> Option<T>) -> T {
        let found = async {
            loop {
                let (_, seen) = self.sight.sights.recv().await.unwrap();
                if let Some(found) = wanted(&seen) {
                    return found;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), found).await.unwrap_or_else(|_| panic!("not told: {what}"))
    }

    pub fn kept(&self, name: &Sha256Hex) -> Picture {
        let bytes = std::fs::read(self.evidence.path(name)).expect("the picture lies there");
        assert_eq!(hex::encode(Sha256::digest(&bytes)), name.0, "under its own hash");
        Picture::decode(&bytes).unwrap()
    }

    pub async fn end(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(8), self.sight.task).await.expect("it ends").unwrap();
    }
}

pub fn ready(seen: &Seen) -> Option<gate_core::reading::PlateReading> {
    match seen {
        Seen::Sight(Sight::Plate { reading, ready: true }) => Some(reading.clone()),
        _ => None,
    }
}

/// The RTSP server with one mount.
pub struct Server {
    child: Child,
    pub url: String,
    control: String,
}

impl Server {
    /// `None` where the machine has no GStreamer RTSP server.
    pub fn start(test: &str, picture: &Path) -> Option<Self> {
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

    pub fn show(&self, picture: &Path) {
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
