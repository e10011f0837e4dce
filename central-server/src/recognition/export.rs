//! Officers' corrections as labelled pictures, in the form of the training's data sets: a folder a country
//! (`vn-corrections`, `cn-corrections`) with `labels.csv` and the plates that were cut out of the frames.
//!
//! A plate of one text is always on the same side of the split, whichever export it stands in. Who took pictures of
//! which time out of the house stands in the record before the first one is written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gate_core::clock::UtcMicros;
use gate_core::ids::Sha256Hex;
use gate_core::message::command::OfficerRef;
use gate_core::plate::template::kinds_fitting;
use gate_core::plate::text::{normalise, province};
use gate_core::plate::{Country, PlateColor, PlateKind};
use gate_core::reading::PlateReading;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use uuid::Uuid;

use super::differs;
use crate::audit::Act;
use crate::clock::Clock;
use crate::evidence::{Evidence, EvidenceError};
use crate::sql;
use crate::store::{Row, Store, StoreError, word};

/// Corrections exported at once, at most.
const MOST: i64 = 100_000;
/// One plate in five is for measuring, the others for training.
const DEV_IN: u8 = 5;

/// What kept an export from being made.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The folder has something in it already.
    #[error("{0} is not empty: an export never mixes with another; name a new folder")]
    NotEmpty(PathBuf),
    /// A file or folder cannot be written.
    #[error("{path}: {source}; choose a folder that this user may write, with room for the pictures")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The labels cannot be written.
    #[error("{path}: {source}")]
    Labels {
        /// The file.
        path: PathBuf,
        /// Why.
        source: csv::Error,
    },
    /// A picture cannot be read, or is not what it was.
    #[error("a picture of passage {passage}: {source}")]
    Picture {
        /// Whose.
        passage: Uuid,
        /// Why.
        source: EvidenceError,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Labelled pictures written.
    pub pictures: u64,
    /// Corrections whose picture has not arrived, or that no camera read: they have no plate to cut out.
    pub without_picture: u64,
}

/// A correction with the reading that it corrects.
struct Correction {
    passage: Uuid,
    given: String,
    read: PlateReading,
}

/// A line of `labels.csv`.
#[derive(Serialize)]
struct Label<'a> {
    file: String,
    text: &'a str,
    rows: u8,
    color: String,
    kind: String,
    label_source: &'static str,
    suspect: u8,
    split: &'static str,
    read: &'a str,
    probability: f32,
    passage: Uuid,
}

/// Writes the corrections of passages that began in `from..to` into a new folder.
///
/// # Errors
/// [`ExportError`]; what is written by then stays.
pub async fn corrections(
    store: &Store,
    evidence: &Evidence,
    clock: &Clock,
    by: OfficerRef,
    (from, to): (UtcMicros, UtcMicros),
    out: &Path,
) -> Result<Exported, ExportError> {
    if std::fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(ExportError::NotEmpty(out.to_owned()));
    }
    let (found, unread) = find(store, from, to).await?;
    record(store, clock, by, (from, to), found.len()).await?;
    let mut exported = Exported { without_picture: unread, ..Exported::default() };
    let mut labels: BTreeMap<&'static str, csv::Writer<std::fs::File>> = BTreeMap::new();
    for correction in &found {
        let plate = correction.read.evidence.as_ref().map(|e| &e.plate);
        let Some((name, bytes)) = picture(evidence, correction.passage, plate).await? else {
            exported.without_picture += 1;
            continue;
        };
        let folder = folder(correction);
        let at = out.join(folder).join(&name);
        let file = |source| ExportError::File { path: at.clone(), source };
        let failed = |source| ExportError::Labels { path: out.join(folder).join("labels.csv"), source };
        if !labels.contains_key(folder) {
            std::fs::create_dir_all(out.join(folder)).map_err(file)?;
            labels.insert(folder, csv::Writer::from_path(out.join(folder).join("labels.csv")).map_err(failed)?);
        }
        std::fs::write(&at, bytes).map_err(file)?;
        if let Some(labels) = labels.get_mut(folder) {
            labels.serialize(label(correction, name)).map_err(failed)?;
        }
        exported.pictures += 1;
    }
    for (folder, mut labels) in labels {
        let path = out.join(folder).join("labels.csv");
        labels.flush().map_err(|source| ExportError::File { path, source })?;
    }
    Ok(exported)
}

/// The corrections, each with the last reading of its tractor; and how many passages were corrected without one.
/// Where the vehicle was identified by something else nobody read the plate: that is no label for its picture.
async fn find(store: &Store, from: UtcMicros, to: UtcMicros) -> Result<(Vec<Correction>, u64), StoreError> {
    let rows = store
        .rows(sql!(
            "SELECT p.id, p.corrected, r.reading FROM passages p \
             LEFT JOIN readings r ON r.passage = p.id AND r.part = 'tractor' \
             WHERE p.began_at >= $1 AND p.began_at < $2 AND p.corrected IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM acts a WHERE a.passage = p.id AND a.act = 'correct_plate' \
             AND a.detail LIKE '%\"identity\":{%') \
             ORDER BY p.began_at, p.id, r.at DESC LIMIT $3",
            from,
            to,
            MOST
        ))
        .await?;
    let (mut found, mut unread, mut last) = (Vec::new(), 0, None);
    for row in &rows {
        let passage = row.uuid("id")?;
        if last.replace(passage) == Some(passage) {
            continue;
        }
        match correction(row, passage)? {
            Some(one) if differs(&one.given, &one.read.text) => found.push(one),
            Some(_) => {}
            None => unread += 1,
        }
    }
    Ok((found, unread))
}

fn correction(row: &Row, passage: Uuid) -> Result<Option<Correction>, StoreError> {
    if row.get::<Option<String>>("reading")?.is_none() {
        return Ok(None);
    }
    Ok(Some(Correction { passage, given: normalise(&row.text("corrected")?), read: row.json("reading")? }))
}

async fn record(
    store: &Store,
    clock: &Clock,
    by: OfficerRef,
    (from, to): (UtcMicros, UtcMicros),
    count: usize,
) -> Result<(), StoreError> {
    let act = Act {
        officer: by,
        act: "export_corrections".to_owned(),
        lane: None,
        passage: None,
        reason: String::new(),
        detail: json!({"from": from, "to": to, "corrections": count}),
        command: None,
    };
    let mut tx = store.begin().await?;
    act.record(&mut tx, clock).await?;
    tx.commit().await
}

/// The plate's picture under its hash, checked against it; `None` when it has not arrived.
async fn picture(
    evidence: &Evidence,
    passage: Uuid,
    plate: Option<&Sha256Hex>,
) -> Result<Option<(String, bytes::Bytes)>, ExportError> {
    let Some(plate) = plate else { return Ok(None) };
    let bytes = evidence.get(plate).await.map_err(|source| ExportError::Picture { passage, source })?;
    Ok(bytes.map(|bytes| (format!("{}.jpg", plate.0), bytes)))
}

fn folder(correction: &Correction) -> &'static str {
    let fits = kinds_fitting(&correction.given);
    let country = fits.first().map(|(country, _)| *country).or(correction.read.country);
    let hanzi = correction.given.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    if hanzi || country == Some(Country::Cn) { "cn-corrections" } else { "vn-corrections" }
}

fn label(correction: &Correction, file: String) -> Label<'_> {
    let (text, read) = (correction.given.as_str(), &correction.read);
    let kind: Option<PlateKind> = kinds_fitting(text).first().map(|(_, kind)| *kind);
    // Grounds that the training has no name for are left out.
    let color = read.color.filter(|c| *c != PlateColor::YellowGreen).map(|c| word(&c)).unwrap_or_default();
    // A Chinese plate as it is declared lacks its first character, and a text that no grammar knows may be a slip.
    let whole = folder(correction) == "vn-corrections" || province(text).is_some();
    Label {
        file,
        text,
        rows: read.rows,
        color,
        kind: kind.map(|k| word(&k)).unwrap_or_default(),
        label_source: "officer",
        suspect: u8::from(kind.is_none() || !whole),
        split: if Sha256::digest(text.as_bytes())[0] % DEV_IN == 0 { "dev" } else { "train" },
        read: &read.text,
        probability: read.probability,
        passage: correction.passage,
    }
}
