//! What an agency gets can be checked without central; every access stands in the record.

use std::io::Write as _;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use central_server::audit::{self, VerifiableRecord};
use central_server::sql;
use serde_json::{Value, json};

use crate::ask::one_passage;
use crate::house::{Came, EIGHT, House, MINUTE, houses};

/// The record as people read it: what changes from run to run is replaced by its shape.
pub fn readable(mut answer: Value) -> Value {
    fn walk(value: &mut Value) {
        match value {
            Value::Array(all) => all.iter_mut().for_each(walk),
            Value::Object(fields) => {
                if fields.get("crossing").is_some_and(Value::is_string) {
                    fields.insert("crossing".to_owned(), "(a UUID)".into());
                }
                if let Some(record) = fields.get_mut("record").filter(|r| r.is_object()) {
                    let body = STANDARD.decode(record["body"].as_str().unwrap()).unwrap();
                    let checkpoint = STANDARD.decode(record["checkpoint"]["payload"].as_str().unwrap()).unwrap();
                    let checkpoint: Value = serde_json::from_slice(&checkpoint).unwrap();
                    record["body"] = json!({"(base64 of)": serde_json::from_slice::<Value>(&body).unwrap()});
                    record["salt"] = "(32 bytes)".into();
                    record["proof"] = format!("({} hashes)", record["proof"].as_array().unwrap().len()).into();
                    record["checkpoint"] = format!("(signed, over {} entries)", checkpoint["size"]).into();
                }
                fields.values_mut().for_each(walk);
            }
            _ => {}
        }
    }
    walk(&mut answer);
    answer
}

#[tokio::test]
async fn answers_as_they_leave_the_house() {
    for mut house in houses("answers").await {
        let id = one_passage(&mut house).await;
        house.comes(&Came::vn(2, "24C12345", EIGHT + 5 * MINUTE)).await;
        house.checkpoint().await;
        house.passed(&Came::vn(3, "29C54321", EIGHT + 6 * MINUTE)).await;
        let list = house.ask("/api/v1/passages").await.json();
        let states: Vec<&Value> = list["passages"].as_array().unwrap().iter().map(|p| &p["record_state"]).collect();
        assert_eq!(states, ["pending", "open", "verifiable"], "{}", house.engine);
        insta::assert_json_snapshot!("passages", readable(list));
        insta::assert_json_snapshot!("passage", readable(house.ask(&format!("/api/v1/passages/{id}")).await.json()));
        let mut crossings = house.ask("/api/v1/crossings?plate=G12345").await.json();
        crossings["crossings"][0]["id"] = "(a UUID)".into();
        insta::assert_json_snapshot!("crossings", readable(crossings));
        insta::assert_json_snapshot!("refusal", house.ask("/api/v1/passages?limit=many").await.json());
    }
}

fn verify(house: &House, record: &Value) -> (bool, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_central-server"))
        .args(["audit", "verify-record", "-", "--data"])
        .arg(house.dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(record.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (
        output.status.success(),
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)),
    )
}

#[tokio::test]
async fn a_record_is_checked_without_central_and_a_changed_one_is_found() {
    for mut house in houses("verify-record").await {
        let id = one_passage(&mut house).await;
        for n in 10..30 {
            house.passed(&Came::vn(n, "24C12345", EIGHT + i64::from(n) * MINUTE)).await;
        }
        house.checkpoint().await;
        let mut passage = house.ask(&format!("/api/v1/passages/{id}")).await.json();
        assert!(verify(&house, &passage).0, "{}: the passage as a whole is taken, too", house.engine);
        let record = passage["record"].take();
        let (good, said) = verify(&house, &passage);
        assert!(!good && said.contains("carries no record"), "{}: {said}", house.engine);
        let (good, said) = verify(&house, &record);
        assert!(good && said.contains("云G12345"), "{}: {said}", house.engine);

        let body = STANDARD.decode(record["body"].as_str().unwrap()).unwrap();
        let forged = String::from_utf8(body).unwrap().replace("云G12345", "云G99999");
        let other = house.ask("/api/v1/passages?plate=24C12345&limit=1").await.json()["passages"][0]["record"].take();
        for (field, value) in [
            ("body", json!(STANDARD.encode(forged))),
            ("salt", json!("00".repeat(32))),
            ("index", json!(record["index"].as_u64().unwrap() + 1)),
            ("proof", json!([])),
            ("proof", other["proof"].clone()),
            ("body", other["body"].clone()),
        ] {
            let mut tampered = record.clone();
            tampered[field] = value;
            let (good, said) = verify(&house, &tampered);
            assert!(!good && said.contains("the record was changed"), "{}: {field}: {said}", house.engine);
        }
        let mut foreign = record.clone();
        foreign["checkpoint"]["payload"] =
            json!(STANDARD.encode(r#"{"site":"kim-thanh","size":1,"root":"00","at":0}"#));
        let (good, said) = verify(&house, &foreign);
        assert!(!good && said.contains("the checkpoint"), "{}: {said}", house.engine);
        assert!(!verify(&house, &json!({})).0);
    }
}

#[tokio::test]
async fn every_access_is_in_the_record_and_a_changed_one_is_found() {
    for mut house in houses("accesses").await {
        let id = one_passage(&mut house).await;
        let answer = house.ask(&format!("/api/v1/passages/{id}")).await;
        let access: uuid::Uuid = answer.headers["gate-access"].to_str().unwrap().parse().unwrap();
        house.ask("/api/v1/crossings?plate=G12345").await;
        house.checkpoint().await;
        let leaf = audit::record_of_subject(&house.app.store, audit::LeafKind::Access, access).await.unwrap();
        let body: Value = serde_json::from_slice(&STANDARD.decode(&leaf.body).unwrap()).unwrap();
        assert_eq!((&body["agency"], &body["purpose"]), (&"customs".into(), &"kiểm tra tờ khai".into()));
        assert_eq!((&body["results"], &body["status"]), (&1.into(), &200.into()), "{}", house.engine);
        let central = house.app.keys.signing.verifying_key();
        leaf.verify(&central).unwrap();

        let report = audit::verify(&house.app.store, &central).await.unwrap();
        assert!(report.good(), "{}: {:?}", house.engine, report.findings);
        house
            .app
            .store
            .run(sql!("UPDATE agency_accesses SET case_number = 'other' WHERE id = $1", access))
            .await
            .unwrap();
        let report = audit::verify(&house.app.store, &central).await.unwrap();
        assert!(report.findings.iter().any(|f| f.what.contains("agency_accesses")), "{}", house.engine);
    }
}

#[tokio::test]
async fn a_passage_that_is_corrected_after_its_end_gets_a_new_record() {
    for mut house in houses("corrected").await {
        let came = Came::cn(1, "云G12345", EIGHT);
        let id = house.passed(&came).await;
        house.checkpoint().await;
        house.correct(id, "云G12346").await;
        let path = format!("/api/v1/passages/{id}");
        assert_eq!(house.ask(&path).await.json()["record_state"], "pending", "{}", house.engine);
        house.checkpoint().await;
        let passage = house.ask(&path).await.json();
        assert_eq!((&passage["plate"], &passage["corrected"]), (&"云G12346".into(), &true.into()), "{}", house.engine);
        let record: VerifiableRecord = serde_json::from_value(passage["record"].clone()).unwrap();
        let verified = record.verify(&house.app.keys.signing.verifying_key()).unwrap();
        let body: Value = serde_json::from_slice(&verified.body).unwrap();
        assert_eq!(body["corrected"], "云G12346", "{}", house.engine);
    }
}
