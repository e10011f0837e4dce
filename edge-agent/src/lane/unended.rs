//! Passages that an earlier life began and did not end. The record says which they are: the lane's memory is written
//! beside it, and where a process died between the two it is a moment older or newer than the record.

use std::collections::BTreeMap;
use std::time::Duration;

use gate_core::ids::{LaneId, PassageId};
use gate_core::message::event::EventBody;
use gate_core::passage::OpenedBy;

use super::kept::Kept;
use crate::outbox::{self, Outbox};

/// Newest events of the edge that are looked at: what several lanes tell in minutes. An older passage is known by the
/// lane's memory.
const LOOKED_AT: u32 = 300;
/// Events of one passage.
const OF_ONE: u32 = 1000;
/// A disk that takes longer does not keep a lane from its start: then the memory alone counts.
const WITHIN: Duration = Duration::from_secs(1);

/// Which passages of this lane have to be ended, and by whose word the boom had opened for each.
pub(super) async fn unended(outbox: &Outbox, lane: &LaneId, kept: Option<Kept>) -> Vec<(PassageId, OpenedBy)> {
    let remembered = kept.and_then(|k| Some((k.passage?, k.opened_by)));
    match tokio::time::timeout(WITHIN, recorded(outbox, lane, remembered)).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            tracing::error!(%lane, %error, "the record of earlier passages cannot be read; the lane's memory counts");
            remembered.into_iter().collect()
        }
        Err(_) => {
            tracing::error!(%lane, "the record of earlier passages is not read in time; the lane's memory counts");
            remembered.into_iter().collect()
        }
    }
}

async fn recorded(
    outbox: &Outbox,
    lane: &LaneId,
    remembered: Option<(PassageId, OpenedBy)>,
) -> Result<Vec<(PassageId, OpenedBy)>, outbox::OutboxError> {
    let mut newest = outbox.journal(None, LOOKED_AT).await?;
    if let Some((passage, _)) = remembered {
        newest.extend(outbox.journal(Some(passage), OF_ONE).await?);
    }
    // Begun, and ended.
    let mut found: BTreeMap<PassageId, (bool, bool)> = BTreeMap::new();
    for event in newest.iter().filter_map(outbox::Kept::edge_event).filter(|e| e.lane == *lane) {
        let Some(passage) = event.passage else { continue };
        let (begun, ended) = found.entry(passage).or_default();
        *begun |= matches!(event.body, EventBody::PassageBegan { .. });
        *ended |= matches!(event.body, EventBody::PassageEnded { .. });
    }
    let opened_by = |passage| remembered.filter(|(p, _)| *p == passage).map_or(OpenedBy::Nobody, |(_, by)| by);
    let open = found.into_iter().filter(|(_, (begun, ended))| *begun && !ended);
    Ok(open.map(|(passage, _)| (passage, opened_by(passage))).collect())
}
