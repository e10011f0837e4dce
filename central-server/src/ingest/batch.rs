//! One transaction for many messages: each event with its leaf, its readings and its passage.

use std::collections::{BTreeMap, BTreeSet};

use gate_core::ids::{EdgeId, PassageId};
use gate_core::message::event::{DecidedBy, EdgeEvent, EventBody};
use gate_core::vehicle::Role;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::acknowledge;
use super::event::kind;
use super::examine::Examined;
use super::refused::{self, Strangers};
use crate::alarm;
use crate::app::App;
use crate::audit::{LeafKind, add_leaf_as};
use crate::crossing;
use crate::edge::News;
use crate::owed;
use crate::paper;
use crate::recognition;
use crate::sql;
use crate::store::{StoreError, Tx};
use crate::trailer;

/// What came of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    New,
    Known,
    Refused,
}

/// What a transaction touched.
#[derive(Default)]
struct Touched {
    epochs: BTreeSet<(EdgeId, u64)>,
    passages: BTreeSet<PassageId>,
    new: Vec<usize>,
    counts: BTreeMap<&'static str, u64>,
}

/// Keeps all of these, then acknowledges and tells the pages.
///
/// # Errors
/// [`StoreError`] when the database is away or busy: then none is kept and none acknowledged.
pub(super) async fn keep(app: &App, messages: &[Examined]) -> Result<(), StoreError> {
    let all: Vec<usize> = (0..messages.len()).collect();
    match together(app, messages, &all).await {
        Err(error) if error.is_refusal() => {
            tracing::warn!(%error, "the database refuses something of these messages; each is taken by itself");
            for one in all {
                match together(app, messages, &[one]).await {
                    Err(error) if error.is_refusal() => set_aside(app, &messages[one], &error).await?,
                    other => other?,
                }
            }
            Ok(())
        }
        other => other,
    }
}

async fn together(app: &App, messages: &[Examined], these: &[usize]) -> Result<(), StoreError> {
    let mut touched = Touched::default();
    let mut strangers = Strangers::default();
    let mut tx = app.store.begin().await?;
    for &at in these {
        take(app, &mut tx, &messages[at], at, &mut touched, &mut strangers).await?;
    }
    for passage in &touched.passages {
        crossing::refresh(&mut tx, *passage, &app.clock).await?;
    }
    let mut news = strangers.note(&mut tx, &app.clock).await?;
    for passage in ended(messages, &touched.new) {
        let lists = app.lists.now(&app.clock).await?;
        owed::note(&mut tx, &lists, passage).await?;
        if let Some((alarm, lane)) = trailer::check(&mut tx, &app.clock, &lists, passage).await? {
            news.push(News::Alarm { alarm, kind: trailer::MISMATCH.to_owned(), lane: Some(lane) });
        }
        if let Some((alarm, lane)) = paper::doubled(&mut tx, &app.clock, app.config.paper.near(), passage).await? {
            news.push(News::Alarm { alarm, kind: paper::DOUBLED.to_owned(), lane: Some(lane) });
        }
    }
    news.extend(alarms(app, &mut tx, messages, &touched.new).await?);
    let acks = acknowledge::advance(&mut tx, &touched.epochs).await?;
    tx.commit().await?;
    for (fate, n) in &touched.counts {
        metrics::counter!("central_events_total", "fate" => *fate).increment(*n);
    }
    acknowledge::send(app, acks);
    for at in touched.new {
        if let Examined::Event { event, .. } = &messages[at] {
            app.live.tell(News::Event { event: event.clone() });
        }
    }
    for news in news {
        app.live.tell(news);
    }
    Ok(())
}

/// Passages that are over by one of these.
fn ended<'a>(messages: &'a [Examined], new: &'a [usize]) -> impl Iterator<Item = PassageId> {
    new.iter().filter_map(|&at| match &messages[at] {
        Examined::Event { event, .. } if matches!(event.body, EventBody::PassageEnded { .. }) => event.passage,
        _ => None,
    })
}

/// Watchlist hits that edges found by their own lists.
async fn alarms(app: &App, tx: &mut Tx, messages: &[Examined], new: &[usize]) -> Result<Vec<News>, StoreError> {
    let mut raised = Vec::new();
    for &at in new {
        let Examined::Event { event, .. } = &messages[at] else { continue };
        let EventBody::Decided { decision, by: DecidedBy::Snapshot, .. } = &event.body else { continue };
        let Some(passage) = event.passage else { continue };
        let held = app.lists.now(&app.clock).await?;
        let of = (&event.lane, passage);
        if let Some(alarm) = alarm::of_snapshot(tx, &app.clock, &held, of, decision).await? {
            raised.push(News::Alarm { alarm, kind: alarm::WATCHLIST.to_owned(), lane: Some(event.lane.clone()) });
        }
    }
    Ok(raised)
}

async fn take(
    app: &App,
    tx: &mut Tx,
    message: &Examined,
    at: usize,
    touched: &mut Touched,
    strangers: &mut Strangers,
) -> Result<(), StoreError> {
    let fate = match message {
        Examined::Strange { lane, kind, why, wire } => {
            strangers.count(lane.as_ref(), kind, why, wire);
            *touched.counts.entry("strange").or_default() += 1;
            return Ok(());
        }
        Examined::Kept { edge, epoch, seq, topic, why, wire } => {
            touched.epochs.insert((edge.clone(), epoch.0));
            let fate = number(tx, edge, epoch.0, *seq, wire, true).await?;
            if fate == Fate::New {
                refused::keep(tx, &app.clock, (edge, epoch.0, *seq), topic, why, wire).await?;
                Fate::Refused
            } else {
                fate
            }
        }
        Examined::Event { event, wire } => {
            touched.epochs.insert((event.edge.clone(), event.epoch.0));
            let fate = insert(app, tx, event, wire).await?;
            if fate == Fate::New {
                touched.new.push(at);
                // How the looks fared and what models on trial read change no passage.
                if !matches!(event.body, EventBody::Looked { .. } | EventBody::ShadowRead { .. }) {
                    touched.passages.extend(event.passage);
                }
            }
            fate
        }
    };
    let name = match fate {
        Fate::New => "new",
        Fate::Known => "known",
        Fate::Refused => "refused",
    };
    *touched.counts.entry(name).or_default() += 1;
    Ok(())
}

/// Writes the number down. `Known` when the very same message is here already; `Refused` when the
/// number carried other bytes before: the first word stands, the second is noted.
async fn number(
    tx: &mut Tx,
    edge: &EdgeId,
    epoch: u64,
    seq: u64,
    wire: &[u8],
    refused: bool,
) -> Result<Fate, StoreError> {
    let digest: [u8; 32] = Sha256::digest(wire).into();
    let new = tx
        .run(sql!(
            "INSERT INTO received (edge, epoch, seq, digest, refused) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            edge,
            epoch,
            seq,
            digest,
            refused
        ))
        .await?;
    if new == 1 {
        return Ok(Fate::New);
    }
    let old = tx
        .row(sql!("SELECT digest FROM received WHERE edge = $1 AND epoch = $2 AND seq = $3", edge, epoch, seq))
        .await?;
    let same = old.map_or(Ok(false), |row| row.hash("digest").map(|d| d == digest))?;
    Ok(if same { Fate::Known } else { Fate::Refused })
}

async fn insert(app: &App, tx: &mut Tx, event: &EdgeEvent, wire: &[u8]) -> Result<Fate, StoreError> {
    let (edge, epoch, seq) = (&event.edge, event.epoch.0, event.seq);
    let topic = format!("lane {}", event.lane);
    match number(tx, edge, epoch, seq, wire, false).await? {
        Fate::New => {}
        Fate::Known => return Ok(Fate::Known),
        Fate::Refused => {
            let why = "this number carried other bytes before; the first stand";
            refused::keep(tx, &app.clock, (edge, epoch, seq), &topic, why, wire).await?;
            return Ok(Fate::Refused);
        }
    }
    let leaf = Uuid::now_v7();
    let inserted = tx
        .run(sql!(
            "INSERT INTO events (id, edge, epoch, seq, lane, at, clock_synchronised, clock_offset_us, passage, kind, leaf, \
             received_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
            event.id,
            edge,
            epoch,
            seq,
            &event.lane,
            event.at,
            event.clock.synchronised,
            event.clock.offset_us,
            event.passage,
            kind(&event.body),
            leaf,
            app.clock.now()
        ))
        .await?;
    if inserted == 0 {
        tx.run(sql!("UPDATE received SET refused = 1 WHERE edge = $1 AND epoch = $2 AND seq = $3", edge, epoch, seq))
            .await?;
        let why = format!("event id {} stands under another number already", event.id);
        refused::keep(tx, &app.clock, (edge, epoch, seq), &topic, &why, wire).await?;
        return Ok(Fate::Refused);
    }
    add_leaf_as(tx, leaf, LeafKind::Event, event.id.0, event.at, wire).await?;
    reading(tx, event).await?;
    Ok(Fate::New)
}

async fn reading(tx: &mut Tx, event: &EdgeEvent) -> Result<(), StoreError> {
    let Some(passage) = event.passage else { return Ok(()) };
    let (part, raw, text, probability, looks, whole, source) = match &event.body {
        EventBody::PlateRead { reading: r } => {
            let part = if r.role == Role::Tractor { "tractor" } else { "trailer" };
            (part, &r.raw, &r.text, r.probability, r.looks, serde_json::json!(r), r.source.as_ref())
        }
        EventBody::ContainerRead { reading: r } => {
            ("container", &r.code, &r.code, r.probability, 1, serde_json::json!(r), None)
        }
        EventBody::ShadowRead { reading } => return recognition::keep(tx, event, reading).await,
        _ => return Ok(()),
    };
    tx.run(sql!(
        "INSERT INTO readings (event, passage, at, part, raw, text, probability, looks, reading, camera, height_px) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        event.id,
        passage,
        event.at,
        part,
        raw,
        text,
        probability,
        looks,
        whole.to_string(),
        source.map(|s| s.camera.as_str()),
        source.and_then(|s| s.height_px)
    ))
    .await?;
    Ok(())
}

/// An event whose data the database refuses: its bytes are kept, its number acknowledged.
async fn set_aside(app: &App, message: &Examined, error: &StoreError) -> Result<(), StoreError> {
    let Examined::Event { event, wire } = message else {
        tracing::error!(%error, "a refused message cannot be kept");
        return Ok(());
    };
    let (edge, epoch, seq) = (&event.edge, event.epoch.0, event.seq);
    let mut tx = app.store.begin().await?;
    if number(&mut tx, edge, epoch, seq, wire, true).await? == Fate::New {
        let why = format!("the database refuses it: {error}");
        refused::keep(&mut tx, &app.clock, (edge, epoch, seq), &format!("lane {}", event.lane), &why, wire).await?;
    }
    let acks = acknowledge::advance(&mut tx, &BTreeSet::from([(edge.clone(), epoch)])).await?;
    tx.commit().await?;
    metrics::counter!("central_events_total", "fate" => "refused").increment(1);
    tracing::error!(%edge, epoch, seq, %error, "an event is set aside: its bytes are in events_refused");
    acknowledge::send(app, acks);
    Ok(())
}
