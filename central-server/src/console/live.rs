//! The live stream (server-sent events): news as they come, a beat every three seconds, `resync` where
//! something was missed.
//!
//! A page resumes by `Last-Event-ID`, or begins from the `event_id` that `/lanes` gave (`?after=`). A
//! page that is too slow misses news and is told to read all again; it never holds anybody up. The
//! stream ends with the session and with the process.

use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, Sse};
use futures::Stream;
use gate_core::message::command::OfficerRole;
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::MissedTickBehavior;

use super::listeners::Listeners;
use crate::app::App;
use crate::edge::{Following, News, Numbered};
use crate::http::{Asked, Fault};
use crate::officer::roles::may_see_alarm;
use crate::officer::{SignedIn, session};

/// A page that hears nothing for longer than some beats is not live.
const BEAT: Duration = Duration::from_secs(3);

/// Where to begin.
#[derive(Deserialize)]
pub(super) struct Begin {
    after: Option<String>,
}

pub(super) async fn live(
    State(app): State<App>,
    Extension(who): Extension<SignedIn>,
    Extension(listeners): Extension<Listeners>,
    Asked(begin): Asked<Begin>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Fault> {
    let place = listeners.take(&who.name).ok_or_else(|| {
        Fault::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "too many open pages; close one of them and try again")
    })?;
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned).or(begin.after);
    let Following { missed, mut coming } = app.live.follow(last.as_deref());
    Ok(Sse::new(async_stream::stream! {
        let _place = place;
        match missed {
            None => yield Ok(resync(&app)),
            Some(missed) => {
                for news in missed.iter().filter(|n| may_see(who.role, &n.news)) {
                    yield Ok(event(&app, news));
                }
            }
        }
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = app.stop.cancelled() => break,
                _ = beat.tick() => {
                    if !still_here(&app, &who).await {
                        break;
                    }
                    yield Ok(Event::default().event("beat").data(format!("{{\"server_time\":{}}}", app.clock.now().0)));
                }
                news = coming.recv() => match news {
                    Ok(news) if may_see(who.role, &news.news) => yield Ok(event(&app, &news)),
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => {
                        metrics::counter!("central_live_lagged_total").increment(1);
                        coming = coming.resubscribe();
                        yield Ok(resync(&app));
                    }
                    Err(RecvError::Closed) => break,
                },
            }
        }
    }))
}

/// The session goes on and is not locked. While the database is away the stream stays: news of the
/// lanes come without it.
async fn still_here(app: &App, who: &SignedIn) -> bool {
    let now = app.clock.now();
    match session::by_hash(&app.store, who.token_hash, now).await {
        Ok(Some(session)) => !session.is_locked(now) && session.role == who.role,
        Ok(None) => false,
        Err(_) => true,
    }
}

fn resync(app: &App) -> Event {
    let id = app.live.newest_id();
    Event::default().event("resync").data(format!("{{\"event_id\":\"{id}\"}}")).id(id)
}

fn event(app: &App, news: &Numbered) -> Event {
    let event = Event::default().event("news").id(app.live.event_id(news.number));
    match serde_json::to_string(&*news.news) {
        Ok(data) => event.data(data),
        Err(error) => {
            tracing::error!(%error, "news cannot be written");
            resync(app)
        }
    }
}

fn may_see(role: OfficerRole, news: &News) -> bool {
    match news {
        News::Alarm { kind, .. } => may_see_alarm(role, kind),
        News::Status { .. } => true,
        News::Event { .. } | News::Decided { .. } | News::Act { .. } => super::view::may_see(role),
    }
}
