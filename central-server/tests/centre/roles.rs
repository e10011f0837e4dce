//! Every route of the console for every role, and for nobody.

use central_server::officer::roles::{Who, table};
use gate_core::message::command::OfficerRole;
use serde_json::json;

use crate::edge::Edge;
use crate::house::{House, engines};
use crate::person::Person;

#[tokio::test]
async fn each_route_asks_for_its_roles() {
    for engine in engines("each_route_asks_for_its_roles") {
        let house = House::start(engine).await;
        let _edge = Edge::enrol(&house, "kt-edge-1", "in-1:entry").await;
        let people = [
            (None, Person::stranger(&house)),
            (Some(OfficerRole::Officer), Person::new(&house, "lan", "officer").await),
            (Some(OfficerRole::ShiftLeader), Person::new(&house, "minh", "shift_leader").await),
            (Some(OfficerRole::Administrator), Person::new(&house, "hoa", "administrator").await),
        ];
        for rule in table() {
            // Each in its own end: signing out ends the session, the stream does not end.
            if rule.path.ends_with("/sign-out") {
                continue;
            }
            let path = rule
                .path
                .replace("{lane}", "in-1")
                .replace("{id}", "019ac000-0000-7000-8000-000000000000")
                .replace("{sha256}", &"0".repeat(64));
            for (role, person) in &people {
                let request = person.request(rule.method.as_str(), &path).header("gate-console", "1");
                let request = if rule.method == "POST" { request.json(&json!({"wrong": true})) } else { request };
                let status = request.send().await.unwrap().status().as_u16();
                let may = match (rule.who, role) {
                    (Who::Anyone, _) => None,
                    (_, None) => Some(401),
                    (Who::Roles(roles) | Who::EvenLocked(roles), Some(role)) => (!roles.contains(role)).then_some(403),
                };
                let what = format!("{}: {} {path} as {role:?}", house.engine, rule.method);
                match may {
                    Some(refused) => assert_eq!(status, refused, "{what}"),
                    None => assert!(![401, 403, 405, 500, 503].contains(&status), "{what}: {status}"),
                }
            }
        }
        // What stands not in the table answers nobody.
        assert_eq!(people[1].1.request("DELETE", "/console/api/lanes").send().await.unwrap().status().as_u16(), 404);
        assert_eq!(people[1].1.get("/console/api/nothing").await.0, 404);
    }
}

#[tokio::test]
async fn the_page_has_its_policy_and_the_house_its_health() {
    let house = House::start(engines("page").remove(0)).await;
    let anyone = Person::stranger(&house);
    let answer = anyone.request("GET", "/").send().await.unwrap();
    let header = |name: &str| answer.headers().get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
    let policy = header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert!(header("strict-transport-security").is_empty(), "never for localhost");
    let named = anyone.request("GET", "/").header("host", "gate.example").send().await.unwrap();
    assert!(named.headers()["strict-transport-security"].to_str().unwrap().contains("max-age=63072000"));
    assert_eq!(anyone.get("/healthz").await.0, 200);
    let (_, metrics) = anyone.get("/metrics").await;
    assert!(metrics.as_str().unwrap().contains("central_"), "{metrics}");
    let (status, words) = anyone.get("/console/api/words").await;
    assert_eq!(status, 200);
    assert!(words["reasons"]["unread"]["vi"].is_string() && words["states"]["referred"]["zh"].is_string());
}
