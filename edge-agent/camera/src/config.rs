//! What the configuration says about a camera, and what can be wrong with it before it is started.

use std::path::{Path, PathBuf};
use std::time::Duration;

use gate_core::vehicle::{Role, View};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::health::HealthLimits;
use crate::order::{Secret, Source};

/// Longest name of a camera.
const MAX_NAME: usize = 32;
/// Longest password that a file may hold.
const MAX_PASSWORD_BYTES: usize = 256;

/// One camera of a lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CameraConfig {
    /// Its name within the lane, as `front`: 1 to 32 of `a-z`, `0-9`, `-`.
    pub name: String,
    /// `rtsp://host/path` without user and password, a video file, a picture, or a folder of pictures.
    pub url: String,
    /// Who signs in at the camera.
    #[serde(default)]
    pub user: Option<String>,
    /// A file whose first line is the password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Which side of the vehicle it sees; left out where its place does not tell.
    #[serde(default)]
    pub view: Option<View>,
    /// Whose plate it sees. A plate of a trailer's kind is the trailer's, whatever stands here.
    #[serde(default = "tractor")]
    pub role: Role,
    /// The width in pixels that it is set up to send; another one is a fault.
    #[serde(default)]
    pub width: Option<u32>,
    /// The height in pixels that it is set up to send.
    #[serde(default)]
    pub height: Option<u32>,
    /// When it is given up and started anew.
    #[serde(default)]
    pub limits: CameraLimits,
    /// When its pictures count as bad.
    #[serde(default)]
    pub health: HealthLimits,
    /// The folder of pictures of where it looked at its commissioning; without one a turn is not noticed.
    #[serde(default)]
    pub aim: Option<PathBuf>,
}

fn tractor() -> Role {
    Role::Tractor
}

/// When a camera's worker is killed and started anew, and how many frames it passes on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CameraLimits {
    /// Without a frame for so long the stream is lost; 1 to 60 s.
    pub stall_s: f32,
    /// The first frame may take so long; 1 to 120 s.
    pub start_s: f32,
    /// Most resident memory of the worker in MB; 64 to 4096.
    pub memory_mb: u32,
    /// Most frames a second passed on while a vehicle is watched; 1 to 30.
    pub watch_fps: f32,
    /// Most frames a second passed on while the lane is empty; 0.5 to 10.
    pub rest_fps: f32,
    /// How long each picture of a folder is shown; 0.2 to 600 s.
    pub show_s: f32,
}

impl Default for CameraLimits {
    fn default() -> Self {
        Self { stall_s: 3.0, start_s: 12.0, memory_mb: 400, watch_fps: 12.0, rest_fps: 2.0, show_s: 4.0 }
    }
}

/// What is wrong with a camera's configuration. No message shows a credential.
#[derive(Debug, Error, PartialEq)]
pub enum ConfigProblem {
    /// Not a name.
    #[error("name {0:?}: use 1 to 32 of a-z, 0-9 and '-'")]
    Name(String),
    /// Credentials stand in the address, where logs and process lists would show them.
    #[error("url: it holds a user or password before '@'; write them as `user` and `password_file`")]
    CredentialsInUrl,
    /// Not a source that is known.
    #[error("url {0:?}: use rtsp://host/path, rtsps://host/path, a video file, a picture, or a folder of pictures")]
    Scheme(String),
    /// No host in it.
    #[error("url {0:?}: no host after rtsp://")]
    NoHost(String),
    /// The file or folder is not there.
    #[error("url {0:?}: no such file or folder")]
    Missing(PathBuf),
    /// Credentials by halves, or for a file.
    #[error("`user` and `password_file` belong together, and only to an rtsp:// or rtsps:// url")]
    Credentials,
    /// The password cannot be read.
    #[error("password_file {path:?}: {why}")]
    Password {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A number out of its range.
    #[error("{what} = {value} is outside {least} to {most}")]
    Range {
        /// Which.
        what: &'static str,
        /// Its value.
        value: f32,
        /// Least allowed.
        least: f32,
        /// Most allowed.
        most: f32,
    },
}

impl CameraConfig {
    /// The same camera while vehicles come from the other end of the lane: where it sees fronts otherwise it sees rears,
    /// and where it sees the plate of the tractor, that of the trailer. One whose place does not tell stays as it is.
    #[must_use]
    pub fn turned(&self) -> Self {
        let Some(view) = self.view else { return self.clone() };
        let view = match view {
            View::Front => View::Rear,
            View::Rear => View::Front,
        };
        let role = match self.role {
            Role::Tractor => Role::Trailer,
            Role::Trailer => Role::Tractor,
        };
        Self { view: Some(view), role, ..self.clone() }
    }

    /// All that is wrong with it, at once; empty when it can be started.
    #[must_use]
    pub fn problems(&self) -> Vec<ConfigProblem> {
        let mut problems = Vec::new();
        let named = (1..=MAX_NAME).contains(&self.name.len())
            && self.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !named {
            problems.push(ConfigProblem::Name(self.name.clone()));
        }
        problems.extend(self.source().err());
        let l = &self.limits;
        let size = |n: Option<u32>| n.map_or(640.0, |n| f32::from(u16::try_from(n).unwrap_or(u16::MAX)));
        let memory_mb = f32::from(u16::try_from(l.memory_mb).unwrap_or(u16::MAX));
        for (what, value, least, most) in [
            ("limits.stall_s", l.stall_s, 1.0, 60.0),
            ("limits.start_s", l.start_s, 1.0, 120.0),
            ("limits.memory_mb", memory_mb, 64.0, 4096.0),
            ("limits.watch_fps", l.watch_fps, 1.0, 30.0),
            ("limits.rest_fps", l.rest_fps, 0.5, 10.0),
            ("limits.show_s", l.show_s, 0.2, 600.0),
            ("width", size(self.width), 160.0, 8192.0),
            ("height", size(self.height), 120.0, 8192.0),
        ] {
            if !(least..=most).contains(&value) {
                problems.push(ConfigProblem::Range { what, value, least, most });
            }
        }
        problems
    }

    /// Where its pictures come from, with the password read from its file.
    ///
    /// # Errors
    /// [`ConfigProblem`], the first one.
    pub(crate) fn source(&self) -> Result<Source, ConfigProblem> {
        let rtsp = ["rtsp://", "rtsps://"].into_iter().find_map(|s| self.url.strip_prefix(s));
        let Some(rest) = rtsp else {
            return self.local();
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        // A password may hold '/', so that the '@' comes later than the first slash seems to say.
        if rest.split('?').next().unwrap_or_default().contains('@') {
            return Err(ConfigProblem::CredentialsInUrl);
        }
        if authority.is_empty() || authority.starts_with(':') {
            return Err(ConfigProblem::NoHost(self.url.clone()));
        }
        let password = match (&self.user, &self.password_file) {
            (None, None) => None,
            (Some(_), Some(path)) => Some(read_password(path)?),
            _ => return Err(ConfigProblem::Credentials),
        };
        Ok(Source::Rtsp { url: self.url.clone(), user: self.user.clone(), password })
    }

    fn local(&self) -> Result<Source, ConfigProblem> {
        if self.url.contains("://") {
            let scheme = self.url.split("://").next().unwrap_or_default();
            return Err(ConfigProblem::Scheme(format!("{scheme}://")));
        }
        if self.user.is_some() || self.password_file.is_some() {
            return Err(ConfigProblem::Credentials);
        }
        let path = PathBuf::from(&self.url);
        let show_ms = u64::try_from(self.show().as_millis()).unwrap_or(4000);
        if path.is_dir() || (path.is_file() && is_picture(&path)) {
            Ok(Source::Pictures { path, show_ms })
        } else if path.is_file() {
            Ok(Source::Video { path })
        } else {
            Err(ConfigProblem::Missing(path))
        }
    }

    fn show(&self) -> Duration {
        Duration::try_from_secs_f32(self.limits.show_s).unwrap_or(Duration::from_secs(4))
    }

    /// A live camera, whose picture is never twice the same; pictures of a folder are.
    #[must_use]
    pub fn live(&self) -> bool {
        self.url.starts_with("rtsp://") || self.url.starts_with("rtsps://")
    }
}

/// Whether a path is named like a picture that is read.
pub(crate) fn is_picture(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    ["jpg", "jpeg", "png"].contains(&extension.as_str())
}

fn read_password(path: &Path) -> Result<Secret, ConfigProblem> {
    let fail = |why: String| ConfigProblem::Password { path: path.to_owned(), why };
    let text = std::fs::read_to_string(path).map_err(|e| fail(e.to_string()))?;
    let line = text.lines().next().unwrap_or_default().trim_end();
    match line.len() {
        0 => Err(fail("its first line is empty; write the password there".to_owned())),
        n if n > MAX_PASSWORD_BYTES => Err(fail(format!("its first line is longer than {MAX_PASSWORD_BYTES} bytes"))),
        _ => Ok(Secret::new(line)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camera(text: &str) -> CameraConfig {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn credentials_in_the_address_are_refused_and_not_repeated() {
        for url in ["rtsp://gate:s3cret@10.0.0.5/1", "rtsp://gate@10.0.0.5/1", "rtsp://gate:s3/cret@10.0.0.5/1"] {
            let problems = camera(&format!("name = 'front'\nurl = '{url}'")).problems();
            assert_eq!(problems, [ConfigProblem::CredentialsInUrl]);
            assert!(!problems[0].to_string().contains("cret"));
        }
        let good = camera("name = 'front'\nurl = 'rtsp://10.0.0.5:554/Streaming/Channels/101?profile=1'");
        assert_eq!(good.problems(), []);
    }

    #[test]
    fn every_problem_is_named_at_once_with_its_value() {
        let bad = camera("name = 'Front Gate'\nurl = 'http://cam/mjpeg'\nwidth = 3\nlimits = { stall_s = 0.1 }");
        let text: Vec<String> = bad.problems().iter().map(ToString::to_string).collect();
        assert_eq!(text.len(), 4, "{text:?}");
        assert!(text[0].contains("Front Gate") && text[1].contains("http://"), "{text:?}");
        assert!(text[2].contains("limits.stall_s = 0.1 is outside 1 to 60"), "{text:?}");
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let error = toml::from_str::<CameraConfig>("name = 'a'\nurl = 'rtsp://h/1'\npasword_file = 'x'").unwrap_err();
        assert!(error.to_string().contains("pasword_file"), "{error}");
    }

    #[test]
    fn the_password_comes_from_its_file_and_is_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("front");
        std::fs::write(&file, "s3cret\n").unwrap();
        let text = format!("name = 'front'\nurl = 'rtsp://h/1'\nuser = 'gate'\npassword_file = '{}'", file.display());
        let source = camera(&text).source().unwrap();
        assert!(!format!("{source:?}").contains("s3cret"));
        assert!(serde_json::to_string(&source).unwrap().contains("s3cret"), "the worker needs it");
        assert!(camera("name = 'a'\nurl = 'rtsp://h/1'\nuser = 'gate'").problems() == [ConfigProblem::Credentials]);
        std::fs::write(&file, "\n").unwrap();
        assert!(matches!(camera(&text).problems()[..], [ConfigProblem::Password { .. }]));
    }

    #[test]
    fn turned_a_camera_sees_rears_where_it_saw_fronts() {
        let camera = |text: &str| -> CameraConfig {
            toml::from_str(&format!("name = 'a'\nurl = 'rtsp://h/1'\n{text}")).unwrap()
        };
        let front = camera("view = 'front'").turned();
        assert_eq!((front.view, front.role), (Some(View::Rear), Role::Trailer));
        assert_eq!(front.turned(), camera("view = 'front'"));
        let rear = camera("view = 'rear'\nrole = 'trailer'").turned();
        assert_eq!((rear.view, rear.role), (Some(View::Front), Role::Tractor));
        assert_eq!(camera("").turned(), camera(""));
    }
}
