//! Officers' commands to lanes: signed, fresh by the lane's session and a growing number, recorded.
//!
//! Order of things: a command is recorded **before** it is sent, so that none goes out unseen; STOP
//! alone is sent first and recorded afterwards, so that no database keeps it back.

use std::sync::Arc;

use gate_core::ids::{CommandId, GrantId, LaneId, LaneSession, PassageId, SiteId};
use gate_core::message::command::{CommandBody, LaneCommand, OfficerRef};
use gate_core::message::envelope::{EnvelopeError, seal};
use gate_core::message::status::LaneStatus;
use gate_core::message::topic::{Channel, Topic};
use thiserror::Error;
use uuid::Uuid;

use super::{Keys, Live, News};
use crate::audit::Act;
use crate::broker::{Post, PostError};
use crate::clock::Clock;
use crate::sql;
use crate::store::{Store, StoreError, word};

/// Life of a grant that an officer gives, in milliseconds from its receipt.
pub const GRANT_LIFE_MS: u32 = 30_000;

/// Why a command did not go out. The officer is told in these words.
#[derive(Debug, Error)]
pub enum CommandError {
    /// No such lane.
    #[error("lane {0} is not known; add it with `central-server edge add`")]
    UnknownLane(LaneId),
    /// The lane was not heard of lately: its session is not known, a command could not be fresh.
    #[error("lane {lane} was not heard of lately (last: {}); go to the lane's own panel", .age_ms.map_or_else(|| "never".to_owned(), |ms| format!("{ms} ms ago")))]
    NotLive {
        /// Which.
        lane: LaneId,
        /// How long ago, in milliseconds; `None` for never.
        age_ms: Option<u64>,
    },
    /// Another vehicle stands there now.
    #[error("lane {lane} has {now:?} at the stop line, not {wanted}; look again")]
    OtherVehicle {
        /// Which lane.
        lane: LaneId,
        /// Who is there.
        now: Option<PassageId>,
        /// Who was meant.
        wanted: PassageId,
    },
    /// A grant, a refusal or a change of mode without a reason.
    #[error("a reason is needed for {0}")]
    NoReason(&'static str),
    /// It could not be recorded, so it was not sent.
    #[error("not sent, because it could not be recorded: {0}")]
    Record(#[from] StoreError),
    /// It could not be signed.
    #[error("not sent: {0}")]
    Seal(#[from] EnvelopeError),
    /// It could not be handed to the broker.
    #[error("not sent: {0}; go to the lane's own panel")]
    Post(#[from] PostError),
}

/// A command that went out. What the lane did with it comes back as an event.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its id: the lane's events of it name it.
    pub command: CommandId,
    /// The act in the record; `None` for a STOP that could not be recorded (it is logged).
    pub act: Option<Uuid>,
}

/// Sends commands; clones are cheap.
#[derive(Clone)]
pub struct Commander(Arc<Inner>);

struct Inner {
    site: SiteId,
    store: Store,
    keys: Arc<Keys>,
    live: Live,
    post: Post,
    clock: Clock,
}

impl Commander {
    /// A commander over the given parts.
    #[must_use]
    pub fn new(site: SiteId, store: Store, keys: Arc<Keys>, live: Live, post: Post, clock: Clock) -> Self {
        Self(Arc::new(Inner { site, store, keys, live, post, clock }))
    }

    /// Grants one opening to the passage that stands at the lane's stop line now; with `priority` the
    /// confirmations that it lacks are owed.
    ///
    /// # Errors
    /// [`CommandError`]; then nothing was sent.
    pub async fn grant(
        &self,
        lane: &LaneId,
        passage: PassageId,
        priority: bool,
        officer: OfficerRef,
        reason: &str,
    ) -> Result<Sent, CommandError> {
        let now = self.fresh(lane)?;
        let other = || CommandError::OtherVehicle { lane: lane.clone(), now: now.passage, wanted: passage };
        let track = now.track.filter(|_| now.passage == Some(passage)).ok_or_else(other)?;
        let grant = GrantId(self.0.clock.id());
        self.send(lane, CommandBody::Grant { grant, passage, track, life_ms: GRANT_LIFE_MS, priority }, officer, reason)
            .await
    }

    /// Sends a command. STOP goes at once whatever is known of the lane.
    ///
    /// # Errors
    /// [`CommandError`]; then nothing was sent.
    pub async fn send(
        &self,
        lane: &LaneId,
        body: CommandBody,
        officer: OfficerRef,
        reason: &str,
    ) -> Result<Sent, CommandError> {
        if body == CommandBody::Stop {
            return self.stop(lane, officer, reason).await;
        }
        let what = what(&body);
        if reason.trim().is_empty() && !matches!(body, CommandBody::Hold { .. } | CommandBody::ConvoyOver) {
            return Err(CommandError::NoReason(what));
        }
        let session = self.fresh(lane)?.session;
        let id = CommandId(self.0.clock.id());
        let mut tx = self.0.store.begin().await?;
        let next = sql!("UPDATE lanes SET command_seq = command_seq + 1 WHERE lane = $1 RETURNING command_seq", lane);
        let seq = match tx.row(next).await? {
            Some(row) => row.count("command_seq")?,
            None => return Err(CommandError::UnknownLane(lane.clone())),
        };
        let command = LaneCommand {
            id,
            lane: lane.clone(),
            session,
            seq,
            at: self.0.clock.now(),
            officer,
            reason: reason.to_owned(),
            body,
        };
        let wire = seal(&command, &self.0.keys.signing)?;
        let act = act_of(&command);
        let act_id = act.record(&mut tx, &self.0.clock).await?;
        tx.commit().await?;
        self.0.post.send_now(&self.topic(lane), wire).await?;
        self.tell(act_id, &act);
        Ok(Sent { command: id, act: Some(act_id) })
    }

    async fn stop(&self, lane: &LaneId, officer: OfficerRef, reason: &str) -> Result<Sent, CommandError> {
        let command = LaneCommand {
            id: CommandId(self.0.clock.id()),
            lane: lane.clone(),
            session: self.0.live.lane(lane).map_or_else(|| LaneSession(String::new()), |l| l.status.session),
            seq: 0,
            at: self.0.clock.now(),
            officer,
            reason: reason.to_owned(),
            body: CommandBody::Stop,
        };
        let wire = seal(&command, &self.0.keys.signing)?;
        let sent = self.0.post.send_now(&self.topic(lane), wire).await;
        let act = act_of(&command);
        let recorded = self.record(&act).await;
        if let Err(error) = &recorded {
            tracing::error!(%lane, officer = %command.officer.name, %error, "a STOP was sent but could not be recorded");
        }
        sent?;
        let act_id = recorded.ok();
        if let Some(id) = act_id {
            self.tell(id, &act);
        }
        Ok(Sent { command: command.id, act: act_id })
    }

    async fn record(&self, act: &Act) -> Result<Uuid, StoreError> {
        let mut tx = self.0.store.begin().await?;
        let id = act.record(&mut tx, &self.0.clock).await?;
        tx.commit().await?;
        Ok(id)
    }

    fn tell(&self, id: Uuid, act: &Act) {
        self.0.live.tell(News::of_act(id, act));
    }

    fn fresh(&self, lane: &LaneId) -> Result<LaneStatus, CommandError> {
        match self.0.live.lane(lane) {
            Some(l) if l.live => Ok(l.status),
            other => Err(CommandError::NotLive { lane: lane.clone(), age_ms: other.and_then(|l| l.age_ms) }),
        }
    }

    fn topic(&self, lane: &LaneId) -> String {
        Topic { site: self.0.site.clone(), channel: Channel::Command(lane.clone()) }.to_string()
    }
}

fn what(body: &CommandBody) -> &'static str {
    match body {
        CommandBody::Grant { priority: true, .. } => "priority",
        CommandBody::Grant { .. } => "grant",
        CommandBody::Refuse { .. } => "refuse",
        CommandBody::Hold { .. } => "hold",
        CommandBody::Mode { .. } => "mode",
        CommandBody::Convoy { .. } => "convoy",
        CommandBody::ConvoyOver => "convoy_over",
        CommandBody::Stop => "stop",
    }
}

fn act_of(command: &LaneCommand) -> Act {
    let (passage, detail) = match &command.body {
        CommandBody::Grant { grant, passage, track, life_ms, .. } => {
            (Some(*passage), serde_json::json!({"grant": grant, "track": track, "life_ms": life_ms}))
        }
        CommandBody::Refuse { passage } | CommandBody::Hold { passage } => (Some(*passage), serde_json::json!({})),
        CommandBody::Mode { mode } => (None, serde_json::json!({"mode": word(mode)})),
        CommandBody::Convoy { size } => (None, serde_json::json!(size)),
        CommandBody::ConvoyOver | CommandBody::Stop => (None, serde_json::json!({})),
    };
    Act {
        officer: command.officer.clone(),
        act: what(&command.body).to_owned(),
        lane: Some(command.lane.clone()),
        passage,
        reason: command.reason.clone(),
        detail,
        command: Some(command.id),
    }
}
