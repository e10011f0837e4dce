//! Takes an edge's status into the live view. Believed only when the edge itself signed it.

use gate_core::message::envelope::{self, EnvelopeError};
use gate_core::message::status::EdgeStatus;
use gate_core::message::topic::{Channel, Topic};
use rumqttc::Publish;

use crate::app::App;

/// Takes a status. A retained one is taken too, but a lane counts as live only by what comes fresh.
pub async fn take(app: &App, message: &Publish) {
    if let Err(why) = verified(app, message).await {
        metrics::counter!("central_messages_refused_total", "why" => "status").increment(1);
        tracing::warn!(topic = %message.topic, why, "a status was refused");
    }
}

async fn verified(app: &App, message: &Publish) -> Result<(), String> {
    let Some(Channel::Status(edge)) = Topic::parse(&message.topic).map(|t| t.channel) else {
        return Err("not a status topic".to_owned());
    };
    let mut roster = app.rosters.now().await;
    let mut opened = envelope::open::<EdgeStatus>(&message.payload, &roster.trusted);
    if matches!(opened, Err(EnvelopeError::UnknownKey { .. })) {
        roster = app.rosters.for_stranger().await;
        opened = envelope::open(&message.payload, &roster.trusted);
    }
    let opened = opened.map_err(|e| e.to_string())?;
    let status = opened.payload;
    if status.edge != edge || roster.by_key.get(&opened.keyid) != Some(&edge) {
        return Err(format!("speaks of edge {}, on the topic of {edge}, signed by {}", status.edge, opened.keyid));
    }
    if let Some(stranger) = status.lanes.iter().find(|l| !roster.owns(&edge, &l.lane)) {
        return Err(format!("speaks of lane {}, which is not of edge {edge}", stranger.lane));
    }
    if message.retain {
        app.live.last_known(status);
    } else {
        app.live.status(status);
    }
    Ok(())
}
