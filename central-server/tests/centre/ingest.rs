//! Events: kept once, acknowledged when committed, refused with one record.

use central_server::sql;
use central_server::store::Store;
use ed25519_dalek::SigningKey;
use gate_core::message::envelope::{Envelope, seal};
use gate_core::message::event::EventBody;
use gate_core::message::topic::Channel;
use gate_core::passage::{OpenedBy, PassageOutcome};
use serde_json::json;

use crate::edge::{Edge, lane, passage};
use crate::house::{House, engines, until};
use crate::person::Person;
use crate::scene::{comes, ended};

async fn count(store: &Store, query: central_server::store::Query) -> u64 {
    store.row(query).await.unwrap().unwrap().count("n").unwrap()
}

#[tokio::test]
async fn each_event_is_kept_once_and_gaps_are_named() {
    for engine in engines("each_event_is_kept_once_and_gaps_are_named") {
        let mut house = House::start(engine).await;
        let mut edge = Edge::enrol(&house, "kt-edge-1", "in-1:entry,out-1:exit").await;
        let (at, id) = (lane("in-1"), passage());
        let last = comes(&mut edge, &at, id, "云G12345").await;
        edge.acknowledged(last).await;
        edge.skip(2);
        let end = edge.event(&at, Some(id), ended(PassageOutcome::Passed, OpenedBy::Central));
        let wire = edge.send(Channel::Event(at.clone()), &end).await;
        let ack = edge.acknowledged(end.seq).await;
        assert_eq!(ack.gaps, [(last + 1, last + 2)], "{}", house.engine);
        assert_eq!(ack.up_to_seq, end.seq);
        // Doubled: acknowledged again, kept once.
        edge.send_wire(Channel::Event(at.clone()), wire).await;
        assert_eq!(edge.acknowledged(end.seq).await, ack);
        let store = house.store().await;
        assert_eq!(count(&store, sql!("SELECT COUNT(*) AS n FROM events WHERE passage = $1", id)).await, 4);
        let row = store.row(sql!("SELECT * FROM passages WHERE id = $1", id)).await.unwrap().unwrap();
        assert_eq!(row.text("outcome").unwrap(), "passed");
        // The number again with other bytes: the first stand.
        let mut other = end.clone();
        other.body = ended(PassageOutcome::BackedOut, OpenedBy::Nobody);
        edge.send(Channel::Event(at.clone()), &other).await;
        edge.acknowledged(end.seq).await;
        let row = store.row(sql!("SELECT * FROM passages WHERE id = $1", id)).await.unwrap().unwrap();
        assert_eq!(row.text("outcome").unwrap(), "passed", "{}", house.engine);
        // Central ends and comes back: nothing is forgotten, the gap is filled.
        assert!(house.end() < std::time::Duration::from_secs(8), "{}", house.log());
        house.serve().await;
        for missing in [last + 1, last + 2] {
            let mut late = edge.event(&at, None, EventBody::Fault { code: "camera_frozen".into(), detail: "x".into() });
            late.seq = missing;
            edge.send(Channel::Event(at.clone()), &late).await;
        }
        let ack = loop {
            let ack = edge.ack().await;
            if ack.gaps.is_empty() {
                break ack;
            }
        };
        assert_eq!(ack.up_to_seq, end.seq, "{}", house.engine);
    }
}

#[tokio::test]
async fn forged_altered_and_misaddressed_messages_leave_one_record_each() {
    for engine in engines("forged_altered_and_misaddressed_messages_leave_one_record_each") {
        let house = House::start(engine).await;
        let mut edge = Edge::enrol(&house, "kt-edge-1", "in-1:entry,out-1:exit").await;
        let at = lane("in-1");
        let fault = || EventBody::Fault { code: "bus_silent".into(), detail: "x".into() };
        let good = edge.event(&at, None, fault());
        let forged = seal(&good, &SigningKey::from_bytes(&[7; 32])).unwrap();
        let mut altered: Envelope = serde_json::from_slice(&seal(&good, &edge.key).unwrap()).unwrap();
        altered.payload = altered.payload.replacen('A', "B", 1);
        let altered = serde_json::to_vec(&altered).unwrap();
        for wire in [&forged, &forged, &altered, &b"rubbish".to_vec()] {
            edge.send_wire(Channel::Event(at.clone()), wire.clone()).await;
        }
        // Numbered, good, but on another lane's topic: kept without effect, acknowledged.
        let misplaced = edge.event(&lane("out-1"), None, fault());
        edge.send(Channel::Event(at.clone()), &misplaced).await;
        // Now the good one under its own number.
        edge.send(Channel::Event(at.clone()), &good).await;
        edge.acknowledged(misplaced.seq).await;
        let store = house.store().await;
        let refused = || sql!("SELECT why, times FROM events_refused ORDER BY why");
        let rows = until("records of refusal", async || {
            let rows = store.rows(refused()).await.unwrap();
            let times: u64 = rows.iter().map(|r| r.count("times").unwrap()).sum();
            (times >= 5).then_some(rows)
        })
        .await;
        let said: Vec<(String, u64)> = rows
            .iter()
            .map(|r| (r.text("why").unwrap().split(':').next().unwrap().to_owned(), r.count("times").unwrap()))
            .collect();
        let misplaced_said = "lane out-1 on the topic of in-1; edge kt-edge-1 may speak for its own lanes alone";
        let expected = [("envelope", 1), ("key", 2), (misplaced_said, 1), ("signature", 1)];
        assert_eq!(said, expected.map(|(why, n)| (why.to_owned(), n)), "{}", house.engine);
        // Who keeps the system learns of it, once per lane until somebody has acknowledged it.
        let keeper = Person::new(&house, "hoa", "administrator").await;
        let (_, alarms) = keeper.get("/console/api/alarms").await;
        let kinds: Vec<_> = alarms["alarms"].as_array().unwrap().iter().map(|a| (&a["kind"], &a["lane"])).collect();
        assert_eq!(kinds, [(&json!("refused_messages"), &json!("in-1"))], "{alarms}");
        assert_eq!(count(&store, sql!("SELECT COUNT(*) AS n FROM events WHERE kind = 'fault'")).await, 1);
    }
}

#[tokio::test]
async fn the_broker_binds_an_edge_to_its_own_topics() {
    let house = House::start(engines("acl").remove(0)).await;
    let mut first = Edge::enrol(&house, "kt-edge-1", "in-1:entry").await;
    let mut second = Edge::enrol(&house, "kt-edge-2", "in-2:entry").await;
    let id = passage();
    let foreign = first.event(&lane("in-1"), Some(id), EventBody::Unread { fates: vec![], frames: vec![] });
    second.send_wire(Channel::Event(lane("in-1")), seal(&foreign, &first.key).unwrap()).await;
    let own = second.tell(&lane("in-2"), None, EventBody::Started { version: "1".into(), found: String::new() }).await;
    second.acknowledged(own).await;
    let store = house.store().await;
    assert_eq!(count(&store, sql!("SELECT COUNT(*) AS n FROM events WHERE passage = $1", id)).await, 0);
    second.nothing(Channel::Ack(first.name.clone()), 50).await;
}
