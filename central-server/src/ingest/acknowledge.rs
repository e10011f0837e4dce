//! Central's word that events are committed: cumulative per (edge, epoch), with the gaps named.

use std::collections::BTreeSet;

use gate_core::ids::{EdgeId, Epoch};
use gate_core::message::ack::Acknowledgement;
use gate_core::message::envelope::seal;
use gate_core::message::topic::{Channel, Topic};

use crate::app::App;
use crate::sql;
use crate::store::{StoreError, Tx};

/// Numbers looked at above the low-water mark. Larger than what an edge has in flight.
const LOOK_AHEAD: i64 = 5000;

/// Moves the low-water marks on and returns what can be acknowledged once this transaction stands.
pub(super) async fn advance(tx: &mut Tx, epochs: &BTreeSet<(EdgeId, u64)>) -> Result<Vec<Acknowledgement>, StoreError> {
    let mut acks = Vec::new();
    for (edge, epoch) in epochs {
        // Also locks the row: of two centrals the second counts what the first committed.
        let row = tx
            .row(sql!(
                "INSERT INTO epochs (edge, epoch, low) VALUES ($1, $2, 0) \
                 ON CONFLICT (edge, epoch) DO UPDATE SET low = epochs.low RETURNING low",
                edge,
                *epoch
            ))
            .await?;
        let low = row.map_or(Ok(0), |row| row.count("low"))?;
        let above = tx
            .rows(sql!(
                "SELECT seq FROM received WHERE edge = $1 AND epoch = $2 AND seq > $3 ORDER BY seq LIMIT $4",
                edge,
                *epoch,
                low,
                LOOK_AHEAD
            ))
            .await?;
        let above = above.iter().map(|row| row.count("seq")).collect::<Result<Vec<_>, _>>()?;
        let (new_low, up_to_seq, gaps) = count(low, &above);
        if new_low > low {
            tx.run(sql!("UPDATE epochs SET low = $1 WHERE edge = $2 AND epoch = $3", new_low, edge, *epoch)).await?;
        }
        acks.push(Acknowledgement { edge: edge.clone(), epoch: Epoch(*epoch), up_to_seq, gaps });
    }
    Ok(acks)
}

/// The new low-water mark, the highest number that can be acknowledged, and the gaps below it.
fn count(low: u64, above: &[u64]) -> (u64, u64, Vec<(u64, u64)>) {
    let (mut new_low, mut up_to, mut gaps) = (low, low, Vec::new());
    for &seq in above {
        if seq > up_to + 1 {
            if gaps.len() == Acknowledgement::MAX_GAPS {
                break;
            }
            gaps.push((up_to + 1, seq - 1));
        }
        up_to = seq;
        if gaps.is_empty() {
            new_low = seq;
        }
    }
    (new_low, up_to, gaps)
}

/// Sends acknowledgements. One that cannot be sent is not missed: the edge sends again, is found
/// known, and is acknowledged again.
pub(super) fn send(app: &App, acks: Vec<Acknowledgement>) {
    for ack in acks {
        let topic = Topic { site: app.config.site.clone(), channel: Channel::Ack(ack.edge.clone()) }.to_string();
        match seal(&ack, &app.keys.signing) {
            Ok(wire) => {
                if let Err(error) = app.post.try_send(&topic, wire) {
                    tracing::warn!(edge = %ack.edge, %error, "an acknowledgement was not sent");
                }
            }
            Err(error) => tracing::error!(edge = %ack.edge, %error, "an acknowledgement cannot be sealed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn gaps_are_named_and_the_mark_stays_below_the_first() {
        assert_eq!(count(0, &[]), (0, 0, vec![]));
        assert_eq!(count(0, &[1, 2, 3]), (3, 3, vec![]));
        assert_eq!(count(3, &[4, 7, 8, 10]), (4, 10, vec![(5, 6), (9, 9)]));
    }

    proptest! {
        #[test]
        fn what_is_acknowledged_is_exactly_what_was_received(low in 0u64..5, seqs in proptest::collection::btree_set(6u64..600, 0..300)) {
            let above: Vec<u64> = seqs.iter().copied().collect();
            let (new_low, up_to_seq, gaps) = count(low, &above);
            prop_assert!(gaps.len() <= Acknowledgement::MAX_GAPS);
            let ack = Acknowledgement { edge: EdgeId::new("e").unwrap(), epoch: Epoch(1), up_to_seq, gaps };
            for seq in 1..=620 {
                let received = seq <= low || seqs.contains(&seq);
                prop_assert!(!ack.covers(seq) || received, "{seq} acknowledged and not received");
                prop_assert!(seq > up_to_seq || ack.covers(seq) == received);
                prop_assert!(seq > new_low || received);
            }
        }
    }
}
