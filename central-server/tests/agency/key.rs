//! Keys, purpose and case, and the limit.

use std::time::Duration;

use central_server::agency::keys::{self, AgencyError, NewKey};

use crate::house::{House, MINUTE, houses, operator};

async fn status(house: &House, authorization: &str) -> u16 {
    let headers = [("authorization", authorization.to_owned())];
    let answer = house.ask_with("/api/v1/passages", &headers, Some("kiểm tra"), Some("1")).await;
    if answer.status == 401 {
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
        assert_eq!(answer.json()["type"], "key");
    }
    answer.status
}

#[tokio::test]
async fn a_key_opens_until_it_is_revoked_or_over() {
    for house in houses("keys").await {
        let (store, clock) = (&house.app.store, &house.app.clock);
        let good = format!("Bearer {}", house.key);
        assert_eq!(status(&house, &good).await, 200, "{}", house.engine);
        assert_eq!(status(&house, &good.to_lowercase()).await, 200, "{}", house.engine);
        let other = format!("Bearer {}0", &house.key[..house.key.len() - 1]);
        for bad in ["", "Bearer", "Bearer ", "Basic Y3VzdG9tcw==", &house.key, &format!("Bearer {}", house.key.len())] {
            assert_eq!(status(&house, bad).await, 401, "{}: {bad}", house.engine);
        }
        if other != good {
            assert_eq!(status(&house, &other).await, 401, "{}", house.engine);
        }
        assert_eq!(house.ask_with("/api/v1/passages", &[], Some("kiểm tra"), Some("1")).await.status, 401);

        let day = NewKey { label: "one day", life: Some(Duration::from_secs(24 * 3600)) };
        let second = keys::add_key(store, clock, operator(), "customs", day).await.unwrap();
        assert_eq!(status(&house, &format!("Bearer {second}")).await, 200);
        house.wait(24 * 60 * MINUTE);
        assert_eq!(status(&house, &format!("Bearer {second}")).await, 401, "{}: its day is over", house.engine);

        let listed = keys::list(store).await.unwrap();
        let first = listed[0].keys.iter().find(|k| k.label == "tests").unwrap();
        assert!(!house.key.contains(&first.id), "the list names a key by its hash");
        keys::revoke(store, clock, operator(), "customs", Some(&first.id), "máy bị mất").await.unwrap();
        assert_eq!(status(&house, &good).await, 401, "{}: revoked", house.engine);
        let again = keys::revoke(store, clock, operator(), "customs", Some(&first.id), "máy bị mất").await;
        assert!(matches!(again, Err(AgencyError::NoKey { .. })));

        let police = NewKey { label: "first", life: None };
        let third = keys::add(store, clock, operator(), "police", "CSGT", police).await.unwrap();
        assert_eq!(status(&house, &format!("Bearer {third}")).await, 200);
        keys::revoke(store, clock, operator(), "police", None, "hết thỏa thuận").await.unwrap();
        assert_eq!(status(&house, &format!("Bearer {third}")).await, 401, "{}: the agency is gone", house.engine);
        let more = keys::add_key(store, clock, operator(), "police", police).await;
        assert!(matches!(more, Err(AgencyError::Unknown(_))));
        let twice = keys::add(store, clock, operator(), "customs", "Hải quan", police).await;
        assert!(matches!(twice, Err(AgencyError::Known(_))));
        let kept = house.count("SELECT COUNT(*) AS n FROM acts WHERE act LIKE 'agency_%'").await;
        assert_eq!(kept, 5, "{}: every change of keys is an act", house.engine);
    }
}

#[tokio::test]
async fn without_purpose_and_case_nothing_is_answered() {
    for house in houses("purpose").await {
        let key = [("authorization", format!("Bearer {}", house.key))];
        let long = "x".repeat(201);
        for (purpose, case, named) in [
            (None, Some("1"), "Gate-Purpose is missing"),
            (Some("kiểm tra"), None, "Gate-Case is missing"),
            (Some("ab"), Some("1"), "Gate-Purpose has 2 characters"),
            (Some(long.as_str()), Some("1"), "Gate-Purpose has 201 characters"),
            (Some("kiểm tra"), Some(""), "Gate-Case has 0 characters"),
            (Some("kiểm tra"), Some(&long[..65]), "Gate-Case has 65 characters"),
        ] {
            for path in ["/api/v1/passages", "/api/v1/crossings", "/api/v1/passages/1", "/api/v1/evidence/1"] {
                let answer = house.ask_with(path, &key, purpose, case).await;
                let said = answer.json();
                assert_eq!((answer.status, &said["type"]), (400, &"header".into()), "{}: {said}", house.engine);
                assert!(said["message"].as_str().unwrap().contains(named), "{said}");
            }
        }
        assert_eq!(house.count("SELECT COUNT(*) AS n FROM agency_accesses").await, 0, "{}", house.engine);
        house.ask("/api/v1/passages?plate=24C12345").await;
        let row = house.app.store.row(central_server::sql!("SELECT * FROM agency_accesses")).await.unwrap().unwrap();
        assert_eq!(row.text("purpose").unwrap(), "kiểm tra tờ khai", "{}", house.engine);
        assert_eq!(row.text("case_number").unwrap(), "HQ-2026/118");
        assert_eq!(row.text("filters").unwrap(), r#"{"plate":"24C12345"}"#);
    }
}

#[tokio::test]
async fn who_asks_too_much_is_told_when_to_come_again() {
    let house = houses("limit").await.remove(0);
    let mut refused = None;
    for n in 0..61 {
        let answer = house.ask("/api/v1/passages").await;
        if answer.status == 429 {
            refused = Some((n, answer));
            break;
        }
    }
    let (n, answer) = refused.unwrap();
    assert_eq!((n, answer.headers["retry-after"].to_str().unwrap()), (60, "1"));
    assert!(answer.json()["message"].as_str().unwrap().contains("300 questions a minute"));
    house.wait(1_000_000);
    assert_eq!(house.ask("/api/v1/passages").await.status, 200);
    assert_eq!(house.ask_with("/api/v1/openapi.json", &[], None, None).await.status, 200, "needs no key");
}
