//! A lane of the agent on simulated devices, central silent: what passes, what waits, what stops.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{EXPECTED, Life, Plant, until};
use edge_agent::lane::decide::{Asking, Central};
use edge_agent::lane::view::{LaneAct, LaneStop};
use edge_agent::lane::{journal, replay};
use gate_core::decision::{Decision, Reason, ReasonCode, Verdict};
use gate_core::ids::{GrantId, LaneId};
use gate_core::message::event::{DecidedBy, EventBody};
use gate_core::message::exchange::{DecisionReply, DecisionRequest, GrantOffer, RouteAdvice};
use gate_core::passage::{OpenedBy, PassageOutcome};
use gate_simulators::plant::VehicleKind;

fn passed_by(by: OpenedBy) -> impl Fn(&EventBody) -> bool {
    move |body| *body == EventBody::PassageEnded { outcome: PassageOutcome::Passed, opened_by: by }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expected_vehicle_passes_by_itself_while_central_is_silent_and_the_journal_replays() {
    let folder = tempfile::tempdir().unwrap();
    let plant = Plant::start().await;
    let mut life = Life::begin(&plant, folder.path()).await;
    life.expect_lorry().await;
    life.ready().await;
    plant.arrive(VehicleKind::Lorry);
    life.see_lorry(EXPECTED).await;
    life.shows("granted", 5, |v| v.status.state == "granted").await;
    until("the lorry passed", 20, || plant.passed() == 1).await;
    life.shows("an empty lane", 10, |v| v.status.state == "idle" && v.status.passage.is_none()).await;
    life.shows("the boom down", 10, |v| v.status.barrier == "closed").await;
    assert_eq!(plant.opens(), 1, "one opening for one vehicle");
    plant.nothing_bad();
    assert_eq!(life.recorded(passed_by(OpenedBy::Snapshot)).await, 1);
    let by_edge = |b: &EventBody| matches!(b, EventBody::Decided { by: DecidedBy::Snapshot, grant: Some(_), .. });
    assert_eq!(life.recorded(by_edge).await, 1);
    assert!(!plant.sim().now().plant.green(), "red behind the vehicle");
    life.end().await;

    let journal = journal::folder(folder.path(), &LaneId::new("in-1").unwrap());
    let found = replay::replay(&journal).unwrap();
    assert_eq!(found.different, 0, "{:#?}", found.differences);
    assert!(found.steps > 200 && found.effects > 15, "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unread_vehicle_waits_and_an_officer_at_the_panel_lets_it_pass() {
    let folder = tempfile::tempdir().unwrap();
    let plant = Plant::start().await;
    let mut life = Life::begin(&plant, folder.path()).await;
    life.expect_lorry().await;
    life.ready().await;
    plant.arrive(VehicleKind::Lorry);
    let view = life.shows("referred", 20, |v| v.status.state == "referred").await;
    assert_eq!(view.status.waiting_for, "officer:unread");
    assert_eq!(view.status.display, "CHO CAN BO");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(plant.opens(), 0, "it waits");
    life.act(LaneAct::CorrectPlate(EXPECTED.to_owned()), "").await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(plant.opens(), 0, "a corrected plate opens nothing by itself");
    life.act(LaneAct::Open, "papers checked").await.unwrap();
    until("the lorry passed", 20, || plant.passed() == 1).await;
    life.shows("an empty lane", 10, |v| v.status.passage.is_none()).await;
    assert_eq!(plant.opens(), 1);
    plant.nothing_bad();
    assert_eq!(life.recorded(passed_by(OpenedBy::Panel)).await, 1);
    let act =
        |b: &EventBody| matches!(b, EventBody::Act { act, reason, .. } if act == "open" && reason == "papers checked");
    assert_eq!(life.recorded(act).await, 1);
    life.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_stops_the_boom_at_once_and_only_a_reset_at_the_lane_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let plant = Plant::start().await;
    let mut life = Life::begin(&plant, folder.path()).await;
    life.ready().await;
    plant.arrive(VehicleKind::Lorry);
    life.shows("referred", 20, |v| v.status.state == "referred").await;
    life.act(LaneAct::Open, "papers checked").await.unwrap();
    until("the boom moves", 3, || plant.sim().now().plant.boom().angle_deg() > 10.0).await;
    let asked = Instant::now();
    life.lane.stop(LaneStop::Person(None));
    while plant.chain_closed() {
        assert!(asked.elapsed() < Duration::from_millis(300), "STOP took {:?}", asked.elapsed());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    life.shows("stopped", 1, |v| v.status.barrier == "stopped").await;
    let angle = plant.sim().now().plant.boom().angle_deg();
    assert!(angle < 89.0, "it stopped on its way");
    let refused = life.act(LaneAct::Open, "again").await.unwrap_err();
    assert!(refused.contains("opened already") || refused.contains("stopped"), "{refused}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!((plant.sim().now().plant.boom().angle_deg() - angle).abs() < 0.1, "nothing moves while stopped");
    life.act(LaneAct::Reset, "looked").await.unwrap();
    until("the chain is whole again", 2, || plant.chain_closed()).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!((plant.sim().now().plant.boom().angle_deg() - angle).abs() < 0.1, "a reset never moves");
    assert_eq!(plant.opens(), 1);
    let stop = |b: &EventBody| {
        matches!(b, EventBody::BarrierCommanded { action: gate_core::message::event::BarrierAction::Stop, .. })
    };
    assert_eq!(life.recorded(stop).await, 1);
    life.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_the_middle_comes_back_safe() {
    let folder = tempfile::tempdir().unwrap();
    let plant = Plant::start().await;
    let mut life = Life::begin(&plant, folder.path()).await;
    life.expect_lorry().await;
    life.ready().await;
    plant.arrive(VehicleKind::Lorry);
    life.see_lorry(EXPECTED).await;
    life.shows("granted", 5, |v| v.status.state == "granted").await;
    let first = life.outbox.epoch();
    let passage = life.view().status.passage.unwrap();
    life.end().await;
    let opens = plant.opens();

    let mut again = Life::begin(&plant, folder.path()).await;
    assert!(again.outbox.epoch() > first, "a new epoch");
    assert_eq!(again.view().status.barrier, "unknown");
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(plant.opens(), opens, "nothing moves in the first five seconds");
    let started = again.record().await.into_iter().find(|e| {
        e.epoch == again.outbox.epoch()
            && matches!(&e.body, EventBody::Started { found, .. } if found.contains(&passage.to_string()))
    });
    assert!(started.is_some(), "the start says that a passage was open");
    let ends: Vec<_> = again.record().await.into_iter().filter(|e| e.passage == Some(passage)).collect();
    let unseen = EventBody::PassageEnded { outcome: PassageOutcome::Unseen, opened_by: OpenedBy::Snapshot };
    assert_eq!(ends.iter().filter(|e| e.body == unseen).count(), 1, "its end was seen by nobody, once: {ends:#?}");
    again.shows("a state from the limits", 15, |v| v.status.barrier != "unknown").await;
    assert_eq!(plant.opens(), opens, "no grant of before counts");
    plant.nothing_bad();

    again.lane.stop(LaneStop::Person(None));
    again.shows("stopped", 2, |v| v.status.barrier == "stopped").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    again.end().await;
    let mut third = Life::begin(&plant, folder.path()).await;
    let again_ended = third.record().await.into_iter().filter(|e| e.passage == Some(passage) && e.body == unseen);
    assert_eq!(again_ended.count(), 1, "and not again at the next start");
    third.shows("stopped from before", 3, |v| v.status.barrier == "stopped").await;
    assert!(!plant.chain_closed(), "a restart never ends a STOP");
    third.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_that_cannot_record_opens_nothing_by_itself_and_stops_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let plant = Plant::start().await;
    let mut life = Life::begin(&plant, folder.path()).await;
    life.expect_lorry().await;
    life.ready().await;
    life.outbox_stop.cancel();
    life.shows("the fault", 5, |v| v.status.faults.iter().any(|f| f == "record_lost")).await;
    plant.arrive(VehicleKind::Lorry);
    life.see_lorry(EXPECTED).await;
    life.shows("referred", 10, |v| v.status.state == "referred").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(plant.opens(), 0);
    // Not even an officer opens without a record; the key at the barrier is always there.
    let _ = life.act(LaneAct::Open, "papers checked").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(plant.opens(), 0);
    life.lane.stop(LaneStop::Person(None));
    until("the chain dropped", 1, || !plant.chain_closed()).await;
    life.end().await;
}

/// A central that lets everybody pass and says where to.
struct Generous;

impl Central for Generous {
    fn ask<'a>(&'a self, request: &'a DecisionRequest) -> Asking<'a> {
        let reply = DecisionReply {
            request: request.id,
            lane: request.lane.clone(),
            session: request.session.clone(),
            passage: request.passage,
            track: request.track,
            decision: Decision {
                verdict: Verdict::Open,
                reasons: vec![Reason { code: ReasonCode::AllConditionsMet, detail: String::new() }],
                matched: None,
                lists_version: 1,
            },
            grant: Some(GrantOffer { id: GrantId::from_parts(1, rand::random()), life_ms: 20_000 }),
            route: Some(RouteAdvice { to: "yard-kb1".into(), display: "BAI KB1".into(), because: "fresh".into() }),
        };
        Box::pin(std::future::ready(Ok(reply)))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn centrals_grant_opens_once_and_its_advice_is_shown_to_the_driver() {
    let folder = tempfile::tempdir().unwrap();
    let plant = Plant::start().await;
    let mut life = Life::with_central(&plant, folder.path(), Arc::new(Generous)).await;
    life.ready().await;
    plant.arrive(VehicleKind::Lorry);
    life.see_lorry(EXPECTED).await;
    let view = life.shows("granted", 5, |v| v.status.state == "granted").await;
    assert_eq!(view.route.map(|r| r.to), Some("yard-kb1".to_owned()));
    until("the driver reads it", 3, || plant.sim().now().display.lines.iter().any(|l| l == "BAI KB1")).await;
    until("the lorry passed", 20, || plant.passed() == 1).await;
    life.shows("an empty lane", 10, |v| v.status.passage.is_none()).await;
    assert_eq!(plant.opens(), 1);
    plant.nothing_bad();
    assert_eq!(life.recorded(passed_by(OpenedBy::Central)).await, 1);
    life.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_vehicle_is_sent_to_inspection_in_words_that_tell_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let plant = Plant::start().await;
    let mut life = Life::begin(&plant, folder.path()).await;
    life.expect_watched_lorry().await;
    life.ready().await;
    plant.arrive(VehicleKind::Lorry);
    life.see_lorry(EXPECTED).await;
    let view = life.shows("refused", 5, |v| v.status.state == "refused").await;
    assert_eq!(view.status.display, "VAO LUONG KIEM TRA", "the text of any inspection");
    let shown = serde_json::to_string(&view).unwrap();
    assert!(!shown.contains("case-7") && !shown.contains("watch"), "{shown}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(plant.opens(), 0);
    life.end().await;
}
