//! Answers lanes' questions within 500 ms: may this vehicle pass, and where does it go next?
//!
//! - A question counts only from the enrolled edge that owns the lane; anything else is noted, without
//!   an answer. The same question again gets the very same answer.
//! - The decision, its leaf in the record and, for a watchlist hit, the silent alarm stand in one
//!   transaction **before** the answer goes out. What cannot be recorded within the time is not
//!   answered: the edge decides by its own lists then.
//! - One announced vehicle is let through once: a second lane that asks for it is referred.

mod answer;
mod fresh;
mod question;
mod twice;

use std::sync::Arc;
use std::time::{Duration, Instant};

use gate_core::message::topic::{Channel, Topic};
use rumqttc::Publish;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::edge::status;

pub use fresh::{Fresh, on_plate};
pub use twice::hold as hold_vehicle;

/// Past this the edge decides by itself: a later answer would have no effect.
pub const DEADLINE: Duration = Duration::from_millis(500);
/// Questions that are answered at the same time.
const AT_ONCE: usize = 32;

/// Takes questions and statuses for as long as central runs.
pub async fn urgent(app: App, mut inbound: mpsc::Receiver<Publish>) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let answering = TaskTracker::new();
    loop {
        let message = tokio::select! {
            () = app.stop.cancelled() => break,
            message = inbound.recv() => message,
        };
        let Some(message) = message else { break };
        match Topic::parse(&message.topic).map(|t| t.channel) {
            Some(Channel::Status(_)) => status::take(&app, &message).await,
            Some(Channel::Request(lane)) => {
                let Ok(place) = places.clone().try_acquire_owned() else {
                    metrics::counter!("central_questions_total", "fate" => "dropped").increment(1);
                    tracing::error!(%lane, "too many questions at once; the edge decides by its own lists");
                    continue;
                };
                let (app, came) = (app.clone(), Instant::now());
                answering.spawn(async move {
                    answer::answer(&app, &lane, &message, came).await;
                    drop(place);
                });
            }
            _ => {}
        }
    }
    answering.close();
    answering.wait().await;
}
