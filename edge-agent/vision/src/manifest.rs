//! The manifest of models: which files there are, their SHA-256, and what is needed to use them.
//!
//! A file whose hash is not the manifest's is refused: a reading names the model that made it, and that
//! must be true. Who vouches for the manifest itself: [`crate::signature`].

use std::path::{Path, PathBuf};

use gate_core::message::envelope::TrustedKeys;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::error::ModelError;
use crate::signature;

/// Name of the manifest in the folder of models.
pub const FILE: &str = "manifest.toml";
/// Detects vehicles.
pub const VEHICLE_DETECTOR: &str = "vehicle-detector";
/// Tells what sort of vehicle carries a plate.
pub const PLATE_CARRIER: &str = "plate-carrier";
/// Detects plates and container codes with their four corners.
pub const PLATE_DETECTOR: &str = "plate-detector";
/// Reads a plate or code that was laid flat.
pub const PLATE_READER: &str = "plate-reader";

/// The manifest.
#[derive(Clone, Debug, Deserialize)]
pub struct Manifest {
    /// Every model.
    pub model: Vec<Model>,
    /// The id of the trusted key that signed it; `None` where nobody was asked for one.
    #[serde(skip)]
    pub signer: Option<String>,
    /// SHA-256 of its bytes, short form (first 12 digits): files, limits and temperatures together.
    #[serde(skip)]
    pub name: String,
}

/// One model.
#[derive(Clone, Debug, Deserialize)]
pub struct Model {
    /// What it is for.
    pub name: String,
    /// Its file, beside the manifest.
    pub file: String,
    /// SHA-256 of the file, 64 hexadecimal digits.
    pub sha256: String,
    /// Its card, beside the manifest: data, training, figures, licence.
    pub card: String,
    /// Detectors: the least score of a find.
    pub min_score: Option<f32>,
    /// Readers: the characters by output index; the first stands for "nothing".
    pub alphabet: Option<String>,
    /// Readers: temperature that calibrates the probabilities; 1 changes nothing.
    pub temperature: Option<f32>,
    /// Readers: a, b, c, top that make a whole text's probability true, see [`crate::plate::facts::Calibration`].
    pub calibration: Option<[f64; 4]>,
    /// Readers: below this probability a reading does not count by itself.
    pub min_probability: Option<f32>,
}

impl Model {
    /// First 12 digits of the SHA-256: the name that readings carry.
    #[must_use]
    pub fn short_hash(&self) -> String {
        self.sha256.chars().take(12).collect()
    }

    /// Its file, whose hash is the manifest's.
    fn bytes(&self, folder: &Path) -> Result<Vec<u8>, ModelError> {
        let path = folder.join(&self.file);
        let bytes = std::fs::read(&path).map_err(|source| ModelError::NoFile { path: path.clone(), source })?;
        let found = hex::encode(Sha256::digest(&bytes));
        if !found.eq_ignore_ascii_case(&self.sha256) {
            return Err(ModelError::OtherFile { path, asked: self.sha256.clone(), found });
        }
        Ok(bytes)
    }
}

/// Finds the folder of models: `given`, else GATE_MODELS, else `models` beside the program, in one of
/// the program's parent folders, or in the working folder or its parents.
///
/// # Errors
/// [`ModelError::NoFolder`] when there is none.
pub fn find(given: Option<&Path>) -> Result<PathBuf, ModelError> {
    if let Some(path) = given {
        return Ok(path.to_owned());
    }
    if let Some(path) = std::env::var_os("GATE_MODELS").filter(|p| !p.is_empty()) {
        return Ok(path.into());
    }
    near(|folder| folder.join("models")).find(|m| m.join(FILE).is_file()).ok_or(ModelError::NoFolder)
}

/// Paths that `of` makes of the program's folder and its parents, then of the working folder and its.
pub(crate) fn near(of: impl Fn(&Path) -> PathBuf) -> impl Iterator<Item = PathBuf> {
    let program = std::env::current_exe().ok().and_then(|p| p.parent().map(Path::to_owned));
    let working = std::env::current_dir().ok();
    let folders: Vec<PathBuf> =
        program.iter().chain(&working).flat_map(|f| f.ancestors().map(Path::to_owned)).collect();
    folders.into_iter().map(move |f| of(&f))
}

impl Manifest {
    /// Reads the manifest of a folder.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn read(folder: &Path) -> Result<Self, ModelError> {
        Self::parse(folder, &bytes(folder)?)
    }

    /// Reads the manifest of a folder; where keys are given, one of them must have signed it
    /// (see [`crate::signature`]).
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn trusted(folder: &Path, keys: Option<&TrustedKeys>) -> Result<Self, ModelError> {
        let bytes = bytes(folder)?;
        let signer = keys.map(|keys| signature::verify(folder, &bytes, keys)).transpose()?;
        Ok(Self { signer, ..Self::parse(folder, &bytes)? })
    }

    pub(crate) fn parse(folder: &Path, bytes: &[u8]) -> Result<Self, ModelError> {
        let path = folder.join(FILE);
        let bad = |why: String| ModelError::BadManifest { path: path.clone(), why };
        let text = std::str::from_utf8(bytes).map_err(|e| bad(e.to_string()))?;
        let name = hex::encode(&Sha256::digest(bytes)[..6]);
        let manifest = Self { name, ..toml::from_str(text).map_err(|e| bad(e.to_string()))? };
        for model in &manifest.model {
            let plain = Path::new(&model.file).file_name().is_some_and(|f| f == model.file.as_str());
            if !plain {
                let why = format!("model {}: file = {:?} must be a name beside the manifest", model.name, model.file);
                return Err(ModelError::BadManifest { path, why });
            }
            if model.sha256.len() != 64 || hex::decode(&model.sha256).is_err() {
                let why = format!("model {}: sha256 = {:?} must be 64 hexadecimal digits", model.name, model.sha256);
                return Err(ModelError::BadManifest { path, why });
            }
        }
        Ok(manifest)
    }

    /// One model and the bytes of its file, whose hash is the manifest's.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn load(&self, folder: &Path, name: &'static str) -> Result<(&Model, Vec<u8>), ModelError> {
        let not_named = || ModelError::NotNamed { path: folder.join(FILE), name };
        let model = self.model.iter().find(|m| m.name == name).ok_or_else(not_named)?;
        Ok((model, model.bytes(folder)?))
    }

    /// Whether every file is there with its hash.
    pub(crate) fn check_files(&self, folder: &Path) -> Result<(), ModelError> {
        self.model.iter().try_for_each(|model| model.bytes(folder).map(drop))
    }
}

/// The bytes of a folder's manifest.
pub(crate) fn bytes(folder: &Path) -> Result<Vec<u8>, ModelError> {
    let path = folder.join(FILE);
    std::fs::read(&path).map_err(|source| ModelError::NoManifest { path, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(sha256: &str, file: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let text =
            format!("[[model]]\nname = \"plate-reader\"\nfile = \"{file}\"\nsha256 = \"{sha256}\"\ncard = \"c.md\"\n");
        std::fs::write(folder.path().join(FILE), text).unwrap();
        folder
    }

    #[test]
    fn a_file_with_the_hash_of_the_manifest_is_loaded() {
        let sha256 = hex::encode(Sha256::digest(b"weights"));
        let folder = folder(&sha256, "reader.onnx");
        std::fs::write(folder.path().join("reader.onnx"), b"weights").unwrap();
        let manifest = Manifest::read(folder.path()).unwrap();
        let (model, bytes) = manifest.load(folder.path(), PLATE_READER).unwrap();
        assert_eq!((model.short_hash().len(), bytes.as_slice()), (12, b"weights".as_slice()));
        assert!(matches!(manifest.load(folder.path(), PLATE_DETECTOR), Err(ModelError::NotNamed { .. })));
    }

    #[test]
    fn a_file_that_is_missing_or_another_is_refused_with_the_remedy() {
        let folder = folder(&"0".repeat(64), "reader.onnx");
        let manifest = Manifest::read(folder.path()).unwrap();
        let missing = manifest.load(folder.path(), PLATE_READER).unwrap_err();
        assert!(matches!(missing, ModelError::NoFile { .. }) && missing.to_string().contains("restore it"));
        std::fs::write(folder.path().join("reader.onnx"), b"weights").unwrap();
        let other = manifest.load(folder.path(), PLATE_READER).unwrap_err();
        assert!(matches!(other, ModelError::OtherFile { .. }) && other.to_string().contains("damaged"));
    }

    #[test]
    fn a_bad_manifest_names_what_is_wrong() {
        for (sha256, file) in [("abc", "r.onnx"), (&"0".repeat(64), "../r.onnx"), (&"0".repeat(64), "/etc/passwd")] {
            let error = Manifest::read(folder(sha256, file).path()).unwrap_err();
            assert!(matches!(error, ModelError::BadManifest { .. }), "{error}");
        }
        let empty = tempfile::tempdir().unwrap();
        assert!(matches!(Manifest::read(empty.path()), Err(ModelError::NoManifest { .. })));
        std::fs::write(empty.path().join(FILE), "[[model]]\nname = 3\n").unwrap();
        let error = Manifest::read(empty.path()).unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
    }
}
