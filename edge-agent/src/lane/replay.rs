//! The same machines over a journal again: does what came out then come out now?
//!
//! Differences mean that the machines were changed since, or that they are not the pure functions that
//! they claim to be.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use gate_core::ids::{GrantId, PassageId, RequestId};
use gate_core::lane::effect::StepIds;
use thiserror::Error;
use uuid::Uuid;

use super::core::LaneCore;
use super::journal::{Entry, Head, files};
use super::signal::{Effect, from_micros};

/// Why a journal cannot be replayed.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// It cannot be read.
    #[error("{path}: {source}")]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is nothing in it.
    #[error("{0}: no journal; give a lane's folder (DATA/journal/LANE) or one of its files")]
    Nothing(PathBuf),
    /// A line is not what the agent writes.
    #[error("{path}:{line}: {detail}; this is no journal of this version, or it was cut")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line.
        line: usize,
        /// What is wrong.
        detail: String,
    },
}

/// A step at which something else came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Which file.
    pub file: PathBuf,
    /// Which line of it.
    pub line: usize,
    /// When, in microseconds of that process's clock.
    pub t: u64,
    /// What came out then.
    pub then: Vec<Effect>,
    /// What comes out now.
    pub now: Vec<Effect>,
}

/// What a replay found.
#[derive(Clone, Debug, Default)]
pub struct Replayed {
    /// Files.
    pub files: usize,
    /// Steps.
    pub steps: u64,
    /// Effects that came out.
    pub effects: u64,
    /// Where something else came out, in the order of time; at most [`Replayed::MAX_DIFFERENCES`].
    pub differences: Vec<Difference>,
    /// All of them by count.
    pub different: u64,
}

impl Replayed {
    /// Differences that are kept whole.
    pub const MAX_DIFFERENCES: usize = 20;
}

/// Replays one file, or a folder of them.
///
/// # Errors
/// [`ReplayError`] when it is no journal.
pub fn replay(path: &Path) -> Result<Replayed, ReplayError> {
    let fail = |source| ReplayError::File { path: path.to_owned(), source };
    let all = if path.is_dir() { files(path).map_err(fail)? } else { vec![path.to_owned()] };
    if all.is_empty() {
        return Err(ReplayError::Nothing(path.to_owned()));
    }
    let mut found = Replayed::default();
    for file in &all {
        one(file, &mut found)?;
        found.files += 1;
    }
    Ok(found)
}

fn one(path: &Path, found: &mut Replayed) -> Result<(), ReplayError> {
    let fail = |source| ReplayError::File { path: path.to_owned(), source };
    let bad =
        |line, detail: serde_json::Error| ReplayError::Line { path: path.to_owned(), line, detail: detail.to_string() };
    let mut lines = BufReader::new(File::open(path).map_err(fail)?).lines();
    let Some(first) = lines.next() else { return Ok(()) };
    let head: Head = serde_json::from_str(&first.map_err(fail)?).map_err(|e| bad(1, e))?;
    let mut core = head.state;
    let mut waiting: Option<(usize, String)> = None;
    for (index, line) in lines.enumerate() {
        let line = line.map_err(fail)?;
        if let Some((number, line)) = waiting.replace((index + 2, line)) {
            step(&mut core, path, number, serde_json::from_str(&line).map_err(|e| bad(number, e))?, found);
        }
    }
    // The last line may have been cut by the end of the process.
    if let Some((number, line)) = waiting
        && let Ok(entry) = serde_json::from_str(&line)
    {
        step(&mut core, path, number, entry, found);
    }
    Ok(())
}

fn step(core: &mut LaneCore, file: &Path, line: usize, entry: Entry, found: &mut Replayed) {
    let nothing = Uuid::nil();
    let none = StepIds { passage: PassageId(nothing), request: RequestId(nothing), grant: GrantId(nothing) };
    let now = core.step(entry.i, entry.ids.unwrap_or(none), from_micros(entry.t));
    found.steps += 1;
    found.effects += now.len() as u64;
    if now == entry.e {
        return;
    }
    found.different += 1;
    if found.differences.len() < Replayed::MAX_DIFFERENCES {
        found.differences.push(Difference { file: file.to_owned(), line, t: entry.t, then: entry.e, now });
    }
}
