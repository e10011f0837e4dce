//! The advice itself.

use thiserror::Error;

use super::place::{Channel, PlaceNow};
use super::rules::{RoutingRules, Traveller, sign_fits};
use crate::message::exchange::RouteAdvice;

/// Why there is no advice: an officer directs the vehicle.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NoRoute {
    /// Every place for these channels is closed, out of order or missing.
    #[error("không có nơi nào đang mở và hoạt động cho {0}; cán bộ hướng dẫn xe")]
    NoPlace(String),
}

/// Where this vehicle goes next among `places`, which the caller has narrowed to those that can be
/// reached from where it stands. The same question always has the same answer.
///
/// # Errors
/// [`NoRoute`] when no open and healthy place serves it.
pub fn advise(traveller: &Traveller, rules: &RoutingRules, places: &[PlaceNow]) -> Result<RouteAdvice, NoRoute> {
    let usable = |now: &&PlaceNow| {
        now.open
            && now.healthy
            && now.place.direction.is_none_or(|d| d == traveller.direction)
            && sign_fits(&now.place.sign)
    };
    let needs = needs(traveller);
    if !needs.is_empty() {
        let made_for = |now: &&PlaceNow| {
            let channels = &now.place.channels;
            needs.iter().all(|need| channels.contains(need))
                && (traveller.dangerous || !channels.contains(&Channel::Dangerous))
        };
        let best = least_loaded(places.iter().filter(usable).filter(made_for));
        let why = needs.iter().map(|n| n.vi()).collect::<Vec<_>>().join(", ");
        return best.map(|now| advice(now, &why)).ok_or(NoRoute::NoPlace(why));
    }
    let rule = rules.rules.iter().find(|rule| rule.fits(traveller));
    let (channels, because) =
        rule.map_or((&[Channel::Ordinary][..], "không có quy tắc riêng"), |r| (&r.channels, &r.because));
    let may_use = |now: &&PlaceNow, channel: Channel| {
        now.place.channels.contains(&channel) && !now.place.channels.contains(&Channel::Dangerous)
    };
    channels
        .iter()
        .filter(|c| !matches!(c, Channel::Dangerous | Channel::Inspection))
        .find_map(|&channel| {
            let best = least_loaded(places.iter().filter(usable).filter(|now| may_use(now, channel)))?;
            Some(advice(best, &format!("{channel}: {because}")))
        })
        .ok_or_else(|| NoRoute::NoPlace(channels.iter().map(|c| c.vi()).collect::<Vec<_>>().join(", ")))
}

/// What a place must be made for, whatever the rules say.
fn needs(traveller: &Traveller) -> Vec<Channel> {
    let dangerous = traveller.dangerous.then_some(Channel::Dangerous);
    dangerous.into_iter().chain(traveller.inspection.then_some(Channel::Inspection)).collect()
}

fn least_loaded<'a>(places: impl Iterator<Item = &'a PlaceNow>) -> Option<&'a PlaceNow> {
    places.min_by(|a, b| (a.load, &a.place.name).cmp(&(b.load, &b.place.name)))
}

fn advice(now: &PlaceNow, because: &str) -> RouteAdvice {
    RouteAdvice {
        to: now.place.name.clone(),
        display: format!("VAO {}", now.place.sign),
        because: format!("{because}; {} xe ở đó", now.load),
    }
}
