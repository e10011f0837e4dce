//! The lists that decisions are made from, held in memory and read anew when their version grew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use gate_core::clock::UtcMicros;
use gate_core::decision::{ConfirmationKind, ExpectedVehicle, RuleSet, WatchEntry};
use gate_core::plate::Country;
use gate_core::vehicle::Direction;

use super::rules;
use crate::clock::Clock;
use crate::crossing::CrossingState;
use crate::sql;
use crate::store::{Row, Store, StoreError};
use crate::trailer;

/// Vehicles whose time passed so long ago are still known, so that the officer reads "outside its
/// time" and not "unknown".
const BEHIND: Duration = Duration::from_secs(48 * 3600);
/// Vehicles expected within so long are known.
const AHEAD: Duration = Duration::from_secs(14 * 24 * 3600);
/// Most vehicles held. Beyond it the nearest in time are known; the rest are not expected yet.
const MAX_EXPECTED: i64 = 20_000;
/// Read anew after so long even if nothing changed: time moves the window.
const WINDOW: Duration = Duration::from_secs(300);

/// The lists at one version.
#[derive(Clone, Debug)]
pub struct HeldLists {
    /// Grows with each change.
    pub version: u64,
    /// When they were read.
    pub read_at: UtcMicros,
    /// Expected vehicles with their confirmations, permits and whereabouts.
    pub expected: Vec<ExpectedVehicle>,
    /// The watchlist that is in force.
    pub watch: Vec<WatchEntry>,
    /// The rules in force.
    pub rules: RuleSet,
}

impl HeldLists {
    /// As the decision asks for them.
    #[must_use]
    pub fn of_decision(&self) -> gate_core::decision::Lists<'_> {
        gate_core::decision::Lists {
            expected: &self.expected,
            watch: &self.watch,
            rules: &self.rules,
            version: self.version,
        }
    }
}

/// The lists; clones share them.
#[derive(Clone)]
pub struct Lists {
    store: Store,
    held: Arc<RwLock<Option<Arc<HeldLists>>>>,
}

impl Lists {
    /// Over this database.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, held: Arc::default() }
    }

    /// The lists as they stand.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be asked: then nothing is decided by old lists here.
    pub async fn now(&self, clock: &Clock) -> Result<Arc<HeldLists>, StoreError> {
        let now = clock.now();
        let row = self.store.row(sql!("SELECT version FROM lists WHERE one = 1")).await?;
        let version = row.map_or(Ok(0), |row| row.count("version"))?;
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(held) = held.filter(|h| h.version == version && now.since(h.read_at) < WINDOW) {
            return Ok(held);
        }
        let read = Arc::new(read(&self.store, version, now).await?);
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some(read.clone());
        Ok(read)
    }
}

async fn read(store: &Store, version: u64, now: UtcMicros) -> Result<HeldLists, StoreError> {
    let behind = now.0.saturating_sub(i64::try_from(BEHIND.as_micros()).unwrap_or(i64::MAX));
    let confirmed = confirmations(store, behind).await?;
    let permits = permits(store, now).await?;
    let inside = crossings(store, CrossingState::Inside, behind).await?;
    let left = crossings(store, CrossingState::Left, behind).await?;
    let held = trailer::held(store).await?;
    let rows = store
        .rows(sql!(
            "SELECT * FROM expected_vehicles WHERE until_at >= $1 AND from_at <= $2 ORDER BY from_at LIMIT $3",
            behind,
            now.plus(AHEAD),
            MAX_EXPECTED
        ))
        .await?;
    let mut expected = Vec::with_capacity(rows.len());
    for row in rows {
        let (declaration, core) = (row.text("declaration")?, row.text("core")?);
        let mut vehicle = vehicle(&row)?;
        vehicle.confirmed = confirmed.get(&(declaration, core.clone())).cloned().unwrap_or_default();
        let country = crate::store::word(&vehicle.country);
        vehicle.permit_until = permits.get(&(country.clone(), core.clone())).copied();
        let identity = format!("{country}:{core}");
        // A Vietnamese vehicle that was not seen leaving is at home: it need not have come in to go out.
        let at_home = vehicle.country == Country::Vn && vehicle.direction == Direction::Exit;
        vehicle.inside = inside.contains(&identity) || (at_home && !left.contains(&identity));
        vehicle.held = held.contains(&identity);
        expected.push(vehicle);
    }
    Ok(HeldLists { version, read_at: now, expected, watch: watch(store, now).await?, rules: rules::now(store).await? })
}

fn vehicle(row: &Row) -> Result<ExpectedVehicle, StoreError> {
    Ok(ExpectedVehicle {
        declaration: row.text("declaration")?,
        plate: row.text("plate")?,
        country: row.word("country")?,
        direction: row.word::<Direction>("direction")?,
        class: row.word("class")?,
        laden: row.flag("laden")?,
        trailer: row.get("trailer")?,
        containers: row.json("containers")?,
        fresh: row.flag("fresh")?,
        dangerous: row.flag("dangerous")?,
        from: UtcMicros(row.int("from_at")?),
        until: UtcMicros(row.int("until_at")?),
        confirmed: Vec::new(),
        permit_until: None,
        fee_settled: row.flag("fee_settled")?,
        inside: false,
        held: false,
        tag: row.get("tag")?,
    })
}

type OfVehicle = (String, String);

async fn confirmations(store: &Store, behind: i64) -> Result<BTreeMap<OfVehicle, Vec<ConfirmationKind>>, StoreError> {
    let rows = store
        .rows(sql!(
            "SELECT c.declaration, c.core, c.kind FROM confirmations c JOIN expected_vehicles e \
             ON e.declaration = c.declaration AND e.core = c.core WHERE e.until_at >= $1 ORDER BY c.kind",
            behind
        ))
        .await?;
    let mut all: BTreeMap<OfVehicle, Vec<ConfirmationKind>> = BTreeMap::new();
    for row in rows {
        let kinds = all.entry((row.text("declaration")?, row.text("core")?)).or_default();
        let kind = row.word("kind")?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(all)
}

/// The latest end of the permits in force, by country and core.
async fn permits(store: &Store, now: UtcMicros) -> Result<BTreeMap<OfVehicle, UtcMicros>, StoreError> {
    let rows = store
        .rows(sql!(
            "SELECT country, core, MAX(until_at) AS until_at FROM permits WHERE from_at <= $1 GROUP BY country, core",
            now
        ))
        .await?;
    rows.iter().map(|row| Ok(((row.text("country")?, row.text("core")?), UtcMicros(row.int("until_at")?)))).collect()
}

/// The identities of vehicles whose crossing stands so: those inside, or those that left lately.
async fn crossings(store: &Store, state: CrossingState, behind: i64) -> Result<BTreeSet<String>, StoreError> {
    let rows = store
        .rows(sql!(
            "SELECT DISTINCT identity FROM crossings WHERE state = $1 AND (ended_at IS NULL OR ended_at >= $2)",
            crate::store::word(&state),
            behind
        ))
        .await?;
    rows.iter().map(|row| row.text("identity")).collect()
}

async fn watch(store: &Store, now: UtcMicros) -> Result<Vec<WatchEntry>, StoreError> {
    let rows = store
        .rows(sql!(
            "SELECT plate, country, reference FROM watchlist WHERE from_at <= $1 AND (until_at IS NULL OR until_at > $1) ORDER BY plate",
            now
        ))
        .await?;
    rows.iter()
        .map(|row| {
            Ok(WatchEntry {
                plate: row.text("plate")?,
                country: row.maybe_word("country")?,
                reference: row.text("reference")?,
            })
        })
        .collect()
}
