//! MQTT topics: `gate/{site}/edge/{edge}/{status|ack|snapshot}` and
//! `gate/{site}/lane/{lane}/{event|request|decision|command}`. `status` alone is retained.

use std::fmt;

use crate::ids::{EdgeId, LaneId, SiteId};

/// A topic with a meaning; [`fmt::Display`] writes it, [`Topic::parse`] reads it back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Topic {
    /// The gate.
    pub site: SiteId,
    /// Whose channel and which.
    pub channel: Channel,
}

/// The channels of an edge and of a lane.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Edge to central, retained, with a last will: [`super::status::EdgeStatus`].
    Status(EdgeId),
    /// Central to edge: [`super::ack::Acknowledgement`].
    Ack(EdgeId),
    /// Central to edge: [`super::snapshot::Snapshot`].
    Snapshot(EdgeId),
    /// Edge to central: [`super::event::EdgeEvent`].
    Event(LaneId),
    /// Edge to central: [`super::exchange::DecisionRequest`].
    Request(LaneId),
    /// Central to edge: [`super::exchange::DecisionReply`].
    Decision(LaneId),
    /// Central to edge: [`super::command::LaneCommand`].
    Command(LaneId),
}

impl Topic {
    /// Reads a topic; `None` when it is none of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let (root, site, kind, name, channel) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if root != "gate" || parts.next().is_some() {
            return None;
        }
        let edge = || EdgeId::new(name).ok();
        let lane = || LaneId::new(name).ok();
        let channel = match (kind, channel) {
            ("edge", "status") => Channel::Status(edge()?),
            ("edge", "ack") => Channel::Ack(edge()?),
            ("edge", "snapshot") => Channel::Snapshot(edge()?),
            ("lane", "event") => Channel::Event(lane()?),
            ("lane", "request") => Channel::Request(lane()?),
            ("lane", "decision") => Channel::Decision(lane()?),
            ("lane", "command") => Channel::Command(lane()?),
            _ => return None,
        };
        Some(Self { site: SiteId::new(site).ok()?, channel })
    }

    /// Whether the broker keeps the last message for later subscribers. Never a command.
    #[must_use]
    pub fn retained(&self) -> bool {
        matches!(self.channel, Channel::Status(_))
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let site = &self.site;
        match &self.channel {
            Channel::Status(e) => write!(f, "gate/{site}/edge/{e}/status"),
            Channel::Ack(e) => write!(f, "gate/{site}/edge/{e}/ack"),
            Channel::Snapshot(e) => write!(f, "gate/{site}/edge/{e}/snapshot"),
            Channel::Event(l) => write!(f, "gate/{site}/lane/{l}/event"),
            Channel::Request(l) => write!(f, "gate/{site}/lane/{l}/request"),
            Channel::Decision(l) => write!(f, "gate/{site}/lane/{l}/decision"),
            Channel::Command(l) => write!(f, "gate/{site}/lane/{l}/command"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_reads_back() {
        let (edge, lane) = (|| EdgeId::new("kt-edge-1").unwrap(), || LaneId::new("in-1").unwrap());
        for channel in [
            Channel::Status(edge()),
            Channel::Ack(edge()),
            Channel::Snapshot(edge()),
            Channel::Event(lane()),
            Channel::Request(lane()),
            Channel::Decision(lane()),
            Channel::Command(lane()),
        ] {
            let topic = Topic { site: SiteId::new("kim-thanh").unwrap(), channel };
            assert_eq!(Topic::parse(&topic.to_string()), Some(topic));
        }
    }

    #[test]
    fn strangers_are_not_topics() {
        for t in [
            "",
            "gate",
            "gate/x/lane/in-1",
            "gate/x/lane/in-1/open",
            "gate/x/lane/in-1/event/more",
            "gate/x/edge/+/status",
        ] {
            assert_eq!(Topic::parse(t), None, "{t}");
        }
    }
}
