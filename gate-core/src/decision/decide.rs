//! The decision. One code for central and edge; the edge is never more permissive, because all that
//! sets it apart are further reasons to refer.
//!
//! Opening by itself needs every condition of `domain.md`, "Automatic opening": each that is not met
//! is a reason, and any reason refers. Nothing is opened because something is *not* known.

use super::facts::{Decider, Lists};
use super::fitting;
use super::{
    ConfirmationKind, ConfirmationRule, Decision, ExpectedVehicle, OfflinePolicy, Reason, ReasonCode, RuleSet, Verdict,
};
use crate::clock::UtcMicros;
use crate::message::exchange::Seen;
use crate::plate::Country;
use crate::plate::confusion::{Match, match_for_opening, watched};
use crate::reading::PlateReading;
use crate::vehicle::{Direction, Role};

/// A decision and what only those who may know it learn.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// For the lane, the driver's sign and every screen.
    pub decision: Decision,
    /// Which expected vehicle it is, by its place in the list.
    pub expected: Option<usize>,
    /// References of watchlist entries that it may be: for the officers who may see them alone.
    pub watch_hits: Vec<String>,
}

/// Decides about the vehicle that was seen.
#[must_use]
pub fn decide(seen: &Seen, lists: Lists<'_>, now: UtcMicros, decider: Decider) -> Outcome {
    let watch_hits = watch_hits(seen, lists);
    let tractor = seen.plates.iter().find(|p| p.role == Role::Tractor && !p.text.is_empty());
    let found = tractor.map_or(Found::Nothing(ReasonCode::Unread), |plate| find(plate, lists, now, seen.direction));
    let mut reasons = Vec::new();
    if !watch_hits.is_empty() {
        reasons.push(Reason { code: ReasonCode::Inspection, detail: String::new() });
    }
    reasons.extend(of_the_edge(lists.rules, now, decider));
    reasons.extend(tractor.map(|p| of_the_reading(p, seen, lists.rules)).unwrap_or_default());
    let expected = match found {
        Found::Nothing(code) => {
            reasons.push(Reason { code, detail: String::new() });
            None
        }
        Found::Doubtful(place, code) => {
            reasons.push(Reason { code, detail: lists.expected[place].plate.clone() });
            Some(place)
        }
        Found::Exact(place) => {
            reasons.extend(of_the_vehicle(&lists.expected[place], seen, lists.rules, now));
            Some(place)
        }
    };
    reasons.extend(of_the_lane(seen));
    let verdict = match () {
        () if !watch_hits.is_empty() => Verdict::Refuse,
        () if reasons.is_empty() => Verdict::Open,
        () => Verdict::Refer,
    };
    if reasons.is_empty() {
        reasons.push(Reason { code: ReasonCode::AllConditionsMet, detail: String::new() });
    }
    let matched = expected.map(|place| lists.expected[place].plate.clone());
    Outcome { decision: Decision { verdict, reasons, matched, lists_version: lists.version }, expected, watch_hits }
}

enum Found {
    Nothing(ReasonCode),
    Doubtful(usize, ReasonCode),
    Exact(usize),
}

/// Looks for the plate among those expected now, then says why it is none of them.
fn find(plate: &PlateReading, lists: Lists<'_>, now: UtcMicros, direction: Direction) -> Found {
    let country = |e: &ExpectedVehicle| plate.country.is_none_or(|c| c == e.country);
    let choose = |fits: &dyn Fn(&ExpectedVehicle) -> bool| -> (Vec<usize>, Match) {
        let places: Vec<usize> = (0..lists.expected.len()).filter(|&i| fits(&lists.expected[i])).collect();
        let found = match_for_opening(&plate.text, places.iter().map(|&i| lists.expected[i].plate.as_str()));
        (places, found)
    };
    let on_time = |e: &ExpectedVehicle| e.from <= now && now < e.until;
    let (places, found) = choose(&|e| country(e) && on_time(e) && e.direction == direction);
    match found {
        Match::Exact(i) => return Found::Exact(places[i]),
        Match::OtherProvince(i) => return Found::Doubtful(places[i], ReasonCode::ProvinceMismatch),
        Match::Probable(i) => return Found::Doubtful(places[i], ReasonCode::Probable),
        Match::Ambiguous => return Found::Nothing(ReasonCode::Disagreement),
        Match::None => {}
    }
    if let (places, Match::Exact(i)) = choose(&|e| country(e) && on_time(e)) {
        return Found::Doubtful(places[i], ReasonCode::WrongDirection);
    }
    match choose(&country) {
        (places, Match::Exact(i)) => Found::Doubtful(places[i], ReasonCode::OutsideWindow),
        _ => Found::Nothing(ReasonCode::NotExpected),
    }
}

fn watch_hits(seen: &Seen, lists: Lists<'_>) -> Vec<String> {
    let possible: Vec<(&str, Option<Country>)> = seen
        .plates
        .iter()
        .flat_map(|p| {
            let others = p.others.iter().map(|(text, _)| text.as_str());
            [p.text.as_str(), p.raw.as_str()].into_iter().chain(others).map(|text| (text, p.country))
        })
        .collect();
    let hit = |entry: &&super::WatchEntry| {
        let texts = possible.iter().filter(|(_, c)| entry.country.is_none() || c.is_none() || *c == entry.country);
        watched(texts.map(|(text, _)| *text), &entry.plate)
    };
    lists.watch.iter().filter(hit).map(|entry| entry.reference.clone()).collect()
}

/// What sets the edge apart: only further reasons to refer.
fn of_the_edge(rules: &RuleSet, now: UtcMicros, decider: Decider) -> Option<Reason> {
    let Decider::Edge { issued, valid_until } = decider else { return None };
    if rules.offline == OfflinePolicy::ReferAll {
        return Some(Reason { code: ReasonCode::OfflinePolicy, detail: String::new() });
    }
    let age_s = now.since(issued).as_secs();
    let stale = age_s > u64::from(rules.max_list_age_s) || now >= valid_until || issued > now;
    stale.then(|| Reason {
        code: ReasonCode::ListsStale,
        detail: format!("lists of {age_s} s ago, at most {} s", rules.max_list_age_s),
    })
}

fn of_the_reading(plate: &PlateReading, seen: &Seen, rules: &RuleSet) -> Vec<Reason> {
    let mut reasons = Vec::new();
    // A probability or a limit that is not a number is not enough.
    let enough = plate.probability >= rules.min_probability;
    if !enough {
        let detail = format!("probability {:.4}, needed {:.4}", plate.probability, rules.min_probability);
        reasons.push(Reason { code: ReasonCode::LowProbability, detail });
    }
    let others = seen.plates.iter().filter(|p| p.role == Role::Tractor && p.text != plate.text);
    reasons.extend(
        others.map(|p| Reason { code: ReasonCode::Disagreement, detail: format!("{} and {}", plate.text, p.text) }),
    );
    reasons
}

/// Why a vehicle is held at its next checkpoint.
const HELD: &str = "another trailer or container was seen behind the last boom";

fn of_the_vehicle(vehicle: &ExpectedVehicle, seen: &Seen, rules: &RuleSet, now: UtcMicros) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut because = |code, detail: String| reasons.push(Reason { code, detail });
    if vehicle.inside != (seen.direction == Direction::Exit) {
        let detail = if vehicle.inside { "it is inside already" } else { "it never came in" };
        because(ReasonCode::AlreadyPassed, detail.to_owned());
    }
    match missing(vehicle, seen.direction, rules) {
        None => because(ReasonCode::ConfirmationMissing, "no rule says which confirmations it needs".to_owned()),
        Some(missing) => {
            for kind in missing {
                because(ReasonCode::ConfirmationMissing, confirmation_name(kind));
            }
        }
    }
    if vehicle.permit_until.is_none_or(|until| until < now) {
        because(ReasonCode::PermitMissing, String::new());
    }
    if seen.direction == Direction::Exit && !vehicle.fee_settled {
        because(ReasonCode::FeeUnpaid, String::new());
    }
    if !seen.class.is_some_and(|class| fitting::class_fits(class, vehicle.class)) {
        because(ReasonCode::ClassMismatch, fitting::describe(seen.class, vehicle.class));
    }
    if vehicle.held {
        because(ReasonCode::TrailerOrContainerMismatch, HELD.to_owned());
    }
    if vehicle.laden
        && let Some((code, detail)) = fitting::trailer_and_containers(vehicle, seen)
    {
        because(code, detail);
    }
    reasons
}

/// The confirmations that a vehicle needs and has not; `None` where no rule says which it needs.
pub(super) fn missing(
    vehicle: &ExpectedVehicle,
    direction: Direction,
    rules: &RuleSet,
) -> Option<Vec<ConfirmationKind>> {
    let rule = required(vehicle, direction, rules)?;
    Some(rule.needs.iter().filter(|kind| !vehicle.confirmed.contains(kind)).copied().collect())
}

fn required<'a>(vehicle: &ExpectedVehicle, direction: Direction, rules: &'a RuleSet) -> Option<&'a ConfirmationRule> {
    rules.confirmations.iter().find(|rule| {
        rule.direction.is_none_or(|d| d == direction)
            && rule.country.is_none_or(|c| c == vehicle.country)
            && rule.laden.is_none_or(|laden| laden == vehicle.laden)
    })
}

/// The confirmations that a vehicle lacks which was let through first: by its rule where it was announced; else every
/// one that a rule for this direction might ask of it.
#[must_use]
pub fn owed(rules: &RuleSet, direction: Direction, vehicle: Option<&ExpectedVehicle>) -> Vec<ConfirmationKind> {
    let mut kinds: Vec<ConfirmationKind> = match vehicle {
        Some(vehicle) => {
            let needs = required(vehicle, direction, rules).map(|rule| rule.needs.as_slice()).unwrap_or_default();
            needs.iter().copied().filter(|kind| !vehicle.confirmed.contains(kind)).collect()
        }
        None => {
            let fitting = rules.confirmations.iter().filter(|rule| rule.direction.is_none_or(|d| d == direction));
            fitting.flat_map(|rule| rule.needs.iter().copied()).collect()
        }
    };
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn confirmation_name(kind: ConfirmationKind) -> String {
    serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn of_the_lane(seen: &Seen) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if !seen.on_loop {
        reasons.push(Reason { code: ReasonCode::NoVehicleOnLoop, detail: String::new() });
    }
    if !seen.lane_automatic {
        reasons.push(Reason { code: ReasonCode::LaneNotAutomatic, detail: String::new() });
    }
    reasons
}
