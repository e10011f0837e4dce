//! `[recognition]`: whose models are trusted, and which models read beside them.

use std::path::{Path, PathBuf};

use ed25519_dalek::VerifyingKey;
use gate_core::message::envelope::TrustedKeys;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Share of the looks that the shadow's models look at as well, when nothing is said.
const USUAL_SHARE: f32 = 0.25;

/// `[recognition]`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecognitionFile {
    /// Ed25519 public keys whose signature on a manifest of models is trusted: 64 hexadecimal digits, or a file that
    /// holds them. None: models are taken by their hash alone, which `production` refuses.
    #[serde(default)]
    pub trusted: Vec<String>,
    /// A second folder of models that reads beside the first and only reports.
    pub shadow: Option<PathBuf>,
    /// The share of the looks that it looks at as well; 0.25 when absent.
    #[schemars(range(min = 0.01, max = 1.0))]
    pub shadow_share: Option<f32>,
}

/// `[recognition]`, checked.
#[derive(Clone, Debug, Default)]
pub struct Recognition {
    /// Whose manifests are taken; `None`: everybody's.
    pub trusted: Option<TrustedKeys>,
    /// The models that only report.
    pub shadow: Option<Shadow>,
}

/// The models that read beside the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Shadow {
    /// Their folder.
    pub models: PathBuf,
    /// The share of the looks that they look at as well, above 0 to 1.
    pub share: f32,
}

impl RecognitionFile {
    /// Resolves keys and paths from a folder; what is wrong with each key, by its place in the list.
    pub(super) fn resolve(&self, from: &Path) -> (Recognition, Vec<(usize, String)>) {
        let (mut keys, mut wrong) = (Vec::new(), Vec::new());
        for (place, text) in self.trusted.iter().enumerate() {
            match public_key(text, from) {
                Ok(key) => keys.push(key),
                Err(why) => wrong.push((place, why)),
            }
        }
        let trusted = (!self.trusted.is_empty()).then(|| TrustedKeys::new(keys));
        let shadow = self
            .shadow
            .as_ref()
            .map(|folder| Shadow { models: from.join(folder), share: self.shadow_share.unwrap_or(USUAL_SHARE) });
        (Recognition { trusted, shadow }, wrong)
    }
}

/// A public key as it is written down: 64 hexadecimal digits, or the path (from `from`) of a file with them.
///
/// # Errors
/// What is wrong with it.
pub fn public_key(text: &str, from: &Path) -> Result<VerifyingKey, String> {
    let digits = |text: &str| hex::decode(text.trim()).ok().and_then(|b| <[u8; 32]>::try_from(b).ok());
    let bytes = match digits(text) {
        Some(bytes) => bytes,
        None => {
            let path = from.join(text);
            let held = std::fs::read_to_string(&path).map_err(|e| {
                format!("{text:?} is neither 64 hexadecimal digits nor a file: {}: {e}", path.display())
            })?;
            digits(&held).ok_or_else(|| format!("{} does not hold 64 hexadecimal digits", path.display()))?
        }
    };
    VerifyingKey::from_bytes(&bytes).map_err(|e| format!("{text:?} is no Ed25519 public key: {e}"))
}
