use std::time::Duration;

use gate_core::clock::{ClockQuality, UtcMicros};
use gate_core::ids::{EdgeId, LaneId};
use gate_core::message::ack::Acknowledgement;
use gate_core::message::envelope::{TrustedKeys, open};
use gate_core::message::event::{EdgeEvent, EventBody};

use super::*;

fn key() -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[7; 32])
}

fn edge() -> EdgeId {
    EdgeId::new("kt-edge-1").unwrap()
}

fn draft(n: i64) -> Draft {
    Draft {
        lane: LaneId::new("in-1").unwrap(),
        passage: None,
        at: UtcMicros(1_700_000_000_000_000 + n),
        clock: ClockQuality { synchronised: true, offset_us: None },
        body: EventBody::FaultCleared { code: format!("n{n}") },
    }
}

async fn recorded(outbox: &Outbox, n: u64) {
    let mut count = outbox.recorded();
    tokio::time::timeout(Duration::from_secs(10), count.wait_for(|&c| c >= n)).await.unwrap().unwrap();
}

async fn numbers(outbox: &Outbox) -> Vec<(u64, u64)> {
    outbox.waiting((Epoch(0), 0), 1000).await.unwrap().into_iter().map(|w| (w.epoch.0, w.seq)).collect()
}

#[tokio::test]
async fn events_are_numbered_without_a_gap_and_wait_until_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path().join("o.db"), edge(), key(), CancellationToken::new()).await.unwrap();
    for n in 0..10 {
        outbox.record(draft(n)).unwrap();
    }
    recorded(&outbox, 10).await;
    let e = outbox.epoch().0;
    assert_eq!(numbers(&outbox).await, (1..=10).map(|s| (e, s)).collect::<Vec<_>>());
    let first = &outbox.waiting((Epoch(0), 0), 1).await.unwrap()[0];
    let event = open::<EdgeEvent>(&first.wire, &TrustedKeys::new([key().verifying_key()])).unwrap().payload;
    assert_eq!((event.seq, event.body), (1, EventBody::FaultCleared { code: "n0".into() }));

    let ack = Acknowledgement { edge: edge(), epoch: Epoch(e), up_to_seq: 8, gaps: vec![(3, 4), (6, 6)] };
    assert_eq!(outbox.acknowledge(&ack, 5).await.unwrap(), 5);
    assert_eq!(numbers(&outbox).await, [3, 4, 6, 9, 10].map(|s| (e, s)));
    assert_eq!(outbox.depth().await.unwrap(), 5);
    assert_eq!(outbox.journal(None, 100).await.unwrap().len(), 10, "acknowledged events stay in the journal");
}

#[tokio::test]
async fn a_restart_begins_a_new_epoch_and_keeps_what_waits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("o.db");
    let stop = CancellationToken::new();
    let outbox = Outbox::open(path.clone(), edge(), key(), stop.clone()).await.unwrap();
    outbox.record(draft(1)).unwrap();
    recorded(&outbox, 1).await;
    let first = outbox.epoch().0;
    stop.cancel();
    drop(outbox);
    let again = Outbox::open(path, edge(), key(), CancellationToken::new()).await.unwrap();
    again.record(draft(2)).unwrap();
    recorded(&again, 1).await;
    let second = again.epoch().0;
    assert!(second > first);
    assert_eq!(numbers(&again).await, [(first, 1), (second, 1)]);
    let stale = Acknowledgement { edge: edge(), epoch: Epoch(second), up_to_seq: 1, gaps: vec![] };
    again.acknowledge(&stale, 1).await.unwrap();
    assert_eq!(numbers(&again).await, [(first, 1)], "an acknowledgement speaks for its epoch alone");
}

#[tokio::test]
async fn what_was_recorded_before_the_stop_is_on_disk_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("o.db");
    let stop = CancellationToken::new();
    let outbox = Outbox::open(path.clone(), edge(), key(), stop.clone()).await.unwrap();
    for n in 0..50 {
        outbox.record(draft(n)).unwrap();
    }
    stop.cancel();
    recorded(&outbox, 50).await;
    assert!(outbox.record(draft(51)).is_err(), "a closed outbox says so");
    assert!(!outbox.healthy());
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let error = Outbox::open(file.join("o.db"), edge(), key(), CancellationToken::new()).await.err().unwrap();
    assert!(error.to_string().contains("file/o.db"), "{error}");
}
