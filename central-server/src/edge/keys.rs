//! Central's own keys: the site's authority, central's certificate and its signing key.
//!
//! They lie in `<data>/keys/`, files of mode 0600, made once by `central-server init`.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use gate_core::message::envelope::{TrustedKeys, key_id};
use thiserror::Error;

use super::authority::{self, AuthorityError};

/// What can be wrong with the key files.
#[derive(Debug, Error)]
pub enum KeysError {
    /// A file cannot be read or written.
    #[error("{path}: {source}; make the keys with `central-server --data DIR init`, or give central's user the folder")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("{path}: {detail}; restore it from the backup of keys/")]
    Content {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// A certificate could not be made.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
}

/// Where the key files lie.
#[derive(Clone, Debug)]
pub struct KeyFiles {
    /// The site's authority, PEM: public; goes to every edge.
    pub authority: PathBuf,
    /// Its private key.
    pub authority_key: PathBuf,
    /// Central's certificate: HTTPS and the managed broker.
    pub tls: PathBuf,
    /// Its private key.
    pub tls_key: PathBuf,
    /// Central's certificate as the broker's client.
    pub client: PathBuf,
    /// Its private key.
    pub client_key: PathBuf,
    /// The Ed25519 key that signs decisions, commands, snapshots, acknowledgements and checkpoints.
    pub signing: PathBuf,
    /// Its public half, 64 hexadecimal digits: what `audit verify-record` is given.
    pub signing_public: PathBuf,
}

impl KeyFiles {
    /// The files of a data folder.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        let at = |name: &str| data.join("keys").join(name);
        Self {
            authority: at("authority.pem"),
            authority_key: at("authority-key.pem"),
            tls: at("central.pem"),
            tls_key: at("central-key.pem"),
            client: at("broker-client.pem"),
            client_key: at("broker-client-key.pem"),
            signing: at("signing-key.pem"),
            signing_public: at("signing-key.pub"),
        }
    }
}

/// Central's keys, loaded.
pub struct Keys {
    /// Signs all that central says.
    pub signing: SigningKey,
    /// The site's authority, PEM.
    pub authority_pem: String,
    /// Where the files lie.
    pub files: KeyFiles,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.key_id())
    }
}

impl Keys {
    /// Makes all keys of a new site.
    ///
    /// # Errors
    /// [`KeysError`]; an authority that is there already is never replaced.
    pub fn make(data: &Path, site: &str, names: &[String]) -> Result<Self, KeysError> {
        let files = KeyFiles::of(data);
        let made = authority::new_authority(site)?;
        write_new(&files.authority_key, &made.key_pem)?;
        write_new(&files.authority, &made.certificate_pem)?;
        let signing = SigningKey::from_bytes(&rand::random());
        let pem = signing
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(|e| KeysError::Content { path: files.signing.clone(), detail: e.to_string() })?;
        write_new(&files.signing, &pem)?;
        write_new(&files.signing_public, &format!("{}\n", hex::encode(signing.verifying_key().as_bytes())))?;
        Self::renew(data, names)?;
        Self::load(data)
    }

    /// Makes new TLS certificates for central under the authority that is there.
    ///
    /// # Errors
    /// [`KeysError`].
    pub fn renew(data: &Path, names: &[String]) -> Result<(), KeysError> {
        let files = KeyFiles::of(data);
        let (authority, key) = (read(&files.authority)?, read(&files.authority_key)?);
        let server = authority::server_certificate(&authority, &key, names)?;
        let client = authority::central_client_certificate(&authority, &key)?;
        for (path, text) in [
            (&files.tls_key, &server.key_pem),
            (&files.tls, &server.certificate_pem),
            (&files.client_key, &client.key_pem),
            (&files.client, &client.certificate_pem),
        ] {
            replace(path, text)?;
        }
        Ok(())
    }

    /// Reads the keys.
    ///
    /// # Errors
    /// [`KeysError`] naming the file and the remedy.
    pub fn load(data: &Path) -> Result<Self, KeysError> {
        let files = KeyFiles::of(data);
        for path in [&files.tls, &files.tls_key, &files.client, &files.client_key] {
            read(path)?;
        }
        let signing = SigningKey::from_pkcs8_pem(&read(&files.signing)?)
            .map_err(|e| KeysError::Content { path: files.signing.clone(), detail: e.to_string() })?;
        Ok(Self { signing, authority_pem: read(&files.authority)?, files })
    }

    /// The id of the signing key.
    #[must_use]
    pub fn key_id(&self) -> String {
        key_id(&self.signing.verifying_key())
    }

    /// Central's own key as the one to trust.
    #[must_use]
    pub fn own(&self) -> TrustedKeys {
        TrustedKeys::new([self.signing.verifying_key()])
    }

    /// Signs an edge's certificate request.
    ///
    /// # Errors
    /// [`KeysError`] when the request is not one, or the authority's key cannot be read.
    pub fn sign_edge(&self, edge: &str, hosts: &[String], request_pem: &str) -> Result<String, KeysError> {
        let key = read(&self.files.authority_key)?;
        Ok(authority::edge_certificate(&self.authority_pem, &key, edge, hosts, request_pem)?)
    }
}

fn read(path: &Path) -> Result<String, KeysError> {
    std::fs::read_to_string(path).map_err(|source| KeysError::File { path: path.to_owned(), source })
}

fn write_new(path: &Path, text: &str) -> Result<(), KeysError> {
    write(path, text).map_err(|source| KeysError::File { path: path.to_owned(), source })
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Puts new text in place of a file in one step.
fn replace(path: &Path, text: &str) -> Result<(), KeysError> {
    let failed = |source| KeysError::File { path: path.to_owned(), source };
    let beside = path.with_extension("new");
    match std::fs::remove_file(&beside) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(failed(e)),
        _ => {}
    }
    write(&beside, text).map_err(failed)?;
    std::fs::rename(&beside, path).map_err(failed)
}
