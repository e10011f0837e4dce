//! Passwords: argon2id, a rule that keeps the weakest out, and at most a few hashed at a time.

use std::sync::OnceLock;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use thiserror::Error;
use tokio::sync::Semaphore;

/// Fewest characters.
pub const MIN_CHARS: usize = 12;
/// Most characters.
pub const MAX_CHARS: usize = 128;
/// Hashed at the same time: each takes memory and a core for a while.
static PLACES: Semaphore = Semaphore::const_new(2);
/// Waiting for a place; beyond it the caller is told to come again.
static QUEUE: Semaphore = Semaphore::const_new(32);

/// What is wrong with a password, or with hashing it.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PasswordError {
    /// Too short.
    #[error("the password has {0} characters; use {MIN_CHARS} to {MAX_CHARS}, a sentence is good")]
    Length(usize),
    /// The person's own name, a common word, or a row of the same or of neighbouring characters.
    #[error("the password is easily guessed ({0}); use a sentence that only you know")]
    Weak(&'static str),
    /// Too many at once.
    #[error("too many sign-ins at once; try again in a moment")]
    Busy,
    /// The library failed.
    #[error("password hashing: {0}")]
    Hash(String),
}

/// OWASP's second choice for argon2id: 19 MiB, two passes, one lane.
fn argon() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|e| PasswordError::Hash(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn salt() -> Result<SaltString, PasswordError> {
    SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(|e| PasswordError::Hash(e.to_string()))
}

/// Whether a password may be used by this person.
///
/// # Errors
/// [`PasswordError::Length`], [`PasswordError::Weak`].
pub fn check(password: &str, name: &str) -> Result<(), PasswordError> {
    let chars: Vec<char> = password.chars().collect();
    if !(MIN_CHARS..=MAX_CHARS).contains(&chars.len()) {
        return Err(PasswordError::Length(chars.len()));
    }
    let lower = password.to_lowercase();
    if lower.replace(&name.to_lowercase(), "").chars().count() < 8 {
        return Err(PasswordError::Weak("it is the sign-in name with little added"));
    }
    let distinct: std::collections::BTreeSet<char> = lower.chars().collect();
    if distinct.len() < 5 {
        return Err(PasswordError::Weak("fewer than five different characters"));
    }
    let steps = chars.windows(2).filter(|w| (i64::from(u32::from(w[1])) - i64::from(u32::from(w[0]))).abs() <= 1);
    if steps.count() * 4 >= (chars.len() - 1) * 3 {
        return Err(PasswordError::Weak("neighbouring characters in a row"));
    }
    let common = ["password", "matkhau", "mậtkhẩu", "qwerty", "123456", "abcdef", "kimthanh", "cuakhau", "laocai"];
    let rest = common.iter().fold(lower.clone(), |rest, word| rest.replace(word, ""));
    if rest.chars().filter(|c| c.is_alphabetic()).count() < 4 && rest.chars().count() + 4 < chars.len() {
        return Err(PasswordError::Weak("a common word with little added"));
    }
    Ok(())
}

/// Hashes a password: a PHC string.
///
/// # Errors
/// [`PasswordError::Busy`], [`PasswordError::Hash`].
pub async fn hash(password: String) -> Result<String, PasswordError> {
    in_its_place(move || {
        let salt = salt()?;
        let hash = argon()?.hash_password(password.as_bytes(), &salt);
        Ok(hash.map_err(|e| PasswordError::Hash(e.to_string()))?.to_string())
    })
    .await
}

/// Whether this is the password. Without a hash as much work is done, and the answer is no: nobody
/// learns from the time whether a name is known.
///
/// # Errors
/// [`PasswordError::Busy`], [`PasswordError::Hash`].
pub async fn verify(password: String, hash: Option<String>) -> Result<bool, PasswordError> {
    if password.chars().count() > MAX_CHARS {
        return Ok(false);
    }
    in_its_place(move || {
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => nobodys()?,
        };
        let parsed = PasswordHash::new(&hash).map_err(|e| PasswordError::Hash(e.to_string()))?;
        Ok(argon()?.verify_password(password.as_bytes(), &parsed).is_ok() && known)
    })
    .await
}

/// The hash of a password that nobody has.
fn nobodys() -> Result<String, PasswordError> {
    static HASH: OnceLock<String> = OnceLock::new();
    if let Some(hash) = HASH.get() {
        return Ok(hash.clone());
    }
    let salt = salt()?;
    let secret: [u8; 32] = rand::random();
    let hash = argon()?.hash_password(&secret, &salt).map_err(|e| PasswordError::Hash(e.to_string()))?.to_string();
    Ok(HASH.get_or_init(|| hash).clone())
}

async fn in_its_place<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
) -> Result<T, PasswordError> {
    let _queued = QUEUE.try_acquire().map_err(|_| PasswordError::Busy)?;
    let _place = PLACES.acquire().await.map_err(|_| PasswordError::Busy)?;
    tokio::task::spawn_blocking(work).await.map_err(|e| PasswordError::Hash(e.to_string()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_told_apart_from_sentences() {
        for weak in
            ["", "short", "aaaaaaaaaaaaaaa", "lan-lan-lan-lan", "123456789012345", "abcdefghijklmn", "Password123456!"]
        {
            assert!(check(weak, "lan").is_err(), "{weak:?} passed");
        }
        for good in ["cầu Kim Thành có năm làn", "tam xe cho sang mai", "7 lorries, 3 dogs", &"ab3-Z".repeat(25)]
        {
            assert_eq!(check(good, "lan-nguyen"), Ok(()), "{good:?}");
        }
        assert!(matches!(check(&"xy1z-".repeat(26), "lan"), Err(PasswordError::Length(130))));
    }

    #[tokio::test]
    async fn a_hash_is_argon2id_and_fits_its_password_alone() {
        let made = hash("tam xe cho sang mai".into()).await.unwrap();
        assert!(made.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{made}");
        assert!(verify("tam xe cho sang mai".into(), Some(made.clone())).await.unwrap());
        assert!(!verify("tam xe cho sang mai ".into(), Some(made)).await.unwrap());
        assert!(!verify("tam xe cho sang mai".into(), None).await.unwrap());
    }
}
