//! What a word of the command line stands for: a picture, a folder, a video, a stream.

use std::path::{Path, PathBuf};

/// Endings of videos; everything else in a file is taken for a picture.
const VIDEOS: [&str; 9] = ["mp4", "mkv", "avi", "mov", "m4v", "ts", "webm", "mpg", "h264"];
/// Endings of pictures, for folders.
const PICTURES: [&str; 3] = ["jpg", "jpeg", "png"];

/// One source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A file that should be a picture.
    Picture(PathBuf),
    /// A video file or a stream's address.
    Video(String),
    /// Nothing that can be read.
    Bad {
        /// As it was named.
        name: String,
        /// Why.
        why: String,
    },
}

/// The sources behind one word. A folder gives its pictures and videos, by name; not those of folders
/// within.
pub(super) fn sources(word: &str) -> Vec<Source> {
    if let Some((scheme, _)) = word.split_once("://") {
        let known = ["rtsp", "rtsps", "http", "https"].contains(&scheme.to_ascii_lowercase().as_str());
        let why = || format!("{scheme}:// is not read; rtsp, rtsps, http and https are");
        return vec![if known {
            Source::Video(word.to_owned())
        } else {
            Source::Bad { name: without_secrets(word), why: why() }
        }];
    }
    let path = Path::new(word);
    if !path.is_dir() {
        return vec![file(path)];
    }
    let bad = |why: String| vec![Source::Bad { name: word.to_owned(), why }];
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => return bad(error.to_string()),
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|p| has_ending(p, &PICTURES) || has_ending(p, &VIDEOS))
        .filter(|p| p.is_file())
        .collect();
    files.sort();
    if files.is_empty() {
        return bad("the folder holds no picture (jpg, jpeg, png) and no video".to_owned());
    }
    files.iter().map(|p| file(p)).collect()
}

fn file(path: &Path) -> Source {
    if has_ending(path, &VIDEOS) && path.is_file() {
        Source::Video(path.display().to_string())
    } else {
        Source::Picture(path.to_owned())
    }
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    path.extension().and_then(|e| e.to_str()).is_some_and(|e| endings.contains(&e.to_ascii_lowercase().as_str()))
}

/// An address without user and password: what is printed ends in logs.
pub(super) fn without_secrets(place: &str) -> String {
    let Some((scheme, rest)) = place.split_once("://") else { return place.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://***{}", &rest[at..]),
        None => place.to_owned(),
    }
}
