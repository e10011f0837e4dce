use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use futures::StreamExt as _;
use gate_core::clock::UtcMicros;
use gate_core::ids::{EdgeId, LaneSession};
use gate_core::lane::sign::Sign;
use gate_core::message::command::{ConvoySize, LaneMode, OfficerRole};
use gate_core::message::envelope::TrustedKeys;
use gate_core::message::status::LaneStatus;
use gate_core::vehicle::Direction;
use tower::ServiceExt as _;

use super::*;
use crate::lane::view::LaneAct;

mod identity;

fn view() -> LaneView {
    LaneView {
        status: LaneStatus {
            convoy: None,
            lane: LaneId::new("in-1").unwrap(),
            direction: Direction::Entry,
            session: LaneSession("s".to_owned()),
            mode: LaneMode::Automatic,
            state: "idle".to_owned(),
            waiting_for: String::new(),
            barrier: "closed".to_owned(),
            passage: None,
            track: None,
            inputs: Vec::new(),
            faults: vec!["relay_stuck".to_owned()],
            display: "MOI XE VAO".to_owned(),
        },
        class: None,
        plates: Vec::new(),
        shown: Vec::new(),
        containers: Vec::new(),
        decision: None,
        frame: None,
        frames: Vec::new(),
        fates: Vec::new(),
        route: None,
        sign: Sign::DriveUp,
        sign_zh: "请驶入".to_owned(),
        since: UtcMicros(0),
        escalated: 0,
        cameras: Vec::new(),
        both_ways: true,
    }
}

/// Who asked, what, and why.
type Asked = (Option<String>, LaneAct, String);

/// A panel over one lane that takes every order and remembers what was asked.
struct Bench {
    router: Router,
    pin: String,
    leader_pin: String,
    acts: Arc<Mutex<Vec<Asked>>>,
    stops: Arc<Mutex<Vec<Option<String>>>>,
    hung: Arc<AtomicBool>,
    lists: Lists,
    edge: EdgeId,
    key: ed25519_dalek::SigningKey,
    _folder: tempfile::TempDir,
}

struct Got {
    status: StatusCode,
    body: String,
    cookie: Option<String>,
    csp: Option<String>,
}

impl Bench {
    async fn start() -> Self {
        Self::over(view(), None).await
    }

    /// Over a lane that shows this, with the tag reader beside it.
    async fn over(view: LaneView, tags: Option<TagReader>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let pin = pins::give(folder.path(), "lan", OfficerRole::Officer).unwrap();
        let leader_pin = pins::give(folder.path(), "binh", OfficerRole::ShiftLeader).unwrap();
        let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        let stop = CancellationToken::new();
        let edge = EdgeId::new("kt-edge-1").unwrap();
        let outbox = Outbox::open(folder.path().join("o.db"), edge.clone(), key.clone(), stop.clone()).await.unwrap();
        let (orders, mut asked) = mpsc::channel(8);
        let acts = Arc::new(Mutex::new(Vec::new()));
        let kept = acts.clone();
        tokio::spawn(async move {
            while let Some(LaneOrder::Act { officer, act, reason, answer }) = asked.recv().await {
                kept.lock().unwrap().push((officer.map(|o| o.name), act, reason));
                let _ = answer.send(Ok(()));
            }
        });
        let stops = Arc::new(Mutex::new(Vec::new()));
        let stopped = stops.clone();
        let hung = Arc::new(AtomicBool::new(false));
        let hangs = hung.clone();
        let lane = PanelLane {
            view: watch::Sender::new(view).subscribe(),
            orders,
            preview: watch::Sender::new(None).subscribe(),
            tags,
            stop: Arc::new(move |stop| {
                if let LaneStop::Person(officer) = stop {
                    stopped.lock().unwrap().push(officer.map(|o| o.name));
                }
            }),
            silent_for: Arc::new(move || Duration::from_secs(if hangs.load(Ordering::Relaxed) { 9 } else { 0 })),
        };
        let lists = Lists::load(outbox.pool().clone(), TrustedKeys::new([key.verifying_key()])).await;
        let panel = Panel {
            lists: lists.clone(),
            lanes: BTreeMap::from([(LaneId::new("in-1").unwrap(), lane)]),
            pins: pins::Pins::load(folder.path()).unwrap(),
            evidence: Evidence::new(folder.path().join("evidence"), outbox.pool().clone()),
            outbox,
            name: "kim-thanh · kt-edge-1".to_owned(),
            connected: watch::Sender::new(false).subscribe(),
            clock: Clock::default(),
            metrics: metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle(),
            stop,
        };
        Self { router: router(panel), pin, leader_pin, acts, stops, hung, lists, edge, key, _folder: folder }
    }

    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Got {
        let mut request = Request::builder().method(method).uri(path).header("host", "edge:8444");
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
        let text = |name| answer.headers().get(name).map(|v| v.to_str().unwrap().to_owned());
        let (cookie, csp) = (text(header::SET_COOKIE), text(header::CONTENT_SECURITY_POLICY));
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        Got { status, body: String::from_utf8_lossy(&body).into_owned(), cookie, csp }
    }

    async fn sign_in(&self, name: &str, pin: &str) -> Got {
        let body = serde_json::json!({ "name": name, "pin": pin }).to_string();
        self.ask(Method::POST, "/api/sign-in", &[], &body).await
    }

    async fn cookie(&self, name: &str, pin: &str) -> String {
        let got = self.sign_in(name, pin).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.body);
        let cookie = got.cookie.unwrap();
        assert!(cookie.starts_with("__Host-") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
        cookie.split(';').next().unwrap().to_owned()
    }

    async fn act(&self, cookie: &str, body: &str) -> Got {
        self.ask(Method::POST, "/api/lanes/in-1/act", &[("cookie", cookie)], body).await
    }
}

#[tokio::test]
async fn stop_needs_no_sign_in_and_no_lane_task() {
    let bench = Bench::start().await;
    bench.hung.store(true, Ordering::Relaxed);
    let got = bench.ask(Method::POST, "/api/lanes/in-1/stop", &[], "").await;
    assert_eq!(got.status, StatusCode::NO_CONTENT);
    assert_eq!(*bench.stops.lock().unwrap(), [None]);
    let cookie = bench.cookie("lan", &bench.pin).await;
    bench.ask(Method::POST, "/api/lanes/in-1/stop", &[("cookie", &cookie)], "").await;
    assert_eq!(*bench.stops.lock().unwrap(), [None, Some("lan".to_owned())]);
    assert_eq!(bench.ask(Method::POST, "/api/lanes/in-9/stop", &[], "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(bench.ask(Method::GET, "/api/lanes/in-1/stop", &[], "").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn everything_else_needs_a_pin_and_carries_its_owner_and_reason() {
    let bench = Bench::start().await;
    let open = r#"{"act":"open","reason":"papers checked"}"#;
    assert_eq!(bench.act("", open).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(bench.act("__Host-gate-panel=0000", open).await.status, StatusCode::UNAUTHORIZED);
    let cookie = bench.cookie("lan", &bench.pin).await;
    assert_eq!(bench.act(&cookie, open).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.act(&cookie, r#"{"act":"open","reason":"  "}"#).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(bench.act(&cookie, r#"{"act":"correct_plate"}"#).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(bench.act(&cookie, r#"{"act":"close"}"#).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let expected = (Some("lan".to_owned()), LaneAct::Open, "papers checked".to_owned());
    assert_eq!(*bench.acts.lock().unwrap(), [expected]);
    let me = bench.ask(Method::GET, "/api/me", &[("cookie", &cookie)], "").await;
    assert!(me.body.contains("lan"));
    bench.ask(Method::POST, "/api/sign-out", &[("cookie", &cookie)], "").await;
    assert_eq!(bench.act(&cookie, open).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn only_the_shift_leader_hands_a_lane_back_to_automatic() {
    let bench = Bench::start().await;
    let automatic = r#"{"act":"mode","mode":"automatic","reason":"mended"}"#;
    let closed = r#"{"act":"mode","mode":"closed","reason":"broken lamp"}"#;
    let officer = bench.cookie("lan", &bench.pin).await;
    assert_eq!(bench.act(&officer, closed).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.act(&officer, automatic).await.status, StatusCode::FORBIDDEN);
    let leader = bench.cookie("binh", &bench.leader_pin).await;
    assert_eq!(bench.act(&leader, automatic).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn turning_a_lane_is_the_shift_leaders_and_names_the_way() {
    let bench = Bench::start().await;
    let turn = r#"{"act":"turn","direction":"exit","reason":"traffic"}"#;
    let officer = bench.cookie("lan", &bench.pin).await;
    assert_eq!(bench.act(&officer, turn).await.status, StatusCode::FORBIDDEN);
    let leader = bench.cookie("binh", &bench.leader_pin).await;
    for (incomplete, missing) in
        [(r#"{"act":"turn","reason":"x"}"#, "direction"), (r#"{"act":"turn","direction":"exit"}"#, "reason")]
    {
        let refused = bench.act(&leader, incomplete).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains(missing), "{}", refused.body);
    }
    assert_eq!(bench.act(&leader, turn).await.status, StatusCode::NO_CONTENT);
    let taken: Vec<_> = bench.acts.lock().unwrap().iter().map(|(_, act, _)| act.clone()).collect();
    assert_eq!(taken, [LaneAct::Turn(Direction::Exit)]);
}

#[tokio::test]
async fn an_officer_lets_an_ambulance_go_first_and_a_convoy_is_the_shift_leaders() {
    let bench = Bench::start().await;
    let officer = bench.cookie("lan", &bench.pin).await;
    assert_eq!(
        bench.act(&officer, r#"{"act":"priority"}"#).await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "no reason"
    );
    let priority = r#"{"act":"priority","reason":"ambulance"}"#;
    assert_eq!(bench.act(&officer, priority).await.status, StatusCode::NO_CONTENT);
    let convoy = |vehicles: u32, minutes: u32| {
        format!(r#"{{"act":"convoy","reason":"delegation","convoy":{{"vehicles":{vehicles},"minutes":{minutes}}}}}"#)
    };
    assert_eq!(bench.act(&officer, &convoy(3, 5)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(bench.act(&officer, r#"{"act":"convoy_over"}"#).await.status, StatusCode::FORBIDDEN);
    let leader = bench.cookie("binh", &bench.leader_pin).await;
    let refused = bench.act(&leader, &convoy(31, 5)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("1 to 30 vehicles, not 31"), "{}", refused.body);
    let refused = bench.act(&leader, r#"{"act":"convoy","reason":"x"}"#).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
    assert_eq!(bench.act(&leader, &convoy(3, 5)).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.act(&leader, r#"{"act":"convoy_over"}"#).await.status, StatusCode::NO_CONTENT);
    let taken: Vec<_> = bench.acts.lock().unwrap().iter().map(|(_, act, _)| act.clone()).collect();
    let size = ConvoySize { vehicles: 3, minutes: 5 };
    assert_eq!(taken, [LaneAct::Priority, LaneAct::Convoy(size), LaneAct::ConvoyOver]);
}

#[tokio::test]
async fn wrong_pins_lock_the_name_and_leave_stop_alone() {
    let bench = Bench::start().await;
    for _ in 0..5 {
        assert_eq!(bench.sign_in("lan", "000000x").await.status, StatusCode::UNAUTHORIZED);
    }
    let locked = bench.sign_in("lan", &bench.pin).await;
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS, "{}", locked.body);
    assert_eq!(bench.sign_in("binh", &bench.leader_pin).await.status, StatusCode::OK);
    assert_eq!(bench.ask(Method::POST, "/api/lanes/in-1/stop", &[], "").await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn another_sites_page_changes_nothing() {
    let bench = Bench::start().await;
    let cookie = bench.cookie("lan", &bench.pin).await;
    for foreign in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("origin", "null")] {
        let headers = [("cookie", cookie.as_str()), foreign];
        let open = r#"{"act":"open","reason":"x"}"#;
        let got = bench.ask(Method::POST, "/api/lanes/in-1/act", &headers, open).await;
        assert_eq!(got.status, StatusCode::FORBIDDEN, "{foreign:?}");
        let got = bench.ask(Method::POST, "/api/lanes/in-1/stop", &headers, "").await;
        assert_eq!(got.status, StatusCode::FORBIDDEN, "{foreign:?}");
    }
    assert!(bench.acts.lock().unwrap().is_empty() && bench.stops.lock().unwrap().is_empty());
    let own = [("cookie", cookie.as_str()), ("origin", "https://edge:8444"), ("sec-fetch-site", "same-origin")];
    let got = bench.ask(Method::POST, "/api/lanes/in-1/act", &own, r#"{"act":"hold"}"#).await;
    assert_eq!(got.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn http_2_names_the_host_in_the_address() {
    let bench = Bench::start().await;
    for (origin, expected) in
        [("https://edge:8444", StatusCode::NO_CONTENT), ("https://evil.example", StatusCode::FORBIDDEN)]
    {
        let request = Request::builder()
            .method(Method::POST)
            .uri("https://edge:8444/api/lanes/in-1/stop")
            .header("origin", origin)
            .body(Body::empty())
            .unwrap();
        assert_eq!(bench.router.clone().oneshot(request).await.unwrap().status(), expected, "{origin}");
    }
}

#[tokio::test]
async fn the_page_is_whole_and_keeps_to_itself() {
    let bench = Bench::start().await;
    for path in ["/", "/panel.js", "/panel.css", "/words.js", "/desk.js", "/identity.js", "/page.js", "/api/words"] {
        let got = bench.ask(Method::GET, path, &[], "").await;
        assert_eq!(got.status, StatusCode::OK, "{path}");
        let csp = got.csp.unwrap();
        assert!(csp.contains("default-src 'none'") && csp.contains("script-src 'self'"), "{csp}");
        assert!(!csp.contains("unsafe"), "{csp}");
        assert!(path != "/" || !(got.body.contains("style=") || got.body.contains("onclick")), "nothing inline");
    }
    assert_eq!(bench.ask(Method::GET, "/preview/in-1", &[], "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(bench.ask(Method::GET, "/preview", &[], "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(bench.ask(Method::GET, "/api/evidence/..%2f..%2fpins", &[], "").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(bench.ask(Method::GET, "/metrics", &[], "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_live_stream_tells_the_whole_state_and_then_that_it_lives() {
    let bench = Bench::start().await;
    let request = Request::builder().uri("/api/live").body(Body::empty()).unwrap();
    let answer = bench.router.clone().oneshot(request).await.unwrap();
    let mut stream = answer.into_body().into_data_stream();
    let first = stream.next().await.unwrap().unwrap();
    let first = String::from_utf8_lossy(&first).into_owned();
    assert!(first.starts_with("event: now\ndata: {") && first.contains("\"central\":false"), "{first}");
    let next = tokio::time::timeout(Duration::from_secs(5), stream.next()).await.unwrap().unwrap().unwrap();
    assert!(next.starts_with(b"event: beat\ndata: "), "{next:?}");
}

#[tokio::test]
async fn health_says_what_is_not_well() {
    let bench = Bench::start().await;
    let good = bench.ask(Method::GET, "/healthz", &[], "").await;
    assert_eq!(good.status, StatusCode::OK);
    assert!(good.body.contains("in-1: relay_stuck"), "{}", good.body);
    bench.hung.store(true, Ordering::Relaxed);
    assert_eq!(bench.ask(Method::GET, "/healthz", &[], "").await.status, StatusCode::SERVICE_UNAVAILABLE);
}
