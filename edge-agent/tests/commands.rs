//! What central sends to a lane: carried out once when it is fresh and meant for it, refused with one record
//! otherwise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::Duration;

use common::{Life, Plant, officer, until};
use edge_agent::lane::view::{LaneOrder, LaneStop};
use gate_core::clock::UtcMicros;
use gate_core::ids::{CommandId, GrantId, LaneId, LaneSession};
use gate_core::message::command::{CommandBody, LaneCommand, LaneMode, OfficerRole};
use gate_core::message::event::EventBody;
use gate_core::passage::{OpenedBy, PassageOutcome};
use gate_simulators::plant::VehicleKind;

fn command(life: &Life, seq: u64, body: CommandBody) -> LaneCommand {
    LaneCommand {
        id: CommandId::from_parts(seq, rand::random()),
        lane: LaneId::new("in-1").unwrap(),
        session: life.view().status.session,
        seq,
        at: UtcMicros(0),
        officer: officer("minh", OfficerRole::Officer),
        reason: "papers checked".to_owned(),
        body,
    }
}

fn grant(life: &Life) -> CommandBody {
    let status = life.view().status;
    let (passage, track) = (status.passage.unwrap(), status.track.unwrap());
    CommandBody::Grant {
        grant: GrantId::from_parts(1, rand::random()),
        passage,
        track,
        life_ms: 20_000,
        priority: false,
    }
}

async fn send(life: &Life, command: LaneCommand) {
    life.lane.orders.send(LaneOrder::Command(Box::new(command))).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
}

async fn refusals(life: &Life) -> Vec<String> {
    let of = |body: &EventBody| match body {
        EventBody::Refused { what, why } if what.starts_with("command") => Some(why.clone()),
        _ => None,
    };
    life.record().await.iter().filter_map(|e| of(&e.body)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn stale_replayed_and_misaddressed_commands_have_no_output_and_one_record_each() {
    let folder = tempfile::tempdir().unwrap();
    let plant = Plant::start().await;
    let mut life = Life::begin(&plant, folder.path()).await;
    life.ready().await;
    plant.arrive(VehicleKind::Lorry);
    life.shows("referred", 20, |v| v.status.state == "referred").await;

    let other_lane = LaneCommand { lane: LaneId::new("in-2").unwrap(), ..command(&life, 1, grant(&life)) };
    send(&life, other_lane).await;
    let stale = LaneCommand { session: LaneSession("0".repeat(32)), ..command(&life, 2, grant(&life)) };
    send(&life, stale).await;
    let silent = LaneCommand { reason: " ".to_owned(), ..command(&life, 3, grant(&life)) };
    send(&life, silent).await;
    let closed = command(&life, 5, CommandBody::Mode { mode: LaneMode::Attended });
    send(&life, closed.clone()).await;
    assert_eq!(life.view().status.mode, LaneMode::Attended);
    send(&life, closed).await;
    send(&life, command(&life, 4, grant(&life))).await;
    assert_eq!(plant.opens(), 0, "none of them opened");
    let why = refusals(&life).await;
    assert_eq!(why.len(), 5, "{why:#?}");
    for (why, part) in why.iter().zip(["for lane in-2", "delayed or replayed", "reason", "before", "not above 5"]) {
        assert!(why.contains(part), "{why} lacks {part}");
    }

    let good = command(&life, 6, grant(&life));
    send(&life, good.clone()).await;
    until("the lorry passed", 20, || plant.passed() == 1).await;
    send(&life, good).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(plant.opens(), 1, "a copy opens nothing");
    let passed = EventBody::PassageEnded { outcome: PassageOutcome::Passed, opened_by: OpenedBy::Console };
    life.shows("an empty lane", 10, |v| v.status.passage.is_none()).await;
    assert_eq!(life.recorded(|b| *b == passed).await, 1);
    plant.nothing_bad();
    life.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_from_central_needs_no_fresh_session() {
    let folder = tempfile::tempdir().unwrap();
    let plant = Plant::start().await;
    let mut life = Life::begin(&plant, folder.path()).await;
    life.ready().await;
    let old = LaneCommand { session: LaneSession("0".repeat(32)), ..command(&life, 0, CommandBody::Stop) };
    life.lane.stop(LaneStop::Command(Box::new(old)));
    until("the chain dropped", 1, || !plant.chain_closed()).await;
    life.shows("stopped", 2, |v| v.status.barrier == "stopped").await;
    let acts = life.recorded(|b| matches!(b, EventBody::Act { act, .. } if act == "stop")).await;
    assert_eq!(acts, 1);
    life.end().await;
}
