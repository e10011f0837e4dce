//! `edge-agent models key|sign|check`: for the operator who answers for the models, on a machine of his own. A
//! lane's cabinet needs his public key alone.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Subcommand;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use gate_core::message::envelope::{TrustedKeys, key_id};
use gate_vision::manifest::Manifest;
use gate_vision::{Eyes, signature};

use super::say;
use crate::config::public_key;
use crate::identity::write_private;

/// The models' folder and who vouches for it.
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// Make a key pair: FILE signs and never leaves its keeper, FILE.pub goes into `[recognition] trusted`.
    Key {
        /// The new file.
        file: PathBuf,
    },
    /// Sign the manifest of a folder of models, after each file was found to have its hash.
    Sign {
        /// The folder, with its manifest.toml.
        folder: PathBuf,
        /// The key that `models key` made.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Open the models of a folder and say who signed them.
    Check {
        /// The folder, with its manifest.toml.
        folder: PathBuf,
        /// A trusted public key: 64 hexadecimal digits or a file with them.
        #[arg(long, value_name = "KEY", required = true)]
        trust: Vec<String>,
    },
}

pub(super) fn run(command: ModelsCommand) -> anyhow::Result<()> {
    match command {
        ModelsCommand::Key { file } => key(&file),
        ModelsCommand::Sign { folder, key } => sign(&folder, &key),
        ModelsCommand::Check { folder, trust } => check(&folder, &trust),
    }
}

fn key(file: &Path) -> anyhow::Result<()> {
    let public = file.with_added_extension("pub");
    for path in [file, &public] {
        if path.exists() {
            bail!("{} exists: a key is never replaced; choose another name", path.display());
        }
    }
    let key = SigningKey::from_bytes(&rand::random());
    write_private(file, &key.to_pkcs8_pem(LineEnding::LF)?).with_context(|| file.display().to_string())?;
    let digits = hex::encode(key.verifying_key().as_bytes());
    std::fs::write(&public, format!("{digits}\n")).with_context(|| public.display().to_string())?;
    say(format!("{}: signs models; keep it away from the lanes", file.display()));
    say(format!("{}: trusted = [\"{digits}\"]", public.display()));
    Ok(())
}

fn sign(folder: &Path, file: &Path) -> anyhow::Result<()> {
    let pem = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let key = SigningKey::from_pkcs8_pem(&pem)
        .with_context(|| format!("{}: no key that `edge-agent models key` made", file.display()))?;
    let path = signature::sign(folder, &key)?;
    say(format!("{}: signed by {}", path.display(), key_id(&key.verifying_key())));
    Ok(())
}

fn check(folder: &Path, trust: &[String]) -> anyhow::Result<()> {
    let here = std::env::current_dir()?;
    let keys = trust.iter().map(|text| public_key(text, &here)).collect::<Result<Vec<_>, _>>();
    let manifest = Manifest::trusted(folder, Some(&TrustedKeys::new(keys.map_err(anyhow::Error::msg)?)))?;
    let eyes = Eyes::of(&manifest, folder, None)?;
    let signer = manifest.signer.as_deref().unwrap_or_default();
    say(format!(
        "{}: good, signed by {signer}; readings will name the reader {}",
        folder.display(),
        eyes.facts().model
    ));
    Ok(())
}
