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
    use gate_core::ids::{PassageId, RequestId, TrackId};
    use gate_core::message::envelope::TrustedKeys;
    use gate_core::message::exchange::GrantOffer;
    use gate_core::vehicle::Direction;

    use super::*;

    /// A central that answers every question with one grant, after something was done to the answer.
    struct Answers(fn(&mut DecisionReply));

    impl Central for Answers {
        fn ask<'a>(&'a self, request: &'a DecisionRequest) -> Asking<'a> {
            let mut reply = DecisionReply {
                request: request.id,
                lane: request.lane.clone(),
                session: request.session.clone(),
                passage: request.passage,
                track: request.track,
                decision: Decision {
                    verdict: Verdict::Open,
                    reasons: vec![Reason { code: ReasonCode::AllConditionsMet, detail: String::new() }],
                    matched: None,
                    lists_version: 3,
                },
                grant: Some(GrantOffer { id: GrantId::from_parts(7, [7; 10]), life_ms: 5000 }),
                route: None,
            };
            self.0(&mut reply);
            Box::pin(std::future::ready(Ok(reply)))
        }
    }

    async fn decided(central: impl Central + 'static) -> Answer {
        let folder = tempfile::tempdir().unwrap();
        let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        let edge = EdgeId::new("kt-edge-1").unwrap();
        let stop = tokio_util::sync::CancellationToken::new();
        let outbox =
            crate::outbox::Outbox::open(folder.path().join("o.db"), edge.clone(), key.clone(), stop).await.unwrap();
        let deciders = Deciders {
            edge,
            lane: LaneId::new("in-1").unwrap(),
            central: Arc::new(central),
            lists: Lists::load(outbox.pool().clone(), TrustedKeys::new([key.verifying_key()])).await,
            clock: Clock::default(),
        };
        let seen = Seen {
            direction: Direction::Entry,
            plates: Vec::new(),
            containers: Vec::new(),
            class: None,
            on_loop: true,
            lane_automatic: true,
        };
        let (passage, request) = (PassageId::from_parts(1, [1; 10]), RequestId::from_parts(1, [2; 10]));
        deciders.decide(Ask { request, passage, track: TrackId(4), seen }, LaneSession("s".to_owned())).await
    }

    #[tokio::test]
    async fn an_answer_of_central_counts_with_its_grant() {
        let answer = decided(Answers(|_| {})).await;
        assert!(answer.refused.is_none());
        let Signal::Reply { by, grant, .. } = answer.signal else { panic!("no reply") };
        assert_eq!((by, grant), (DecidedBy::Central, Some((GrantId::from_parts(7, [7; 10]), 5000))));
    }

    #[tokio::test]
    async fn an_answer_to_another_question_is_refused_and_the_edge_decides_itself() {
        let others: [fn(&mut DecisionReply); 4] = [
            |r| r.track = TrackId(5),
            |r| r.passage = PassageId::from_parts(9, [9; 10]),
            |r| r.session = LaneSession("old".to_owned()),
            |r| r.lane = LaneId::new("in-2").unwrap(),
        ];
        for change in others {
            let answer = decided(Answers(change)).await;
            assert!(answer.refused.is_some());
            let Signal::Reply { by, grant, decision, .. } = answer.signal else { panic!("no reply") };
            assert_eq!((by, grant, decision.verdict), (DecidedBy::Snapshot, None, Verdict::Refer));
        }
    }

    #[tokio::test]
    async fn without_central_and_lists_every_vehicle_is_an_officers() {
        let answer = decided(Nobody).await;
        let Signal::Reply { decision, grant, .. } = answer.signal else { panic!("no reply") };
        assert_eq!((decision.verdict, grant), (Verdict::Refer, None));
        assert_eq!(decision.reasons[0].code, ReasonCode::ListsStale);
    }
}
