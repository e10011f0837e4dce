//! A passage by a paper slip says so to agencies, and what was withdrawn counts for nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use central_server::paper::{self, Bounds, SlipOutcome, SlipReason, Written};
use gate_core::clock::UtcMicros;
use gate_core::ids::{EdgeId, LaneId, PassageId};
use gate_core::vehicle::Ways;
use serde_json::{Value, json};

use crate::house::{Came, EIGHT, House, MINUTE, houses, operator};
use crate::record::readable;

/// A slip that was written a quarter of an hour before eight.
async fn entered(house: &House) -> PassageId {
    let written = Written {
        number: "KT-0012".into(),
        lane: "in-1".into(),
        direction: None,
        at: EIGHT - 15 * MINUTE,
        plate: "云G·12345".into(),
        trailer: None,
        containers: vec!["CSQU3054383".into()],
        declaration: Some("2026112500001".into()),
        outcome: SlipOutcome::Passed,
        written_by: "Trần Văn B".into(),
        reason: SlipReason::NoPower,
        note: "mất điện cả trạm".into(),
    };
    let id = PassageId::from_parts(1_795_567_500_000, [12; 10]);
    let edge = EdgeId::new("kt-edge-1").unwrap();
    let lanes = BTreeMap::from([(LaneId::new("in-1").unwrap(), (edge, Ways::Entry))]);
    let bounds = Bounds { now: UtcMicros(EIGHT), oldest: Duration::from_secs(48 * 3600), lanes: &lanes };
    let slip = paper::check(written, &bounds, id, "lan").unwrap();
    paper::enter(&house.app, operator(), slip, false).await.unwrap();
    id
}

#[tokio::test]
async fn a_passage_by_paper_says_so() {
    for mut house in houses("paper").await {
        let id = entered(&house).await;
        house.passed(&Came::cn(1, "云G54321", EIGHT)).await;
        house.checkpoint().await;
        let path = format!("/api/v1/passages/{id}");
        insta::assert_json_snapshot!("paper", readable(house.ask(&path).await.json()));
        let list = house.ask("/api/v1/passages").await.json();
        let papers: Vec<bool> = list["passages"].as_array().unwrap().iter().map(|p| p["paper"].is_object()).collect();
        assert_eq!(papers, [false, true], "{}: the machine's comes without", house.engine);

        house.wait(MINUTE);
        paper::withdraw(&house.app, operator(), id, "nhập nhầm ngày").await.unwrap();
        assert_eq!(house.ask(&path).await.json()["record_state"], "pending", "{}", house.engine);
        house.checkpoint().await;
        let said = house.ask(&path).await.json();
        let paper = &said["paper"];
        assert_eq!((&said["outcome"], &said["crossing"]), (&Value::Null, &Value::Null), "{}: {said}", house.engine);
        assert_eq!(paper["withdrawn_at"], json!("2026-11-25T01:01:00Z"), "{said}");
        assert_eq!(paper["withdrawn_because"], json!("nhập nhầm ngày"), "{said}");
        assert_eq!(house.ask("/api/v1/crossings?plate=G12345").await.json()["crossings"], json!([]));
    }
}
