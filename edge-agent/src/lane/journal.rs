//! All that went into a lane's machines and came out of them, in a ring of files: what `edge-agent replay`
//! runs again. A thread of its own writes; the lane never waits for it.
//!
//! Each file begins with the whole state of the machines, so that every file replays by itself. When the
//! disk is too slow the gap is known: a new file begins with the state after it.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use gate_core::clock::UtcMicros;
use gate_core::ids::{Epoch, LaneId};
use gate_core::lane::effect::StepIds;
use serde::{Deserialize, Serialize};

use super::core::LaneCore;
use super::kept::{self, Kept};
use super::signal::{Effect, Signal};

/// A file is closed at this size.
pub const FILE_BYTES: u64 = 4 * 1024 * 1024;
/// So many files of a lane are kept.
pub const FILES: usize = 8;
/// Lines that may wait for the disk: more than a minute's.
const QUEUE: usize = 4096;
/// What was written is on its way to the disk within this.
const FLUSH: Duration = Duration::from_millis(500);

/// The first line of a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Head {
    /// The machines as they were.
    pub state: LaneCore,
    /// Which start of the agent.
    pub epoch: Epoch,
    /// Wall time.
    pub utc: UtcMicros,
    /// The agent's version.
    pub version: String,
}

/// Every further line: one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When, in microseconds of the process's clock.
    pub t: u64,
    /// What went in.
    pub i: Signal,
    /// The new ids it could use; only where something came out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<StepIds>,
    /// What came out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub e: Vec<Effect>,
}

enum Job {
    Head(Box<Head>),
    Entry(Box<Entry>),
    Keep(Kept),
}

/// The lane's hand on its journal.
pub struct Journal {
    jobs: SyncSender<Job>,
    wants_head: Arc<AtomicBool>,
}

/// The folder of a lane's journal.
#[must_use]
pub fn folder(data: &Path, lane: &LaneId) -> PathBuf {
    data.join("journal").join(lane.as_str())
}

impl Journal {
    /// Starts the writing thread of a lane. It ends, with everything written, when this is dropped.
    ///
    /// # Errors
    /// When the thread or the folder cannot be made.
    pub fn start(data: &Path, lane: &LaneId) -> io::Result<Self> {
        Self::of_files(data, lane, FILE_BYTES)
    }

    fn of_files(data: &Path, lane: &LaneId, file_bytes: u64) -> io::Result<Self> {
        let folder = folder(data, lane);
        fs::create_dir_all(&folder)?;
        let (jobs, queue) = sync_channel(QUEUE);
        let wants_head = Arc::new(AtomicBool::new(true));
        let writer = Writer {
            folder,
            memory: kept::path(data, lane),
            file: None,
            file_bytes,
            wants_head: wants_head.clone(),
            well: true,
        };
        std::thread::Builder::new().name(format!("journal-{lane}")).spawn(move || writer.run(&queue))?;
        Ok(Self { jobs, wants_head })
    }

    /// Whether the next step must be preceded by the whole state.
    #[must_use]
    pub fn wants_head(&self) -> bool {
        self.wants_head.load(Ordering::Relaxed)
    }

    /// The whole state, before the next step.
    pub fn head(&self, head: Head) {
        if self.send(Job::Head(Box::new(head))) {
            self.wants_head.store(false, Ordering::Relaxed);
        }
    }

    /// The next step is preceded by the whole state: it does not follow from the last one.
    pub fn begin_anew(&self) {
        self.wants_head.store(true, Ordering::Relaxed);
    }

    /// One step.
    pub fn entry(&self, entry: Entry) {
        if !self.send(Job::Entry(Box::new(entry))) {
            self.wants_head.store(true, Ordering::Relaxed);
        }
    }

    /// What the lane must know after a restart.
    pub fn keep(&self, kept: Kept) {
        self.send(Job::Keep(kept));
    }

    fn send(&self, job: Job) -> bool {
        let sent = self.jobs.try_send(job);
        if let Err(TrySendError::Full(_)) = &sent {
            metrics::counter!("edge_journal_dropped_total").increment(1);
        }
        sent.is_ok()
    }
}

struct Writer {
    folder: PathBuf,
    memory: PathBuf,
    file: Option<(BufWriter<File>, u64)>,
    file_bytes: u64,
    wants_head: Arc<AtomicBool>,
    well: bool,
}

impl Writer {
    fn run(mut self, queue: &Receiver<Job>) {
        loop {
            let outcome = match queue.recv_timeout(FLUSH) {
                Ok(Job::Head(head)) => self.begin(&head),
                Ok(Job::Entry(entry)) => self.line(&*entry),
                Ok(Job::Keep(kept)) => kept::write(&self.memory, &kept),
                Err(RecvTimeoutError::Timeout) => self.flush(),
                Err(RecvTimeoutError::Disconnected) => {
                    let outcome = self.flush();
                    self.report(outcome);
                    return;
                }
            };
            self.report(outcome);
        }
    }

    /// Told once, not for every line.
    fn report(&mut self, outcome: io::Result<()>) {
        if let Err(error) = &outcome
            && self.well
        {
            tracing::error!(folder = %self.folder.display(), %error, "the lane's journal cannot be written; is the disk full?");
            metrics::counter!("edge_journal_failures_total").increment(1);
        }
        if outcome.is_err() {
            self.file = None;
            self.wants_head.store(true, Ordering::Relaxed);
        }
        self.well = outcome.is_ok();
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), |(file, _)| file.flush())
    }

    /// Begins a new file and removes the oldest.
    fn begin(&mut self, head: &Head) -> io::Result<()> {
        self.flush()?;
        let files = files(&self.folder)?;
        let last = files.last().and_then(|p| p.file_stem()?.to_str()?.parse::<u64>().ok()).unwrap_or(0);
        for old in files.iter().rev().skip(FILES - 1) {
            fs::remove_file(old)?;
        }
        let path = self.folder.join(format!("{:010}.jsonl", last + 1));
        self.file = Some((BufWriter::new(File::create(path)?), 0));
        self.line(head)
    }

    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        let Some((file, size)) = &mut self.file else { return Ok(()) };
        let text = serde_json::to_string(line).map_err(io::Error::other)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        *size += text.len() as u64 + 1;
        if *size >= self.file_bytes {
            self.wants_head.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// The files of a journal, oldest first.
///
/// # Errors
/// What the operating system says.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "jsonl"))
        .collect();
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use gate_core::barrier::config::BarrierConfig;
    use gate_core::clock::Monotonic;
    use gate_core::ids::LaneSession;
    use gate_core::message::command::LaneMode;
    use gate_core::vehicle::Direction;

    use super::*;
    use crate::lane::core::LaneBirth;
    use crate::lane::replay::replay;

    fn core(lane: &LaneId) -> LaneCore {
        let birth = LaneBirth {
            lane: lane.clone(),
            direction: Direction::Exit,
            mode: LaneMode::Automatic,
            barrier: BarrierConfig::default(),
            session: LaneSession("s".to_owned()),
        };
        LaneCore::new(birth, Monotonic::default())
    }

    #[test]
    fn the_ring_keeps_its_size_and_every_file_replays_by_itself() {
        let data = tempfile::tempdir().unwrap();
        let lane = LaneId::new("out-1").unwrap();
        let journal = Journal::of_files(data.path(), &lane, 4000).unwrap();
        let mut core = core(&lane);
        let nothing = StepIds {
            passage: gate_core::ids::PassageId::from_parts(0, [0; 10]),
            request: gate_core::ids::RequestId::from_parts(0, [0; 10]),
            grant: gate_core::ids::GrantId::from_parts(0, [0; 10]),
        };
        let mut steps = 0;
        for t in (0..3_000u64).map(|n| n * 50_000) {
            if journal.wants_head() {
                let head = Head { state: core.clone(), epoch: Epoch(1), utc: UtcMicros(0), version: "0".to_owned() };
                journal.head(head);
            }
            let effects = core.step(Signal::Tick, nothing, super::super::signal::from_micros(t));
            journal.entry(Entry { t, i: Signal::Tick, ids: Some(nothing), e: effects });
            steps += 1;
            if steps % 50 == 0 {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        let folder = folder(data.path(), &lane);
        drop(journal);
        std::thread::sleep(Duration::from_millis(500));
        let kept = files(&folder).unwrap();
        assert_eq!(kept.len(), FILES, "{kept:?}");
        let found = replay(&folder).unwrap();
        assert_eq!(found.different, 0, "{:?}", found.differences);
        assert!(found.steps > 100 && found.steps < steps, "{found:?}");
        assert_eq!(replay(&kept[3]).unwrap().different, 0);
    }

    #[test]
    fn a_changed_line_is_found_and_rubbish_is_named() {
        let data = tempfile::tempdir().unwrap();
        let lane = LaneId::new("out-1").unwrap();
        let path = data.path().join("0000000001.jsonl");
        let head = Head { state: core(&lane), epoch: Epoch(1), utc: UtcMicros(0), version: "0".to_owned() };
        let stop = Entry { t: 1000, i: Signal::StillStopped, ids: None, e: Vec::new() };
        let text = format!("{}\n{}\n", serde_json::to_string(&head).unwrap(), serde_json::to_string(&stop).unwrap());
        fs::write(&path, &text).unwrap();
        let found = replay(&path).unwrap();
        assert_eq!(found.different, 1, "a STOP that left no trace is a difference");
        fs::write(&path, text.replace("still_stopped", "who_knows") + "{}\n").unwrap();
        assert!(replay(&path).unwrap_err().to_string().contains(":2: "));
        assert!(replay(&data.path().join("none")).is_err());
    }
}
