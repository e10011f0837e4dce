//! The second identity at the panel: by the edge's own lists, for who is signed in, recorded, and opening nothing.

use gate_barrier::wiring::LaneWiring;
use gate_core::decision::{ConfirmationKind, ConfirmationRule, ExpectedVehicle, OfflinePolicy, RuleSet, WatchEntry};
use gate_core::ids::PassageId;
use gate_core::message::envelope::seal;
use gate_core::message::snapshot::Snapshot;
use gate_core::plate::Country;
use gate_core::vehicle::VehicleClass;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

fn vehicle(plate: &str, declaration: &str) -> ExpectedVehicle {
    let now = Clock::default().utc();
    ExpectedVehicle {
        declaration: declaration.to_owned(),
        plate: plate.to_owned(),
        country: Country::Vn,
        direction: Direction::Entry,
        class: VehicleClass::Lorry,
        laden: false,
        trailer: None,
        containers: Vec::new(),
        fresh: false,
        dangerous: false,
        from: UtcMicros(now.0 - 3_600_000_000),
        until: now.plus(HOUR),
        confirmed: vec![ConfirmationKind::BorderGuardIn],
        permit_until: Some(now.plus(HOUR)),
        fee_settled: true,
        inside: false,
        tag: None,
        held: false,
    }
}

impl Bench {
    /// An unread lorry stands there; the lists are central's newest, and central is away.
    async fn unread(tags: Option<TagReader>) -> (Self, String) {
        let mut shown = view();
        shown.status.passage = Some(PassageId::from_parts(1, [1; 10]));
        shown.status.state = "referred".to_owned();
        shown.class = Some(VehicleClass::Lorry);
        let bench = Self::over(shown, tags).await;
        let tagged = ExpectedVehicle { tag: Some("E2003412".to_owned()), ..vehicle("24C-543.21", "2026112500002") };
        let now = Clock::default().utc();
        let needs = vec![ConfirmationKind::BorderGuardIn];
        let lists = Snapshot {
            edge: bench.edge.clone(),
            version: 3,
            issued: now,
            valid_until: now.plus(HOUR),
            expected: vec![vehicle("24C12345", "2026112500001"), tagged, vehicle("24C66666", "2026112500003")],
            watch: vec![WatchEntry { plate: "24C66666".to_owned(), country: None, reference: "WL-1".to_owned() }],
            rules: RuleSet {
                version: 1,
                min_probability: 0.99,
                confirmations: vec![ConfirmationRule { direction: None, country: None, laden: None, needs }],
                max_list_age_s: 3600,
                offline: OfflinePolicy::ExpectedAndConfirmed,
            },
        };
        bench.lists.take(&seal(&lists, &bench.key).unwrap(), &bench.edge).await.unwrap();
        let cookie = bench.cookie("lan", &bench.pin).await;
        (bench, cookie)
    }

    async fn get(&self, cookie: &str, path: &str) -> (StatusCode, Value) {
        let got = self.ask(Method::GET, path, &[("cookie", cookie)], "").await;
        (got.status, serde_json::from_str(&got.body).unwrap_or(Value::Null))
    }

    async fn identity(&self, cookie: &str, given: &str) -> (StatusCode, Value) {
        self.get(cookie, &format!("/api/lanes/in-1/identity?given={given}")).await
    }
}

#[tokio::test]
async fn an_unread_vehicle_is_named_by_the_edges_own_lists_and_chosen() {
    let (bench, cookie) = Bench::unread(None).await;
    assert_eq!(bench.identity("", "2345").await.0, StatusCode::UNAUTHORIZED);
    let (status, said) = bench.identity(&cookie, "345").await;
    assert_eq!((status, &said["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("given")));
    let (status, found) = bench.identity(&cookie, "https%3A%2F%2Fkhai.vn%2F2026112500001%3Fx%3D1").await;
    assert_eq!((status, &found["kind"]), (StatusCode::OK, &json!("declaration")), "{found}");
    let (_, found) = bench.identity(&cookie, "e2003412").await;
    assert_eq!((&found["kind"], &found["candidates"][0]["plate"]), (&json!("tag"), &json!("24C-543.21")));
    let (_, found) = bench.identity(&cookie, "2345").await;
    let one = &found["candidates"][0];
    assert_eq!(
        (&one["plate"], &one["missing"], &one["unfit"]),
        (&json!("24C12345"), &json!([]), &json!([])),
        "{found}"
    );

    let choice = json!({"act": "correct_plate", "plate": "24C12345", "reason": "identified by end of the plate 2345"});
    let got = bench.act(&cookie, &choice.to_string()).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.body);
    let said: Value = serde_json::from_str(&got.body).unwrap();
    assert_eq!((&said["verdict"], &said["matched"]), (&json!("open"), &json!("24C12345")), "{said}");
    let act = LaneAct::CorrectPlate("24C12345".to_owned());
    let asked = (Some("lan".to_owned()), act, "identified by end of the plate 2345".to_owned());
    assert_eq!(*bench.acts.lock().unwrap(), [asked], "nothing but the correction is asked of the lane");

    // Found as any other; what the rules say is the neutral text.
    assert_eq!(bench.identity(&cookie, "6666").await.1["candidates"][0]["plate"], "24C66666");
    let got = bench.act(&cookie, r#"{"act":"correct_plate","plate":"24C-666.66","reason":"tag"}"#).await;
    assert!(got.body.contains(r#""verdict":"refuse""#) && !got.body.contains("WL-1"), "{}", got.body);
    let got = bench.act(&cookie, r#"{"act":"correct_plate","plate":"24C99999"}"#).await;
    assert!(got.body.contains("not_expected"), "{}", got.body);
}

#[tokio::test]
async fn each_search_is_recorded_with_who_looked_for_whom() {
    let (bench, cookie) = Bench::unread(None).await;
    bench.identity(&cookie, "345").await;
    bench.identity(&cookie, "no%3D2026112500001%26driver%3DNguyen").await;
    bench.identity(&cookie, "99999").await;
    let searches = async || {
        let (_, journal) = bench.get("", "/api/journal").await;
        let bodies = journal.as_array().unwrap().iter().map(|e| e["body"].clone());
        let mut acts: Vec<Value> = bodies.filter(|b| b["act"] == "search").collect();
        acts.sort_by_key(|b| b["reason"].to_string());
        acts
    };
    let mut found = searches().await;
    for _ in 0..50 {
        if found.len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        found = searches().await;
    }
    let reasons: Vec<_> = found.iter().map(|b| (&b["officer"]["name"], &b["reason"])).collect();
    assert_eq!(reasons, [(&json!("lan"), &json!("2026112500001")), (&json!("lan"), &json!("99999"))]);
}

#[tokio::test]
async fn without_a_vehicle_or_lists_nobody_is_named() {
    let empty = Bench::start().await;
    let cookie = empty.cookie("lan", &empty.pin).await;
    let (status, said) = empty.identity(&cookie, "2345").await;
    assert_eq!((status, &said["code"]), (StatusCode::CONFLICT, &json!("no_vehicle")));
    assert_eq!(empty.get(&cookie, "/api/lanes/in-1/tags").await.0, StatusCode::CONFLICT);
    let mut shown = view();
    shown.status.passage = Some(PassageId::from_parts(1, [1; 10]));
    let new = Bench::over(shown, None).await;
    let cookie = new.cookie("lan", &new.pin).await;
    let (status, said) = new.identity(&cookie, "2345").await;
    assert_eq!((status, &said["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("no_lists")));
    assert_eq!(new.get(&cookie, "/api/lanes/in-1/tags").await, (StatusCode::OK, json!([])), "no reader");
}

/// The reader of a lane that is wired as the example, with one at this address.
fn reader(address: std::net::SocketAddr) -> TagReader {
    let profiles = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../firmware-config");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("in-1.toml");
    let wiring = std::fs::read_to_string(profiles.join("lanes/example.toml")).unwrap();
    let beside = "[device.tags]\nprofile = \"uhfreader18\"\nbus = \"tags\"\n";
    std::fs::write(&file, format!("{wiring}\n[bus.tags]\nserial_over_tcp = \"{address}\"\n{beside}")).unwrap();
    let wiring = LaneWiring::load(&file, &profiles).unwrap_or_else(|wrong| panic!("{wrong}"));
    TagReader::of(&wiring).expect("the wiring has a reader")
}

#[tokio::test]
async fn the_tag_that_the_reader_hears_is_offered_and_does_nothing() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut line, _) = listener.accept().await.unwrap();
        let mut asked = [0; 5];
        line.read_exact(&mut asked).await.unwrap();
        line.write_all(b"\x0A\x00\x01\x01\x01\x03\xE2\x00\x34\xE1\xD4").await.unwrap();
    });
    let (bench, cookie) = Bench::unread(Some(reader(address))).await;
    assert_eq!(bench.get("", "/api/lanes/in-1/tags").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(bench.get(&cookie, "/api/lanes/in-1/tags").await, (StatusCode::OK, json!(["e20034"])));
    assert!(bench.acts.lock().unwrap().is_empty());
    // The reader is gone: it is said, and typing goes on.
    let (status, said) = bench.get(&cookie, "/api/lanes/in-1/tags").await;
    assert_eq!((status, &said["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("reader")));
}
