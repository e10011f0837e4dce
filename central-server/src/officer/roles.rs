//! Who may use which route: one table. A route of the console that does not stand in it answers nobody.

use axum::http::Method;
use gate_core::message::command::OfficerRole::{self, Administrator, Officer, ShiftLeader};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Nobody needs to be signed in.
    Anyone,
    /// These roles, their session not locked.
    Roles(&'static [OfficerRole]),
    /// These roles, also when their session is locked: STOP is never refused for a rest.
    EvenLocked(&'static [OfficerRole]),
}

/// A row of the table.
#[derive(Clone, Debug)]
pub struct Rule {
    /// `GET` or `POST`.
    pub method: Method,
    /// As the router names it.
    pub path: &'static str,
    /// Who may.
    pub who: Who,
}

const ALL: &[OfficerRole] = &[Officer, ShiftLeader, Administrator];
const AT_LANES: &[OfficerRole] = &[Officer, ShiftLeader];
const LEADERS: &[OfficerRole] = &[ShiftLeader];
const ALARMS: &[OfficerRole] = &[ShiftLeader, Administrator];
/// Those who keep cameras and models.
const KEEPERS: &[OfficerRole] = &[ShiftLeader, Administrator];

/// The table.
#[must_use]
pub fn table() -> Vec<Rule> {
    let get = |path, who| Rule { method: Method::GET, path, who };
    let post = |path, who| Rule { method: Method::POST, path, who };
    vec![
        post("/console/api/sign-in", Who::Anyone),
        post("/console/api/first-sign-in", Who::Anyone),
        get("/console/api/words", Who::Anyone),
        post("/console/api/sign-out", Who::EvenLocked(ALL)),
        get("/console/api/me", Who::Roles(ALL)),
        post("/console/api/active", Who::Roles(ALL)),
        get("/console/api/lanes", Who::Roles(ALL)),
        get("/console/api/live", Who::Roles(ALL)),
        get("/console/api/passages", Who::Roles(AT_LANES)),
        get("/console/api/passages/{id}", Who::Roles(AT_LANES)),
        get("/console/api/evidence/{sha256}", Who::Roles(AT_LANES)),
        get("/console/api/lanes/{lane}/identity", Who::Roles(AT_LANES)),
        post("/console/api/lanes/{lane}/stop", Who::EvenLocked(ALL)),
        post("/console/api/lanes/{lane}/open", Who::Roles(AT_LANES)),
        post("/console/api/lanes/{lane}/priority", Who::Roles(AT_LANES)),
        post("/console/api/lanes/{lane}/convoy", Who::Roles(LEADERS)),
        post("/console/api/lanes/{lane}/convoy-over", Who::Roles(LEADERS)),
        get("/console/api/owed", Who::Roles(AT_LANES)),
        post("/console/api/owed/{id}", Who::Roles(AT_LANES)),
        get("/console/api/paper", Who::Roles(AT_LANES)),
        post("/console/api/paper", Who::Roles(AT_LANES)),
        post("/console/api/paper/{id}/withdraw", Who::Roles(LEADERS)),
        post("/console/api/lanes/{lane}/refuse", Who::Roles(AT_LANES)),
        post("/console/api/lanes/{lane}/hold", Who::Roles(AT_LANES)),
        post("/console/api/lanes/{lane}/mode", Who::Roles(LEADERS)),
        post("/console/api/passages/{id}/plate", Who::Roles(AT_LANES)),
        post("/console/api/passages/{id}/confirm", Who::Roles(AT_LANES)),
        get("/console/api/alarms", Who::Roles(ALARMS)),
        post("/console/api/alarms/{id}/acknowledge", Who::Roles(ALARMS)),
        get("/console/api/day", Who::Roles(AT_LANES)),
        get("/console/api/recognition", Who::Roles(KEEPERS)),
        get("/console/api/recognition/{id}/{which}", Who::Roles(KEEPERS)),
        post("/console/api/expected", Who::Roles(LEADERS)),
        post("/console/api/confirmations", Who::Roles(AT_LANES)),
    ]
}

/// What the table says of a route.
#[must_use]
pub fn who(method: &Method, path: &str) -> Option<Who> {
    table().into_iter().find(|rule| rule.method == *method && rule.path == path).map(|rule| rule.who)
}

/// Whether this role may see alarms of this kind. Those of the watchlist are the shift leader's alone.
#[must_use]
pub fn may_see_alarm(role: OfficerRole, kind: &str) -> bool {
    match role {
        OfficerRole::Officer => false,
        OfficerRole::ShiftLeader => true,
        OfficerRole::Administrator => kind != crate::alarm::WATCHLIST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn barriers_are_for_those_who_work_lanes_and_stop_for_everybody() {
        for rule in table().iter().filter(|r| r.path.contains("/lanes/{lane}/")) {
            let stop = rule.path.ends_with("/stop");
            let (Who::Roles(roles) | Who::EvenLocked(roles)) = rule.who else { panic!("{rule:?}") };
            assert_eq!(roles.contains(&Administrator), stop, "{rule:?}");
            assert_eq!(matches!(rule.who, Who::EvenLocked(_)), stop, "{rule:?}");
        }
    }

    #[test]
    fn watchlist_alarms_are_the_shift_leaders() {
        let may = |role| may_see_alarm(role, "watchlist");
        assert!(may(ShiftLeader) && !may(Officer) && !may(Administrator));
        assert!(may_see_alarm(Administrator, "record"));
    }
}
