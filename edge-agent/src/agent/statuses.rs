//! The lanes' statuses, gathered for the uplink.

use std::collections::BTreeMap;
use std::time::Duration;

use gate_core::ids::LaneId;
use gate_core::message::status::LaneStatus;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::lane::handle::LaneHandle;

/// A change reaches the uplink within this.
const EVERY: Duration = Duration::from_millis(100);
/// A lane whose task shows no sign of life for so long is told as that.
const SILENT: Duration = Duration::from_secs(2);

/// Gathers until stopped.
pub(super) async fn gather(
    lanes: BTreeMap<LaneId, LaneHandle>,
    out: watch::Sender<Vec<LaneStatus>>,
    stop: CancellationToken,
) {
    loop {
        let now: Vec<LaneStatus> = lanes.values().map(status).collect();
        out.send_if_modified(|told| {
            let changed = *told != now;
            if changed {
                *told = now;
            }
            changed
        });
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

fn status(lane: &LaneHandle) -> LaneStatus {
    let mut status = lane.view.borrow().status.clone();
    if lane.silent_for() > SILENT {
        metrics::counter!("edge_lane_silent_total", "lane" => lane.lane.as_str().to_owned()).increment(1);
        status.faults.push("lane_silent".to_owned());
    }
    status
}
