//! One lane for two directions, on simulated devices: turned at the lane, passed from either end, never from both.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::Duration;

use common::{EXPECTED, Life, Plant, until};
use edge_agent::lane::view::LaneAct;
use edge_agent::lane::{journal, replay};
use gate_core::ids::LaneId;
use gate_core::message::event::{ActPlace, EventBody};
use gate_core::passage::PassageOutcome;
use gate_core::vehicle::Direction;
use gate_simulators::plant::{Sensor, SensorFault, VehicleKind};

const EXIT: LaneAct = LaneAct::Turn(Direction::Exit);

fn count(records: &[EventBody], right: impl Fn(&EventBody) -> bool) -> usize {
    records.iter().filter(|body| right(body)).count()
}

async fn bodies(life: &Life) -> Vec<EventBody> {
    life.record().await.into_iter().map(|e| e.body).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_is_turned_passed_from_its_other_end_and_keeps_its_way_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let plant = Plant::start_both_ways().await;
    let mut life = Life::begin(&plant, folder.path()).await;
    life.ready().await;
    assert!(life.view().both_ways);
    until("two seconds of a free way", 5, || plant.sim().now().plant.now_ms() > 3000).await;
    let session = life.view().status.session;
    life.act(EXIT, "traffic").await.unwrap();
    let view = life.view();
    assert_eq!(view.status.direction, Direction::Exit);
    assert_eq!(view.status.barrier, "unknown", "a turn is a new beginning");
    assert_ne!(view.status.session, session, "no command of before counts");
    assert!(plant.sim().now().plant.turn(true));
    life.ready().await;
    plant.arrive(VehicleKind::Lorry);
    life.shows("referred", 20, |v| v.status.state == "referred").await;
    life.act(LaneAct::Open, "papers checked").await.unwrap();
    until("green at its end", 5, || plant.sim().now().plant.green()).await;
    assert!(!plant.sim().now().plant.green_behind(), "never at the other");
    until("the lorry passed", 20, || plant.passed() == 1).await;
    life.shows("an empty lane", 10, |v| v.status.passage.is_none() && v.status.barrier == "closed").await;
    let records = bodies(&life).await;
    let turned = |b: &EventBody| matches!(b, EventBody::Act { act, reason, place: ActPlace::Panel, .. } if act == "turn_exit" && reason == "traffic");
    assert_eq!(count(&records, turned), 1);
    let began = |b: &EventBody| matches!(b, EventBody::PassageBegan { direction: Direction::Exit, .. });
    assert_eq!(count(&records, began), 1);
    let passed = |b: &EventBody| matches!(b, EventBody::PassageEnded { outcome: PassageOutcome::Passed, .. });
    assert_eq!(count(&records, passed), 1);
    assert_eq!(plant.opens(), 1);
    plant.nothing_bad();
    life.end().await;

    let mut again = Life::begin(&plant, folder.path()).await;
    assert_eq!(again.view().status.direction, Direction::Exit, "it leads where it led last");
    again.ready().await;
    plant.arrive(VehicleKind::Lorry);
    again.shows("referred", 20, |v| v.status.state == "referred").await;
    again.act(LaneAct::Open, "papers checked").await.unwrap();
    until("the second lorry passed", 20, || plant.passed() == 2).await;
    plant.nothing_bad();
    again.end().await;
    let found = replay::replay(&journal::folder(folder.path(), &LaneId::new("in-1").unwrap())).unwrap();
    assert_eq!(found.different, 0, "{:#?}", found.differences);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_is_turned_only_while_it_is_empty_and_its_boom_is_down() {
    let folder = tempfile::tempdir().unwrap();
    let plant = Plant::start_both_ways().await;
    let mut life = Life::begin(&plant, folder.path()).await;
    let refused = life.act(EXIT, "traffic").await.unwrap_err();
    assert!(refused.contains("the barrier is unknown"), "{refused}");
    life.ready().await;
    let refused = life.act(LaneAct::Turn(Direction::Entry), "traffic").await.unwrap_err();
    assert!(refused.contains("leads to entry already"), "{refused}");
    for loop_ in [Sensor::ApproachLoop, Sensor::ExitLoop, Sensor::BoomLoop] {
        plant.sim().now().plant.set_sensor_fault(loop_, Some(SensorFault::StuckActive));
        tokio::time::sleep(Duration::from_millis(400)).await;
        let refused = life.act(EXIT, "traffic").await.unwrap_err();
        assert!(
            refused.contains("nobody is in it") || refused.contains("read free") || refused.contains("settle"),
            "{refused}"
        );
        plant.sim().now().plant.set_sensor_fault(loop_, None);
        life.shows("an empty lane", 20, |v| v.status.passage.is_none() && v.status.faults.is_empty()).await;
        tokio::time::sleep(Duration::from_millis(2300)).await;
    }
    life.act(EXIT, "traffic").await.unwrap();
    assert_eq!(plant.opens(), 0, "a turn never moves");
    life.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_at_the_other_end_makes_every_vehicle_an_officers() {
    let folder = tempfile::tempdir().unwrap();
    let plant = Plant::start_both_ways().await;
    let mut life = Life::begin(&plant, folder.path()).await;
    life.expect_lorry().await;
    life.ready().await;
    plant.sim().now().plant.set_sensor_fault(Sensor::ExitLoop, Some(SensorFault::StuckActive));
    life.shows("the fault", 5, |v| v.status.faults.iter().any(|f| f == "other_end_occupied")).await;
    plant.arrive(VehicleKind::Lorry);
    life.see_lorry(EXPECTED).await;
    life.shows("referred", 10, |v| v.status.state == "referred").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(plant.opens(), 0, "nothing opens towards somebody who comes the other way");
    plant.sim().now().plant.set_sensor_fault(Sensor::ExitLoop, None);
    life.shows("no fault", 8, |v| v.status.faults.is_empty()).await;
    assert_eq!(plant.opens(), 0, "a vehicle that waits for an officer stays his");
    life.act(LaneAct::Open, "looked at both ends").await.unwrap();
    until("the lorry passed", 20, || plant.passed() == 1).await;
    let records = bodies(&life).await;
    let fault = |b: &EventBody| matches!(b, EventBody::Fault { code, .. } if code == "other_end_occupied");
    let cleared = |b: &EventBody| matches!(b, EventBody::FaultCleared { code } if code == "other_end_occupied");
    assert_eq!((count(&records, fault), count(&records, cleared)), (1, 1));
    plant.nothing_bad();
    life.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_that_leads_one_way_is_never_turned() {
    let folder = tempfile::tempdir().unwrap();
    let plant = Plant::start().await;
    let mut life = Life::begin(&plant, folder.path()).await;
    life.ready().await;
    assert!(!life.view().both_ways);
    let refused = life.act(EXIT, "traffic").await.unwrap_err();
    assert!(refused.contains("leads one way"), "{refused}");
    life.end().await;
}
