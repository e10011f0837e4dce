//! The rows of an import: what may stand in a line, and how it goes into the database.

use gate_core::clock::UtcMicros;
use gate_core::decision::ConfirmationKind;
use gate_core::decision::identity::is_tag;
use gate_core::plate::Country;
use gate_core::plate::text::normalise;
use gate_core::vehicle::{Direction, VehicleClass};
use serde::Deserialize;

use super::parse::{Flag, Listed, Moment};
use crate::clock::Clock;
use crate::crossing::core;
use crate::sql;
use crate::store::{StoreError, Tx, word};

/// A vehicle of a declaration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedRow {
    pub declaration: String,
    #[serde(default)]
    pub company: String,
    pub direction: Direction,
    pub plate: String,
    pub country: Country,
    pub class: VehicleClass,
    pub laden: Flag,
    #[serde(default)]
    pub trailer: Option<String>,
    #[serde(default)]
    pub containers: Listed,
    #[serde(default)]
    pub fresh: Flag,
    #[serde(default)]
    pub dangerous: Flag,
    pub from: Moment,
    pub until: Moment,
    #[serde(default)]
    pub fee_settled: Flag,
    /// The number of its RFID tag.
    #[serde(default)]
    pub tag: Option<String>,
}

impl ExpectedRow {
    /// The tag as it is stored; a column may be left empty.
    fn tag(&self) -> Option<String> {
        self.tag.as_deref().map(normalise).filter(|tag| !tag.is_empty())
    }
}

/// A confirmation of one force for one vehicle of a declaration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfirmationRow {
    pub declaration: String,
    pub plate: String,
    pub kind: ConfirmationKind,
    pub at: Moment,
    pub by: String,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub source: String,
}

/// A permit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PermitRow {
    pub number: String,
    pub plate: String,
    pub country: Country,
    pub from: Moment,
    pub until: Moment,
}

/// A plate that is watched for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WatchRow {
    pub plate: String,
    #[serde(default)]
    pub country: Option<Country>,
    pub reference: String,
    #[serde(default)]
    pub from: Option<Moment>,
    #[serde(default)]
    pub until: Option<Moment>,
}

/// A row of an import: checked by itself, then against what is there.
pub(super) trait ImportRow: Sized {
    /// What is wrong with the row by itself.
    fn check(&self) -> Vec<String>;
    /// What the database is told; `Some` when it does not fit what is there.
    fn write(
        &self,
        tx: &mut Tx,
        clock: &Clock,
        source: &str,
    ) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;
}

fn check_plate(plate: &str, problems: &mut Vec<String>) {
    let core = core(plate);
    if !(4..=10).contains(&core.chars().count()) || !core.chars().any(|c| c.is_ascii_digit()) {
        problems.push(format!("plate {plate:?} is none: 4 to 10 letters and digits, as 24C12345 or G12345"));
    }
}

fn check_span(from: UtcMicros, until: UtcMicros, problems: &mut Vec<String>) {
    if from >= until {
        problems.push("until is not after from".to_owned());
    }
}

fn check_text(name: &str, text: &str, problems: &mut Vec<String>) {
    if text.trim().is_empty() || text.chars().count() > 200 {
        problems.push(format!("{name} is empty or longer than 200 characters"));
    }
}

impl ImportRow for ExpectedRow {
    fn check(&self) -> Vec<String> {
        let mut problems = Vec::new();
        check_text("declaration", &self.declaration, &mut problems);
        check_plate(&self.plate, &mut problems);
        if let Some(trailer) = self.trailer.as_deref().filter(|t| !t.is_empty()) {
            check_plate(trailer, &mut problems);
        }
        if let Some(tag) = self.tag().filter(|tag| !is_tag(tag)) {
            problems.push(format!("tag {tag:?} is none: 8 to 64 hexadecimal digits, as E28011606000020496A1B2C3"));
        }
        check_span(self.from.0, self.until.0, &mut problems);
        problems
    }

    async fn write(&self, tx: &mut Tx, clock: &Clock, source: &str) -> Result<Option<String>, StoreError> {
        tx.run(sql!(
            "INSERT INTO declarations (number, company, direction, arrives_at, source, imported_at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (number) DO UPDATE SET company = excluded.company, imported_at = excluded.imported_at",
            &self.declaration,
            &self.company,
            word(&self.direction),
            self.from.0,
            source,
            clock.now()
        ))
        .await?;
        tx.run(sql!(
            "INSERT INTO expected_vehicles (id, declaration, plate, core, country, direction, class, laden, trailer, containers, \
             fresh, dangerous, from_at, until_at, fee_settled, tag) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
             ON CONFLICT (declaration, core, direction) DO UPDATE SET plate = excluded.plate, country = excluded.country, \
             class = excluded.class, laden = excluded.laden, trailer = excluded.trailer, containers = excluded.containers, \
             fresh = excluded.fresh, dangerous = excluded.dangerous, from_at = excluded.from_at, until_at = excluded.until_at, \
             fee_settled = excluded.fee_settled, tag = excluded.tag",
            clock.id(),
            &self.declaration,
            &self.plate,
            core(&self.plate),
            word(&self.country),
            word(&self.direction),
            word(&self.class),
            self.laden.0,
            self.trailer.as_deref().filter(|t| !t.is_empty()),
            serde_json::json!(self.containers.0).to_string(),
            self.fresh.0,
            self.dangerous.0,
            self.from.0,
            self.until.0,
            self.fee_settled.0,
            self.tag()
        ))
        .await?;
        Ok(None)
    }
}

impl ImportRow for ConfirmationRow {
    fn check(&self) -> Vec<String> {
        let mut problems = Vec::new();
        check_plate(&self.plate, &mut problems);
        check_text("by", &self.by, &mut problems);
        problems
    }

    async fn write(&self, tx: &mut Tx, clock: &Clock, source: &str) -> Result<Option<String>, StoreError> {
        let core = core(&self.plate);
        let declared =
            sql!("SELECT id FROM expected_vehicles WHERE declaration = $1 AND core = $2", &self.declaration, &core);
        if tx.row(declared).await?.is_none() {
            let (plate, declaration) = (&self.plate, &self.declaration);
            return Ok(Some(format!(
                "no vehicle {plate:?} in declaration {declaration:?}; import the declaration first"
            )));
        }
        tx.run(sql!(
            "INSERT INTO confirmations (id, declaration, core, kind, at, given_by, note, source) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
             ON CONFLICT (declaration, core, kind) DO UPDATE SET at = excluded.at, given_by = excluded.given_by, \
             note = excluded.note, source = excluded.source",
            clock.id(),
            &self.declaration,
            core,
            word(&self.kind),
            self.at.0,
            &self.by,
            &self.note,
            if self.source.is_empty() { source } else { &self.source }
        ))
        .await?;
        Ok(None)
    }
}

impl ImportRow for PermitRow {
    fn check(&self) -> Vec<String> {
        let mut problems = Vec::new();
        check_text("number", &self.number, &mut problems);
        check_plate(&self.plate, &mut problems);
        check_span(self.from.0, self.until.0, &mut problems);
        problems
    }

    async fn write(&self, tx: &mut Tx, _clock: &Clock, _source: &str) -> Result<Option<String>, StoreError> {
        tx.run(sql!(
            "INSERT INTO permits (number, plate, core, country, from_at, until_at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (number) DO UPDATE SET plate = excluded.plate, core = excluded.core, country = excluded.country, \
             from_at = excluded.from_at, until_at = excluded.until_at",
            &self.number,
            &self.plate,
            core(&self.plate),
            word(&self.country),
            self.from.0,
            self.until.0
        ))
        .await?;
        Ok(None)
    }
}

impl ImportRow for WatchRow {
    fn check(&self) -> Vec<String> {
        let mut problems = Vec::new();
        check_plate(&self.plate, &mut problems);
        check_text("reference", &self.reference, &mut problems);
        problems
    }

    async fn write(&self, tx: &mut Tx, clock: &Clock, _source: &str) -> Result<Option<String>, StoreError> {
        tx.run(sql!(
            "INSERT INTO watchlist (id, plate, core, country, reference, from_at, until_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (core, reference) DO UPDATE SET plate = excluded.plate, country = excluded.country, \
             from_at = excluded.from_at, until_at = excluded.until_at",
            clock.id(),
            &self.plate,
            core(&self.plate),
            self.country.map(|c| word(&c)),
            &self.reference,
            self.from.as_ref().map_or(UtcMicros(0), |m| m.0),
            self.until.as_ref().map(|m| m.0)
        ))
        .await?;
        Ok(None)
    }
}
