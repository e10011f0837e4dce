//! Pictures that vouch for readings: kept here under their hash, sent to central after the event,
//! for as long as it takes.
//!
//! A file is complete or absent: it is written beside, synced and renamed. Central checks the hash.

mod send;

use std::path::PathBuf;

use gate_core::clock::UtcMicros;
use gate_core::ids::Sha256Hex;
use sha2::{Digest as _, Sha256};
use sqlx::SqlitePool;
use thiserror::Error;

pub use send::{SendOrder, send};

/// Largest picture kept: a 4K frame as JPEG is below 3 MB.
pub const MAX_PICTURE_BYTES: usize = 8 * 1024 * 1024;

/// Why a picture was not kept.
#[derive(Debug, Error)]
pub enum EvidenceError {
    /// Larger than any frame.
    #[error("a picture of {0} bytes is larger than {MAX_PICTURE_BYTES}; lower the camera's resolution or quality")]
    TooLarge(usize),
    /// The folder refuses.
    #[error("{path}: {source}; is the disk full?")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The list of pictures refuses.
    #[error("the list of pictures: {0}")]
    Database(#[from] sqlx::Error),
}

/// The folder of pictures and the list of those that central has not.
#[derive(Clone)]
pub struct Evidence {
    folder: PathBuf,
    pool: SqlitePool,
}

impl Evidence {
    /// Pictures in `folder`, listed in the outbox's database.
    #[must_use]
    pub fn new(folder: PathBuf, pool: SqlitePool) -> Self {
        Self { folder, pool }
    }

    /// Where a picture lies, whether it exists or not. The first two digits are its folder.
    #[must_use]
    pub fn path(&self, sha256: &Sha256Hex) -> PathBuf {
        let name = &sha256.0;
        self.folder.join(name.get(..2).unwrap_or("xx")).join(format!("{name}.jpg"))
    }

    /// Keeps a JPEG and lists it for sending. The same picture twice is one picture.
    ///
    /// # Errors
    /// [`EvidenceError`].
    pub async fn keep(&self, jpeg: Vec<u8>, at: UtcMicros) -> Result<Sha256Hex, EvidenceError> {
        if jpeg.len() > MAX_PICTURE_BYTES {
            return Err(EvidenceError::TooLarge(jpeg.len()));
        }
        let sha256 = Sha256Hex(hex::encode(Sha256::digest(&jpeg)));
        let path = self.path(&sha256);
        let bytes = i64::try_from(jpeg.len()).unwrap_or(i64::MAX);
        let fail = |source| EvidenceError::File { path: path.clone(), source };
        if let Some(folder) = path.parent() {
            tokio::fs::create_dir_all(folder).await.map_err(fail)?;
        }
        let new = path.with_extension("new");
        let mut file = tokio::fs::File::create(&new).await.map_err(fail)?;
        tokio::io::AsyncWriteExt::write_all(&mut file, &jpeg).await.map_err(fail)?;
        file.sync_all().await.map_err(fail)?;
        tokio::fs::rename(&new, &path).await.map_err(fail)?;
        sqlx::query("INSERT INTO picture (sha256, bytes, made_us) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(&sha256.0)
            .bind(bytes)
            .bind(at.0)
            .execute(&self.pool)
            .await?;
        Ok(sha256)
    }

    /// Pictures that central has not, oldest first.
    async fn unsent(&self, limit: u32) -> Result<Vec<(Sha256Hex, u64)>, sqlx::Error> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT sha256, bytes FROM picture WHERE sent_us IS NULL ORDER BY made_us LIMIT ?")
                .bind(limit)
                .fetch_all(&self.pool)
                .await?;
        Ok(rows.into_iter().map(|(name, bytes)| (Sha256Hex(name), u64::try_from(bytes).unwrap_or(0))).collect())
    }

    async fn sent(&self, sha256: &Sha256Hex, at: UtcMicros) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE picture SET sent_us = ? WHERE sha256 = ?")
            .bind(at.0)
            .bind(&sha256.0)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Removes pictures that central has had since before `before`.
    ///
    /// # Errors
    /// [`EvidenceError`] of the first that cannot be removed.
    pub async fn prune(&self, before: UtcMicros) -> Result<u64, EvidenceError> {
        let old: Vec<(String,)> = sqlx::query_as("SELECT sha256 FROM picture WHERE sent_us < ? LIMIT 1000")
            .bind(before.0)
            .fetch_all(&self.pool)
            .await?;
        let mut removed = 0;
        for (name,) in old {
            let path = self.path(&Sha256Hex(name.clone()));
            match tokio::fs::remove_file(&path).await {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(EvidenceError::File { path, source });
                }
                _ => {}
            }
            sqlx::query("DELETE FROM picture WHERE sha256 = ?").bind(&name).execute(&self.pool).await?;
            removed += 1;
        }
        Ok(removed)
    }
}
