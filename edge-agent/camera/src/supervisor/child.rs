//! One life of a worker process: its pipes, its orders, its end.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{ChildStdin, Command};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::stderr::{LastWords, drain};
use super::{CameraOrder, Rate, Shared, reader};
use crate::config::ConfigProblem;
use crate::frame::FrameError;
use crate::order::{REST, WATCH, WorkerOrder};

/// FFmpeg's settings for a live stream: over TCP, nothing buffered, and no silence longer than 5 s
/// (`timeout` is in microseconds). One decoding thread: each more would hold a frame back.
const FFMPEG: &str = "rtsp_transport;tcp|timeout;5000000|fflags;nobuffer|flags;low_delay|max_delay;0|\
                      analyzeduration;500000|probesize;500000|fpsprobesize;2|threads;1";
const FFMPEG_FILE: &str = "threads;1";
/// A process whose pipe has closed is on its way out.
const EXIT_WITHIN: Duration = Duration::from_millis(300);
/// A worker takes a word at once, or it hangs.
const SAY_WITHIN: Duration = Duration::from_secs(2);
/// A killed process is gone within this, unless the machine itself hangs.
const DIE_WITHIN: Duration = Duration::from_secs(5);

/// Why a worker could not be started or told something.
#[derive(Debug, Error)]
pub(super) enum ChildError {
    #[error("{0}")]
    Config(#[from] ConfigProblem),
    #[error("{program} cannot be started: {source}")]
    Start { program: String, source: std::io::Error },
    #[error("the worker takes no orders: {0}")]
    Say(String),
}

/// A running worker.
pub(super) struct Child {
    pub(super) pid: u32,
    process: tokio::process::Child,
    orders: ChildStdin,
    frames_end: oneshot::Receiver<FrameError>,
    frames_ended: bool,
    drained: JoinHandle<()>,
    last_words: LastWords,
}

impl Child {
    pub(super) async fn start(order: &CameraOrder, rate: Rate, shared: &Arc<Shared>) -> Result<Self, ChildError> {
        let source = order.config.source()?;
        let program = order.worker.program.display().to_string();
        let fail = |source| ChildError::Start { program: program.clone(), source };
        let gone = |what: &str| fail(std::io::Error::other(format!("no {what}")));
        let live = order.config.live();
        let mut process = Command::new(&order.worker.program)
            .args(&order.worker.arguments)
            // Settings for a stream make FFmpeg lose a file's first frames.
            .env("OPENCV_FFMPEG_CAPTURE_OPTIONS", if live { FFMPEG } else { FFMPEG_FILE })
            // FFmpeg's `AV_LOG_VERBOSE`: it says then that the size inside a stream changes, and nothing else tells.
            .env("OPENCV_FFMPEG_LOGLEVEL", "40")
            // Each thread's own heap would keep several frames' worth of memory.
            .env("MALLOC_ARENA_MAX", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A key stroke at the agent's terminal ends the agent, which ends its workers in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(fail)?;
        let pid = process.id().ok_or_else(|| gone("process"))?;
        let orders = process.stdin.take().ok_or_else(|| gone("standard input"))?;
        let pipe = process.stdout.take().ok_or_else(|| gone("standard output"))?.into_owned_fd().map_err(fail)?;
        let stderr = process.stderr.take().ok_or_else(|| gone("standard error"))?;
        let last_words = LastWords::default();
        let name = order.config.name.clone();
        let drained = tokio::spawn(drain(stderr, name, source.secrets(), last_words.clone()));
        let frames_end = reader::start(pipe, Arc::clone(shared)).map_err(fail)?;
        let mut child = Self { pid, process, orders, frames_end, frames_ended: false, drained, last_words };
        let limits = order.config.limits;
        let order = WorkerOrder {
            source,
            watch_fps: limits.watch_fps,
            rest_fps: limits.rest_fps,
            watching: rate == Rate::Watch,
        };
        let line = serde_json::to_string(&order).map_err(|e| ChildError::Say(e.to_string()))?;
        child.write(&line).await?;
        Ok(child)
    }

    async fn write(&mut self, line: &str) -> Result<(), ChildError> {
        let written = async {
            self.orders.write_all(format!("{line}\n").as_bytes()).await?;
            self.orders.flush().await
        };
        match tokio::time::timeout(SAY_WITHIN, written).await {
            Ok(written) => written.map_err(|e| ChildError::Say(e.to_string())),
            Err(_) => Err(ChildError::Say(format!("none within {} s", SAY_WITHIN.as_secs()))),
        }
    }

    /// Tells it how much of the stream is wanted.
    pub(super) async fn say(&mut self, rate: Rate) -> Result<(), ChildError> {
        self.write(if rate == Rate::Watch { WATCH } else { REST }).await
    }

    /// Waits until the process or its pipe ends, and tells which. May be dropped and called again.
    pub(super) async fn over(&mut self) -> String {
        let error = tokio::select! {
            status = self.process.wait() => return exit(status),
            error = &mut self.frames_end, if !self.frames_ended => {
                self.frames_ended = true;
                error
            }
        };
        match error {
            // How it ended says more than that its pipe closed.
            Ok(FrameError::Pipe(error)) => match tokio::time::timeout(EXIT_WITHIN, self.process.wait()).await {
                Ok(status) => exit(status),
                Err(_) => FrameError::Pipe(error).to_string(),
            },
            Ok(error) => error.to_string(),
            Err(_) => "the thread that reads frames ended".to_owned(),
        }
    }

    /// Kills it and whatever it started.
    fn kill(&mut self) {
        let group = i32::try_from(self.pid).ok().and_then(rustix::process::Pid::from_raw);
        if let (Some(group), Some(_)) = (group, self.process.id()) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.process.start_kill();
    }

    /// Resident memory in MB.
    pub(super) fn memory_mb(&self) -> Option<u32> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse::<u32>().ok().map(|kb| kb / 1024)
    }

    /// Kills it if it still lives, takes its exit status so that no zombie stays, and waits until its pipes
    /// are read to their end. Gives its last words.
    pub(super) async fn end(mut self) -> Option<String> {
        // It may be on the way out with its last words.
        if tokio::time::timeout(Duration::from_millis(100), self.process.wait()).await.is_err() {
            self.kill();
        }
        if tokio::time::timeout(DIE_WITHIN, self.process.wait()).await.is_err() {
            tracing::error!(pid = self.pid, "a killed camera worker does not die; the machine may be in trouble");
        }
        if !self.frames_ended {
            let _ = tokio::time::timeout(DIE_WITHIN, &mut self.frames_end).await;
        }
        let _ = tokio::time::timeout(DIE_WITHIN, &mut self.drained).await;
        self.last_words.take()
    }
}

fn exit(status: std::io::Result<std::process::ExitStatus>) -> String {
    match status {
        Ok(status) => format!("the worker ended: {status}"),
        Err(error) => format!("the worker cannot be waited for: {error}"),
    }
}
