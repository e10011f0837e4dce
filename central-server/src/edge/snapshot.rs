//! The lists for each edge to decide by when central is silent: signed, sent on each change (at most
//! every two seconds), to an edge that holds older ones, and every minute so that they stay fresh.

use std::collections::BTreeMap;
use std::time::Duration;

use gate_core::clock::UtcMicros;
use gate_core::ids::EdgeId;
use gate_core::message::envelope::{MAX_ENVELOPE_BYTES, seal};
use gate_core::message::snapshot::Snapshot;
use gate_core::message::topic::{Channel, Topic};

use crate::app::App;
use crate::declaration::HeldLists;

const LOOK: Duration = Duration::from_secs(2);
const FRESHEN: Duration = Duration::from_secs(60);

/// Keeps every enrolled edge's lists fresh for as long as central runs.
pub async fn publish(app: App) {
    let mut sent: BTreeMap<EdgeId, (u64, UtcMicros)> = BTreeMap::new();
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        if !app.post.connected() {
            sent.clear();
            continue;
        }
        match app.lists.now(&app.clock).await {
            Ok(held) => send_due(&app, &held, &mut sent).await,
            Err(error) => tracing::warn!(%error, "the lists cannot be read; edges keep those they have"),
        }
    }
}

async fn send_due(app: &App, held: &HeldLists, sent: &mut BTreeMap<EdgeId, (u64, UtcMicros)>) {
    let now = app.clock.now();
    let holds: BTreeMap<EdgeId, Option<u64>> =
        app.live.edges().into_iter().map(|status| (status.edge, status.lists_version)).collect();
    for edge in app.rosters.now().await.edges() {
        let due = match sent.get(&edge) {
            None => true,
            Some((version, at)) => {
                let age = now.since(*at);
                let behind = holds.get(&edge).is_some_and(|v| v.is_none_or(|v| v < held.version));
                *version != held.version || age >= FRESHEN || (behind && age >= LOOK * 3)
            }
        };
        if due && send(app, held, &edge, now) {
            sent.insert(edge, (held.version, now));
        }
    }
}

fn send(app: &App, held: &HeldLists, edge: &EdgeId, now: UtcMicros) -> bool {
    let Some(wire) = sealed(app, held, edge, now) else { return false };
    let topic = Topic { site: app.config.site.clone(), channel: Channel::Snapshot(edge.clone()) }.to_string();
    match app.post.try_send(&topic, wire) {
        Ok(()) => {
            metrics::counter!("central_snapshots_sent_total").increment(1);
            true
        }
        Err(error) => {
            tracing::warn!(%edge, %error, "a snapshot was not sent");
            false
        }
    }
}

/// The snapshot within the size of a message: where the list is longer, those whose time is nearest
/// go in; the edge refers what it does not know.
fn sealed(app: &App, held: &HeldLists, edge: &EdgeId, now: UtcMicros) -> Option<Vec<u8>> {
    let deciding = &app.config.decision;
    let ahead = now.plus(Duration::from_secs(u64::from(deciding.snapshot_ahead_h) * 3600));
    let mut snapshot = Snapshot {
        edge: edge.clone(),
        version: held.version,
        issued: now,
        valid_until: now.plus(Duration::from_secs(u64::from(deciding.snapshot_life_s))),
        expected: held.expected.iter().filter(|v| v.from <= ahead && v.until >= now).cloned().collect(),
        watch: held.watch.clone(),
        rules: held.rules.clone(),
    };
    snapshot.expected.sort_by_key(|v| v.from);
    loop {
        let wire = seal(&snapshot, &app.keys.signing).inspect_err(|error| tracing::error!(%error, "snapshot")).ok()?;
        if wire.len() <= MAX_ENVELOPE_BYTES {
            return Some(wire);
        }
        let fits = snapshot.expected.len() * 9 / 10;
        tracing::warn!(%edge, vehicles = snapshot.expected.len(), fits, "the snapshot is too large; the latest are left out");
        metrics::counter!("central_snapshots_shortened_total").increment(1);
        if fits == 0 {
            tracing::error!(%edge, watch = snapshot.watch.len(), "the watchlist alone is too large for a snapshot; none is sent");
            return None;
        }
        snapshot.expected.truncate(fits);
    }
}
