//! The second identity of a vehicle whose plate was not read: a declaration's code, an RFID tag or the last
//! characters of a plate, held against the expected vehicles. It only says which of them it may be. Nothing
//! opens by it: the officer's word on the plate and the officer's own act follow.

mod given;

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

pub use given::{Given, GivenError, MAX_GIVEN, MIN_GIVEN, is_tag};

use super::decide::missing;
use super::{ConfirmationKind, ExpectedVehicle, Lists, ReasonCode};
use crate::clock::UtcMicros;
use crate::plate::Country;
use crate::plate::text::normalise;
use crate::vehicle::{Direction, Role, VehicleClass};

/// Most candidates told; how many more there are is said.
pub const MAX_CANDIDATES: usize = 20;

/// What a text was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityKind {
    /// A declaration's number, by itself or in the text of its QR code.
    Declaration,
    /// An RFID tag.
    Tag,
    /// The last characters of a plate.
    LastDigits,
}

/// How a vehicle was identified, as it stands in the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// By what.
    pub kind: IdentityKind,
    /// The part of the scanned or typed text that counted.
    pub given: String,
}

/// An expected vehicle that it may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// By what it was found.
    pub identity: Identity,
    /// Whose plate ends so; the tractor's for every other kind.
    pub role: Role,
    /// The vehicle's plate as declared: what a correction says.
    pub plate: String,
    /// Which country's plate.
    pub country: Country,
    /// The declaration's number.
    pub declaration: String,
    /// The class as declared.
    pub class: VehicleClass,
    /// Carries goods.
    pub laden: bool,
    /// The trailer's plate as declared.
    pub trailer: Option<String>,
    /// Expected from.
    pub from: UtcMicros,
    /// Expected until.
    pub until: UtcMicros,
    /// Why it is not one that is expected here now: another direction, another time.
    pub unfit: Vec<ReasonCode>,
    /// Confirmations that the rules miss; `None` where no rule says which it needs.
    pub missing: Option<Vec<ConfirmationKind>>,
}

/// What a search came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identified {
    /// What the text was taken for.
    pub kind: IdentityKind,
    /// Whom it may be, best first, at most [`MAX_CANDIDATES`].
    pub candidates: Vec<Candidate>,
    /// How many more there are: give more of the plate.
    pub more: usize,
}

/// Looks for what was scanned or typed among the expected vehicles: a declaration goes before a tag, a tag
/// before a plate. Those of another direction or time come last.
#[must_use]
pub fn identify(given: &Given, lists: Lists<'_>, direction: Direction, now: UtcMicros) -> Identified {
    let expected = lists.expected;
    let (kind, found) = [IdentityKind::Declaration, IdentityKind::Tag, IdentityKind::LastDigits]
        .into_iter()
        .map(|kind| (kind, matches(given, kind, expected)))
        .find(|(_, found)| !found.is_empty())
        .unwrap_or((given.looks_like(), Vec::new()));
    let mut ranked: Vec<_> = found
        .into_iter()
        .map(|(role, part, vehicle)| {
            let unfit = unfit(vehicle, direction, now);
            let whole = normalise(&vehicle.plate) == part;
            (rank(vehicle, &unfit, role, whole), vehicle, role, part, unfit)
        })
        .collect();
    ranked.sort_by(|a, b| a.0.cmp(&b.0));
    let more = ranked.len().saturating_sub(MAX_CANDIDATES);
    let candidates = ranked
        .into_iter()
        .take(MAX_CANDIDATES)
        .map(|(_, vehicle, role, part, unfit)| Candidate {
            identity: Identity { kind, given: part },
            role,
            plate: vehicle.plate.clone(),
            country: vehicle.country,
            declaration: vehicle.declaration.clone(),
            class: vehicle.class,
            laden: vehicle.laden,
            trailer: vehicle.trailer.clone(),
            from: vehicle.from,
            until: vehicle.until,
            unfit,
            missing: missing(vehicle, direction, lists.rules),
        })
        .collect();
    Identified { kind, candidates, more }
}

/// Whether an identity leads to this plate: asked again when a candidate was chosen.
#[must_use]
pub fn leads_to(identity: &Identity, plate: &str, expected: &[ExpectedVehicle]) -> bool {
    let plate = normalise(plate);
    Given::new(&identity.given).is_ok_and(|given| {
        matches(&given, identity.kind, expected).iter().any(|(_, _, vehicle)| normalise(&vehicle.plate) == plate)
    })
}

type Matched<'a> = (Role, String, &'a ExpectedVehicle);

/// The vehicles that a text names if it is taken for this kind, each with the part of it that counts.
fn matches<'a>(given: &Given, kind: IdentityKind, expected: &'a [ExpectedVehicle]) -> Vec<Matched<'a>> {
    let each = |vehicle: &'a ExpectedVehicle| match kind {
        IdentityKind::Declaration => {
            given.names(&vehicle.declaration).then(|| (Role::Tractor, vehicle.declaration.clone(), vehicle))
        }
        IdentityKind::Tag => {
            let tag = vehicle.tag.as_deref().filter(|tag| given.is_tag_of(tag))?;
            Some((Role::Tractor, tag.to_owned(), vehicle))
        }
        IdentityKind::LastDigits => {
            let ends = |plate: &str| given.ends(plate);
            let role = if ends(&vehicle.plate) {
                Role::Tractor
            } else if vehicle.trailer.as_deref().is_some_and(ends) {
                Role::Trailer
            } else {
                return None;
            };
            Some((role, given.plate().to_owned(), vehicle))
        }
    };
    expected.iter().filter_map(each).collect()
}

fn unfit(vehicle: &ExpectedVehicle, direction: Direction, now: UtcMicros) -> Vec<ReasonCode> {
    let direction = (vehicle.direction != direction).then_some(ReasonCode::WrongDirection);
    let time = (now < vehicle.from || vehicle.until <= now).then_some(ReasonCode::OutsideWindow);
    direction.into_iter().chain(time).collect()
}

/// The order: who fits here now, the tractor before the trailer, the whole plate before its end; the rest makes
/// it the same however the list lies.
fn rank<'a>(vehicle: &'a ExpectedVehicle, unfit: &[ReasonCode], role: Role, whole: bool) -> impl Ord + use<'a> {
    let names =
        (&vehicle.plate, &vehicle.declaration, vehicle.trailer.as_deref(), vehicle.direction == Direction::Exit);
    (unfit.len(), role, Reverse(whole), vehicle.from, names, vehicle.until)
}

#[cfg(test)]
mod tests;
