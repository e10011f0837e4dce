//! The simulated lanes: how they are set up, how the edge is wired to them, and what is true in them.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};

/// A lane of the tests.
#[derive(Clone, Copy, Debug)]
pub struct Lane {
    pub name: &'static str,
    pub direction: &'static str,
    /// `relays`, `came` or `simple_rs485`.
    pub kind: &'static str,
    /// Its relay board is on a serial line.
    pub serial: bool,
}

/// One lane of each barrier, one of them on a serial line.
pub const LANES: [Lane; 3] = [
    Lane { name: "in-1", direction: "entry", kind: "relays", serial: true },
    Lane { name: "in-2", direction: "entry", kind: "came", serial: false },
    Lane { name: "out-1", direction: "exit", kind: "simple_rs485", serial: false },
];

pub fn simulator_file() -> String {
    let mut text = "control = \"127.0.0.1:0\"\n".to_owned();
    for lane in LANES {
        let board = if lane.serial { "{ pty = \"\" }" } else { "{ tcp = \"127.0.0.1:0\" }" };
        let controller =
            if lane.kind == "relays" { String::new() } else { "controller = { tcp = \"127.0.0.1:0\" }\n".to_owned() };
        let _ = write!(
            text,
            "\n[[lane]]\nname = \"{}\"\nbarrier = \"{}\"\nboard = {board}\n{controller}\
             display = {{ tcp = \"127.0.0.1:0\" }}\nboom = {{ open_ms = 700, close_ms = 800 }}\ncloses_by_itself_ms = 3000\n",
            lane.name, lane.kind
        );
    }
    text
}

fn bus(place: &Value, modbus: bool) -> String {
    if let Some(pty) = place["pty"].as_str() {
        return format!("serial = \"{pty}\"");
    }
    let key = if modbus { "modbus_tcp" } else { "serial_over_tcp" };
    format!("{key} = \"{}\"", place["tcp"].as_str().unwrap())
}

/// The lane's wiring file.
pub fn wiring(lane: Lane, places: &Value) -> String {
    let mut text = format!(
        "schema = 1\nlane = \"{}\"\npoll_ms = 80\ndisplay = \"led\"\n[bus.board]\n{}\n[bus.display]\n{}\n\
         [device.board]\nprofile = \"waveshare-relay-8ch\"\nbus = \"board\"\n\
         [device.led]\nprofile = \"led-voice-display\"\nbus = \"display\"\nunit = 0x64\n",
        lane.name,
        bus(&places["board"], true),
        bus(&places["display"], false)
    );
    let limit = |name: &str, input: u8| match lane.kind {
        "relays" => format!("{name} = {{ device = \"board\", input = {input}, energised = \"active\" }}\n"),
        _ => format!("{name} = {{ device = \"controller\", reports = \"{name}\" }}\n"),
    };
    if lane.kind == "relays" {
        text += "[barrier]\nopen = { device = \"board\", relay = 1 }\nclose = { device = \"board\", relay = 2 }\n";
    } else {
        let came = lane.kind == "came";
        let profile = if came { "came-modbus" } else { "simple-rs485" };
        let _ = write!(
            text,
            "[bus.controller]\n{}\n[device.controller]\nprofile = \"{profile}\"\nbus = \"controller\"\n\
             [barrier]\ncontroller = \"controller\"\n",
            bus(&places["controller"], came)
        );
    }
    text +=
        "stop_chain = { device = \"board\", relay = 3 }\n[light]\ngreen = { device = \"board\", relay = 4 }\n[input]\n";
    for (index, name) in ["loop_approach", "loop_under", "loop_exit", "photocell"].into_iter().enumerate() {
        let _ = writeln!(text, "{name} = {{ device = \"board\", input = {}, energised = \"inactive\" }}", index + 1);
    }
    text += &limit("open_limit", 5);
    text += &limit("closed_limit", 6);
    text += "manual_key = { device = \"board\", input = 7, energised = \"active\" }\n";
    text += "emergency = { device = \"board\", input = 8, energised = \"active\" }\n";
    text
}

/// The lane's part of edge.toml.
pub fn for_edge(lane: Lane, camera: &str) -> String {
    format!(
        "\n[[lane]]\nname = \"{0}\"\ndirection = \"{1}\"\nwiring = \"{0}.toml\"\n\
         cameras = [{{ name = \"front\", url = \"{camera}\", view = \"front\" }}]\n\
         [lane.barrier]\nclosing = \"controller\"\ntravel_open_ms = 700\ntravel_close_ms = 800\npulse_ms = 400\n\
         min_open_ms = 1000\nclear_ms = 2000\nphotocell = true\nthree_loops = true\nforce_limitation_recorded = false\n",
        lane.name, lane.direction
    )
}

/// The simulator's and the cameras' doors.
#[derive(Clone)]
pub struct Plant {
    http: Client,
    plant: String,
    cameras: String,
}

impl Plant {
    pub fn new(http: Client, plant: String, cameras: String) -> Self {
        Self { http, plant, cameras }
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> Value {
        let answer = request.send().await.unwrap();
        let (status, body) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "the simulator refused: {status} {body}");
        serde_json::from_str(&body).unwrap_or(Value::Null)
    }

    pub async fn show(&self, lane: &str, picture: &std::path::Path) {
        self.ask(self.http.post(format!("{}/{lane}", self.cameras)).json(&json!({ "picture": picture }))).await;
    }

    pub async fn arrive(&self, lane: &str, kind: &str) -> u64 {
        let body = json!({ "lane": lane, "kind": kind });
        self.ask(self.http.post(format!("{}/vehicles", self.plant)).json(&body)).await["id"].as_u64().unwrap()
    }

    pub async fn turn_back(&self, lane: &str, id: u64) {
        let url = format!("{}/lanes/{lane}/vehicles/{id}/manner", self.plant);
        self.ask(self.http.post(url).json(&json!({ "manner": "turns_back" }))).await;
    }

    pub async fn state(&self, lane: &str) -> Value {
        self.ask(self.http.get(format!("{}/lanes/{lane}", self.plant))).await
    }

    /// A hand lowers the boom.
    pub async fn crank_down(&self, lane: &str) {
        self.ask(self.http.post(format!("{}/lanes/{lane}/boom", self.plant)).json(&json!({ "angle_deg": 0.0 }))).await;
    }

    /// Waits until a lane is as wanted.
    pub async fn until(&self, lane: &str, what: &str, seconds: u64, right: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + Duration::from_secs(seconds);
        loop {
            let state = self.state(lane).await;
            if right(&state) {
                return state;
            }
            assert!(Instant::now() < end, "{lane}: {what} did not happen within {seconds} s: {state:#}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// How many notes of a kind the plant has in all lanes.
    pub async fn notes(&self, kind: &str) -> Vec<String> {
        let mut found = Vec::new();
        for lane in LANES {
            let state = self.state(lane.name).await;
            let notes = state["notes"].as_array().unwrap().iter().filter(|n| n["kind"] == kind);
            found.extend(notes.map(|n| format!("{} at {} ms: {}", lane.name, n["at_ms"], n["text"])));
        }
        found
    }

    /// What must never be, as the plant saw it.
    pub async fn wrong_openings(&self) -> Vec<String> {
        let mut found = Vec::new();
        for bad in ["opened_without_vehicle", "closing_on_body", "boom_on_body", "open_and_close", "relay_held"] {
            found.extend(self.notes(bad).await.into_iter().map(|n| format!("{bad}: {n}")));
        }
        found
    }
}
