//! An agency's access, as it stands in the record: who asked what, for which purpose and case, and how
//! much left the house. Written before the answer goes out.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::audit::{LeafKind, add_leaf};
use crate::clock::Clock;
use crate::sql;
use crate::store::{Store, StoreError};

/// One access.
#[derive(Clone, Debug)]
pub struct Access<'a> {
    /// Who asks.
    pub agency: &'a str,
    /// For what.
    pub purpose: &'a str,
    /// In which case of theirs.
    pub case: &'a str,
    /// `GET`.
    pub method: &'a str,
    /// Which route, with its id.
    pub path: &'a str,
    /// The filters as they were asked: an object.
    pub filters: &'a Value,
    /// The status of the answer.
    pub status: u16,
    /// How many records leave the house.
    pub results: usize,
}

impl Access<'_> {
    /// Writes the access and its leaf; both last when this returns. Returns the access's id.
    ///
    /// # Errors
    /// [`StoreError`]: then nothing may be answered.
    pub async fn record(&self, store: &Store, clock: &Clock) -> Result<Uuid, StoreError> {
        let (id, at) = (clock.id(), clock.now());
        let body = json!({
            "id": id, "at": at, "agency": self.agency, "purpose": self.purpose, "case": self.case, "method": self.method,
            "path": self.path, "filters": self.filters, "status": self.status, "results": self.results,
        })
        .to_string();
        let mut tx = store.begin().await?;
        let leaf = add_leaf(&mut tx, LeafKind::Access, id, at, body.as_bytes()).await?;
        tx.run(sql!(
            "INSERT INTO agency_accesses (id, at, agency, purpose, case_number, method, path, filters, status, results, leaf) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            id,
            at,
            self.agency,
            self.purpose,
            self.case,
            self.method,
            self.path,
            self.filters.to_string(),
            i32::from(self.status),
            self.results,
            leaf
        ))
        .await?;
        tx.commit().await?;
        Ok(id)
    }
}

/// What is wrong with the row of an access, judged by the bytes that the record vouches for.
///
/// # Errors
/// [`StoreError`] when the database cannot be read.
pub async fn differs(store: &Store, id: Uuid, body: &[u8]) -> Result<Option<String>, StoreError> {
    let Some(row) = store.row(sql!("SELECT * FROM agency_accesses WHERE id = $1", id)).await? else {
        return Ok(Some("its row in agency_accesses is gone".to_owned()));
    };
    let Ok(said) = serde_json::from_slice::<Value>(body) else {
        return Ok(Some("its bytes are no JSON".to_owned()));
    };
    let filters: Value = row.json("filters")?;
    let text = |key: &str, column: &str| Ok::<bool, StoreError>(said[key].as_str() == Some(&row.text(column)?));
    let same = said["at"].as_i64() == Some(row.int("at")?)
        && text("agency", "agency")?
        && text("purpose", "purpose")?
        && text("case", "case_number")?
        && text("method", "method")?
        && text("path", "path")?
        && said["filters"] == filters
        && said["status"].as_i64() == Some(row.int("status")?)
        && said["results"].as_i64() == Some(row.int("results")?);
    Ok((!same).then(|| format!("agency_accesses {id} says otherwise: that row was changed")))
}
