//! Whether what stands there can be what was declared: class, trailer, containers.

use super::{ExpectedVehicle, ReasonCode};
use crate::container::ContainerCode;
use crate::message::exchange::Seen;
use crate::plate::confusion::{Likeness, compare};
use crate::vehicle::{Role, VehicleClass};

/// Whether a class that the camera told can be the class declared. Detectors take light lorries for
/// vans or buses and cannot tell what a lorry carries; a motorcycle or a person is never a lorry.
#[must_use]
pub fn class_fits(seen: VehicleClass, declared: VehicleClass) -> bool {
    use VehicleClass::{Bus, Car, ContainerLorry, Lorry, Motorcycle, Person, Tractor, Van};
    match declared {
        Car => matches!(seen, Car | Van),
        Van => matches!(seen, Van | Car | Lorry | Bus),
        Bus => matches!(seen, Bus | Van | Lorry),
        Lorry | ContainerLorry | Tractor => matches!(seen, Lorry | ContainerLorry | Tractor | Bus),
        Motorcycle => seen == Motorcycle,
        Person => false,
    }
}

pub(super) fn describe(seen: Option<VehicleClass>, declared: VehicleClass) -> String {
    let name = |class: VehicleClass| {
        serde_json::to_value(class).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
    };
    format!("seen {}, declared {}", seen.map_or_else(|| "nothing".to_owned(), name), name(declared))
}

/// What of a vehicle that drove through was not as declared: the other trailer or container, seen by then. Nothing where
/// none was seen.
#[must_use]
pub fn other_than_declared(vehicle: &ExpectedVehicle, seen: &Seen) -> Option<String> {
    let found = trailer_and_containers(vehicle, seen)?;
    (found.0 == ReasonCode::TrailerOrContainerMismatch).then_some(found.1)
}

/// For laden articulated vehicles: the trailer or a container must have been seen, and whatever was
/// seen must be as declared.
pub(super) fn trailer_and_containers(vehicle: &ExpectedVehicle, seen: &Seen) -> Option<(ReasonCode, String)> {
    let declared: Vec<_> = vehicle.containers.iter().filter_map(|c| ContainerCode::parse(c).ok()).collect();
    if vehicle.trailer.is_none() && vehicle.containers.is_empty() {
        return None;
    }
    if declared.len() != vehicle.containers.len() {
        return Some((ReasonCode::TrailerOrContainerMismatch, "a declared container number is not valid".to_owned()));
    }
    for container in seen.containers.iter().filter(|c| c.valid) {
        if !declared.iter().any(|d| d.as_str() == container.code) {
            return Some((ReasonCode::TrailerOrContainerMismatch, container.code.clone()));
        }
    }
    let trailers: Vec<_> = seen.plates.iter().filter(|p| p.role == Role::Trailer).collect();
    let as_declared = |text: &str| vehicle.trailer.as_deref().is_some_and(|t| compare(text, t) == Likeness::Exact);
    if let Some(other) = trailers.iter().find(|p| !as_declared(&p.text)) {
        return Some((ReasonCode::TrailerOrContainerMismatch, other.text.clone()));
    }
    let any_seen = !trailers.is_empty() || seen.containers.iter().any(|c| c.valid);
    (!any_seen).then(|| (ReasonCode::TrailerOrContainerUnseen, String::new()))
}
