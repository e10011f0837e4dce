//! The files of the identity folder, written for their owner's eyes only.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::IdentityError;

/// Where each file lies.
pub(super) struct Paths {
    pub dir: PathBuf,
    pub event_key: PathBuf,
    pub tls_key: PathBuf,
    pub reply: PathBuf,
    pub central: PathBuf,
}

impl Paths {
    pub fn of(data: &Path) -> Self {
        let dir = data.join("identity");
        Self {
            event_key: dir.join("event-key.pem"),
            tls_key: dir.join("tls-key.pem"),
            reply: dir.join("enrolment.json"),
            central: dir.join("central.txt"),
            dir,
        }
    }
}

pub(super) fn read(path: &Path) -> Result<String, IdentityError> {
    fs::read_to_string(path).map_err(|source| IdentityError::File { path: path.to_owned(), source })
}

pub(super) fn make_dir(path: &Path) -> Result<(), IdentityError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| IdentityError::File { path: path.to_owned(), source })
}

/// Writes whole or not at all: a new file beside, synced, then renamed.
///
/// # Errors
/// What the operating system says.
pub fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let new = path.with_extension("new");
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)
}
