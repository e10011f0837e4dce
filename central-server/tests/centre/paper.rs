//! Paper slips: entered once, as such, into their crossing; withdrawn, never deleted.

use central_server::clock::day_of;
use central_server::sql;
use gate_core::clock::UtcMicros;
use gate_core::decision::{ReasonCode, Verdict};
use gate_core::message::snapshot::Snapshot;
use gate_core::message::topic::Channel;
use gate_core::passage::{OpenedBy, PassageOutcome};
use gate_core::vehicle::Direction;
use serde_json::{Value, json};

use crate::decide::{ask, codes};
use crate::edge::{Edge, lane, now, passage};
use crate::house::{House, engines, until};
use crate::person::Person;
use crate::scene::{REFERENCE, comes, declare, ended, question, seen};

const MINUTE: i64 = 60_000_000;

/// What an officer types of a slip that was written so many minutes ago.
pub fn typed(number: &str, plate: &str, minutes_ago: i64) -> Value {
    json!({"slip": {"number": number, "lane": "in-1", "at": now().0 - minutes_ago * MINUTE, "plate": plate,
        "outcome": "passed", "written_by": "Trần Văn B", "reason": "no_power"}})
}

fn with(mut typed: Value, field: &str, value: Value) -> Value {
    typed["slip"][field] = value;
    typed
}

pub async fn enter(person: &Person, typed: Value) -> String {
    let (status, said) = person.post("/console/api/paper", typed).await;
    assert_eq!(status, 201, "{said}");
    said["passage"].as_str().unwrap().to_owned()
}

async fn view(person: &Person, passage: &str) -> Value {
    person.get(&format!("/console/api/passages/{passage}")).await.1
}

/// The account of the lane's day into which so many minutes ago falls.
async fn day(person: &Person, minutes_ago: i64) -> Value {
    let day = day_of(UtcMicros(now().0 - minutes_ago * MINUTE)).unwrap();
    person.get(&format!("/console/api/day?day={day}")).await.1["lanes"][0].clone()
}

async fn owed(person: &Person) -> Vec<String> {
    let (_, said) = person.get("/console/api/owed").await;
    said["owed"].as_array().unwrap().iter().map(|o| o["kind"].as_str().unwrap().to_owned()).collect()
}

async fn scene(engine: (&'static str, String)) -> (House, Edge, Person, Person) {
    let house = House::start(engine).await;
    declare(&house);
    let edge = Edge::enrol(&house, "kt-edge-1", "in-1:entry,in-2:entry,out-1:exit").await;
    let (lan, minh) = (Person::new(&house, "lan", "officer").await, Person::new(&house, "minh", "shift_leader").await);
    (house, edge, lan, minh)
}

#[tokio::test]
async fn a_slip_is_a_passage_of_its_crossing_and_never_looks_like_a_machines() {
    for engine in engines("a_slip_is_a_passage_of_its_crossing") {
        let (house, mut edge, lan, _) = scene(engine).await;
        let slip = with(typed("KT-0012", "G12345", 30), "declaration", json!("2026112500001"));
        let slip = with(slip, "containers", json!(["CSQU 305438-3"]));
        let id = enter(&lan, with(slip, "note", json!("mất điện cả trạm"))).await;

        let shown = view(&lan, &id).await;
        let (record, journey) = (&shown["record"], &shown["journey"]);
        assert_eq!((&record["outcome"], &record["opened_by"]), (&json!("passed"), &json!("paper")), "{shown}");
        assert_eq!((&record["events"], &record["clock_synchronised"]), (&json!(0), &json!(false)), "{shown}");
        let paper = &record["paper"];
        assert_eq!((&paper["number"], &paper["written_by"]), (&json!("KT-0012"), &json!("Trần Văn B")), "{shown}");
        assert_eq!((&paper["entered_by"], &paper["withdrawn"]), (&json!("lan"), &Value::Null), "{shown}");
        assert_eq!(record["parts"][1]["text"], "CSQU3054383", "{shown}");
        assert_eq!(
            (&journey["state"], &journey["declaration"]),
            (&json!("inside"), &json!("2026112500001")),
            "{shown}"
        );
        assert_eq!((&shown["boom"], &shown["expected"]["plate"]), (&json!([]), &json!("G12345")), "{shown}");
        assert_eq!((&shown["acts"][0]["act"], &shown["acts"][0]["officer"]), (&json!("enter_slip"), &json!("lan")));

        // The declaration was used up by it: here, and in what the edges decide by.
        let again = question(&edge, &lane("in-2"), passage(), seen("云G12345", Direction::Entry));
        let (reply, ..) = ask(&mut edge, &again).await;
        assert_eq!((reply.decision.verdict, codes(&reply)), (Verdict::Refer, vec![ReasonCode::AlreadyPassed]));
        let inside = |lists: &Snapshot| lists.expected.iter().any(|v| v.plate == "G12345" && v.inside);
        while !inside(&edge.receive::<Snapshot>(Channel::Snapshot(edge.name.clone())).await.0) {}

        let day = day(&lan, 30).await;
        assert_eq!((&day["passages"]["all"], &day["paper"]), (&json!(0), &json!({"no_power": 1})), "{day}");
        assert_eq!(day["interventions"], json!({}), "{}: {day}", house.engine);
        for (filter, found) in [("paper=1", 1), ("paper=0", 0), ("plate=G12345", 1)] {
            let (_, list) = lan.get(&format!("/console/api/passages?{filter}")).await;
            assert_eq!(list["passages"].as_array().unwrap().len(), found, "{filter}: {list}");
        }
        assert!(owed(&lan).await.is_empty(), "everything was given before");
        house.cli(&["audit", "verify"]);
    }
}

#[tokio::test]
async fn what_was_lacking_is_owed_and_a_vehicle_that_was_sent_back_owes_nothing() {
    for engine in engines("what_was_lacking_is_owed") {
        let (house, mut edge, lan, _) = scene(engine).await;
        enter(&lan, typed("1", "24C99999", 20)).await;
        assert_eq!(owed(&lan).await, ["border_guard_in", "customs_in"], "{}", house.engine);
        let back = enter(&lan, with(typed("2", "24C88888", 20), "outcome", json!("turned_away"))).await;
        assert_eq!(owed(&lan).await.len(), 2, "{}", house.engine);
        let shown = view(&lan, &back).await;
        assert_eq!(
            (&shown["record"]["opened_by"], &shown["journey"]["state"]),
            (&json!("nobody"), &json!("turned_back"))
        );
        assert_eq!(day(&lan, 20).await["paper"], json!({"no_power": 2}));
        // One that was sent back may come again.
        enter(&lan, with(typed("3", "云G12345", 60), "outcome", json!("turned_away"))).await;
        let again = question(&edge, &lane("in-1"), passage(), seen("云G12345", Direction::Entry));
        assert_eq!(ask(&mut edge, &again).await.0.decision.verdict, Verdict::Open, "{}", house.engine);
    }
}

#[tokio::test]
async fn a_slip_that_is_entered_late_takes_its_place_in_the_crossing() {
    for engine in engines("a_slip_that_is_entered_late") {
        let (house, mut edge, lan, _) = scene(engine).await;
        let (at, id) = (lane("out-1"), passage());
        comes(&mut edge, &at, id, "24C55555").await;
        let end = edge.tell(&at, Some(id), ended(PassageOutcome::Passed, OpenedBy::Console)).await;
        edge.acknowledged(end).await;
        let slip = enter(&lan, typed("7", "24C-555.55", 120)).await;
        let (shown, after) = (view(&lan, &slip).await, view(&lan, &id.to_string()).await);
        assert_eq!(shown["journey"]["id"], after["journey"]["id"], "{}", house.engine);
        assert_eq!(
            (&shown["journey"]["state"], &shown["journey"]["began_at"]),
            (&json!("left"), &shown["record"]["began_at"])
        );
        let store = house.store().await;
        let crossings = store.rows(sql!("SELECT direction FROM crossings")).await.unwrap();
        assert_eq!((crossings.len(), crossings[0].text("direction").unwrap().as_str()), (1, "entry"));
    }
}

#[tokio::test]
async fn a_number_is_entered_once_by_however_many() {
    for engine in engines("a_number_is_entered_once") {
        let (house, _edge, lan, minh) = scene(engine).await;
        let race = (0..8).map(|n| {
            let (person, number) = (if n % 2 == 0 { &lan } else { &minh }, ["KT-0007", "kt 7", "KT/007", "KT7"][n / 2]);
            let typed = with(typed(&number.replace(' ', "-"), &format!("24C1000{n}"), 5), "note", json!(n.to_string()));
            person.post("/console/api/paper", typed)
        });
        let answers = futures::future::join_all(race).await;
        let entered = answers.iter().filter(|(status, _)| *status == 201).count();
        assert_eq!(entered, 1, "{}: {answers:?}", house.engine);
        for (status, said) in answers.iter().filter(|(status, _)| *status != 201) {
            let text = said["message"].as_str().unwrap();
            assert_eq!((*status, &said["type"]), (409, &json!("slip_known")), "{said}");
            assert!(
                (text.contains("lan entered it at") || text.contains("minh entered it at")) && text.contains("24C1000"),
                "{text}"
            );
        }
        let (_, list) = lan.get("/console/api/paper").await;
        assert_eq!(list["slips"].as_array().unwrap().len(), 1, "{list}");
        let store = house.store().await;
        let acts = store.rows(sql!("SELECT id FROM acts WHERE act = 'enter_slip'")).await.unwrap();
        assert_eq!(acts.len(), 1, "{}: what was refused left nothing", house.engine);
    }
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_the_remedy_named() {
    for engine in engines("what_is_wrong_is_refused") {
        let (house, _edge, lan, _) = scene(engine).await;
        let good = || typed("9", "24C12345", 5);
        for (slip, status, kind, word) in [
            (with(good(), "lane", json!("in-9")), 404, "slip_lane", "\"in-9\""),
            (with(good(), "at", json!(now().0 + 5 * MINUTE)), 400, "slip_time", "lies ahead"),
            (typed("9", "24C12345", 49 * 60), 400, "slip_time", "more than 48 h ago"),
            (typed("9", "xe", 5), 400, "plate", "\"xe\""),
            (with(good(), "containers", json!(["CSQU3054380"])), 400, "container", "it should be 3"),
            (with(good(), "outcome", json!("tailgated")), 422, "body", "tailgated"),
            (with(good(), "note", json!("x".repeat(501))), 400, "reason", "501"),
        ] {
            let (answer, said) = lan.post("/console/api/paper", slip).await;
            assert_eq!((answer, &said["type"]), (status, &json!(kind)), "{}: {said}", house.engine);
            assert!(said["message"].as_str().unwrap().contains(word), "{word}: {said}");
        }
        assert_eq!(lan.get("/console/api/paper").await.1["slips"], json!([]), "nothing was kept");
    }
}

#[tokio::test]
async fn where_the_machine_saw_the_plate_about_then_the_officer_says_that_it_is_another_passage() {
    for engine in engines("where_the_machine_saw_the_plate_about_then") {
        let (house, mut edge, lan, _) = scene(engine).await;
        let (at, id) = (lane("in-1"), passage());
        comes(&mut edge, &at, id, "24C12345").await;
        let end = edge.tell(&at, Some(id), ended(PassageOutcome::Passed, OpenedBy::Console)).await;
        edge.acknowledged(end).await;
        // One that a reader takes for the other is near, too.
        for plate in ["24C-123.45", "24G-123.45", "24C-123.48"] {
            let (status, said) = lan.post("/console/api/paper", typed("21", plate, 8)).await;
            let near = plate != "24C-123.48";
            assert_eq!(
                (status, said["type"] == "slip_near"),
                if near { (409, true) } else { (201, false) },
                "{plate}: {said}"
            );
            assert_eq!(
                near,
                said["message"].as_str().is_some_and(|m| m.contains("24C12345 at") && m.contains("machine"))
            );
        }
        let mut slip = typed("22", "24C-123.45", 8);
        assert_eq!(
            lan.post("/console/api/paper", with(slip.clone(), "lane", json!("in-2"))).await.0,
            201,
            "another lane"
        );
        slip["another"] = json!(true);
        enter(&lan, with(slip, "number", json!("23"))).await;
        enter(&lan, typed("24", "24C-123.45", 40)).await;
        // Two slips of one vehicle at one time.
        let (status, said) = lan.post("/console/api/paper", typed("25", "24C12345", 42)).await;
        assert_eq!((status, &said["type"]), (409, &json!("slip_near")), "{said}");
        assert!(said["message"].as_str().unwrap().contains("by slip 24"), "{}: {said}", house.engine);
    }
}

#[tokio::test]
async fn what_a_lane_tells_late_of_the_same_vehicle_is_the_shift_leaders_to_settle() {
    for engine in engines("what_a_lane_tells_late_of_the_same_vehicle") {
        let (house, mut edge, lan, minh) = scene(engine).await;
        enter(&lan, typed("26", "24C-123.45", 3)).await;
        enter(&lan, typed("27", "24C-543.21", 3)).await;
        let at = lane("in-1");
        for (plate, outcome) in [
            ("24C12345", PassageOutcome::Passed),
            ("24C54321", PassageOutcome::Unseen),
            ("24C99999", PassageOutcome::Passed),
        ] {
            let id = passage();
            comes(&mut edge, &at, id, plate).await;
            let end = edge.tell(&at, Some(id), ended(outcome, OpenedBy::Console)).await;
            edge.acknowledged(end).await;
        }
        let (_, said) = minh.get("/console/api/alarms").await;
        let alarms = said["alarms"].as_array().unwrap();
        assert_eq!((alarms.len(), &alarms[0]["kind"]), (1, &json!("paper_doubled")), "{}: {said}", house.engine);
        assert!(alarms[0]["detail"].as_str().unwrap().contains("; 26: 24C12345 "), "{said}");
    }
}

#[tokio::test]
async fn a_slip_that_was_entered_wrongly_is_withdrawn_and_stays() {
    for engine in engines("a_slip_that_was_entered_wrongly") {
        let (house, mut edge, lan, minh) = scene(engine).await;
        let id = enter(&lan, typed("30", "G12345", 30)).await;
        let owing = enter(&lan, typed("31", "24C99999", 30)).await;
        let path = |id: &str| format!("/console/api/paper/{id}/withdraw");
        let why = json!({"reason": "nhập nhầm ngày"});
        assert_eq!(lan.post(&path(&id), why.clone()).await.0, 403, "the shift leader's");
        assert_eq!(minh.post(&path(&id), json!({"reason": " "})).await.1["type"], "reason");
        assert_eq!(minh.post(&path(&passage().to_string()), why.clone()).await.0, 404);
        for slip in [&id, &owing] {
            assert_eq!(minh.post(&path(slip), why.clone()).await.0, 204, "{}", house.engine);
        }
        let (status, said) = minh.post(&path(&id), why).await;
        assert_eq!((status, &said["type"]), (409, &json!("changed")), "{said}");
        assert!(said["message"].as_str().unwrap().contains("by minh at"), "{said}");

        let shown = view(&lan, &id).await;
        assert_eq!((&shown["record"]["outcome"], &shown["journey"]), (&Value::Null, &Value::Null), "{shown}");
        let withdrawn = &shown["record"]["paper"]["withdrawn"];
        assert_eq!((&withdrawn["by"], &withdrawn["reason"]), (&json!("minh"), &json!("nhập nhầm ngày")), "{shown}");
        assert_eq!(shown["record"]["paper"]["outcome"], "passed", "what stood on it is kept: {shown}");
        assert!(owed(&lan).await.is_empty() && day(&lan, 30).await["paper"] == json!({}), "{}", house.engine);
        let again = question(&edge, &lane("in-1"), passage(), seen("云G12345", Direction::Entry));
        assert_eq!(ask(&mut edge, &again).await.0.decision.verdict, Verdict::Open, "{}", house.engine);

        // Its number is free for the slip as it should have been entered.
        enter(&lan, typed("30", "24C77777", 30)).await;
        let (_, list) = lan.get("/console/api/paper").await;
        let stands = |slip: &Value| (slip["paper"]["number"].clone(), slip["paper"]["withdrawn"].is_null());
        let slips: Vec<_> = list["slips"].as_array().unwrap().iter().map(stands).collect();
        assert_eq!(slips, [(json!("30"), true), (json!("31"), false), (json!("30"), false)], "{list}");
        until("all leaves are placed", async || {
            let said = house.run(&["audit", "verify", "--json"]);
            let report: Value = serde_json::from_slice(&said.stdout).unwrap();
            (report["waiting"] == 0).then_some(())
        })
        .await;
        assert!(house.run(&["audit", "verify"]).status.success(), "{}", house.engine);
        let store = house.store().await;
        for (change, back) in [
            (sql!("UPDATE paper_slips SET reason = 'other'"), sql!("UPDATE paper_slips SET reason = 'no_power'")),
            (sql!("UPDATE paper_slips SET at = at + 1"), sql!("UPDATE paper_slips SET at = at - 1")),
            (
                sql!("UPDATE paper_slips SET withdrawn_by = 'lan' WHERE withdrawn_at IS NOT NULL"),
                sql!("UPDATE paper_slips SET withdrawn_by = 'minh' WHERE withdrawn_at IS NOT NULL"),
            ),
        ] {
            store.run(change).await.unwrap();
            let said = String::from_utf8(house.run(&["audit", "verify"]).stdout).unwrap();
            assert!(said.contains("paper_slips") && said.contains("was changed"), "{}: {said}", house.engine);
            store.run(back).await.unwrap();
        }
        assert!(house.run(&["audit", "verify"]).status.success(), "{}: as it was, it is good", house.engine);
    }
}

#[tokio::test]
async fn a_plate_that_was_written_wrongly_is_corrected_as_any_other() {
    for engine in engines("a_plate_that_was_written_wrongly") {
        let (house, mut edge, lan, _) = scene(engine).await;
        let id = enter(&lan, typed("50", "云G12346", 30)).await;
        let word = json!({"plate": "云G12345", "reason": "xem lại phiếu"});
        let (status, said) = lan.post(&format!("/console/api/passages/{id}/plate"), word).await;
        assert_eq!((status, &said["record"]["corrected"]), (200, &json!("云G12345")), "{said}");
        assert_eq!(
            (&said["record"]["opened_by"], &said["record"]["parts"][0]["text"]),
            (&json!("paper"), &json!("云G12346"))
        );
        assert_eq!(said["journey"]["declaration"], "2026112500001", "{}: {said}", house.engine);
        let again = question(&edge, &lane("in-2"), passage(), seen("云G12345", Direction::Entry));
        assert_eq!(codes(&ask(&mut edge, &again).await.0), [ReasonCode::AlreadyPassed], "{}", house.engine);
    }
}

#[tokio::test]
async fn a_watched_vehicle_on_a_late_slip_alarms_silently() {
    for engine in engines("a_watched_vehicle_on_a_late_slip") {
        let (house, _edge, lan, minh) = scene(engine).await;
        let (status, said) = lan.post("/console/api/paper", typed("40", "云G66666", 30)).await;
        assert_eq!(status, 201, "{said}");
        let id = &said["passage"];
        assert!(
            !said.to_string().contains(REFERENCE)
                && !view(&lan, id.as_str().unwrap()).await.to_string().contains(REFERENCE)
        );
        enter(&lan, with(typed("41", "24C10000", 30), "trailer", json!("G6666G"))).await;
        let (_, alarms) = minh.get("/console/api/alarms").await;
        let told: Vec<_> = alarms["alarms"].as_array().unwrap().iter().map(|a| (&a["kind"], &a["detail"])).collect();
        assert_eq!(told.len(), 2, "{}: {alarms}", house.engine);
        assert!(told.iter().all(|(kind, detail)| **kind == "watchlist" && **detail == REFERENCE), "{alarms}");
        assert!(alarms["alarms"].as_array().unwrap().iter().any(|a| a["passage"] == *id), "{alarms}");
    }
}

#[tokio::test]
async fn an_edge_cannot_say_that_paper_opened() {
    for engine in engines("an_edge_cannot_say_that_paper_opened") {
        let (house, mut edge, lan, _) = scene(engine).await;
        let (at, id) = (lane("in-1"), passage());
        comes(&mut edge, &at, id, "24C12345").await;
        let end = edge.tell(&at, Some(id), ended(PassageOutcome::Passed, OpenedBy::Paper)).await;
        edge.acknowledged(end).await;
        let shown = view(&lan, &id.to_string()).await;
        assert_eq!(
            (&shown["record"]["outcome"], shown["record"].get("paper")),
            (&Value::Null, None),
            "{}",
            house.engine
        );
        let store = house.store().await;
        let refused = store.row(sql!("SELECT why FROM events_refused")).await.unwrap().unwrap();
        assert!(refused.text("why").unwrap().contains("only an officer at the centre enters slips"));
    }
}
