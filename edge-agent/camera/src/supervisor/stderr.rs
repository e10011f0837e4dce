//! Drains a worker's standard error, so that it never blocks on it: bounded lines, without secrets, few
//! of them logged, and the worker's own last words kept.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt as _;
use tokio::process::ChildStderr;

/// Longest line kept.
const MAX_LINE: usize = 400;
/// Most lines logged in [`SPAN`]; FFmpeg tells of each broken macroblock.
const MAX_LINES: u32 = 5;
const SPAN: Duration = Duration::from_secs(10);
/// How the worker begins its own lines.
const OWN: &str = "camera worker: ";

/// The worker's last words, shared.
#[derive(Clone, Default)]
pub(super) struct LastWords(Arc<Mutex<Option<String>>>);

impl LastWords {
    fn keep(&self, line: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(line.to_owned());
    }

    pub(super) fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Reads to the end.
pub(super) async fn drain(mut pipe: ChildStderr, camera: String, secrets: Vec<String>, last: LastWords) {
    let mut bytes = [0u8; 4096];
    let mut line = Vec::new();
    let mut log = Log { camera, secrets, last, span: Instant::now(), lines: 0 };
    while let Ok(n @ 1..) = pipe.read(&mut bytes).await {
        for &byte in &bytes[..n] {
            if byte == b'\n' {
                log.line(&line);
                line.clear();
            } else if line.len() < MAX_LINE {
                line.push(byte);
            }
        }
    }
    if !line.is_empty() {
        log.line(&line);
    }
}

struct Log {
    camera: String,
    secrets: Vec<String>,
    last: LastWords,
    span: Instant,
    lines: u32,
}

impl Log {
    fn line(&mut self, line: &[u8]) {
        let text = redact(&String::from_utf8_lossy(line), &self.secrets);
        if self.span.elapsed() > SPAN {
            (self.span, self.lines) = (Instant::now(), 0);
        }
        self.lines += 1;
        match text.strip_prefix(OWN) {
            Some(own) => {
                self.last.keep(own);
                tracing::warn!(camera = self.camera, "{own}");
            }
            None if self.lines <= MAX_LINES => tracing::debug!(camera = self.camera, "{text}"),
            None => {}
        }
    }
}

/// Takes secrets out of a line, and user and password out of any address in it.
fn redact(line: &str, secrets: &[String]) -> String {
    let mut text = line.to_owned();
    for secret in secrets.iter().filter(|s| !s.is_empty()) {
        text = text.replace(secret, "***");
    }
    let Some((before, rest)) = text.split_once("://") else { return text };
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{before}://***{}", &rest[at..]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_reaches_a_log() {
        let secrets = ["p@ss w:rd".to_owned(), "p%40ss%20w%3Ard".to_owned()];
        let line = "[rtsp @ 0x55] method DESCRIBE of rtsp://gate:p%40ss%20w%3Ard@10.0.0.5/1 failed: 401 Unauthorized";
        let text = redact(line, &secrets);
        assert_eq!(text, "[rtsp @ 0x55] method DESCRIBE of rtsp://***@10.0.0.5/1 failed: 401 Unauthorized");
        assert_eq!(redact("bad p@ss w:rd", &secrets), "bad ***");
        assert_eq!(redact("mail a@b", &[]), "mail a@b");
    }
}
