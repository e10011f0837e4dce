//! How far a run came that is longer than one sitting: kept in a file, good for the very same test binary only.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

/// How far it came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    file: Option<PathBuf>,
    /// SHA-256 of the test binary: machines, judge and plant.
    binary: String,
    /// The next long history.
    pub next: u64,
    /// Histories judged good so far.
    pub histories: u64,
}

impl Kept {
    /// From the file that `GATE_HISTORIES_FILE` names; from the beginning where there is none, or where another
    /// binary wrote it.
    pub fn read() -> Self {
        let Some(file) = std::env::var_os("GATE_HISTORIES_FILE").map(PathBuf::from) else { return Self::default() };
        let binary = std::env::current_exe().and_then(std::fs::read).unwrap();
        let fresh = Self { file: Some(file.clone()), binary: hex::encode(Sha256::digest(binary)), ..Self::default() };
        let Ok(text) = std::fs::read_to_string(&file) else { return fresh };
        let words: Vec<&str> = text.split_whitespace().collect();
        match words[..] {
            [binary, next, histories] if binary == fresh.binary => {
                Self { next: next.parse().unwrap(), histories: histories.parse().unwrap(), ..fresh }
            }
            _ => fresh,
        }
    }

    pub fn write(&self) {
        let Some(file) = &self.file else { return };
        std::fs::write(file, format!("{} {} {}\n", self.binary, self.next, self.histories)).unwrap();
    }
}
