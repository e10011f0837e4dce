//! Who is signed in at the panel: a random token in a cookie, its hash here. Nothing survives a
//! restart of the agent.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use gate_core::clock::Monotonic;
use gate_core::message::command::OfficerRef;
use sha2::{Digest as _, Sha256};

/// A sign-in ends after so long without an act.
pub const IDLE: Duration = Duration::from_secs(600);
/// And after so long in any case.
pub const WHOLE: Duration = Duration::from_secs(12 * 3600);
/// Sign-ins at one time: more people than stand at a gate.
const MAX_SESSIONS: usize = 64;

struct Session {
    officer: OfficerRef,
    begun: Monotonic,
    used: Monotonic,
}

/// The sign-ins now.
#[derive(Default)]
pub struct Sessions(Mutex<BTreeMap<[u8; 32], Session>>);

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

impl Session {
    fn alive(&self, now: Monotonic) -> bool {
        now.since(self.used) < IDLE && now.since(self.begun) < WHOLE
    }
}

impl Sessions {
    /// Signs a person in and returns the token; the oldest sign-in gives way when all are taken.
    pub fn begin(&self, officer: OfficerRef, now: Monotonic) -> String {
        let token = hex::encode(rand::random::<[u8; 32]>());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, s| s.alive(now));
        if all.len() >= MAX_SESSIONS {
            let oldest = all.iter().min_by_key(|(_, s)| s.used).map(|(key, _)| *key);
            oldest.map(|key| all.remove(&key));
        }
        all.insert(digest(&token), Session { officer, begun: now, used: now });
        token
    }

    /// Who this token belongs to, if the sign-in is still good; counts as use.
    pub fn officer(&self, token: &str, now: Monotonic) -> Option<OfficerRef> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let session = all.get_mut(&digest(token)).filter(|s| s.alive(now))?;
        session.used = now;
        Some(session.officer.clone())
    }

    /// Ends a sign-in.
    pub fn end(&self, token: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&digest(token));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gate_core::message::command::OfficerRole;

    #[test]
    fn a_sign_in_ends_by_idleness_by_age_and_by_hand() {
        let sessions = Sessions::default();
        let at = |s: u64| Monotonic(Duration::from_secs(s));
        let lan = OfficerRef { name: "lan".into(), role: OfficerRole::Officer };
        let token = sessions.begin(lan.clone(), at(0));
        assert_eq!(sessions.officer(&token, at(599)), Some(lan.clone()));
        assert_eq!(sessions.officer(&token, at(599 + 600)), None, "idle");
        let token = sessions.begin(lan.clone(), at(0));
        for s in (0..43_200).step_by(500) {
            assert!(sessions.officer(&token, at(s)).is_some());
        }
        assert_eq!(sessions.officer(&token, at(43_200)), None, "twelve hours");
        let token = sessions.begin(lan, at(0));
        sessions.end(&token);
        assert_eq!(sessions.officer(&token, at(1)), None);
        assert_eq!(sessions.officer("", at(1)), None);
    }
}
