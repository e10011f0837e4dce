//! The rules of routing, as data, and what they look at.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::place::{Channel, Place, SIGN_MAX_CHARS};
use crate::decision::ExpectedVehicle;
use crate::plate::Country;
use crate::vehicle::Direction;

/// What routing knows of a vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traveller {
    /// Which way it goes.
    pub direction: Direction,
    /// Whose plate; `None` when unknown.
    pub country: Option<Country>,
    /// Carries goods; `None` when unknown, which counts as laden.
    pub laden: Option<bool>,
    /// Carries goods that go first.
    pub fresh: bool,
    /// Carries dangerous goods.
    pub dangerous: bool,
    /// Chosen for inspection, for whatever cause.
    pub inspection: bool,
}

impl Traveller {
    /// An expected vehicle, chosen for inspection or not.
    #[must_use]
    pub fn expected(vehicle: &ExpectedVehicle, direction: Direction, inspection: bool) -> Self {
        Self {
            direction,
            country: Some(vehicle.country),
            laden: Some(vehicle.laden),
            fresh: vehicle.fresh,
            dangerous: vehicle.dangerous,
            inspection,
        }
    }

    /// A vehicle of which no declaration is known.
    #[must_use]
    pub fn unknown(direction: Direction, country: Option<Country>, inspection: bool) -> Self {
        Self { direction, country, laden: None, fresh: false, dangerous: false, inspection }
    }
}

/// Where vehicles are sent, and by which rules; configuration of the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutingRules {
    /// Grows with each change.
    pub version: u64,
    /// The places.
    pub places: Vec<Place>,
    /// The first that fits decides; where none fits, the ordinary channel.
    pub rules: Vec<RouteRule>,
}

/// One rule; an absent condition fits all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteRule {
    /// Why, in the words of the officer who made it; shown with every advice that it gives.
    pub because: String,
    /// For this direction only.
    pub direction: Option<Direction>,
    /// For this country's vehicles only.
    pub country: Option<Country>,
    /// For laden or for empty vehicles only.
    pub laden: Option<bool>,
    /// For goods that go first, or for those that do not.
    pub fresh: Option<bool>,
    /// Channels to use, best first.
    pub channels: Vec<Channel>,
}

impl RouteRule {
    /// Whether it speaks of this vehicle. An unknown country fits no rule that asks for one.
    #[must_use]
    pub fn fits(&self, traveller: &Traveller) -> bool {
        self.direction.is_none_or(|d| d == traveller.direction)
            && self.country.is_none_or(|c| Some(c) == traveller.country)
            && self.laden.is_none_or(|laden| laden == traveller.laden.unwrap_or(true))
            && self.fresh.is_none_or(|fresh| fresh == traveller.fresh)
    }
}

/// What is wrong with routing rules.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RoutingProblem {
    /// A sign that the display cannot show.
    #[error("place {place:?}: sign {sign:?} must be 1 to {SIGN_MAX_CHARS} unaccented characters; write LAN for làn")]
    Sign {
        /// The place.
        place: String,
        /// Its sign.
        sign: String,
    },
    /// A place without a purpose.
    #[error("place {0:?} is for no channel: name at least one, or leave the place out")]
    NoChannel(String),
    /// Two places of one name.
    #[error("place {0:?} stands twice: give each place a name of its own")]
    Twice(String),
    /// A place whose purposes exclude each other.
    #[error("place {0:?} takes dangerous goods and ordinary vehicles: make two places of it")]
    Mixed(String),
    /// A rule that sends nowhere.
    #[error("rule {0:?} names no channel")]
    Nowhere(String),
    /// A rule without a reason.
    #[error("rule number {0} gives no reason: say in `because` why it is there")]
    NoReason(usize),
    /// A rule that would choose for inspection or for dangerous goods by itself.
    #[error("rule {rule:?} names the channel of {channel}: vehicles come there by their own state alone")]
    Reserved {
        /// The rule.
        rule: String,
        /// The channel.
        channel: Channel,
    },
}

impl RoutingRules {
    /// All that is wrong, at once; empty when good.
    #[must_use]
    pub fn problems(&self) -> Vec<RoutingProblem> {
        let places = self.places.iter().enumerate().flat_map(|(i, place)| {
            let twice = self.places[..i].iter().any(|p| p.name == place.name);
            let mixed = place.channels.contains(&Channel::Dangerous)
                && place.channels.iter().any(|c| !matches!(c, Channel::Dangerous | Channel::Inspection));
            let name = || place.name.clone();
            [
                (!sign_fits(&place.sign)).then(|| RoutingProblem::Sign { place: name(), sign: place.sign.clone() }),
                place.channels.is_empty().then(|| RoutingProblem::NoChannel(name())),
                twice.then(|| RoutingProblem::Twice(name())),
                mixed.then(|| RoutingProblem::Mixed(name())),
            ]
        });
        let rules = self.rules.iter().enumerate().flat_map(|(i, rule)| {
            let name = || rule.because.clone();
            let reserved = rule.channels.iter().find(|c| matches!(c, Channel::Inspection | Channel::Dangerous));
            [
                rule.because.trim().is_empty().then_some(RoutingProblem::NoReason(i + 1)),
                rule.channels.is_empty().then(|| RoutingProblem::Nowhere(name())),
                reserved.map(|&channel| RoutingProblem::Reserved { rule: name(), channel }),
            ]
        });
        places.flatten().chain(rules.flatten()).collect()
    }
}

pub(super) fn sign_fits(sign: &str) -> bool {
    (1..=SIGN_MAX_CHARS).contains(&sign.len()) && sign.bytes().all(|b| (b' '..=b'~').contains(&b))
}

impl Default for RoutingRules {
    /// Fresh goods first, empty vehicles apart, no places yet.
    fn default() -> Self {
        let rule = |because: &str, fresh, laden, channels: &[Channel]| RouteRule {
            because: because.to_owned(),
            direction: None,
            country: None,
            laden,
            fresh,
            channels: channels.to_vec(),
        };
        Self {
            version: 1,
            places: Vec::new(),
            rules: vec![
                rule("hàng tươi đi trước", Some(true), Some(true), &[Channel::Green, Channel::Ordinary]),
                rule("xe không có hàng", None, Some(false), &[Channel::Empty, Channel::Ordinary]),
                rule("không có quy tắc riêng", None, None, &[Channel::Ordinary]),
            ],
        }
    }
}
