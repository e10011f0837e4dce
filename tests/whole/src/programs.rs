//! Programs that are started, watched and ended with the test.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

const ENDS_WITHIN: Duration = Duration::from_secs(8);

/// The project's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// The debug build of one of our binaries.
pub fn binary(name: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let path = target.join("debug").join(name);
    assert!(path.exists(), "{} is not built; cargo build --workspace --bins", path.display());
    path
}

/// The Python that has the project's wheels.
pub fn python() -> PathBuf {
    std::env::var_os("GATE_PYTHON").map_or_else(|| root().join(".gate/venv/bin/python"), PathBuf::from)
}

/// Where the ONNX Runtime lies.
pub fn runtime() -> PathBuf {
    std::env::var_os("GATE_ONNXRUNTIME").map_or_else(|| root().join(".gate/lib/libonnxruntime.so"), PathBuf::from)
}

/// A TCP port that nobody has now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A running program. It ends when this is dropped; its log is shown when a test fails.
pub struct Running {
    name: String,
    child: Child,
    log: PathBuf,
    out: PathBuf,
}

impl Running {
    pub fn start(name: &str, command: &mut Command, logs: &Path) -> Self {
        std::fs::create_dir_all(logs).unwrap();
        let number = std::fs::read_dir(logs).unwrap().count();
        let (log, out) = (logs.join(format!("{name}-{number}.log")), logs.join(format!("{name}-{number}.out")));
        let child = command
            // Held open: some programs end when it closes.
            .stdin(Stdio::piped())
            .stdout(File::create(&out).unwrap())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        Self { name: name.to_owned(), child, log, out }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote to its standard output so far.
    pub fn told(&self) -> String {
        std::fs::read_to_string(&self.out).unwrap_or_default()
    }

    /// The end of its log.
    pub fn tail(&self, lines: usize) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let all: Vec<&str> = text.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    /// Waits until it has said a line that fits, and returns it.
    pub fn says(&mut self, fits: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(line) = self.told().lines().find(|l| fits(l)) {
                return line.to_owned();
            }
            self.must_run();
            assert!(Instant::now() < end, "{} said nothing that fits in 30 s: {}", self.name, self.tail(20));
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub fn must_run(&mut self) {
        if let Some(status) = self.child.try_wait().unwrap() {
            panic!("{} ended with {status}: {}{}", self.name, self.tail(30), self.told());
        }
    }

    /// Asks it to end and waits; returns how long it took.
    pub fn end(&mut self) -> Duration {
        let begun = Instant::now();
        if self.child.try_wait().unwrap().is_some() {
            return Duration::ZERO;
        }
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).unwrap();
        let _ = kill_process(pid, Signal::TERM);
        while begun.elapsed() < ENDS_WITHIN {
            if self.child.try_wait().unwrap().is_some() {
                return begun.elapsed();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        println!("{} did not end within {ENDS_WITHIN:?}: killed", self.name);
        let _ = self.child.kill();
        let _ = self.child.wait();
        begun.elapsed()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("--- the end of {}'s log\n{}", self.name, self.tail(40));
        }
        self.end();
    }
}

/// Runs a command to its end; returns what it printed.
pub fn run(command: &mut Command) -> Result<String, String> {
    let done = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let out = String::from_utf8_lossy(&done.stdout).trim().to_owned();
    if done.status.success() { Ok(out) } else { Err(format!("{out}{}", String::from_utf8_lossy(&done.stderr))) }
}
