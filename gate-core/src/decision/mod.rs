//! Who may pass: one decision code, run by central and, past the deadline, by the edge on its snapshot.

mod decide;
mod facts;
mod fitting;
pub mod identity;

pub use decide::{Outcome, decide, owed};
pub use facts::{Decider, Lists};
pub use fitting::{class_fits, other_than_declared};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::UtcMicros;
use crate::plate::Country;
use crate::vehicle::{Direction, VehicleClass};

/// What is to be done with the vehicle at the stop line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Open by itself.
    Open,
    /// An officer looks and decides.
    Refer,
    /// Send back or aside; an officer may overrule with a reason.
    Refuse,
}

/// A decision with the rules that fired, most important first. Never empty: every verdict has a reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// What is to be done.
    pub verdict: Verdict,
    /// Why, most important first.
    pub reasons: Vec<Reason>,
    /// The plate as declared that the reading was matched to, where one was.
    pub matched: Option<String>,
    /// The version of the rules and lists that decided.
    pub lists_version: u64,
}

/// A rule that fired and the value that made it fire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// Which rule.
    pub code: ReasonCode,
    /// The value it fired on, for people (`"probability 0.83, needed 0.99"`); empty when the code
    /// says all. Never a watchlist's contents.
    pub detail: String,
}

/// Every rule that can fire. Texts for people in three languages are in [`crate::words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// Exact, expected now, confirmed, class fits, a vehicle on the loop.
    AllConditionsMet,
    /// Nothing legible was seen.
    Unread,
    /// The reading's probability is below the lane's limit.
    LowProbability,
    /// Several plates that contradict each other.
    Disagreement,
    /// No such vehicle is expected at this gate now.
    NotExpected,
    /// Expected, but not within its time window.
    OutsideWindow,
    /// Expected for the other direction.
    WrongDirection,
    /// One known confusion away from exactly one expected vehicle: an officer confirms.
    Probable,
    /// A confirmation that this kind of passage needs is missing.
    ConfirmationMissing,
    /// The permit is missing or no longer valid.
    PermitMissing,
    /// A fee is unpaid: blocks the exit.
    FeeUnpaid,
    /// The class seen does not fit the class declared.
    ClassMismatch,
    /// The province character differs from the declared one.
    ProvinceMismatch,
    /// The laden combination's trailer or container was not seen.
    TrailerOrContainerUnseen,
    /// The trailer or container differs from the declared one.
    TrailerOrContainerMismatch,
    /// No vehicle stands on the loop.
    NoVehicleOnLoop,
    /// Chosen for inspection: the neutral text for chance and watchlist alike.
    Inspection,
    /// The lists at hand are too old to decide by.
    ListsStale,
    /// The lane's offline policy refers everything.
    OfflinePolicy,
    /// The same vehicle is already inside, or has already left.
    AlreadyPassed,
    /// The lane is degraded or not in automatic mode.
    LaneNotAutomatic,
}

/// A vehicle that a declaration announces, with all that a decision asks of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExpectedVehicle {
    /// The declaration's number.
    pub declaration: String,
    /// The plate as declared: Chinese plates usually without their province.
    pub plate: String,
    /// Which country's plate.
    pub country: Country,
    /// Entry or exit.
    pub direction: Direction,
    /// The class as declared.
    pub class: VehicleClass,
    /// Carries goods.
    pub laden: bool,
    /// The trailer's plate as declared.
    pub trailer: Option<String>,
    /// Container numbers as declared.
    pub containers: Vec<String>,
    /// Goods that go first (fresh fruit).
    pub fresh: bool,
    /// Dangerous goods.
    pub dangerous: bool,
    /// Expected from.
    pub from: UtcMicros,
    /// Expected until.
    pub until: UtcMicros,
    /// Confirmations given so far.
    pub confirmed: Vec<ConfirmationKind>,
    /// The permit is valid until; `None` when there is none.
    pub permit_until: Option<UtcMicros>,
    /// The fee is settled or not owed.
    pub fee_settled: bool,
    /// Is inside the gate now: expected only to leave.
    pub inside: bool,
    /// Behind its last boom another trailer or container was seen than was declared, and nobody has settled that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// The number of its RFID tag, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// The confirmations of the forces that work at the gate (`domain.md` section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmationKind {
    /// Border guard, in.
    BorderGuardIn,
    /// Customs, in.
    CustomsIn,
    /// Health quarantine.
    HealthQuarantine,
    /// Plant quarantine.
    PlantQuarantine,
    /// Animal quarantine.
    AnimalQuarantine,
    /// Transport permit.
    TransportPermit,
    /// In the yard.
    InYard,
    /// Customs checked.
    CustomsChecked,
    /// Transfer of goods done.
    TransferDone,
    /// Customs, out.
    CustomsOut,
    /// Border guard, out.
    BorderGuardOut,
    /// Left Vietnam.
    LeftVietnam,
    /// Returned.
    Returned,
}

/// One plate that is watched for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WatchEntry {
    /// The plate, whole or as declared.
    pub plate: String,
    /// Which country's plate; `None` = either.
    pub country: Option<Country>,
    /// The list's own reference, for the officers who may see it.
    pub reference: String,
}

/// What a decision asks for; configuration of the site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleSet {
    /// Grows with each change.
    pub version: u64,
    /// Least probability of a reading that may open by itself, in 0..=1.
    pub min_probability: f32,
    /// Which confirmations a passage needs: the first rule that fits decides; none fits = refer.
    pub confirmations: Vec<ConfirmationRule>,
    /// Oldest lists, in seconds, that the edge may decide by when central is silent.
    pub max_list_age_s: u32,
    /// What the edge may do when central is silent.
    pub offline: OfflinePolicy,
}

/// Which confirmations are required, for which passages; an absent condition fits all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationRule {
    /// For this direction only.
    pub direction: Option<Direction>,
    /// For this country's vehicles only.
    pub country: Option<Country>,
    /// For laden or for empty vehicles only.
    pub laden: Option<bool>,
    /// All of these must be given.
    pub needs: Vec<ConfirmationKind>,
}

/// What the edge may do on its own snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OfflinePolicy {
    /// Refer every vehicle.
    ReferAll,
    /// Open for those expected and confirmed on fresh lists; refer the rest.
    ExpectedAndConfirmed,
}

#[cfg(test)]
mod tests;
