//! Lane advice (phân luồng): where a vehicle goes next, and why.
//!
//! The rules are data that officers change: the first that fits names the channels to use, best first.
//! Two things are no data, so that no rule can break them: a place that is closed or not healthy is
//! never advised, and dangerous goods and inspections go only to places made for them. Whether an
//! inspection comes from a watchlist or from chance does not enter here at all, so it cannot show.

mod advise;
mod place;
mod rules;

pub use advise::{NoRoute, advise};
pub use place::{Channel, Place, PlaceNow, SIGN_MAX_CHARS};
pub use rules::{RouteRule, RoutingProblem, RoutingRules, Traveller};

#[cfg(test)]
mod tests;
