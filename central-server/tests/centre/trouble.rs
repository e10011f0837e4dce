//! Bad days: a database that is away, a disk that is full.

use std::time::{Duration, Instant};

use central_server::sql;
use central_server::store::Query;
use gate_core::decision::Verdict;
use gate_core::message::command::{CommandBody, LaneCommand};
use gate_core::message::exchange::DecisionReply;
use gate_core::message::topic::Channel;
use gate_core::vehicle::Direction;
use serde_json::json;

use crate::edge::{Edge, lane, passage};
use crate::house::{House, engines};
use crate::person::Person;
use crate::scene::{comes, declare, question, seen};

/// SQLite has one writer, which is held; PostgreSQL's tables are locked against everybody.
const LOCK: &str = "LOCK TABLE events, received, decisions, record_leaves, acts, sessions, officers, lanes, lists \
                    IN ACCESS EXCLUSIVE MODE";

#[tokio::test]
async fn while_the_database_is_away_nothing_is_acknowledged_or_decided_and_stop_goes() {
    for engine in engines("while_the_database_is_away_nothing_is_acknowledged_or_decided_and_stop_goes") {
        let house = House::start(engine).await;
        declare(&house);
        let mut edge = Edge::enrol(&house, "kt-edge-1", "in-1:entry").await;
        let lan = Person::new(&house, "lan", "officer").await;
        assert_eq!(lan.get("/console/api/lanes").await.0, 200);
        let (at, id) = (lane("in-1"), passage());
        let store = house.store().await;
        let mut held = store.begin().await.unwrap();
        if held.is_postgres() {
            held.run(Query::assembled(LOCK.to_owned(), Vec::new())).await.unwrap();
        }
        let last = comes(&mut edge, &at, id, "云G12345").await;
        let late = question(&edge, &at, id, seen("云G12345", Direction::Entry));
        edge.send(Channel::Request(at.clone()), &late).await;
        let stopped = {
            let lan = lan.clone();
            tokio::spawn(async move { lan.post("/console/api/lanes/in-1/stop", json!({})).await })
        };
        let began = Instant::now();
        let (command, _) = edge.receive::<LaneCommand>(Channel::Command(at.clone())).await;
        assert_eq!((command.body, command.officer.name.as_str()), (CommandBody::Stop, "lan"));
        eprintln!("{}: STOP went out after {:?} without the database", house.engine, began.elapsed());
        assert!(began.elapsed() < Duration::from_secs(3), "{}: {:?}", house.engine, began.elapsed());
        edge.nothing_at_all(1000).await;
        drop(held);

        edge.acknowledged(last).await;
        assert_eq!(stopped.await.unwrap().0, 202, "{}", house.engine);
        let acts = store.rows(sql!("SELECT id FROM acts WHERE act = 'stop'")).await.unwrap();
        assert_eq!(acts.len(), 1, "{}: recorded once it could be", house.engine);
        let decisions = store.rows(sql!("SELECT request FROM decisions")).await.unwrap();
        assert_eq!(decisions.len(), 0, "{}: what came too late was not decided", house.engine);
        let again = question(&edge, &at, id, seen("云G12345", Direction::Entry));
        edge.send(Channel::Request(at.clone()), &again).await;
        let (reply, _) = edge.receive::<DecisionReply>(Channel::Decision(at.clone())).await;
        assert_eq!((reply.request, reply.decision.verdict), (again.id, Verdict::Open), "{}", house.engine);
    }
}

#[tokio::test]
async fn a_full_disk_takes_no_picture_and_loses_no_event() {
    let mut house = House::made(engines("disk").remove(0)).await;
    house.set("GATE_CENTRAL_EVIDENCE__MIN_FREE_BYTES", "900000000000000000".into());
    house.serve().await;
    let mut edge = Edge::enrol(&house, "kt-edge-1", "in-1:entry").await;
    assert_eq!(edge.upload(&house, b"a picture").await.1, 507);
    let last = comes(&mut edge, &lane("in-1"), passage(), "云G12345").await;
    edge.acknowledged(last).await;
    assert!(house.log().contains("free the disk"), "{}", house.log());
}
