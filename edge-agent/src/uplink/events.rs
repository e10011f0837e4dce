//! Sends the outbox's events, oldest first, until central has acknowledged them.
//!
//! The broker's PUBACK counts for nothing here. With each new connection, and whenever central has
//! been silent for [`SILENCE`], sending begins again at the oldest unacknowledged event; central
//! keeps each once.

use std::time::Duration;

use gate_core::ids::{Epoch, SiteId};
use gate_core::message::topic::{Channel, Topic};
use rumqttc::{AsyncClient, QoS};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::outbox::{Outbox, Waiting};

/// Events read from the disk at once.
const PAGE: u32 = 100;
/// Events sent and not acknowledged, at most.
const WINDOW: u64 = 1000;
/// Central says nothing for so long: begin again at the oldest.
const SILENCE: Duration = Duration::from_secs(10);
/// Central names gaps: begin again, but not more often than this.
const GAP_PAUSE: Duration = Duration::from_secs(1);
/// Before the disk is asked again after it failed.
const RETRY: Duration = Duration::from_secs(1);

pub(super) struct EventTask {
    pub client: AsyncClient,
    pub site: SiteId,
    pub outbox: Outbox,
    /// What central said last.
    pub acked: watch::Receiver<Heard>,
}

/// What central's acknowledgements have said since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Heard {
    /// Events acknowledged.
    pub events: u64,
    /// The last one named gaps.
    pub gaps: bool,
}

/// Where sending stands.
struct Progress {
    cursor: (Epoch, u64),
    in_flight: u64,
    acked: u64,
    /// When central was last heard, or sending began.
    since: Instant,
}

impl Progress {
    fn begin(heard: Heard) -> Self {
        Self { cursor: (Epoch(0), 0), in_flight: 0, acked: heard.events, since: Instant::now() }
    }

    fn hear(&mut self, heard: Heard) {
        if heard.gaps && self.since.elapsed() > GAP_PAUSE {
            *self = Self::begin(heard);
            return;
        }
        self.in_flight = self.in_flight.saturating_sub(heard.events.saturating_sub(self.acked));
        self.acked = heard.events;
        if !heard.gaps {
            self.since = Instant::now();
        }
    }
}

pub(super) async fn send(mut task: EventTask, mut sessions: watch::Receiver<u64>, stop: CancellationToken) {
    let mut recorded = task.outbox.recorded();
    let mut progress = Progress::begin(Heard::default());
    loop {
        let moved = if *sessions.borrow() == 0 { false } else { task.send_page(&mut progress).await };
        if moved {
            if sessions.has_changed().unwrap_or(false) {
                sessions.mark_unchanged();
                progress = Progress::begin(*task.acked.borrow());
            }
            continue;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            news = sessions.changed() => {
                if news.is_err() { return; }
                progress = Progress::begin(*task.acked.borrow());
            }
            news = recorded.changed() => if news.is_err() { return; },
            news = task.acked.changed() => {
                if news.is_err() { return; }
                let heard = *task.acked.borrow_and_update();
                progress.hear(heard);
            }
            () = tokio::time::sleep_until(progress.since + SILENCE) => progress = Progress::begin(*task.acked.borrow()),
        }
    }
}

impl EventTask {
    /// Sends one page; `false` when there is nothing to send now.
    async fn send_page(&self, progress: &mut Progress) -> bool {
        if progress.in_flight >= WINDOW {
            return false;
        }
        let page = match self.outbox.waiting(progress.cursor, PAGE).await {
            Ok(page) => page,
            Err(error) => {
                tracing::error!(%error, "events cannot be read for sending");
                tokio::time::sleep(RETRY).await;
                return false;
            }
        };
        for Waiting { epoch, seq, lane, wire } in &page {
            let topic = Topic { site: self.site.clone(), channel: Channel::Event(lane.clone()) }.to_string();
            if self.client.publish(topic, QoS::AtLeastOnce, false, wire.as_slice()).await.is_err() {
                return false;
            }
            progress.cursor = (*epoch, *seq);
            progress.in_flight += 1;
        }
        !page.is_empty()
    }
}
