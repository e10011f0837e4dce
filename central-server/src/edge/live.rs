//! The lanes as they are now: the newest verified status of each edge, and the news since.
//!
//! Not a record: what stands here is gone with the process. Pages read [`Live::lanes`] once and then
//! follow [`Live::follow`]; a page that was away resumes from the news that are still held, or is told
//! to read everything again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use gate_core::decision::Decision;
use gate_core::ids::{EdgeId, LaneId, PassageId};
use gate_core::message::event::EdgeEvent;
use gate_core::message::exchange::RouteAdvice;
use gate_core::message::status::{EdgeStatus, LaneStatus};
use serde::Serialize;
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::audit::Act;

/// News held for pages that come back, and at most waiting for a slow page.
pub const HELD_NEWS: usize = 512;
/// An edge sends its status every 2 s; past this its lanes count as not live.
pub const STALE_AFTER: Duration = Duration::from_secs(6);

/// Something that happened, for pages.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum News {
    /// An edge told how its lanes are.
    Status {
        /// The status.
        status: EdgeStatus,
    },
    /// An event was committed.
    Event {
        /// The event.
        event: Box<EdgeEvent>,
    },
    /// Central decided.
    Decided {
        /// Where.
        lane: LaneId,
        /// For which passage.
        passage: PassageId,
        /// What.
        decision: Decision,
        /// Where to next.
        route: Option<RouteAdvice>,
    },
    /// An officer's act was recorded.
    Act {
        /// The act's id in the record.
        act: Uuid,
        /// Where.
        lane: Option<LaneId>,
        /// For which passage.
        passage: Option<PassageId>,
        /// Who.
        officer: String,
        /// What.
        what: String,
        /// Why.
        reason: String,
    },
    /// An alarm was raised. **Only for those who may see alarms.**
    Alarm {
        /// Its id.
        alarm: Uuid,
        /// What sort.
        kind: String,
        /// Where.
        lane: Option<LaneId>,
    },
}

impl News {
    /// That this act was recorded under this id.
    #[must_use]
    pub fn of_act(id: Uuid, act: &Act) -> Self {
        Self::Act {
            act: id,
            lane: act.lane.clone(),
            passage: act.passage,
            officer: act.officer.name.clone(),
            what: act.act.clone(),
            reason: act.reason.clone(),
        }
    }
}

/// News with its number: `(start of this process, count)` together never repeat.
#[derive(Clone, Debug)]
pub struct Numbered {
    /// Grows by one.
    pub number: u64,
    /// What.
    pub news: Arc<News>,
}

/// A lane with the freshness of what is known of it.
#[derive(Clone, Debug, Serialize)]
pub struct LiveLane {
    /// Its edge.
    pub edge: EdgeId,
    /// The newest status.
    pub status: LaneStatus,
    /// How long ago central heard it, in milliseconds; `None`: not since central started.
    pub age_ms: Option<u64>,
    /// Heard within `STALE_AFTER`.
    pub live: bool,
}

struct Held {
    status: EdgeStatus,
    /// `None`: the broker kept it from an earlier time; nothing was heard from the edge itself.
    heard: Option<Instant>,
}

struct Inner {
    edges: RwLock<BTreeMap<EdgeId, Held>>,
    held: Mutex<(u64, VecDeque<Numbered>)>,
    news: broadcast::Sender<Numbered>,
    start: String,
}

/// The live view; clones are cheap.
#[derive(Clone)]
pub struct Live(Arc<Inner>);

impl Default for Live {
    fn default() -> Self {
        Self(Arc::new(Inner {
            edges: RwLock::default(),
            held: Mutex::default(),
            news: broadcast::channel(HELD_NEWS).0,
            start: hex::encode(rand::random::<[u8; 4]>()),
        }))
    }
}

/// What a page gets that resumes.
pub struct Following {
    /// What it missed, oldest first; `None`: too long ago, or another process: read all again.
    pub missed: Option<Vec<Numbered>>,
    /// What comes. `Lagged` means: read all again.
    pub coming: broadcast::Receiver<Numbered>,
}

impl Live {
    /// Takes a verified status; `false` when a newer one is known already.
    pub fn status(&self, status: EdgeStatus) -> bool {
        self.take(status, Some(Instant::now()))
    }

    /// Takes a status that the broker kept: the lane is shown as it last was, not as live.
    pub fn last_known(&self, status: EdgeStatus) -> bool {
        self.take(status, None)
    }

    fn take(&self, status: EdgeStatus, heard: Option<Instant>) -> bool {
        {
            let mut edges = self.0.edges.write().unwrap_or_else(PoisonError::into_inner);
            let newer = |old: &Held| {
                (status.epoch, status.count) > (old.status.epoch, old.status.count)
                    || (old.heard.is_none() && heard.is_some())
            };
            if edges.get(&status.edge).is_some_and(|old| !newer(old)) {
                return false;
            }
            edges.insert(status.edge.clone(), Held { status: status.clone(), heard });
        }
        self.tell(News::Status { status });
        true
    }

    /// Tells all pages.
    pub fn tell(&self, news: News) {
        let mut held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.0 += 1;
        let numbered = Numbered { number: held.0, news: Arc::new(news) };
        if held.1.len() >= HELD_NEWS {
            held.1.pop_front();
        }
        held.1.push_back(numbered.clone());
        // Sent under the lock, so that nobody sees numbers out of order. Fails only when nobody listens.
        let _ = self.0.news.send(numbered);
    }

    /// All lanes that were ever heard of since the start, by name.
    #[must_use]
    pub fn lanes(&self) -> Vec<LiveLane> {
        let edges = self.0.edges.read().unwrap_or_else(PoisonError::into_inner);
        let mut lanes: Vec<LiveLane> = edges.values().flat_map(live_lanes).collect();
        lanes.sort_by(|a, b| a.status.lane.cmp(&b.status.lane));
        lanes
    }

    /// One lane.
    #[must_use]
    pub fn lane(&self, lane: &LaneId) -> Option<LiveLane> {
        self.lanes().into_iter().find(|l| l.status.lane == *lane)
    }

    /// The newest status of each edge.
    #[must_use]
    pub fn edges(&self) -> Vec<EdgeStatus> {
        let edges = self.0.edges.read().unwrap_or_else(PoisonError::into_inner);
        edges.values().map(|held| held.status.clone()).collect()
    }

    /// Follows the news, from after `last` (an SSE `Last-Event-ID` made by [`Live::event_id`]) where given.
    #[must_use]
    pub fn follow(&self, last: Option<&str>) -> Following {
        let held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        let coming = self.0.news.subscribe();
        let missed = match last {
            None => Some(Vec::new()),
            Some(id) => self.number_of(id).and_then(|after| missed(&held.1, held.0, after)),
        };
        Following { missed, coming }
    }

    /// The id of the newest news. Taken before the lanes are read, so that whoever follows from it misses nothing.
    #[must_use]
    pub fn newest_id(&self) -> String {
        let held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        self.event_id(held.0)
    }

    /// The id of a piece of news for SSE.
    #[must_use]
    pub fn event_id(&self, number: u64) -> String {
        format!("{}-{number}", self.0.start)
    }

    fn number_of(&self, id: &str) -> Option<u64> {
        let (start, number) = id.split_once('-')?;
        (start == self.0.start).then(|| number.parse().ok()).flatten()
    }
}

fn missed(held: &VecDeque<Numbered>, newest: u64, after: u64) -> Option<Vec<Numbered>> {
    let oldest = held.front().map_or(newest + 1, |n| n.number);
    if after > newest || after + 1 < oldest {
        return None;
    }
    Some(held.iter().filter(|n| n.number > after).cloned().collect())
}

fn live_lanes(held: &Held) -> Vec<LiveLane> {
    let age = held.heard.map(|at| at.elapsed());
    held.status
        .lanes
        .iter()
        .map(|status| LiveLane {
            edge: held.status.edge.clone(),
            status: status.clone(),
            age_ms: age.map(|a| u64::try_from(a.as_millis()).unwrap_or(u64::MAX)),
            live: age.is_some_and(|a| a <= STALE_AFTER),
        })
        .collect()
}
