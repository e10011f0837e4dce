//! What can go wrong with models, and while looking.

use std::path::PathBuf;

use gate_core::message::envelope::EnvelopeError;
use thiserror::Error;

/// Why the eyes cannot be opened.
#[derive(Debug, Error)]
pub enum ModelError {
    /// There is no manifest.
    #[error("{path}: {source}; the folder `models` comes with the program: name it with --models or GATE_MODELS")]
    NoManifest {
        /// Where it was looked for.
        path: PathBuf,
        /// Why it could not be read.
        source: std::io::Error,
    },
    /// No folder of models anywhere near.
    #[error(
        "no folder `models` with a manifest.toml beside the program, in its parents or in the working folder's; \
             name it with --models or GATE_MODELS"
    )]
    NoFolder,
    /// The manifest is not what it should be.
    #[error("{path}: {why}")]
    BadManifest {
        /// The manifest.
        path: PathBuf,
        /// Line, value and what is asked.
        why: String,
    },
    /// The manifest lacks a model.
    #[error("{path} names no model {name:?}; take manifest and models from the same release")]
    NotNamed {
        /// The manifest.
        path: PathBuf,
        /// Which model.
        name: &'static str,
    },
    /// A model's file cannot be read.
    #[error("{path}: {source}; restore it from the release that the manifest belongs to")]
    NoFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A model's file is not the one that the manifest names.
    #[error(
        "{path} has SHA-256 {found}, the manifest asks {asked}: it is damaged or another version; \
             restore it from the release that the manifest belongs to"
    )]
    OtherFile {
        /// The file.
        path: PathBuf,
        /// What stands in the manifest.
        asked: String,
        /// What the file has.
        found: String,
    },
    /// A signature is asked for and there is none.
    #[error(
        "{path}: {source}; the configuration asks for models that a trusted key signed: take the folder with its \
             signature, or sign it with `edge-agent models sign DIR --key FILE`"
    )]
    NotSigned {
        /// Where it was looked for.
        path: PathBuf,
        /// Why it could not be read.
        source: std::io::Error,
    },
    /// The signature is none, or none by a trusted key.
    #[error(
        "{path}: {why}; check these models and sign them with a trusted key by `edge-agent models sign DIR --key \
             FILE`, or name the signer's public key in [recognition] trusted of edge.toml"
    )]
    BadSignature {
        /// The signature.
        path: PathBuf,
        /// What is wrong.
        why: EnvelopeError,
    },
    /// A good signature over another manifest.
    #[error(
        "{path} has SHA-256 {found}, its signature is for {signed}: it was changed after it was signed; \
             restore it, or check it and sign it anew with `edge-agent models sign DIR --key FILE`"
    )]
    OtherManifest {
        /// The manifest.
        path: PathBuf,
        /// What was signed.
        signed: String,
        /// What lies there.
        found: String,
    },
    /// ONNX Runtime's library was not found.
    #[error("libonnxruntime.so was not found ({}); `./gate build` brings it to .gate/lib, or name it in GATE_ONNXRUNTIME",
            looked.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", "))]
    NoRuntime {
        /// Where it was looked for.
        looked: Vec<PathBuf>,
    },
    /// ONNX Runtime's library does not load.
    #[error("{path}: {why}; `./gate build` brings the version that is known to work")]
    BadRuntime {
        /// The library.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// ONNX Runtime refuses a model, or the model is not of the shape that is agreed.
    #[error("model {name}: {why}; take models and program from the same release")]
    BadModel {
        /// Which model.
        name: &'static str,
        /// What was wrong.
        why: String,
    },
}

/// Why one picture could not be looked at.
#[derive(Debug, Error)]
pub enum VisionError {
    /// OpenCV refused an operation.
    #[error("OpenCV: {0}")]
    Pixels(#[from] opencv::Error),
    /// ONNX Runtime refused to run.
    #[error("model {name}: {why}")]
    Inference {
        /// Which model.
        name: &'static str,
        /// Why.
        why: String,
    },
}
