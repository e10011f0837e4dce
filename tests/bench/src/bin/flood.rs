//! Sends events from an enrolled edge to its centre as fast as both can: the real outbox and uplink, nothing
//! else. Prints one line of JSON. The agent itself must not run on the same data folder.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use edge_agent::clock::Clock;
use edge_agent::identity::Identity;
use edge_agent::outbox::{Draft, Outbox};
use edge_agent::uplink::{self, UplinkOrder};
use gate_core::message::event::EventBody;
use serde_json::json;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

type Failure = Box<dyn std::error::Error>;

/// Drafts handed over before the outbox is asked whether they are on the disk: half of what it may hold.
const BATCH: usize = 500;
const PATIENCE: Duration = Duration::from_secs(300);

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1);
    let (Some(data), Some(events)) = (words.next(), words.next()) else {
        return Err("usage: flood EDGE_DATA EVENTS".into());
    };
    let (data, events) = (PathBuf::from(data), events.parse::<usize>()?);
    let _ = rustls::crypto::ring::default_provider().install_default();
    let identity = Identity::load(&data)?;
    let lane = identity.lanes.first().ok_or("the edge has no lane")?.lane.clone();
    let stop = CancellationToken::new();
    let (clock, edge, key) = (Clock::default(), identity.edge.clone(), identity.event_key.clone());
    let outbox = Outbox::open(data.join("outbox.db"), edge, key, stop.clone()).await?;
    let begun = Instant::now();
    for number in 0..events {
        let body = EventBody::Fault { code: "bench".to_owned(), detail: format!("event {number} of {events}") };
        outbox.record(Draft { lane: lane.clone(), passage: None, at: clock.utc(), clock: clock.quality(), body })?;
        if number % BATCH == BATCH - 1 && !outbox.settled().await {
            return Err("the outbox does not reach the disk".into());
        }
    }
    outbox.settled().await;
    let recorded = begun.elapsed();
    let (_lanes_in, lanes) = watch::channel(Vec::new());
    let order = UplinkOrder { identity, outbox: outbox.clone(), lanes, clock, stop: stop.clone() };
    let sending = Instant::now();
    let _uplink = uplink::start(order).await?;
    while outbox.depth().await? > 0 {
        if sending.elapsed() > PATIENCE {
            return Err(format!("{} events were not acknowledged", outbox.depth().await?).into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let told =
        json!({ "events": events, "recorded_s": recorded.as_secs_f64(), "arrived_s": sending.elapsed().as_secs_f64() });
    stop.cancel();
    writeln!(std::io::stdout(), "{told}")?;
    Ok(())
}
