//! Looks up what the filters ask for, newest first, page by page on the key `(began_at, id)`: complete
//! and without doubles while new passages come in.

use uuid::Uuid;

use super::filter::{AskedPlate, Filters, Place};
use crate::sql;
use crate::store::{Query, Row, Store, StoreError, Value};

/// A page.
pub(super) struct Page<T> {
    /// What was found.
    pub found: Vec<T>,
    /// Where the next page begins; `None`: this is the last.
    pub next: Option<Place>,
}

/// Conditions and their values, numbered as they come.
#[derive(Default)]
struct Conditions {
    pieces: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// The columns `began_at` and `id` of `of` against times and cursor.
    fn place(&mut self, of: &str, filters: &Filters) {
        if let Some(from) = filters.from {
            let from = self.bind(from);
            self.pieces.push(format!("{of}.began_at >= {from}"));
        }
        if let Some(to) = filters.to {
            let to = self.bind(to);
            self.pieces.push(format!("{of}.began_at < {to}"));
        }
        if let Some(after) = filters.after {
            let (at, id) = (self.bind(after.at), self.bind(after.id));
            self.pieces.push(format!("({of}.began_at, {of}.id) < ({at}, {id})"));
        }
    }

    /// Passage `p` is of this vehicle or trailer: as read, or as an officer corrected it.
    fn plate(&mut self, plate: &AskedPlate) -> String {
        let (text, core) = (self.bind(&plate.text), self.bind(&plate.core));
        if plate.text == plate.core {
            // Asked without a province: any province will do.
            format!(
                "(EXISTS (SELECT 1 FROM passage_vehicles v WHERE v.passage = p.id AND v.core = {core} AND v.part <> 'container') \
                 OR p.corrected = {text} OR (SUBSTR({core}, 1, 1) > '9' AND SUBSTR(p.corrected, 2) = {core}))"
            )
        } else {
            format!(
                "(EXISTS (SELECT 1 FROM passage_vehicles v WHERE v.passage = p.id AND v.core = {core} \
                 AND v.text IN ({text}, {core})) OR p.corrected IN ({text}, {core}))"
            )
        }
    }

    fn query(mut self, select: &str, order: &str, limit: u32) -> Query {
        let limit = self.bind(i64::from(limit) + 1);
        let conditions = if self.pieces.is_empty() { "1 = 1".to_owned() } else { self.pieces.join(" AND ") };
        Query::assembled(format!("{select} WHERE {conditions} {order} LIMIT {limit}"), self.values)
    }
}

/// Passages, by id, with the crossing each belongs to.
pub(super) async fn passages(store: &Store, filters: &Filters) -> Result<Page<(Uuid, Option<Uuid>)>, StoreError> {
    let mut conditions = Conditions::default();
    conditions.place("p", filters);
    if let Some(lane) = &filters.lane {
        let lane = conditions.bind(lane);
        conditions.pieces.push(format!("p.lane = {lane}"));
    }
    if let Some(plate) = &filters.plate {
        let plate = conditions.plate(plate);
        conditions.pieces.push(plate);
    }
    let select = "SELECT p.id, p.began_at, p.crossing FROM passages p";
    let query = conditions.query(select, "ORDER BY p.began_at DESC, p.id DESC", filters.limit);
    page(store, query, filters.limit, |row| Ok((row.uuid("id")?, row.maybe_uuid("crossing")?))).await
}

/// A crossing's row.
pub(super) struct CrossingRow {
    pub id: Uuid,
    pub identity: String,
    pub direction: String,
    pub declaration: Option<String>,
    pub state: String,
    pub began_at: i64,
    pub last_at: i64,
    pub ended_at: Option<i64>,
}

/// Crossings.
pub(super) async fn crossings(store: &Store, filters: &Filters) -> Result<Page<CrossingRow>, StoreError> {
    let mut conditions = Conditions::default();
    conditions.place("c", filters);
    if let Some(lane) = &filters.lane {
        let lane = conditions.bind(lane);
        conditions
            .pieces
            .push(format!("EXISTS (SELECT 1 FROM passages p WHERE p.crossing = c.id AND p.lane = {lane})"));
    }
    if let Some(plate) = &filters.plate {
        let plate = conditions.plate(plate);
        conditions.pieces.push(format!("EXISTS (SELECT 1 FROM passages p WHERE p.crossing = c.id AND {plate})"));
    }
    let query = conditions.query("SELECT c.* FROM crossings c", "ORDER BY c.began_at DESC, c.id DESC", filters.limit);
    page(store, query, filters.limit, |row| {
        Ok(CrossingRow {
            id: row.uuid("id")?,
            identity: row.text("identity")?,
            direction: row.text("direction")?,
            declaration: row.get("declaration")?,
            state: row.text("state")?,
            began_at: row.int("began_at")?,
            last_at: row.int("last_at")?,
            ended_at: row.get("ended_at")?,
        })
    })
    .await
}

/// The passages of a crossing, oldest first.
pub(super) async fn passages_of(store: &Store, crossing: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let rows = store
        .rows(sql!("SELECT id FROM passages WHERE crossing = $1 ORDER BY began_at, id LIMIT 100", crossing))
        .await?;
    rows.iter().map(|row| row.uuid("id")).collect()
}

/// The crossing of a passage.
pub(super) async fn crossing_of(store: &Store, passage: Uuid) -> Result<Option<Uuid>, StoreError> {
    let row = store.row(sql!("SELECT crossing FROM passages WHERE id = $1", passage)).await?;
    row.map_or(Ok(None), |row| row.maybe_uuid("crossing"))
}

/// One row more than the page was asked for: it tells whether there is a next page.
async fn page<T>(
    store: &Store,
    query: Query,
    limit: u32,
    read: impl Fn(&Row) -> Result<T, StoreError>,
) -> Result<Page<T>, StoreError> {
    let mut rows = store.rows(query).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = match rows.last().filter(|_| more) {
        Some(last) => Some(Place { at: last.int("began_at")?, id: last.uuid("id")? }),
        None => None,
    };
    Ok(Page { found: rows.iter().map(read).collect::<Result<_, _>>()?, next })
}
