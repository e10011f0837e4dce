//! What a lane must know after a restart: that it was stopped, how it worked, and which passage was open.
//!
//! Everything else begins anew (rule 10). The file is written whole or not at all.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use gate_core::ids::{LaneId, PassageId};
use gate_core::message::command::LaneMode;
use gate_core::passage::OpenedBy;
use gate_core::vehicle::Direction;
use serde::{Deserialize, Serialize};

/// The memory of one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The stop chain is held dropped.
    pub stopped: bool,
    /// How the lane works.
    pub mode: LaneMode,
    /// The passage that has begun and not ended.
    pub passage: Option<PassageId>,
    /// By whose word the boom opened for it.
    #[serde(default = "nobody")]
    pub opened_by: OpenedBy,
    /// Which way a lane led that can be turned.
    #[serde(default)]
    pub direction: Option<Direction>,
}

fn nobody() -> OpenedBy {
    OpenedBy::Nobody
}

/// Where the memory of a lane lies.
#[must_use]
pub fn path(data: &Path, lane: &LaneId) -> PathBuf {
    data.join("kept").join(format!("{lane}.json"))
}

/// Reads the memory; `Err` says why it is of no use, and then the lane counts as stopped before.
///
/// # Errors
/// What is wrong with the file; a missing file is the first start and no fault.
pub fn read(path: &Path) -> Result<Option<Kept>, String> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|e| format!("{}: {e}", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

/// Writes the memory: in its place at once, for the next life after a killed process, then through to the disk, for the
/// one after a loss of power. What a loss of power leaves half written is of no use, and counts as stopped.
///
/// # Errors
/// What the operating system says.
pub fn write(path: &Path, kept: &Kept) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let text = serde_json::to_string(kept).map_err(std::io::Error::other)?;
    let new = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    std::fs::rename(&new, path)?;
    file.sync_all()
}

/// How a lane works after a start: as configured, or as it was set last where that is stricter. A restart
/// never makes a lane more permissive.
#[must_use]
pub fn mode_after_start(configured: LaneMode, last: Option<LaneMode>) -> LaneMode {
    let strictness = |mode| match mode {
        LaneMode::Automatic => 0,
        LaneMode::Attended => 1,
        LaneMode::Closed => 2,
    };
    last.filter(|l| strictness(*l) > strictness(configured)).unwrap_or(configured)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_never_makes_a_lane_more_permissive() {
        use LaneMode::{Attended, Automatic, Closed};
        assert_eq!(mode_after_start(Automatic, None), Automatic);
        assert_eq!(mode_after_start(Automatic, Some(Closed)), Closed);
        assert_eq!(mode_after_start(Attended, Some(Automatic)), Attended);
        assert_eq!(mode_after_start(Closed, Some(Attended)), Closed);
    }

    #[test]
    fn the_memory_is_read_back_and_rubbish_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(folder.path(), &LaneId::new("in-1").unwrap());
        assert_eq!(read(&path), Ok(None));
        let kept = Kept {
            stopped: true,
            mode: LaneMode::Attended,
            passage: None,
            opened_by: OpenedBy::Nobody,
            direction: Some(Direction::Exit),
        };
        write(&path, &kept).unwrap();
        assert_eq!(read(&path), Ok(Some(kept)));
        std::fs::write(&path, "{").unwrap();
        assert!(read(&path).unwrap_err().contains("in-1.json"));
    }
}
