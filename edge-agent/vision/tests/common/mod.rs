//! The shipped models and the labelled pictures, where they are there.
#![allow(dead_code, clippy::print_stdout, reason = "each test uses a part of it and says what it skips")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use gate_core::plate::text::normalise;
use gate_vision::{Eyes, ModelError};

/// The project's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The shipped models; `None`, said aloud, where ONNX Runtime's library is not there.
pub fn eyes(test: &str) -> Option<Eyes> {
    match Eyes::load(&root().join("models"), None) {
        Ok(eyes) => Some(eyes),
        Err(error @ ModelError::NoRuntime { .. }) => {
            println!("SKIPPED {test}: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// One labelled picture.
pub struct Labelled {
    /// The picture's file.
    pub path: PathBuf,
    /// The plates on it, normalised.
    pub texts: Vec<String>,
}

/// The pictures of a data set's split, suspect labels left out; `None`, said aloud, where it is not there.
pub fn pictures(test: &str, set: &str, split: &str) -> Option<Vec<Labelled>> {
    let folder = root().join("../shared/datasets").join(set);
    let Ok(mut reader) = csv::Reader::from_path(folder.join("labels.csv")) else {
        println!("SKIPPED {test}: {} is not there", folder.display());
        return None;
    };
    let mut found: Vec<Labelled> = Vec::new();
    for row in reader.deserialize::<HashMap<String, String>>() {
        let row = row.unwrap_or_else(|e| panic!("{set}/labels.csv: {e}"));
        if row["split"] != split || row.get("suspect").is_some_and(|s| s == "1") {
            continue;
        }
        let path = folder.join(&row["file"]);
        let text = normalise(&row["text"]);
        match found.iter_mut().find(|l| l.path == path) {
            Some(known) => known.texts.push(text),
            None => found.push(Labelled { path, texts: vec![text] }),
        }
    }
    assert!(!found.is_empty(), "{set} has no {split} pictures");
    Some(found)
}
