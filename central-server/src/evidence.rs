//! The pictures, by the SHA-256 of their bytes. Stored once, never changed; the folder can become an
//! S3 bucket, as both stand behind `object_store`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use gate_core::clock::UtcMicros;
use gate_core::ids::{EdgeId, Sha256Hex};
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt as _};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::config::EvidenceKeeping;
use crate::sql;
use crate::store::{Store, StoreError};

/// Why a picture was not taken or not found.
#[derive(Debug, Error)]
pub enum EvidenceError {
    /// Not 64 lower-case hexadecimal digits.
    #[error("{0:?} is no SHA-256: 64 lower-case hexadecimal digits")]
    Name(String),
    /// Larger than the limit.
    #[error("{bytes} bytes, at most {max} are taken")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The limit.
        max: u64,
    },
    /// The bytes are others than announced.
    #[error("the bytes hash to {found}, announced was {announced}; send the picture again")]
    OtherBytes {
        /// The hash of what came.
        found: String,
        /// What was announced.
        announced: String,
    },
    /// The disk is nearly full.
    #[error("{folder}: {free} bytes free, {needed} are kept back; free the disk or move the evidence folder")]
    DiskFull {
        /// The folder.
        folder: PathBuf,
        /// Free bytes.
        free: u64,
        /// The limit.
        needed: u64,
    },
    /// The store failed.
    #[error("evidence store: {0}")]
    Store(#[from] object_store::Error),
    /// The folder cannot be used.
    #[error("evidence folder {folder}: {source}")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] StoreError),
}

/// The pictures; clones are cheap.
#[derive(Clone)]
pub struct Evidence {
    objects: Arc<dyn ObjectStore>,
    folder: PathBuf,
    max_bytes: u64,
    min_free_bytes: u64,
    store: Store,
}

impl Evidence {
    /// Opens (and makes) the evidence folder.
    ///
    /// # Errors
    /// [`EvidenceError::Folder`].
    pub fn open(folder: &Path, keeping: &EvidenceKeeping, store: Store) -> Result<Self, EvidenceError> {
        let failed = |source| EvidenceError::Folder { folder: folder.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(failed)?;
        let objects = object_store::local::LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self {
            objects: Arc::new(objects),
            folder: folder.to_owned(),
            max_bytes: keeping.max_bytes,
            min_free_bytes: keeping.min_free_bytes,
            store,
        })
    }

    /// The largest picture that is taken, in bytes.
    #[must_use]
    pub fn max_bytes(&self) -> u64 {
        self.max_bytes
    }

    /// Whether the picture is here.
    ///
    /// # Errors
    /// [`EvidenceError::Name`], [`EvidenceError::Database`].
    pub async fn has(&self, sha256: &Sha256Hex) -> Result<bool, EvidenceError> {
        path(sha256)?;
        Ok(self.store.row(sql!("SELECT bytes FROM evidence WHERE sha256 = $1", &sha256.0)).await?.is_some())
    }

    /// Takes a picture. Taking it again changes nothing.
    ///
    /// # Errors
    /// [`EvidenceError`]; nothing is kept then.
    pub async fn put(
        &self,
        sha256: &Sha256Hex,
        bytes: Bytes,
        edge: &EdgeId,
        at: UtcMicros,
    ) -> Result<(), EvidenceError> {
        let path = path(sha256)?;
        let size = bytes.len() as u64;
        if size > self.max_bytes {
            return Err(EvidenceError::TooLarge { bytes: size, max: self.max_bytes });
        }
        let found = hex::encode(Sha256::digest(&bytes));
        if found != sha256.0 {
            return Err(EvidenceError::OtherBytes { found, announced: sha256.0.clone() });
        }
        self.check_free()?;
        self.objects.put(&path, bytes.into()).await?;
        self.store
            .run(sql!(
                "INSERT INTO evidence (sha256, bytes, edge, stored_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                &sha256.0,
                size,
                edge,
                at
            ))
            .await?;
        Ok(())
    }

    /// The picture's bytes, checked against its hash; `None` when it is not here.
    ///
    /// # Errors
    /// [`EvidenceError`]; [`EvidenceError::OtherBytes`] when the stored bytes were altered.
    pub async fn get(&self, sha256: &Sha256Hex) -> Result<Option<Bytes>, EvidenceError> {
        let bytes = match self.objects.get(&path(sha256)?).await {
            Ok(found) => found.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let found = hex::encode(Sha256::digest(&bytes));
        if found != sha256.0 {
            return Err(EvidenceError::OtherBytes { found, announced: sha256.0.clone() });
        }
        Ok(Some(bytes))
    }

    fn check_free(&self) -> Result<(), EvidenceError> {
        let stat = rustix::fs::statvfs(&self.folder)
            .map_err(|e| EvidenceError::Folder { folder: self.folder.clone(), source: e.into() })?;
        let free = stat.f_bavail.saturating_mul(stat.f_frsize);
        if free < self.min_free_bytes {
            return Err(EvidenceError::DiskFull { folder: self.folder.clone(), free, needed: self.min_free_bytes });
        }
        Ok(())
    }
}

/// `ab/cd/abcd...`: no folder grows beyond what a file system likes.
fn path(sha256: &Sha256Hex) -> Result<ObjectPath, EvidenceError> {
    let name = &sha256.0;
    let good = name.len() == 64 && name.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if !good {
        return Err(EvidenceError::Name(name.clone()));
    }
    Ok(ObjectPath::from(format!("{}/{}/{name}", &name[..2], &name[2..4])))
}
