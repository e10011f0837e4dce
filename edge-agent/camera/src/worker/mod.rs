//! The worker: the child process that opens one camera, decodes it, and writes the newest frame to the
//! pipe that is its standard output. It may hang, leak or crash; whoever started it kills it and starts another.
//!
//! Three threads: this one grabs every frame that comes, one writes the newest that is due, one listens
//! for `watch` and `rest` and ends the process when its parent is gone.

mod pace;
mod pictures;
mod slot;
mod stream;
mod words;

use std::fs::File;
use std::io::{BufRead as _, Read as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use thiserror::Error;

use crate::frame::Header;
use crate::order::{REST, Source, WATCH, WorkerOrder};
use pace::Pace;
use slot::Slot;
use words::Words;

/// How far decoding stands behind the agent, as `nice(2)` counts.
const NICE: i32 = 5;
/// Most bytes of the order.
const MAX_ORDER_BYTES: u64 = 64 * 1024;

/// Why a worker ends. Its last line on standard error says it.
#[derive(Debug, Error)]
enum WorkerError {
    #[error("no order came on standard input: {0}; this program is started by the agent, not by hand")]
    Order(String),
    #[error("cannot open {shown}: {why}")]
    Open { shown: String, why: String },
    #[error("{0} ended or fell silent")]
    Ended(String),
    #[error("{shown}: its size changed within the stream from {} x {} to {} x {}; it is opened anew", from.0, from.1, to.0, to.1)]
    Changed { shown: String, from: (u32, u32), to: (u32, u32) },
    #[error("{shown}: a picture of {width} x {height} is out of bounds; lower the camera's resolution")]
    Size { shown: String, width: i32, height: i32 },
    #[error("{0}: no picture in it can be read (JPEG or PNG)")]
    NoPicture(String),
    #[error("decoding: {0}")]
    OpenCv(#[from] opencv::Error),
    #[error("thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// Runs as a camera's worker until its parent goes: the hidden subcommand `camera-worker`.
#[must_use]
pub fn worker_main() -> ExitCode {
    // On a loaded machine the agent, which polls the barriers, comes first.
    let _ = rustix::process::nice(NICE);
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// A line for the supervisor, which reads standard error and logs it.
fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "camera worker: {line}");
}

/// Ends at once. `exit` would run the destructors of libraries whose threads still decode.
fn die() -> ! {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::abort()
}

fn run() -> Result<(), WorkerError> {
    let mut first = String::new();
    let mut input = std::io::BufReader::new(std::io::stdin());
    input.by_ref().take(MAX_ORDER_BYTES).read_line(&mut first).map_err(|e| WorkerError::Order(e.to_string()))?;
    // The text of the error could repeat the password.
    let order: WorkerOrder =
        serde_json::from_str(&first).map_err(|e| WorkerError::Order(format!("column {} of it", e.column())))?;
    let (words, frames) = Words::apart()?;
    opencv::core::set_num_threads(1)?;

    let watching = Arc::new(AtomicBool::new(order.watching));
    let heard = Arc::clone(&watching);
    std::thread::Builder::new().name("orders".to_owned()).spawn(move || listen(input, &heard))?;
    let slot = Arc::new(Slot::default());
    let newest = Arc::clone(&slot);
    std::thread::Builder::new().name("pipe".to_owned()).spawn(move || write_newest(&newest, frames))?;

    let pace = Pace::new(order.watch_fps, order.rest_fps, watching);
    match &order.source {
        Source::Rtsp { .. } => stream::camera(&order.source, pace, &slot, &words),
        Source::Video { path } => stream::video(&order.source, path, pace, &slot, &words),
        Source::Pictures { path, show_ms } => pictures::show(path, *show_ms, pace, &slot),
    }
}

fn listen(input: impl std::io::BufRead, watching: &AtomicBool) {
    for line in input.lines() {
        match line.as_deref() {
            Ok(WATCH) => watching.store(true, Ordering::Relaxed),
            Ok(REST) => watching.store(false, Ordering::Relaxed),
            Ok(_) => {}
            Err(_) => break,
        }
    }
    die()
}

fn write_newest(slot: &Slot, mut out: File) {
    loop {
        let frame = slot.take();
        let header: Header = frame.header;
        let rows = match frame.rows.bytes() {
            Ok(rows) => rows,
            Err(error) => {
                tell(&format!("a frame is not readable: {error}"));
                continue;
            }
        };
        if out.write_all(&header.to_bytes()).and_then(|()| out.write_all(rows)).is_err() {
            die();
        }
        slot.give_back(frame.rows);
    }
}
