//! Cameras for tests: the worker of this crate, a real RTSP server, pictures and videos made on the spot.
// Each test file uses a part of it.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use gate_camera::{Camera, CameraConfig, CameraOrder, CameraState, FaultCode, WorkerProgram, start};
use gate_vision::Picture;
use tokio_util::sync::CancellationToken;

pub fn worker() -> WorkerProgram {
    WorkerProgram { program: env!("CARGO_BIN_EXE_camera-worker").into(), arguments: Vec::new() }
}

/// A worker that is none: a shell script.
pub fn script(text: &str) -> WorkerProgram {
    WorkerProgram { program: "/bin/sh".into(), arguments: vec!["-c".into(), text.into()] }
}

pub struct Running {
    pub camera: Camera,
    pub stop: CancellationToken,
}

impl Running {
    /// Starts a camera of this configuration.
    pub fn new(toml: &str, worker: WorkerProgram) -> Self {
        let config: CameraConfig = toml::from_str(&format!("name = 'front'\n{toml}")).unwrap();
        let stop = CancellationToken::new();
        Self { camera: start(CameraOrder { config, worker, stop: stop.clone() }), stop }
    }

    pub fn of(url: &str) -> Self {
        Self::new(&format!("url = '{url}'"), worker())
    }

    /// Waits for a state; fails with the last one seen.
    pub async fn until(&mut self, seconds: u64, what: &str, good: impl Fn(&CameraState) -> bool) -> CameraState {
        let begun = Instant::now();
        loop {
            let state = self.camera.state.borrow_and_update().clone();
            if good(&state) {
                println!("{what}: after {:.1} s", begun.elapsed().as_secs_f32());
                return state;
            }
            let left = Duration::from_secs(seconds).saturating_sub(begun.elapsed());
            assert!(!left.is_zero(), "not within {seconds} s: {what}; it is {state:?}");
            let _ = tokio::time::timeout(left, self.camera.state.changed()).await;
        }
    }

    /// Frames passed on within a time.
    pub async fn count(&mut self, time: Duration) -> u64 {
        let before = self.camera.state.borrow().frames;
        tokio::time::sleep(time).await;
        self.camera.state.changed().await.unwrap();
        self.camera.state.borrow().frames - before
    }

    /// Ends it, and checks that its process is gone.
    pub async fn end(self) {
        let pid = self.camera.state.borrow().pid;
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(6), self.camera.ended()).await.expect("it ends within 6 s");
        if let Some(pid) = pid {
            assert!(!Path::new(&format!("/proc/{pid}")).exists(), "worker {pid} is still there, maybe a zombie");
        }
    }
}

/// Whether a fault is told.
pub fn has(state: &CameraState, code: FaultCode) -> bool {
    state.faults.iter().any(|f| f.code == code)
}

/// Brightness of the newest frame.
pub fn brightness(camera: &Camera) -> f64 {
    let frames = camera.frames.borrow();
    let picture = &frames.as_ref().unwrap().picture;
    picture.bgr.iter().map(|&b| f64::from(b)).sum::<f64>() / picture.bgr.len() as f64
}

/// A picture with blocks and edges.
pub fn street(path: &Path, width: u32, height: u32) {
    let pixels = (0..width * height).flat_map(|i| {
        let (x, y) = (i % width, i / width);
        let block = if (x / 32 + y / 24) % 2 == 0 { 70 } else { 160 };
        let noise = u8::try_from(x.wrapping_mul(2_654_435_761).wrapping_add(y.wrapping_mul(40_503)) >> 27).unwrap();
        [block + noise, block, block + noise / 2]
    });
    let picture = Picture::from_bgr(width, height, pixels.collect::<Vec<u8>>()).unwrap();
    std::fs::write(path, picture.to_jpeg(90).unwrap()).unwrap();
}

/// A grey picture of 1280 x 720, each pixel as `grey` says.
pub fn painted(path: &Path, grey: impl Fn(u32, u32) -> u8) {
    let pixels = (0..1280 * 720).flat_map(|i| [grey(i % 1280, i / 1280); 3]);
    let picture = Picture::from_bgr(1280, 720, pixels.collect::<Vec<u8>>()).unwrap();
    std::fs::write(path, picture.to_jpeg(90).unwrap()).unwrap();
}

/// A port that gives every connection the same answer once something was asked, and closes it. Ends with the test.
pub fn answering(answer: Vec<u8>) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(&answer);
        }
    });
    port
}

/// The project's RTSP server with some mounts.
pub struct Server {
    child: Child,
    pub port: u16,
    control: String,
}

impl Server {
    /// `None` where the machine has no GStreamer RTSP server.
    pub fn start(test: &str, port: u16, mounts: &[(&str, &str)]) -> Option<Self> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/simulators/rtsp/server.py");
        let mut command = Command::new("/usr/bin/python3");
        command.arg(program).args(["--port", &port.to_string()]);
        for (name, what) in mounts {
            command.args(["--mount", &format!("{name}={what}")]);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (mut port, mut control) = (0, String::new());
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some(rest) = line.strip_prefix("rtsp://127.0.0.1:") {
                port = rest.split('/').next().unwrap().parse().unwrap();
            } else if let Some(address) = line.strip_prefix("control http://") {
                control = address.to_owned();
            } else if line == "ready" {
                return Some(Self { child, port, control });
            }
        }
        println!("SKIPPED {test}: no RTSP server (python3-gi, gir1.2-gst-rtsp-server-1.0)");
        let _ = child.wait();
        None
    }

    pub fn url(&self, mount: &str) -> String {
        format!("rtsp://127.0.0.1:{}/{mount}", self.port)
    }

    /// Sends its process a signal, as `STOP`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "{name}");
    }

    /// An order at the control door.
    pub fn order(&self, mount: &str, json: &str) {
        let mut stream = std::net::TcpStream::connect(&self.control).unwrap();
        let head = format!("POST /{mount} HTTP/1.0\r\nContent-Length: {}\r\n\r\n{json}", json.len());
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

/// A data folder that is not part of the project.
pub fn shared(test: &str, what: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(what);
    if !path.exists() {
        println!("SKIPPED {test}: ../shared/{what} is not here");
    }
    path.exists().then_some(path)
}
