//! What central sends: checked, then handed to the one it is for. A message that is not central's,
//! not for this edge, retained, or misshapen has no effect and leaves one record of its refusal.

use gate_core::ids::LaneId;
use gate_core::message::ack::Acknowledgement;
use gate_core::message::command::LaneCommand;
use gate_core::message::envelope::{EnvelopeError, TrustedKeys, open};
use gate_core::message::event::EventBody;
use gate_core::message::exchange::DecisionReply;
use gate_core::message::topic::{Channel, Topic};
use rumqttc::Publish;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::ask::Asker;
use super::events::Heard;
use super::lists::{Lists, ListsError};
use crate::clock::Clock;
use crate::identity::Identity;
use crate::outbox::{Draft, Outbox};

pub(super) struct Inbound {
    pub identity: Identity,
    pub outbox: Outbox,
    pub lists: Lists,
    pub asker: Asker,
    pub commands: mpsc::Sender<LaneCommand>,
    pub acked: watch::Sender<Heard>,
    pub clock: Clock,
}

/// Why a message had no effect.
struct Refusal {
    what: &'static str,
    why: String,
    lane: Option<LaneId>,
}

impl Inbound {
    pub async fn run(self, mut queue: mpsc::Receiver<Publish>, stop: CancellationToken) {
        let trusted = self.identity.trusted();
        loop {
            let publish = tokio::select! {
                () = stop.cancelled() => return,
                publish = queue.recv() => publish,
            };
            let Some(publish) = publish else { return };
            if let Err(refusal) = self.take(&publish, &trusted).await {
                self.refuse(refusal);
            }
        }
    }

    async fn take(&self, publish: &Publish, trusted: &TrustedKeys) -> Result<(), Refusal> {
        let refuse = |what, lane: Option<&LaneId>, why: String| Refusal { what, why, lane: lane.cloned() };
        let Some(topic) = Topic::parse(&publish.topic).filter(|t| t.site == self.identity.site) else {
            return Err(refuse("message", None, format!("topic {:?} is not one of ours", publish.topic)));
        };
        if publish.retain {
            return Err(refuse("message", None, format!("{topic} was retained; nothing for the edge ever is")));
        }
        let wire = &publish.payload;
        let bad = |what, lane: Option<&LaneId>| {
            let lane = lane.cloned();
            move |e: EnvelopeError| Refusal { what, why: e.to_string(), lane }
        };
        match &topic.channel {
            Channel::Ack(_) => {
                self.acknowledge(&open::<Acknowledgement>(wire, trusted).map_err(bad("ack", None))?.payload).await
            }
            Channel::Snapshot(_) => match self.lists.take(wire, &self.identity.edge).await {
                Ok(version) => tracing::info!(version, "lists taken"),
                Err(ListsError::Older { .. }) => {}
                Err(error) => return Err(refuse("snapshot", None, error.to_string())),
            },
            Channel::Decision(lane) => {
                let reply = open::<DecisionReply>(wire, trusted).map_err(bad("decision", Some(lane)))?.payload;
                if reply.lane != *lane {
                    return Err(refuse("decision", Some(lane), format!("it is for lane {}", reply.lane)));
                }
                if !self.asker.answer(reply) {
                    return Err(refuse(
                        "decision",
                        Some(lane),
                        "it came after the deadline or nobody asked".to_owned(),
                    ));
                }
            }
            Channel::Command(lane) => {
                let command = open::<LaneCommand>(wire, trusted).map_err(bad("command", Some(lane)))?.payload;
                if command.lane != *lane {
                    return Err(refuse("command", Some(lane), format!("it is for lane {}", command.lane)));
                }
                self.commands
                    .try_send(command)
                    .map_err(|_| refuse("command", Some(lane), "too many commands wait".to_owned()))?;
            }
            Channel::Status(_) | Channel::Event(_) | Channel::Request(_) => {
                return Err(refuse("message", None, format!("{topic} is not for an edge")));
            }
        }
        Ok(())
    }

    async fn acknowledge(&self, ack: &Acknowledgement) {
        if ack.edge != self.identity.edge {
            self.refuse(Refusal { what: "ack", why: format!("it is for edge {}", ack.edge), lane: None });
            return;
        }
        match self.outbox.acknowledge(ack, self.clock.utc().0).await {
            Ok(covered) => self.acked.send_modify(|heard| {
                heard.events += covered;
                heard.gaps = !ack.gaps.is_empty();
            }),
            Err(error) => tracing::error!(%error, "an acknowledgement could not be kept; the events are sent again"),
        }
    }

    fn refuse(&self, refusal: Refusal) {
        let Refusal { what, why, lane } = refusal;
        metrics::counter!("edge_uplink_refused_total", "what" => what).increment(1);
        tracing::warn!(what, why, "message refused");
        let Some(lane) = lane.or_else(|| self.identity.lanes.first().map(|l| l.lane.clone())) else { return };
        let draft = Draft {
            lane,
            passage: None,
            at: self.clock.utc(),
            clock: self.clock.quality(),
            body: EventBody::Refused { what: what.to_owned(), why },
        };
        if let Err(error) = self.outbox.record(draft) {
            tracing::error!(%error, "a refusal could not be recorded");
        }
    }
}
