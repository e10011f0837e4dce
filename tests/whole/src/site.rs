//! A whole gate in one temporary folder: centre with its broker, edge, simulated lanes and cameras.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::{Certificate, Client};
use serde_json::Value;
use tempfile::TempDir;

use crate::lanes::{self, LANES, Plant};
use crate::people::{Agency, Officer, Panel};
use crate::postgres;
use crate::programs::{self, Running, binary, free_port};
use crate::scenes::{Scenes, Vehicle};

const EDGE: &str = "kt-edge-1";

/// Which database keeps the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// Who is known before anything starts.
#[derive(Default)]
pub struct Lists<'a> {
    /// Declared and confirmed, to come in and to leave.
    pub expected: Vec<&'a Vehicle>,
    /// Watched for.
    pub watched: Vec<&'a Vehicle>,
}

/// The gate.
pub struct Site {
    pub http: Client,
    pub plant: Plant,
    pub central_address: String,
    pub panel_address: String,
    pub edge: Option<Running>,
    pub central: Option<Running>,
    /// What the shift leader and the officer sign in with the first time.
    pub invites: [(String, String); 2],
    pub pin: String,
    /// A person at the lane panel, signed in.
    pub person: Panel,
    pub key: String,
    _simulators: [Running; 2],
    /// Last: it goes when every process has ended.
    pub folder: TempDir,
}

impl Site {
    pub async fn start(database: Database, scenes: &Scenes, lists: &Lists<'_>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let begun = Instant::now();
        let folder = tempfile::tempdir().unwrap();
        let (https, broker, panel) = (free_port(), free_port(), free_port());
        let central = |words: &[&str]| tell("central-server", &folder.path().join("central"), words);
        let place = match database {
            Database::Sqlite => "central.db".to_owned(),
            Database::Postgres => postgres::fresh_database(),
        };
        let (at, broker_at) = (format!("127.0.0.1:{https}"), format!("127.0.0.1:{broker}"));
        central(&["init", "--listen", &at, "--broker-listen", &broker_at, "--database", &place]);
        let leader = central(&["user", "add", "hung.tran", "--role", "shift_leader"]);
        let officer = central(&["user", "add", "lan.nguyen", "--role", "officer"]);
        let key = last_word(&central(&["agency", "add", "hai-quan"]));
        for (name, file) in files(lists, folder.path()) {
            central(&["import", name, &file.to_string_lossy()]);
        }
        let known = LANES.map(|l| format!("{}:{}", l.name, l.direction)).join(",");
        let token = last_word(&central(&["edge", "add", EDGE, "--lanes", &known]));
        let simulators = simulators(folder.path(), &scenes.empty, panel);
        let authority = folder.path().join("central/keys/authority.pem");
        let http = client(&authority);
        let mut site = Self {
            plant: Plant::new(http.clone(), simulators.2, simulators.3),
            _simulators: [simulators.0, simulators.1],
            http: http.clone(),
            central_address: format!("https://localhost:{https}"),
            panel_address: format!("https://localhost:{panel}"),
            edge: None,
            central: None,
            invites: [("hung.tran".into(), last_word(&leader)), ("lan.nguyen".into(), last_word(&officer))],
            pin: String::new(),
            person: Panel::new(http.clone(), format!("https://localhost:{panel}")),
            key,
            folder,
        };
        site.start_central().await;
        let address = site.central_address.clone();
        let authority = authority.to_string_lossy().into_owned();
        site.edge_says(&["enrol", EDGE, "--central", &address, "--authority", &authority, "--token", &token]);
        site.pin = last_word(&site.edge_says(&["pin", "lan", "--role", "officer"]));
        site.start_edge().await;
        site.person.sign_in("lan", &site.pin).await;
        println!("the gate on {database:?} stood after {:.1} s", begun.elapsed().as_secs_f32());
        site
    }

    /// Its data folder of the centre.
    pub fn central_data(&self) -> PathBuf {
        self.folder.path().join("central")
    }

    /// A command of the centre; it must succeed.
    pub fn central_says(&self, words: &[&str]) -> String {
        tell("central-server", &self.central_data(), words)
    }

    /// A command of the edge; it must succeed.
    pub fn edge_says(&self, words: &[&str]) -> String {
        tell("edge-agent", &self.folder.path().join("edge"), words)
    }

    pub async fn start_central(&mut self) {
        let mut command = Command::new(binary("central-server"));
        command.arg("--data").arg(self.central_data()).arg("serve");
        let mut running = Running::start("central", &mut command, &self.folder.path().join("logs"));
        self.answers(&format!("{}/readyz", self.central_address), &mut running).await;
        self.central = Some(running);
    }

    pub fn stop_central(&mut self) {
        let took = self.central.take().unwrap().end();
        println!("the centre ended within {:.1} s", took.as_secs_f32());
    }

    pub async fn start_edge(&mut self) {
        let mut command = Command::new(binary("edge-agent"));
        command.arg("--data").arg(self.folder.path().join("edge")).arg("run");
        command.env("GATE_ONNXRUNTIME", programs::runtime());
        let mut running = Running::start("edge", &mut command, &self.folder.path().join("logs"));
        self.answers(&format!("{}/healthz", self.panel_address), &mut running).await;
        self.edge = Some(running);
    }

    async fn answers(&self, url: &str, running: &mut Running) {
        let end = Instant::now() + Duration::from_secs(40);
        loop {
            if self.http.get(url).send().await.is_ok_and(|a| a.status().is_success()) {
                return;
            }
            running.must_run();
            assert!(Instant::now() < end, "{url} does not answer: {}", running.tail(20));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The officer, signed in with a password of their own.
    pub async fn officer(&self, index: usize) -> Officer {
        let (name, invite) = &self.invites[index];
        Officer::first_sign_in(self.http.clone(), &self.central_address, name, invite).await
    }

    /// The person at the lane panel.
    pub fn panel(&self) -> Panel {
        Panel::new(self.http.clone(), self.panel_address.clone())
    }

    /// Waits until a lane is empty and closed again. A lane that stopped itself (a machine under load reads its inputs
    /// late, and late is unknown) is brought back as a person beside the boom does it: lowered by hand, then reset.
    pub async fn settle(&self, lane: &str) {
        let end = Instant::now() + Duration::from_secs(90);
        let mut still_since = Instant::now();
        loop {
            let state = self.plant.state(lane).await;
            let empty = state["vehicles"].as_array().unwrap().is_empty();
            let (closed, chain) =
                (state["boom"]["angle_deg"].as_f64() == Some(0.0), state["stop_chain_closed"] == true);
            if empty && closed && chain {
                return;
            }
            if !empty || state["boom"]["drive"] != "still" {
                still_since = Instant::now();
            }
            if still_since.elapsed() > Duration::from_secs(8) {
                println!("{lane}: stopped itself; a person lowers the boom and resets");
                self.plant.crank_down(lane).await;
                let (status, said) = self.person.act(lane, "reset", "cần đã hạ bằng tay").await;
                println!("{lane}: reset {status} {said}");
                tokio::time::sleep(Duration::from_secs(6)).await;
                still_since = Instant::now();
            }
            assert!(Instant::now() < end, "{lane} does not come to rest: {state:#}");
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    }

    /// The agency.
    pub fn agency(&self) -> Agency {
        Agency::new(self.http.clone(), self.central_address.clone(), self.key.clone())
    }

    /// Events that the centre has not acknowledged, by the edge's own account.
    pub async fn waiting_at_the_edge(&self) -> u64 {
        let text = self.http.get(format!("{}/metrics", self.panel_address)).send().await.unwrap().text().await.unwrap();
        let line = text.lines().find(|l| l.starts_with("edge_outbox_waiting ")).unwrap_or("x 0");
        line.rsplit(' ').next().unwrap().parse::<f64>().unwrap() as u64
    }

    /// Waits until the centre has acknowledged everything.
    pub async fn all_arrived(&self) {
        let end = Instant::now() + Duration::from_secs(60);
        // The figure is told every 2 s: it must stand at 0 for longer.
        let mut quiet = 0;
        while quiet < 6 {
            assert!(Instant::now() < end, "{} events wait at the edge", self.waiting_at_the_edge().await);
            tokio::time::sleep(Duration::from_millis(500)).await;
            quiet = if self.waiting_at_the_edge().await == 0 { quiet + 1 } else { 0 };
        }
    }
}

fn tell(program: &str, data: &Path, words: &[&str]) -> String {
    let mut command = Command::new(binary(program));
    command.arg("--data").arg(data).args(words);
    programs::run(&mut command).unwrap_or_else(|e| panic!("{program} {}: {e}", words.join(" ")))
}

fn last_word(text: &str) -> String {
    text.split_whitespace().last().unwrap_or_default().to_owned()
}

/// A client that trusts the site's authority alone.
fn client(authority: &Path) -> Client {
    let pem = std::fs::read(authority).unwrap();
    Client::builder()
        .use_rustls_tls()
        .tls_built_in_root_certs(false)
        .add_root_certificate(Certificate::from_pem(&pem).unwrap())
        .timeout(Duration::from_secs(15))
        .build()
        .unwrap()
}

fn simulators(folder: &Path, empty: &Path, panel: u16) -> (Running, Running, String, String) {
    let logs = folder.join("logs");
    let file = folder.join("lanes.toml");
    std::fs::write(&file, lanes::simulator_file()).unwrap();
    let mut plant = Running::start("lanes", Command::new(binary("lane-simulator")).arg(&file), &logs);
    let mut command = Command::new("/usr/bin/python3");
    command.arg(programs::root().join("tests/simulators/rtsp/server.py"));
    for lane in LANES {
        command.arg("--mount").arg(format!("{}={}", lane.name, empty.display()));
    }
    let mut cameras = Running::start("cameras", &mut command, &logs);
    let ready: Value = serde_json::from_str(&plant.says(|l| l.starts_with('{'))).unwrap();
    let stream = cameras.says(|l| l.starts_with("rtsp://"));
    let door = cameras.says(|l| l.starts_with("control ")).replace("control ", "");
    cameras.says(|l| l == "ready");
    let edge = folder.join("edge");
    std::fs::create_dir_all(&edge).unwrap();
    let root = programs::root();
    let mut text = format!(
        "schema = 1\nmodels = \"{0}/models\"\nprofiles = \"{0}/firmware-config\"\n[panel]\nlisten = \"127.0.0.1:{panel}\"\n",
        root.display()
    );
    for lane in LANES {
        let camera = format!("{}/{}", stream.rsplit_once('/').unwrap().0, lane.name);
        text += &lanes::for_edge(lane, &camera);
        std::fs::write(edge.join(format!("{}.toml", lane.name)), lanes::wiring(lane, &ready["lanes"][lane.name]))
            .unwrap();
    }
    std::fs::write(edge.join("edge.toml"), text).unwrap();
    (plant, cameras, format!("http://{}", ready["control"].as_str().unwrap()), door)
}

/// The lists as CSV files, in the order in which they go in.
fn files(lists: &Lists<'_>, folder: &Path) -> Vec<(&'static str, PathBuf)> {
    let (from, until) = ("2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z");
    let mut expected =
        "declaration,company,direction,plate,country,class,laden,containers,from,until,fee_settled\n".to_owned();
    let mut confirmations = "declaration,plate,kind,at,by\n".to_owned();
    let mut permits = "number,plate,country,from,until\n".to_owned();
    for (number, v) in lists.expected.iter().enumerate() {
        let (plate, declaration) = (v.declared(), format!("20261125{:05}", number + 1));
        for direction in ["entry", "exit"] {
            let laden = if v.container.is_empty() { "no" } else { "yes" };
            expected += &format!(
                "{declaration},Kim Thành,{direction},{plate},{},{},{laden},{},{from},{until},yes\n",
                v.country, v.vehicle_class, v.container
            );
        }
        for kind in ["border_guard_in", "customs_in", "border_guard_out", "customs_out"] {
            confirmations += &format!("{declaration},{plate},{kind},{from},test\n");
        }
        permits += &format!("GP-{number},{plate},{},{from},{until}\n", v.country);
    }
    let mut watched = "plate,country,reference\n".to_owned();
    for (number, v) in lists.watched.iter().enumerate() {
        watched += &format!("{},{},case-{number}\n", v.declared(), v.country);
    }
    let all = [("expected", expected), ("confirmations", confirmations), ("permits", permits), ("watchlist", watched)];
    all.into_iter()
        .filter(|(_, text)| text.lines().count() > 1)
        .map(|(name, text)| {
            let path = folder.join(format!("{name}.csv"));
            std::fs::write(&path, text).unwrap();
            (name, path)
        })
        .collect()
}
