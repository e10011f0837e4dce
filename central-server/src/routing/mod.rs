//! Where a vehicle goes next (phân luồng): `gate-core`'s rules on the site's places as they are now.
//!
//! A place that bears the name of a lane is open and healthy as that lane is; any other is taken to be
//! open. Its load is what was sent there and has not left since.

mod load;
mod site;

use std::collections::BTreeMap;

use gate_core::decision::{Decision, ExpectedVehicle, ReasonCode, Verdict};
use gate_core::message::command::LaneMode;
use gate_core::message::exchange::{RouteAdvice, Seen};
use gate_core::routing::{Place, PlaceNow, Traveller, advise as by_rules};
use gate_core::vehicle::Role;

use crate::app::App;
use crate::edge::LiveLane;
use crate::store::StoreError;

pub use load::loads;
pub use site::of_a_new_site;

/// Advice for a vehicle that is let through or sent to inspection; `None` for one that stays where it
/// is, and where no place takes it: an officer directs it then.
///
/// # Errors
/// [`StoreError`] when the places' loads cannot be read.
pub async fn advise(
    app: &App,
    decision: &Decision,
    expected: Option<&ExpectedVehicle>,
    seen: &Seen,
) -> Result<Option<RouteAdvice>, StoreError> {
    let inspection = decision.reasons.iter().any(|r| r.code == ReasonCode::Inspection);
    if decision.verdict != Verdict::Open && !inspection {
        return Ok(None);
    }
    let rules = &app.config.routing;
    let loads = loads(&app.store, app.clock.now()).await?;
    let lanes = app.live.lanes();
    let places: Vec<PlaceNow> = rules.places.iter().map(|place| now(place, &lanes, &loads)).collect();
    let country = seen.plates.iter().find(|p| p.role == Role::Tractor).and_then(|p| p.country);
    let traveller = match expected {
        Some(vehicle) => Traveller::expected(vehicle, seen.direction, inspection),
        None => Traveller::unknown(seen.direction, country, inspection),
    };
    match by_rules(&traveller, rules, &places) {
        Ok(advice) => Ok(Some(advice)),
        Err(none) => {
            metrics::counter!("central_routes_missing_total").increment(1);
            tracing::warn!(%none, "no place for a vehicle");
            Ok(None)
        }
    }
}

fn now(place: &Place, lanes: &[LiveLane], loads: &BTreeMap<String, u32>) -> PlaceNow {
    let load = loads.get(&place.name).copied().unwrap_or(0);
    let lane = lanes.iter().find(|l| l.status.lane.as_str() == place.name);
    let (open, healthy) = lane.map_or((true, true), |lane| {
        (lane.status.mode != LaneMode::Closed, lane.live && lane.status.faults.is_empty())
    });
    PlaceNow { place: place.clone(), open, healthy, load }
}
