//! The record: good as it is, and any changed row is found.

use gate_core::message::exchange::DecisionReply;
use gate_core::message::topic::Channel;
use gate_core::passage::{OpenedBy, PassageOutcome};
use gate_core::vehicle::Direction;
use serde_json::json;

use crate::edge::{Edge, lane, passage};
use crate::house::{House, engines, until};
use crate::person::Person;
use crate::scene::{comes, declare, ended, question, seen};

#[tokio::test]
async fn a_changed_row_is_found_whichever_it_is() {
    for engine in engines("a_changed_row_is_found_whichever_it_is") {
        let house = House::start(engine).await;
        declare(&house);
        let mut edge = Edge::enrol(&house, "kt-edge-1", "in-1:entry").await;
        let lan = Person::new(&house, "lan", "officer").await;
        let (at, id) = (lane("in-1"), passage());
        comes(&mut edge, &at, id, "云G12345").await;
        let asked = question(&edge, &at, id, seen("云G12345", Direction::Entry));
        edge.send(Channel::Request(at.clone()), &asked).await;
        edge.receive::<DecisionReply>(Channel::Decision(at.clone())).await;
        let corrected = json!({"plate": "云G12346", "reason": "nhìn tận mắt"});
        until("the passage is there", async || {
            let path = format!("/console/api/passages/{id}/plate");
            (lan.post(&path, corrected.clone()).await.0 == 200).then_some(())
        })
        .await;
        let end = edge.tell(&at, Some(id), ended(PassageOutcome::Passed, OpenedBy::Console)).await;
        edge.acknowledged(end).await;
        until("all leaves are placed", async || {
            let said = house.run(&["audit", "verify", "--json"]);
            let report: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
            assert_eq!(report["findings"], json!([]), "{}", house.engine);
            (report["waiting"] == 0).then_some(())
        })
        .await;
        let store = house.store().await;
        let quiet = |n: &str| format!("UPDATE {n}");
        for (table, change, back) in [
            ("passages", "passages SET opened_by = 'central'", "passages SET opened_by = 'console'"),
            ("passage", "passages SET corrected = NULL", "passages SET corrected = '云G12346'"),
            (
                "acts",
                "acts SET reason = 'khác' WHERE act = 'correct_plate'",
                "acts SET reason = 'nhìn tận mắt' WHERE act = 'correct_plate'",
            ),
            ("decisions", "decisions SET verdict = 'refer'", "decisions SET verdict = 'open'"),
            ("events", "events SET at = at + 1", "events SET at = at - 1"),
        ] {
            let run = async |text: &str| {
                store.run(central_server::store::Query::assembled(quiet(text), Vec::new())).await.unwrap();
            };
            run(change).await;
            let said = house.run(&["audit", "verify"]);
            let text = String::from_utf8(said.stdout).unwrap();
            assert_eq!(said.status.code(), Some(1), "{}: {table}", house.engine);
            assert!(text.contains("was changed") && text.contains(table), "{}: {table} in {text}", house.engine);
            run(back).await;
        }
        assert!(house.run(&["audit", "verify"]).status.success(), "{}: as it was, it is good", house.engine);
    }
}
