//! One question: decided, recorded, answered.

use std::time::Instant;

use gate_core::decision::{Decider, ExpectedVehicle};
use gate_core::decision::{Decision, Outcome, Reason, ReasonCode, Verdict, decide};
use gate_core::ids::{GrantId, LaneId};
use gate_core::message::envelope::{EnvelopeError, seal};
use gate_core::message::exchange::{DecisionReply, DecisionRequest, GrantOffer, RouteAdvice};
use gate_core::message::topic::{Channel, Topic};
use rumqttc::Publish;
use thiserror::Error;
use uuid::Uuid;

use super::{DEADLINE, question, twice};
use crate::alarm;
use crate::app::App;
use crate::audit::{LeafKind, add_leaf_as};
use crate::crossing::core;
use crate::edge::News;
use crate::routing;
use crate::sql;
use crate::store::{StoreError, Tx, word};

/// Why a question got no answer.
#[derive(Debug, Error)]
enum NoAnswer {
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    #[error("sealing: {0}")]
    Seal(#[from] EnvelopeError),
    #[error("it took longer than {} ms; the edge has decided by itself", DEADLINE.as_millis())]
    Late,
}

/// What goes out: the sealed reply and, when it is new, the news of it.
struct Answer {
    wire: Vec<u8>,
    news: Vec<News>,
}

/// Answers a question, or says in the log why not.
pub(super) async fn answer(app: &App, lane: &LaneId, message: &Publish, came: Instant) {
    let fate = |fate: &'static str| metrics::counter!("central_questions_total", "fate" => fate).increment(1);
    let request = match question::verified(app, lane, message).await {
        Ok(request) => request,
        Err(why) => {
            fate("refused");
            metrics::counter!("central_messages_refused_total", "why" => "request").increment(1);
            tracing::warn!(%lane, why, "a question was refused");
            return;
        }
    };
    let answer = match decided(app, &request, came).await {
        Ok(answer) => answer,
        Err(error) => {
            fate("failed");
            tracing::error!(%lane, passage = %request.passage, %error, "a question was not answered");
            return;
        }
    };
    let topic = Topic { site: app.config.site.clone(), channel: Channel::Decision(lane.clone()) }.to_string();
    match app.post.try_send(&topic, answer.wire) {
        Ok(()) => fate("answered"),
        Err(error) => {
            fate("unsent");
            tracing::error!(%lane, passage = %request.passage, %error, "a decision was recorded but not sent");
        }
    }
    metrics::histogram!("central_decision_seconds").record(came.elapsed().as_secs_f64());
    for news in answer.news {
        app.live.tell(news);
    }
}

async fn decided(app: &App, request: &DecisionRequest, came: Instant) -> Result<Answer, NoAnswer> {
    if let Some(wire) = known(app, request).await? {
        return Ok(Answer { wire, news: Vec::new() });
    }
    let held = app.lists.now(&app.clock).await?;
    let now = app.clock.now();
    let mut outcome = decide(&request.seen, held.of_decision(), now, Decider::Central);
    let expected = outcome.expected.and_then(|place| held.expected.get(place));
    // Asked before the transaction: its few rows need not be held.
    let route = routing::advise(app, &outcome.decision, expected, &request.seen).await?;
    let mut tx = app.store.begin().await?;
    let route = match only_once(&mut tx, request, &mut outcome, expected, now).await? {
        true => route,
        false => None,
    };
    let reply = reply(app, request, outcome.decision, route);
    let wire = seal(&reply, &app.keys.signing)?;
    if !record(app, &mut tx, request, &reply, &wire, expected).await? {
        // Another central was faster: its word stands.
        drop(tx);
        let wire = known(app, request).await?.ok_or(NoAnswer::Late)?;
        return Ok(Answer { wire, news: Vec::new() });
    }
    let raised = alarm::watchlist(&mut tx, &app.clock, &request.lane, request.passage, &outcome.watch_hits).await?;
    if came.elapsed() > DEADLINE {
        return Err(NoAnswer::Late);
    }
    tx.commit().await?;
    metrics::counter!("central_decisions_total", "verdict" => word(&reply.decision.verdict)).increment(1);
    Ok(Answer { wire, news: news(request, reply, raised) })
}

/// The answer that was given to this very question before.
async fn known(app: &App, request: &DecisionRequest) -> Result<Option<Vec<u8>>, StoreError> {
    let row = app
        .store
        .row(sql!(
            "SELECT l.body FROM decisions d JOIN record_leaves l ON l.id = d.leaf \
             WHERE d.request = $1 AND d.edge = $2 AND d.lane = $3",
            request.id,
            &request.edge,
            &request.lane
        ))
        .await?;
    row.map_or(Ok(None), |row| row.get("body"))
}

/// Refers a vehicle that is let through elsewhere at this moment; `false` then.
async fn only_once(
    tx: &mut Tx,
    request: &DecisionRequest,
    outcome: &mut Outcome,
    expected: Option<&ExpectedVehicle>,
    now: gate_core::clock::UtcMicros,
) -> Result<bool, StoreError> {
    let Some(vehicle) = expected.filter(|_| outcome.decision.verdict == Verdict::Open) else { return Ok(true) };
    let Some(lane) = twice::elsewhere(tx, vehicle, request.passage, now).await? else { return Ok(true) };
    outcome.decision.verdict = Verdict::Refer;
    outcome.decision.reasons =
        vec![Reason { code: ReasonCode::AlreadyPassed, detail: format!("let through at {lane} a moment ago") }];
    Ok(false)
}

fn reply(app: &App, request: &DecisionRequest, decision: Decision, route: Option<RouteAdvice>) -> DecisionReply {
    let life_ms = app.config.decision.grant_life_s.saturating_mul(1000);
    let grant = (decision.verdict == Verdict::Open).then(|| GrantOffer { id: GrantId(app.clock.id()), life_ms });
    DecisionReply {
        request: request.id,
        lane: request.lane.clone(),
        session: request.session.clone(),
        passage: request.passage,
        track: request.track,
        decision,
        grant,
        route,
    }
}

/// Writes the decision with its leaf; `false` when the question was answered meanwhile.
async fn record(
    app: &App,
    tx: &mut Tx,
    request: &DecisionRequest,
    reply: &DecisionReply,
    wire: &[u8],
    expected: Option<&ExpectedVehicle>,
) -> Result<bool, StoreError> {
    let (leaf, now) = (Uuid::now_v7(), app.clock.now());
    let added = tx
        .run(sql!(
            "INSERT INTO decisions (request, edge, lane, passage, track, asked_at, answered_at, verdict, decision, seen, \
             grant_id, route, leaf, declaration, core, direction, route_to) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT DO NOTHING",
            request.id,
            &request.edge,
            &request.lane,
            request.passage,
            request.track.0,
            request.at,
            now,
            word(&reply.decision.verdict),
            serde_json::json!(reply.decision).to_string(),
            serde_json::json!(request.seen).to_string(),
            reply.grant.map(|g| g.id),
            reply.route.as_ref().map(|r| serde_json::json!(r).to_string()),
            leaf,
            expected.map(|e| e.declaration.as_str()),
            expected.map(|e| core(&e.plate)),
            word(&request.seen.direction),
            reply.route.as_ref().map(|r| r.to.as_str())
        ))
        .await?;
    if added == 0 {
        return Ok(false);
    }
    add_leaf_as(tx, leaf, LeafKind::Decision, request.id.0, now, wire).await?;
    Ok(true)
}

fn news(request: &DecisionRequest, reply: DecisionReply, raised: Option<Uuid>) -> Vec<News> {
    let decided = News::Decided {
        lane: request.lane.clone(),
        passage: request.passage,
        decision: reply.decision,
        route: reply.route,
    };
    let alarm =
        raised.map(|alarm| News::Alarm { alarm, kind: alarm::WATCHLIST.to_owned(), lane: Some(request.lane.clone()) });
    std::iter::once(decided).chain(alarm).collect()
}
