//! Signing in over HTTPS.

use serde_json::json;

use crate::house::{House, engines};
use crate::person::{PASSWORD, Person};

#[tokio::test]
async fn nobody_has_a_password_before_they_set_it_and_five_failures_lock() {
    for engine in engines("nobody_has_a_password_before_they_set_it_and_five_failures_lock") {
        let house = House::start(engine).await;
        let invite = house.cli(&["user", "add", "lan", "--role", "officer", "--full-name", "Nguyễn Thị Lan"]);
        assert!(invite.len() == 64 && !house.cli(&["user", "list"]).contains(&invite));
        assert_eq!(house.cli(&["user", "list"]), "lan\tofficer\tinvited\tNguyễn Thị Lan");
        assert!(!house.run(&["user", "add", "lan", "--role", "officer"]).status.success());
        assert_eq!(house.run(&["user", "add", "x", "--role", "boss"]).status.code(), Some(2));

        let mut lan = Person::stranger(&house);
        let first = |password: &str| json!({"name": "lan", "invite": invite, "password": password});
        let (status, said) = lan.sign_in("/console/api/first-sign-in", first("short")).await;
        assert_eq!((status, &said["type"]), (400, &json!("password")), "{said}");
        let wrong = json!({"name": "lan", "invite": "00", "password": PASSWORD});
        assert_eq!(lan.sign_in("/console/api/first-sign-in", wrong).await.0, 401);
        let (status, said) = lan.sign_in("/console/api/first-sign-in", first(PASSWORD)).await;
        assert_eq!((status, said), (200, json!({"name": "lan", "full_name": "Nguyễn Thị Lan", "role": "officer"})));
        let (status, me) = lan.get("/console/api/me").await;
        assert_eq!((status, &me["name"], &me["site"]), (200, &json!("lan"), &json!("kt")));
        assert_eq!((&me["idle_after_s"], me["server_time"].is_i64()), (&json!(900), true), "{me}");

        // A new token at each sign-in; the browser's old session ends.
        let old = lan.clone();
        let again = json!({"name": "lan", "password": PASSWORD});
        assert_eq!(lan.sign_in("/console/api/sign-in", again.clone()).await.0, 200);
        assert!(old.cookie != lan.cookie);
        assert_eq!((old.get("/console/api/me").await.0, lan.get("/console/api/me").await.0), (401, 200));

        let mut thief = Person::stranger(&house);
        let mut said = Vec::new();
        for _ in 0..5 {
            said.push(thief.sign_in("/console/api/sign-in", json!({"name": "lan", "password": "x"})).await);
        }
        said.push(thief.sign_in("/console/api/sign-in", again).await);
        said.push(thief.sign_in("/console/api/sign-in", json!({"name": "nobody", "password": "x"})).await);
        said.dedup();
        assert_eq!(said.len(), 1, "{}: no answer tells more than another: {said:?}", house.engine);
        assert_eq!((said[0].0, &said[0].1["type"]), (401, &json!("sign_in")));
        assert_eq!(lan.get("/console/api/me").await.0, 200, "who works goes on working");
        assert!(house.cli(&["user", "list"]).contains("\tlocked\t"));

        assert_eq!(lan.post("/console/api/sign-out", json!({})).await.0, 204);
        assert_eq!(lan.get("/console/api/me").await.0, 401);
        let database = std::fs::read(house.data().join("central.db")).unwrap_or_default();
        for secret in [PASSWORD, invite.as_str(), lan.cookie.trim_start_matches("__Host-gate=")] {
            let found = database.windows(secret.len()).any(|w| w == secret.as_bytes());
            assert!(!found && !house.log().contains(secret), "{}: a secret was kept", house.engine);
        }
    }
}

#[tokio::test]
async fn a_disabled_officer_is_out_at_once_and_the_live_stream_ends() {
    let house = House::start(engines("disabled").remove(0)).await;
    let lan = Person::new(&house, "lan", "officer").await;
    let mut stream = lan.request("GET", "/console/api/live").send().await.unwrap();
    assert!(stream.chunk().await.unwrap().is_some());
    house.cli(&["user", "disable", "lan", "--reason", "chuyển công tác"]);
    assert_eq!(lan.get("/console/api/lanes").await.0, 401);
    let ended = async { while stream.chunk().await.unwrap_or(None).is_some() {} };
    tokio::time::timeout(std::time::Duration::from_secs(8), ended).await.expect("the stream goes on");
}

#[tokio::test]
async fn posts_of_other_sites_are_refused() {
    let house = House::start(engines("other sites").remove(0)).await;
    let lan = Person::new(&house, "lan", "officer").await;
    let out = "/console/api/sign-out";
    let from = |headers: &[(&str, &str)]| {
        headers.iter().fold(lan.request("POST", out), |request, (name, value)| request.header(*name, *value))
    };
    let ours = format!("https://localhost:{}", house.https);
    for headers in [
        vec![],
        vec![("gate-console", "1"), ("origin", "https://evil.example")],
        vec![("gate-console", "1"), ("origin", ours.as_str()), ("sec-fetch-site", "cross-site")],
        vec![("origin", ours.as_str())],
    ] {
        let answer = from(&headers).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 403, "{headers:?}");
        assert_eq!(answer.json::<serde_json::Value>().await.unwrap()["type"], "origin");
    }
    assert_eq!(lan.get("/console/api/me").await.0, 200, "none of them signed out");
    let good = from(&[("gate-console", "1"), ("origin", &ours), ("sec-fetch-site", "same-origin")]);
    assert_eq!(good.send().await.unwrap().status().as_u16(), 204);
}
