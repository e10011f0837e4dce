//! Personal PINs of the people who work at the lane: argon2id hashes in `<data>/pins.json`, so that
//! the panel knows them with central and network dead.
//!
//! Five wrong PINs lock a name for a minute, each further one twice as long, at most an hour. An
//! unknown name costs the same work as a known one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use gate_core::clock::Monotonic;
use gate_core::message::command::{OfficerRef, OfficerRole};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Wrong PINs before a name is locked.
const FREE_TRIES: u32 = 5;
const FIRST_LOCK: Duration = Duration::from_secs(60);
const LONGEST_LOCK: Duration = Duration::from_secs(3600);

/// What can go wrong with PINs.
#[derive(Debug, Error)]
pub enum PinError {
    /// The file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what `edge-agent pin` writes.
    #[error("{path}: {detail}; remove it and make the PINs anew with `edge-agent pin NAME`")]
    Content {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// The name or the PIN is wrong; which of the two is not told.
    #[error("name or PIN is wrong")]
    Wrong,
    /// Too many wrong PINs.
    #[error("too many wrong PINs for this name; try again in {} s, or use STOP, which needs none", .0.as_secs())]
    Locked(Duration),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    role: OfficerRole,
    hash: String,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tries {
    wrong: u32,
    locked_until: Monotonic,
}

/// The people, as their file was read last.
#[derive(Debug, Default)]
struct People {
    written: Option<SystemTime>,
    all: BTreeMap<String, Person>,
}

/// The people and their tries. A PIN that is given while the agent runs counts at once.
pub struct Pins {
    path: PathBuf,
    people: Mutex<People>,
    tries: Mutex<BTreeMap<String, Tries>>,
    /// Checked for names that nobody has, so that they cost the same.
    nobody: String,
}

fn path(data: &Path) -> PathBuf {
    data.join("pins.json")
}

fn written(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|m| m.modified()).ok()
}

fn hash(pin: &str) -> Result<String, String> {
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(|e| e.to_string())?;
    Argon2::default().hash_password(pin.as_bytes(), &salt).map(|h| h.to_string()).map_err(|e| e.to_string())
}

fn read(path: &Path) -> Result<BTreeMap<String, Person>, PinError> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            serde_json::from_str(&text).map_err(|e| PinError::Content { path: path.to_owned(), detail: e.to_string() })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(source) => Err(PinError::File { path: path.to_owned(), source }),
    }
}

/// Gives a person a new six-digit PIN and returns it; it is shown once and kept only as a hash.
///
/// # Errors
/// [`PinError`] when the file cannot be read or written.
pub fn give(data: &Path, name: &str, role: OfficerRole) -> Result<String, PinError> {
    let path = path(data);
    let mut people = read(&path)?;
    let pin = format!("{:06}", rand::random_range(0..1_000_000));
    let hash = hash(&pin).map_err(|detail| PinError::Content { path: path.clone(), detail })?;
    people.insert(name.to_owned(), Person { role, hash });
    let text = serde_json::to_string_pretty(&people)
        .map_err(|e| PinError::Content { path: path.clone(), detail: e.to_string() })?;
    crate::identity::write_private(&path, &text).map_err(|source| PinError::File { path, source })?;
    Ok(pin)
}

impl Pins {
    /// Reads `<data>/pins.json`; without the file nobody can sign in, and STOP works as ever.
    ///
    /// # Errors
    /// [`PinError`] naming the file.
    pub fn load(data: &Path) -> Result<Self, PinError> {
        let path = path(data);
        let people = Mutex::new(People { written: written(&path), all: read(&path)? });
        let nobody = hash("nobody").map_err(|detail| PinError::Content { path: path.clone(), detail })?;
        Ok(Self { path, people, tries: Mutex::default(), nobody })
    }

    /// The person of this name, from the file as it is now. A file that became unreadable changes nothing.
    fn person(&self, name: &str) -> Option<(String, Person)> {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        let now = written(&self.path);
        if people.written != now {
            match read(&self.path) {
                Ok(all) => *people = People { written: now, all },
                Err(error) => tracing::warn!(%error, "the PINs stay as they were"),
            }
        }
        people.all.get_key_value(name).map(|(name, person)| (name.clone(), person.clone()))
    }

    /// Who signs in with this name and PIN. Takes tens of milliseconds by design: call it off the
    /// async threads.
    ///
    /// # Errors
    /// [`PinError::Wrong`] or [`PinError::Locked`].
    pub fn check(&self, name: &str, pin: &str, now: Monotonic) -> Result<OfficerRef, PinError> {
        let known = self.person(name);
        let key = known.as_ref().map_or("", |(name, _)| name.as_str()).to_owned();
        let key = key.as_str();
        let tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner).get(key).copied().unwrap_or_default();
        if tries.locked_until > now {
            return Err(PinError::Locked(tries.locked_until.since(now)));
        }
        let stored = known.as_ref().map_or(self.nobody.as_str(), |(_, person)| &person.hash);
        let fits = PasswordHash::new(stored)
            .is_ok_and(|hash| Argon2::default().verify_password(pin.as_bytes(), &hash).is_ok());
        let mut all = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        match &known {
            Some((name, person)) if fits => {
                all.remove(key);
                Ok(OfficerRef { name: name.clone(), role: person.role })
            }
            _ => {
                let tries = all.entry(key.to_owned()).or_default();
                tries.wrong += 1;
                if let Some(over) = tries.wrong.checked_sub(FREE_TRIES) {
                    let lock = FIRST_LOCK.saturating_mul(1 << over.min(6)).min(LONGEST_LOCK);
                    tries.locked_until = now.plus(lock);
                }
                Err(PinError::Wrong)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_lets_its_owner_in_and_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let pin = give(folder.path(), "lan", OfficerRole::Officer).unwrap();
        let pins = Pins::load(folder.path()).unwrap();
        let now = Monotonic::default();
        assert_eq!(pins.check("lan", &pin, now).unwrap().name, "lan");
        assert!(matches!(pins.check("lan", "0", now), Err(PinError::Wrong)));
        assert!(matches!(pins.check("minh", &pin, now), Err(PinError::Wrong)));
        let text = std::fs::read_to_string(folder.path().join("pins.json")).unwrap();
        assert!(!text.contains(&pin), "the PIN itself is not kept");
    }

    #[test]
    fn five_wrong_pins_lock_the_name_and_time_unlocks_it() {
        let folder = tempfile::tempdir().unwrap();
        let pin = give(folder.path(), "lan", OfficerRole::Officer).unwrap();
        let pins = Pins::load(folder.path()).unwrap();
        let at = Monotonic::from_millis;
        for _ in 0..5 {
            assert!(matches!(pins.check("lan", "x", at(0)), Err(PinError::Wrong)));
        }
        assert!(matches!(pins.check("lan", &pin, at(59_000)), Err(PinError::Locked(_))));
        assert!(matches!(pins.check("lan", "x", at(60_001)), Err(PinError::Wrong)));
        assert!(matches!(pins.check("lan", &pin, at(179_000)), Err(PinError::Locked(_))), "twice as long");
        assert!(pins.check("lan", &pin, at(181_000)).is_ok());
        for n in 0..7 {
            let _ = pins.check(&format!("nobody{n}"), "x", at(0));
        }
        assert!(pins.tries.lock().unwrap().len() <= 1, "unknown names fill no memory");
    }
}
