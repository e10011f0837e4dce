//! Who decides: central within its deadline, past that the edge on its own lists, by the same code and
//! never more permissive.

use std::pin::Pin;
use std::sync::Arc;

use gate_core::clock::UtcMicros;
use gate_core::decision::{Decider, Decision, Lists as Facts, Reason, ReasonCode, Verdict, decide};
use gate_core::ids::{EdgeId, GrantId, LaneId, LaneSession};
use gate_core::lane::effect::Ask;
use gate_core::message::event::DecidedBy;
use gate_core::message::exchange::{DecisionReply, DecisionRequest, RouteAdvice, Seen};
use gate_core::message::snapshot::Snapshot;

use super::signal::Signal;
use crate::clock::Clock;
use crate::uplink::{Asker, Lists, Silence};

/// Life of a grant that the edge gives itself: as long as one of central's for a waiting vehicle.
const OWN_GRANT_MS: u32 = 30_000;

/// An answer of central on its way.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Result<DecisionReply, Silence>> + Send + 'a>>;

/// The one who is asked first.
pub trait Central: Send + Sync {
    /// Asks; answers within the deadline or says that central is silent.
    fn ask<'a>(&'a self, request: &'a DecisionRequest) -> Asking<'a>;
}

impl Central for Asker {
    fn ask<'a>(&'a self, request: &'a DecisionRequest) -> Asking<'a> {
        Box::pin(Asker::ask(self, request))
    }
}

/// Nobody is there to be asked: every question is the edge's own.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Central for Nobody {
    fn ask<'a>(&'a self, _: &'a DecisionRequest) -> Asking<'a> {
        Box::pin(std::future::ready(Err(Silence::Offline)))
    }
}

/// What a lane needs to have decisions made.
#[derive(Clone)]
pub struct Deciders {
    /// Who asks.
    pub edge: EdgeId,
    /// For which lane.
    pub lane: LaneId,
    /// Who is asked first.
    pub central: Arc<dyn Central>,
    /// The lists at hand.
    pub lists: Lists,
    /// Time.
    pub clock: Clock,
}

/// An answer, and what came with it.
#[derive(Debug)]
pub struct Answer {
    /// For the machine.
    pub signal: Signal,
    /// Where the vehicle is sent.
    pub route: Option<RouteAdvice>,
    /// An answer of central that was not one to this question; to be recorded.
    pub refused: Option<String>,
}

impl Deciders {
    /// Has one question decided. Takes at most central's deadline.
    pub async fn decide(&self, ask: Ask, session: LaneSession) -> Answer {
        let request = DecisionRequest {
            id: ask.request,
            edge: self.edge.clone(),
            lane: self.lane.clone(),
            session,
            passage: ask.passage,
            track: ask.track,
            at: self.clock.utc(),
            seen: ask.seen,
        };
        let asked = self.clock.monotonic();
        let answer = self.central.ask(&request).await;
        metrics::histogram!("edge_decision_seconds").record(self.clock.monotonic().since(asked).as_secs_f64());
        let refused = match answer {
            Ok(reply) if answers(&reply, &request) => {
                metrics::counter!("edge_decisions_total", "by" => "central").increment(1);
                let grant = reply.grant.map(|offer| (offer.id, offer.life_ms));
                let signal =
                    Signal::Reply { request: request.id, decision: reply.decision, by: DecidedBy::Central, grant };
                return Answer { signal, route: reply.route, refused: None };
            }
            Ok(_) => Some("its lane, session, passage or track is not the question's".to_owned()),
            Err(silence) => {
                tracing::info!(lane = %self.lane, %silence, "decided on the edge's own lists");
                None
            }
        };
        metrics::counter!("edge_decisions_total", "by" => "edge").increment(1);
        let decision = own(&request.seen, self.lists.now().as_deref(), self.clock.utc());
        let unix_ms = u64::try_from(self.clock.utc().0 / 1000).unwrap_or(0);
        let grant =
            (decision.verdict == Verdict::Open).then(|| (GrantId::from_parts(unix_ms, rand::random()), OWN_GRANT_MS));
        let signal = Signal::Reply { request: request.id, decision, by: DecidedBy::Snapshot, grant };
        Answer { signal, route: None, refused }
    }
}

/// Whether a reply is the answer to this very question.
fn answers(reply: &DecisionReply, request: &DecisionRequest) -> bool {
    reply.request == request.id
        && reply.lane == request.lane
        && reply.session == request.session
        && reply.passage == request.passage
        && reply.track == request.track
}

/// The edge's own decision.
#[must_use]
pub fn own(seen: &Seen, lists: Option<&Snapshot>, now: UtcMicros) -> Decision {
    let Some(snapshot) = lists else {
        let detail = "central has sent no lists yet".to_owned();
        return Decision {
            verdict: Verdict::Refer,
            reasons: vec![Reason { code: ReasonCode::ListsStale, detail }],
            matched: None,
            lists_version: 0,
        };
    };
    let decider = Decider::Edge { issued: snapshot.issued, valid_until: snapshot.valid_until };
    decide(seen, Facts::from(snapshot), now, decider).decision
}

#[cfg(test)]
mod tests {
    use gate_core::vehicle::Direction;

    use super::*;

    #[test]
    fn without_lists_every_vehicle_is_an_officers() {
        let seen = Seen {
            direction: Direction::Entry,
            plates: Vec::new(),
            containers: Vec::new(),
            class: None,
            on_loop: true,
            lane_automatic: true,
        };
        let decision = own(&seen, None, UtcMicros(0));
        assert_eq!(decision.verdict, Verdict::Refer);
        assert_eq!(decision.reasons[0].code, ReasonCode::ListsStale);
    }
}
