//! Tells central how the lanes are: at once on a change, at least every two seconds, retained.

use std::time::Duration;

use ed25519_dalek::SigningKey;
use gate_core::ids::{EdgeId, SiteId};
use gate_core::message::envelope;
use gate_core::message::status::{EdgeStatus, LaneStatus};
use gate_core::message::topic::{Channel, Topic};
use rumqttc::{AsyncClient, LastWill, QoS};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::UplinkError;
use super::lists::Lists;
use crate::clock::Clock;
use crate::identity::Identity;
use crate::outbox::Outbox;

const EVERY: Duration = Duration::from_secs(2);
/// Least time between two statuses: at most five a second.
const AT_MOST: Duration = Duration::from_millis(200);

pub(super) struct Statuses {
    edge: EdgeId,
    site: SiteId,
    key: SigningKey,
    outbox: Outbox,
    lists: Lists,
    clock: Clock,
}

impl Statuses {
    pub fn new(identity: &Identity, outbox: Outbox, lists: Lists, clock: Clock) -> Self {
        Self {
            edge: identity.edge.clone(),
            site: identity.site.clone(),
            key: identity.event_key.clone(),
            outbox,
            lists,
            clock,
        }
    }

    fn topic(&self) -> String {
        Topic { site: self.site.clone(), channel: Channel::Status(self.edge.clone()) }.to_string()
    }

    fn status(&self, count: u64, outbox: u64, lanes: Vec<LaneStatus>) -> EdgeStatus {
        EdgeStatus {
            edge: self.edge.clone(),
            epoch: self.outbox.epoch(),
            count,
            at: self.clock.utc(),
            clock: self.clock.quality(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            lists_version: self.lists.now().map(|l| l.version),
            outbox,
            lanes,
        }
    }

    /// What the broker says for us when we are gone: a status without lanes.
    pub fn last_will(&self) -> Result<LastWill, UplinkError> {
        let gone = self.status(0, 0, Vec::new());
        let wire = envelope::seal(&gone, &self.key).map_err(|e| UplinkError::Will(e.to_string()))?;
        Ok(LastWill::new(self.topic(), wire, QoS::AtLeastOnce, true))
    }

    pub async fn run(
        self,
        client: AsyncClient,
        mut lanes: watch::Receiver<Vec<LaneStatus>>,
        mut connected: watch::Receiver<bool>,
        stop: CancellationToken,
    ) {
        let mut count = 0;
        loop {
            let depth = self.outbox.depth().await.unwrap_or(u64::MAX);
            metrics::gauge!("edge_outbox_waiting").set(depth as f64);
            if *connected.borrow_and_update() {
                count += 1;
                let now = lanes.borrow_and_update().clone();
                self.publish(&client, &self.status(count, depth, now));
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(AT_MOST) => {}
            }
            tokio::select! {
                () = stop.cancelled() => return,
                news = lanes.changed() => if news.is_err() { return },
                news = connected.changed() => if news.is_err() { return },
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    fn publish(&self, client: &AsyncClient, status: &EdgeStatus) {
        let sent = envelope::seal(status, &self.key)
            .map_err(|e| e.to_string())
            .and_then(|wire| client.try_publish(self.topic(), QoS::AtMostOnce, true, wire).map_err(|e| e.to_string()));
        if let Err(error) = sent {
            tracing::debug!(error, "a status was not sent; the next follows");
        }
    }
}
