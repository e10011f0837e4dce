//! Messages without effect: numbered ones are kept whole, strangers' are counted in one row per lane
//! and reason, with one sample.

use std::collections::BTreeMap;

use gate_core::ids::{EdgeId, LaneId};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::alarm::{self, REFUSED_MESSAGES};
use crate::clock::Clock;
use crate::edge::News;
use crate::sql;
use crate::store::{StoreError, Tx};

/// Bytes of a stranger's message that are kept as a sample.
const SAMPLE: usize = 4096;
/// Kinds that no mishap explains.
const FORGED: [&str; 3] = ["key", "signature", "edge"];
/// Characters of a reason that are kept.
const WHY: usize = 500;

/// Keeps a numbered message's bytes for ever.
pub(super) async fn keep(
    tx: &mut Tx,
    clock: &Clock,
    (edge, epoch, seq): (&EdgeId, u64, u64),
    topic: &str,
    why: &str,
    wire: &[u8],
) -> Result<(), StoreError> {
    tracing::warn!(%edge, epoch, seq, why, "a numbered message is kept without effect");
    let now = clock.now();
    // The same refused bytes again are the same row.
    let id = fold_id(&[edge.as_str().as_bytes(), &epoch.to_be_bytes(), &seq.to_be_bytes(), wire]);
    tx.run(sql!(
        "INSERT INTO events_refused (id, topic, why, edge, epoch, seq, wire, first_at, last_at, times) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 1) \
         ON CONFLICT (id) DO UPDATE SET last_at = excluded.last_at, times = events_refused.times + 1",
        id,
        clean(topic),
        clean(why),
        edge,
        epoch,
        seq,
        wire,
        now
    ))
    .await?;
    Ok(())
}

struct Counted {
    times: u64,
    why: String,
    sample: Vec<u8>,
}

/// Strangers' messages of one transaction.
#[derive(Default)]
pub(super) struct Strangers(BTreeMap<(String, &'static str), Counted>);

impl Strangers {
    pub(super) fn count(&mut self, lane: Option<&LaneId>, kind: &'static str, why: &str, wire: &[u8]) {
        metrics::counter!("central_messages_refused_total", "why" => kind).increment(1);
        // Lanes that are not ours share one row: a stranger cannot fill the table with names.
        let lane = lane.map_or("-", LaneId::as_str).to_owned();
        let counted = self.0.entry((lane, kind)).or_insert_with(|| Counted {
            times: 0,
            why: clean(why),
            sample: wire[..wire.len().min(SAMPLE)].to_vec(),
        });
        counted.times += 1;
    }

    /// Writes the rows, and raises an alarm where somebody signed with a foreign key or altered a
    /// message: a broker that is not ours any more must not stay unseen.
    pub(super) async fn note(self, tx: &mut Tx, clock: &Clock) -> Result<Vec<News>, StoreError> {
        let now = clock.now();
        let mut raised = Vec::new();
        for ((lane, kind), counted) in self.0 {
            tracing::warn!(lane, kind, times = counted.times, why = counted.why, "messages refused");
            tx.run(sql!(
                "INSERT INTO events_refused (id, topic, why, wire, first_at, last_at, times) VALUES ($1, $2, $3, $4, $5, $5, $6) \
                 ON CONFLICT (id) DO UPDATE SET last_at = excluded.last_at, times = events_refused.times + excluded.times",
                fold_id(&[lane.as_bytes(), b"/", kind.as_bytes()]),
                format!("lane {lane}"),
                format!("{kind}: {}", counted.why),
                counted.sample,
                now,
                counted.times
            ))
            .await?;
            if FORGED.contains(&kind)
                && let Some(alarm) = alarm::standing(tx, clock, REFUSED_MESSAGES, &lane, &counted.why).await?
            {
                let lane = LaneId::new(lane).ok();
                raised.push(News::Alarm { alarm, kind: REFUSED_MESSAGES.to_owned(), lane });
            }
        }
        Ok(raised)
    }
}

fn fold_id(parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut id = [0; 16];
    id.copy_from_slice(&hash.finalize()[..16]);
    Uuid::from_bytes(id)
}

/// Without what PostgreSQL's texts cannot hold, and bounded.
fn clean(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(WHY).collect()
}
