//! Takes in lists as CSV or JSON: all of a file or nothing, every error named with its line.

use std::path::Path;

use gate_core::message::command::OfficerRef;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::rows::{ConfirmationRow, ExpectedRow, ImportRow, PermitRow, WatchRow};
use super::touch;
use crate::audit::Act;
use crate::clock::Clock;
use crate::store::{Store, StoreError};

/// Largest file, in bytes.
pub const MAX_BYTES: usize = 32 << 20;
/// Most errors named.
const MAX_ERRORS: usize = 200;

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Vehicles of declarations.
    Expected,
    /// Transport permits.
    Permits,
    /// Plates that are watched for.
    Watchlist,
    /// Confirmations of the forces.
    Confirmations,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Permits => "permits",
            Self::Watchlist => "watchlist",
            Self::Confirmations => "confirmations",
        }
    }
}

/// How the list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma separated, UTF-8, names in the first line.
    Csv,
    /// An array of objects.
    Json,
}

impl Format {
    /// By a file's name.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// Why nothing was taken in.
#[derive(Debug, Error)]
pub enum ImportError {
    /// Too large.
    #[error("{bytes} bytes, at most {MAX_BYTES}; split the file")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Lines are wrong; all of them are named.
    #[error("nothing was imported, {} line(s) are wrong:\n{}", .0.len(), .0.join("\n"))]
    Lines(Vec<String>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Imported {
    /// How many rows.
    pub rows: usize,
    /// False for a dry run: all was checked, nothing changed.
    pub kept: bool,
}

/// An import as it is asked for.
pub struct Import<'a> {
    /// Which list.
    pub kind: Kind,
    /// How it is written.
    pub format: Format,
    /// The file's bytes.
    pub bytes: &'a [u8],
    /// Where it comes from: a file's name, an agency. Stands in the record.
    pub source: &'a str,
    /// Only check.
    pub dry_run: bool,
}

/// Takes a list in.
///
/// # Errors
/// [`ImportError`]; nothing is changed then.
pub async fn take(
    store: &Store,
    clock: &Clock,
    officer: OfficerRef,
    import: Import<'_>,
) -> Result<Imported, ImportError> {
    if import.bytes.len() > MAX_BYTES {
        return Err(ImportError::TooLarge { bytes: import.bytes.len() });
    }
    match import.kind {
        Kind::Expected => rows::<ExpectedRow>(store, clock, officer, import).await,
        Kind::Permits => rows::<PermitRow>(store, clock, officer, import).await,
        Kind::Watchlist => rows::<WatchRow>(store, clock, officer, import).await,
        Kind::Confirmations => rows::<ConfirmationRow>(store, clock, officer, import).await,
    }
}

async fn rows<T: ImportRow + DeserializeOwned>(
    store: &Store,
    clock: &Clock,
    officer: OfficerRef,
    import: Import<'_>,
) -> Result<Imported, ImportError> {
    let (rows, mut errors) = match import.format {
        Format::Csv => csv_rows::<T>(import.bytes),
        Format::Json => json_rows::<T>(import.bytes),
    };
    for (place, row) in &rows {
        errors.extend(row.check().into_iter().map(|what| format!("{place}: {what}")));
    }
    let mut tx = store.begin().await?;
    if errors.is_empty() {
        for (place, row) in &rows {
            let wrong = row.write(&mut tx, clock, import.source).await?;
            errors.extend(wrong.map(|what| format!("{place}: {what}")));
        }
    }
    if !errors.is_empty() {
        let more = errors.len().saturating_sub(MAX_ERRORS);
        errors.truncate(MAX_ERRORS);
        if more > 0 {
            errors.push(format!("and {more} more"));
        }
        return Err(ImportError::Lines(errors));
    }
    if import.dry_run {
        return Ok(Imported { rows: rows.len(), kept: false });
    }
    let act = Act {
        officer,
        act: "import".to_owned(),
        lane: None,
        passage: None,
        reason: String::new(),
        detail: serde_json::json!({
            "list": import.kind.name(), "source": import.source, "rows": rows.len(),
            "sha256": hex::encode(Sha256::digest(import.bytes)),
        }),
        command: None,
    };
    act.record(&mut tx, clock).await?;
    touch(&mut tx, clock).await?;
    tx.commit().await?;
    Ok(Imported { rows: rows.len(), kept: true })
}

type Placed<T> = (Vec<(String, T)>, Vec<String>);

fn csv_rows<T: DeserializeOwned>(bytes: &[u8]) -> Placed<T> {
    // Spreadsheets put a byte order mark before the first name.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(error) => return (Vec::new(), vec![format!("line 1: {error}")]),
    };
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                match record.deserialize::<T>(Some(&headers)) {
                    Ok(row) => rows.push((format!("line {line}"), row)),
                    Err(error) => errors.push(format!("line {line}: {}", of_row(&error, &headers))),
                }
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                errors.push(format!("line {line}: {error}"));
            }
        }
    }
    (rows, errors)
}

/// The column's name and what is wrong, without the library's own account of positions.
fn of_row(error: &csv::Error, headers: &csv::StringRecord) -> String {
    let csv::ErrorKind::Deserialize { err, .. } = error.kind() else { return error.to_string() };
    let column = err.field().and_then(|n| headers.get(usize::try_from(n).ok()?));
    match column {
        Some(column) => format!("{column}: {}", err.kind()),
        None => err.kind().to_string(),
    }
}

fn json_rows<T: DeserializeOwned>(bytes: &[u8]) -> Placed<T> {
    let items: Vec<serde_json::Value> = match serde_json::from_slice(bytes) {
        Ok(items) => items,
        Err(error) => {
            return (Vec::new(), vec![format!("line {}: {error}; expected an array of objects", error.line())]);
        }
    };
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for (n, item) in items.into_iter().enumerate() {
        let place = format!("item {}", n + 1);
        match serde_json::from_value::<T>(item) {
            Ok(row) => rows.push((place, row)),
            Err(error) => errors.push(format!("{place}: {error}")),
        }
    }
    (rows, errors)
}
