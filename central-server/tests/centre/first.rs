//! Who goes first: priority with its owed confirmations, and a shift leader's convoy.

use gate_core::message::command::{CommandBody, ConvoySize, LaneCommand, OfficerRef, OfficerRole};
use gate_core::message::event::{ActPlace, EventBody};
use gate_core::message::topic::Channel;
use gate_core::passage::{OpenedBy, PassageOutcome};
use serde_json::{Value, json};

use crate::edge::{Edge, lane, passage, seen_by_central};
use crate::house::{House, engines, until};
use crate::person::Person;
use crate::scene::{comes, ended};

fn act(name: &str) -> EventBody {
    EventBody::Act {
        officer: OfficerRef { name: "lan".into(), role: OfficerRole::Officer },
        act: name.into(),
        reason: "cấp cứu".into(),
        place: ActPlace::Console,
        plate: None,
    }
}

#[tokio::test]
async fn an_ambulance_passes_first_and_owes_its_confirmations() {
    for engine in engines("an_ambulance_passes_first_and_owes_its_confirmations") {
        let house = House::start(engine).await;
        let mut edge = Edge::enrol(&house, "kt-edge-1", "in-1:entry").await;
        let lan = Person::new(&house, "lan", "officer").await;
        let (at, id) = (lane("in-1"), passage());
        comes(&mut edge, &at, id, "24C12345").await;
        edge.stands(&at, id, 1).await;
        seen_by_central(&lan, "in-1", id).await;

        let path = "/console/api/lanes/in-1/priority";
        let (status, said) = lan.post(path, json!({"passage": id})).await;
        assert_eq!((status, &said["type"]), (400, &json!("reason")), "{said}");
        let (status, said) = lan.post(path, json!({"passage": id, "reason": "cấp cứu"})).await;
        assert_eq!(status, 202, "{said}");
        let (command, _) = edge.receive::<LaneCommand>(Channel::Command(at.clone())).await;
        assert!(matches!(command.body, CommandBody::Grant { priority: true, .. }), "{command:?}");
        let owed = async |person: &Person| person.get("/console/api/owed").await.1["owed"].clone();
        assert_eq!(owed(&lan).await, json!([]), "nothing is owed before it is through");

        edge.tell(&at, Some(id), act("priority")).await;
        let end = edge.tell(&at, Some(id), ended(PassageOutcome::Passed, OpenedBy::Console)).await;
        edge.acknowledged(end).await;
        let (_, view) = lan.get(&format!("/console/api/passages/{id}")).await;
        assert_eq!(view["record"]["priority"], true, "{view}");
        let kinds = |list: &Value, open: bool| {
            let rows = list.as_array().unwrap().iter().filter(|o| o["settled_at"].is_null() == open);
            rows.map(|o| o["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(kinds(&owed(&lan).await, true), ["border_guard_in", "customs_in"], "{}", house.engine);

        let settle = format!("/console/api/owed/{id}");
        let (status, said) = lan.post(&settle, json!({"kind": "customs_in", "note": " "})).await;
        assert_eq!((status, &said["type"]), (400, &json!("reason")), "{said}");
        let given = json!({"kind": "customs_in", "note": "HQ: phiếu 12/2026"});
        assert_eq!(lan.post(&settle, given.clone()).await.0, 204);
        let (status, said) = lan.post(&settle, given).await;
        assert_eq!((status, &said["type"]), (409, &json!("changed")), "once is enough: {said}");
        let list = owed(&lan).await;
        assert_eq!(
            (kinds(&list, true), kinds(&list, false)),
            (vec!["border_guard_in".into()], vec!["customs_in".into()])
        );
        assert_eq!((&list[1]["settled_by"], &list[1]["note"]), (&json!("lan"), &json!("HQ: phiếu 12/2026")));
    }
}

#[tokio::test]
async fn who_was_let_in_otherwise_or_not_at_all_owes_nothing() {
    for engine in engines("who_was_let_in_otherwise_or_not_at_all_owes_nothing") {
        let house = House::start(engine).await;
        let mut edge = Edge::enrol(&house, "kt-edge-1", "in-1:entry").await;
        let lan = Person::new(&house, "lan", "officer").await;
        let at = lane("in-1");
        for (words, outcome) in [
            (vec!["priority", "open"], PassageOutcome::Passed),
            (vec!["open"], PassageOutcome::Passed),
            (vec!["priority"], PassageOutcome::BackedOut),
        ] {
            let id = passage();
            comes(&mut edge, &at, id, "24C12345").await;
            for word in words {
                edge.tell(&at, Some(id), act(word)).await;
            }
            let end = edge.tell(&at, Some(id), ended(outcome, OpenedBy::Console)).await;
            edge.acknowledged(end).await;
        }
        assert_eq!(lan.get("/console/api/owed").await.1["owed"], json!([]), "{}", house.engine);
    }
}

#[tokio::test]
async fn a_convoy_is_the_shift_leaders_and_within_its_limits() {
    for engine in engines("a_convoy_is_the_shift_leaders_and_within_its_limits") {
        let house = House::start(engine).await;
        let mut edge = Edge::enrol(&house, "kt-edge-1", "in-1:entry").await;
        let lan = Person::new(&house, "lan", "officer").await;
        let minh = Person::new(&house, "minh", "shift_leader").await;
        let at = lane("in-1");
        edge.tell_status(|_| {}).await;
        until("the lane is heard", async || {
            (minh.get("/console/api/lanes").await.1["lanes"][0]["live"] == true).then_some(())
        })
        .await;
        let path = "/console/api/lanes/in-1/convoy";
        let said = |vehicles: u8, minutes: u8| json!({"convoy": {"vehicles": vehicles, "minutes": minutes}, "reason": "đoàn công tác"});
        assert_eq!(lan.post(path, said(3, 5)).await.0, 403);
        let (status, why) = minh.post(path, said(3, 16)).await;
        assert_eq!((status, &why["type"]), (400, &json!("convoy")), "{why}");
        assert!(why["message"].as_str().unwrap().contains("1 to 15 minutes, not 16"), "{why}");
        assert_eq!(minh.post(path, said(3, 5)).await.0, 202);
        let (command, _) = edge.receive::<LaneCommand>(Channel::Command(at.clone())).await;
        assert_eq!(command.body, CommandBody::Convoy { size: ConvoySize { vehicles: 3, minutes: 5 } });
        assert_eq!(minh.post("/console/api/lanes/in-1/convoy-over", json!({})).await.0, 202);
        let (command, _) = edge.receive::<LaneCommand>(Channel::Command(at.clone())).await;
        assert_eq!(command.body, CommandBody::ConvoyOver);
    }
}
