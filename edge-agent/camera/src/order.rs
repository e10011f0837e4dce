//! What the supervisor tells its worker: one line of JSON on its standard input at the start, then a
//! word a line. Credentials travel here, never in arguments or the environment.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A word that no log shows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new(word: &str) -> Self {
        Self(word.to_owned())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Where pictures come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Source {
    /// A camera.
    Rtsp {
        /// Without credentials.
        url: String,
        user: Option<String>,
        password: Option<Secret>,
    },
    /// A video file, played at its own pace, again and again.
    Video { path: PathBuf },
    /// A picture or a folder of pictures, in the order of their names, again and again.
    Pictures { path: PathBuf, show_ms: u64 },
}

impl Source {
    /// For logs: the address without its query, which some cameras put a password in.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Rtsp { url, .. } => url.split('?').next().unwrap_or_default().to_owned(),
            Self::Video { path } | Self::Pictures { path, .. } => path.display().to_string(),
        }
    }

    /// The address with its credentials, as FFmpeg wants it.
    pub(crate) fn full_url(&self) -> Option<String> {
        let Self::Rtsp { url, user, password } = self else { return None };
        let (Some(user), Some(password)) = (user, password) else { return Some(url.clone()) };
        let (scheme, rest) = url.split_once("://")?;
        Some(format!("{scheme}://{}:{}@{rest}", percent(user), percent(password.reveal())))
    }

    /// What must not appear in a log, as given and as written in an address.
    pub(crate) fn secrets(&self) -> Vec<String> {
        match self {
            Self::Rtsp { password: Some(p), .. } => vec![p.reveal().to_owned(), percent(p.reveal())],
            _ => Vec::new(),
        }
    }
}

/// Everything but letters, digits and `-._~` as `%XX` (RFC 3986).
fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, b| {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
            out.push(char::from(b));
        } else {
            let _ = write!(out, "%{b:02X}");
        }
        out
    })
}

/// The first line on a worker's standard input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WorkerOrder {
    pub(crate) source: Source,
    /// Frames a second passed on at most while watching, and while resting.
    pub(crate) watch_fps: f32,
    pub(crate) rest_fps: f32,
    /// It begins watching.
    pub(crate) watching: bool,
}

/// The words that follow.
pub(crate) const WATCH: &str = "watch";
pub(crate) const REST: &str = "rest";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_with_any_character_fits_into_an_address() {
        let source = Source::Rtsp {
            url: "rtsp://10.0.0.5:554/1?a=b".to_owned(),
            user: Some("gate".to_owned()),
            password: Some(Secret::new("p@ss/w:rd Đ")),
        };
        assert_eq!(source.full_url().as_deref(), Some("rtsp://gate:p%40ss%2Fw%3Ard%20%C4%90@10.0.0.5:554/1?a=b"));
        assert_eq!(source.shown(), "rtsp://10.0.0.5:554/1");
    }
}
