//! The contract as others read it: a JSON Schema of every message, generated from the types, and an
//! AsyncAPI document that says on which topic each travels. Both are committed under `gate-core/schema`;
//! a test holds them to the types.

use schemars::{JsonSchema, Schema, schema_for};
use serde_json::{Value, json};

use super::ack::Acknowledgement;
use super::command::LaneCommand;
use super::enrol::{EnrolReply, EnrolRequest, EvidenceTicket};
use super::envelope::{Envelope, Payload};
use super::event::EdgeEvent;
use super::exchange::{DecisionReply, DecisionRequest};
use super::snapshot::Snapshot;
use super::status::EdgeStatus;

/// A message on a topic.
struct Travels {
    /// File name of its schema, without ending.
    name: &'static str,
    payload_type: &'static str,
    schema: Schema,
    /// The topic, with `{site}`, `{edge}`, `{lane}`.
    address: &'static str,
    /// Sent by the edge; else by central.
    from_edge: bool,
    retained: bool,
}

fn travels<T: Payload + JsonSchema>(name: &'static str, address: &'static str, from_edge: bool) -> Travels {
    let retained = address.ends_with("/status");
    Travels { name, payload_type: T::TYPE, schema: schema_for!(T), address, from_edge, retained }
}

fn on_topics() -> Vec<Travels> {
    vec![
        travels::<EdgeStatus>("status", "gate/{site}/edge/{edge}/status", true),
        travels::<Acknowledgement>("ack", "gate/{site}/edge/{edge}/ack", false),
        travels::<Snapshot>("snapshot", "gate/{site}/edge/{edge}/snapshot", false),
        travels::<EdgeEvent>("event", "gate/{site}/lane/{lane}/event", true),
        travels::<DecisionRequest>("request", "gate/{site}/lane/{lane}/request", true),
        travels::<DecisionReply>("decision", "gate/{site}/lane/{lane}/decision", false),
        travels::<LaneCommand>("command", "gate/{site}/lane/{lane}/command", false),
    ]
}

/// Every schema by file name, `event.json` and so on: messages on topics, the envelope, enrolment.
#[must_use]
pub fn schemas() -> Vec<(String, Value)> {
    let over_http = [
        ("envelope", schema_for!(Envelope)),
        ("enrol-request", schema_for!(EnrolRequest)),
        ("enrol-reply", schema_for!(EnrolReply)),
        ("evidence-ticket", schema_for!(EvidenceTicket)),
    ];
    let topics = on_topics().into_iter().map(|t| (t.name, t.schema));
    topics.chain(over_http).map(|(name, schema)| (format!("{name}.json"), schema.to_value())).collect()
}

/// The AsyncAPI 3 document of the broker.
#[must_use]
pub fn asyncapi() -> Value {
    let mut channels = serde_json::Map::new();
    let mut operations = serde_json::Map::new();
    for message in on_topics() {
        let name = message.name;
        let scope = if message.address.contains("{lane}") { "lane" } else { "edge" };
        channels.insert(
            name.to_owned(),
            json!({
                "address": message.address,
                "parameters": {
                    "site": { "description": "Name of the border gate" },
                    scope: { "description": format!("Name of the {scope}") },
                },
                "messages": {
                    name: {
                        "contentType": "application/json",
                        "description": "A DSSE envelope; the schema of its decoded payload is x-payload",
                        "payload": { "$ref": "./envelope.json" },
                        "x-payload-type": message.payload_type,
                        "x-payload": { "$ref": format!("./{name}.json") },
                    }
                },
                "bindings": { "mqtt": { "qos": 1, "retain": message.retained } },
            }),
        );
        let sender = if message.from_edge { "edge" } else { "central" };
        operations.insert(
            format!("{sender}-sends-{name}"),
            json!({ "action": "send", "channel": { "$ref": format!("#/channels/{name}") } }),
        );
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Kim Thanh gate: edge and centre",
            "version": "1",
            "description": "MQTT 3.1.1. Every message is a signed envelope (DSSE). A reader ignores unknown fields \
                            and refuses an unknown major version of the payload type. Nothing but status is retained.",
        },
        "channels": channels,
        "operations": operations,
    })
}
