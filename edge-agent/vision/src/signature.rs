//! Who vouches for a folder of models: a signature beside the manifest, and so over every file that it names.
//!
//! `manifest.sig` is an envelope of the project's own form (DSSE, Ed25519) whose payload names the SHA-256 of
//! `manifest.toml`. The manifest itself stays a file for people and for training; a change of one byte of it
//! needs a new signature.

use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use gate_core::message::envelope::{self, EnvelopeError, Payload, TrustedKeys};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::ModelError;
use crate::manifest::{self, Manifest};

/// Name of the signature, beside the manifest.
pub const FILE: &str = "manifest.sig";

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestSignature {
    /// SHA-256 of the manifest's bytes, 64 hexadecimal digits.
    pub manifest_sha256: String,
}

impl Payload for ManifestSignature {
    const TYPE: &'static str = "application/vnd.cua-khau.models.v1+json";
}

/// Signs the manifest of a folder whose every file has the hash that stands in it; the path of the signature.
///
/// # Errors
/// [`ModelError`]: a folder that would not load is not signed.
pub fn sign(folder: &Path, key: &SigningKey) -> Result<PathBuf, ModelError> {
    let bytes = manifest::bytes(folder)?;
    Manifest::parse(folder, &bytes)?.check_files(folder)?;
    let path = folder.join(FILE);
    let sealed = envelope::seal(&ManifestSignature { manifest_sha256: digest(&bytes) }, key);
    let sealed = sealed.map_err(|why| ModelError::BadSignature { path: path.clone(), why })?;
    std::fs::write(&path, sealed).map_err(|source| ModelError::NoFile { path: path.clone(), source })?;
    Ok(path)
}

/// The id of the trusted key that signed these bytes of a folder's manifest.
///
/// # Errors
/// [`ModelError::NotSigned`], [`ModelError::BadSignature`], [`ModelError::OtherManifest`].
pub(crate) fn verify(folder: &Path, bytes: &[u8], trusted: &TrustedKeys) -> Result<String, ModelError> {
    let path = folder.join(FILE);
    let wire = std::fs::read(&path).map_err(|source| ModelError::NotSigned { path: path.clone(), source })?;
    let bad = |why: EnvelopeError| ModelError::BadSignature { path: path.clone(), why };
    let signed = envelope::open::<ManifestSignature>(&wire, trusted).map_err(bad)?;
    let found = digest(bytes);
    if !signed.payload.manifest_sha256.eq_ignore_ascii_case(&found) {
        let path = folder.join(manifest::FILE);
        return Err(ModelError::OtherManifest { path, signed: signed.payload.manifest_sha256, found });
    }
    Ok(signed.keyid)
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use gate_core::message::envelope::key_id;

    use super::*;

    fn key(n: u8) -> SigningKey {
        SigningKey::from_bytes(&[n; 32])
    }

    fn trusted(n: u8) -> TrustedKeys {
        TrustedKeys::new([key(n).verifying_key()])
    }

    /// A folder with one model, and its manifest.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("reader.onnx"), b"weights").unwrap();
        let sha256 = digest(b"weights");
        let text = format!(
            "[[model]]\nname = \"plate-reader\"\nfile = \"reader.onnx\"\nsha256 = \"{sha256}\"\ncard = \"c.md\"\n"
        );
        std::fs::write(folder.path().join(manifest::FILE), text).unwrap();
        folder
    }

    #[test]
    fn a_manifest_is_taken_by_those_who_trust_its_signer() {
        let folder = folder();
        sign(folder.path(), &key(1)).unwrap();
        let manifest = Manifest::trusted(folder.path(), Some(&trusted(1))).unwrap();
        assert_eq!(manifest.signer.as_deref(), Some(key_id(&key(1).verifying_key()).as_str()));
        assert_eq!(Manifest::trusted(folder.path(), None).unwrap().signer, None, "without a key nobody is asked");
        let stranger = Manifest::trusted(folder.path(), Some(&trusted(2))).unwrap_err();
        assert!(matches!(&stranger, ModelError::BadSignature { .. }), "{stranger}");
        assert!(stranger.to_string().contains("manifest.sig") && stranger.to_string().contains("models sign"));
    }

    #[test]
    fn a_manifest_that_is_not_signed_or_was_changed_since_is_refused_with_the_remedy() {
        let folder = folder();
        let unsigned = Manifest::trusted(folder.path(), Some(&trusted(1))).unwrap_err();
        assert!(matches!(unsigned, ModelError::NotSigned { .. }) && unsigned.to_string().contains("models sign"));
        sign(folder.path(), &key(1)).unwrap();
        let path = folder.path().join(manifest::FILE);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{text}min_probability = 0.1\n")).unwrap();
        let changed = Manifest::trusted(folder.path(), Some(&trusted(1))).unwrap_err();
        assert!(matches!(changed, ModelError::OtherManifest { .. }), "{changed}");
        std::fs::write(folder.path().join(FILE), b"rubbish").unwrap();
        let rubbish = Manifest::trusted(folder.path(), Some(&trusted(1))).unwrap_err();
        assert!(matches!(rubbish, ModelError::BadSignature { .. }), "{rubbish}");
    }

    #[test]
    fn a_folder_that_would_not_load_is_not_signed() {
        let folder = folder();
        std::fs::write(folder.path().join("reader.onnx"), b"other weights").unwrap();
        assert!(matches!(sign(folder.path(), &key(1)), Err(ModelError::OtherFile { .. })));
        assert!(!folder.path().join(FILE).exists());
    }
}
