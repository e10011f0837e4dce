//! The record that the agent left, after all its lives: each passage begins once and ends once, no number is missing,
//! and every vehicle that drove through is in it.

use std::collections::BTreeMap;
use std::path::Path;

use edge_agent::outbox::Outbox;
use gate_core::clock::UtcMicros;
use gate_core::ids::{EdgeId, PassageId};
use gate_core::message::event::{EdgeEvent, EventBody};
use gate_core::passage::{OpenedBy, PassageOutcome};
use tokio_util::sync::CancellationToken;

use crate::process_common::event_key;
use crate::scenario::{Job, Trouble};

/// A passage that was played.
pub struct Played {
    pub job: Job,
    pub begun: UtcMicros,
    pub ended: UtcMicros,
}

#[derive(Default)]
struct Kept {
    began: Vec<UtcMicros>,
    ended: Vec<(PassageOutcome, OpenedBy)>,
}

/// What is wrong with a record; and how many passages stand in it.
pub async fn faults(folder: &Path, played: &[Played]) -> (Vec<String>, usize) {
    let stop = CancellationToken::new();
    let edge = EdgeId::new("kt-edge-1").unwrap();
    let outbox = Outbox::open(folder.join("outbox.db"), edge, event_key(), stop.clone()).await.unwrap();
    let kept = outbox.journal(None, 10_000_000).await.unwrap();
    stop.cancel();
    let mut events: Vec<EdgeEvent> = kept.iter().map(|k| k.edge_event().unwrap()).collect();
    events.sort_by_key(|e| (e.epoch, e.seq));
    let mut faults = gaps(&events);
    let mut passages: BTreeMap<PassageId, Kept> = BTreeMap::new();
    for event in &events {
        let Some(passage) = event.passage else { continue };
        match &event.body {
            EventBody::PassageBegan { .. } => passages.entry(passage).or_default().began.push(event.at),
            EventBody::PassageEnded { outcome, opened_by } => {
                passages.entry(passage).or_default().ended.push((*outcome, *opened_by));
            }
            _ => {}
        }
    }
    for (id, kept) in &passages {
        if kept.began.len() != 1 || kept.ended.len() != 1 {
            faults.push(format!("passage {id} began {} times and ended as {:?}", kept.began.len(), kept.ended));
        }
    }
    faults.extend(played.iter().filter_map(|p| fault_of(p, &passages)));
    (faults, passages.len())
}

/// Numbers count 1, 2, 3 ... within each life.
fn gaps(events: &[EdgeEvent]) -> Vec<String> {
    let mut next = BTreeMap::new();
    let mut faults = Vec::new();
    for event in events {
        let expected = next.entry(event.epoch).or_insert(1);
        if event.seq != *expected {
            faults.push(format!("epoch {:?}: event {} follows {}", event.epoch, event.seq, *expected - 1));
        }
        *expected = event.seq + 1;
    }
    faults
}

fn fault_of(played: &Played, passages: &BTreeMap<PassageId, Kept>) -> Option<String> {
    let within = |at: &UtcMicros| *at >= played.begun && *at <= played.ended;
    let of_it: Vec<_> = passages.values().filter(|k| k.began.first().is_some_and(within)).collect();
    let ends: Vec<_> = of_it.iter().flat_map(|k| k.ended.iter().copied()).collect();
    let on_a_word = |end: &&(PassageOutcome, OpenedBy)| end.0 == PassageOutcome::Passed && end.1 != OpenedBy::ByHand;
    let passed = ends.iter().filter(on_a_word).count();
    let Job { number, moment, trouble, kill } = &played.job;
    let clean = !kill && *trouble == Trouble::Nothing;
    // A life that ended in the middle of it leaves `unseen`; where sight of it was lost it may count as another that drove
    // in without a word; a contact that lies makes a vehicle come, go and come again.
    let lies = matches!(trouble, Trouble::Sensor(..));
    let good = match (clean, lies) {
        (true, _) => of_it.len() == 1 && passed == 1,
        (false, true) => !of_it.is_empty(),
        (false, false) => !of_it.is_empty() && passed <= 1,
    };
    (!good).then(|| format!("job {number} ({moment:?}, {trouble:?}, kill {kill}): one vehicle, recorded as {ends:?}"))
}
