//! What the machines answered, carried out: stops first, then records, then everything else. An OPEN waits until its
//! record is on the disk.

use std::time::Duration;

use gate_core::barrier::io::Output;
use gate_core::ids::{LaneId, PassageId};
use gate_core::message::event::EventBody;

use super::super::hands::Hands;
use super::super::signal::Effect;
use super::{Runner, Told};
use crate::outbox::Draft;
use crate::sight::Watched;

/// An OPEN whose record is not on the disk within this is not given.
const RECORD_WITHIN: Duration = Duration::from_millis(600);

impl Runner {
    /// Carries out what a step led to.
    pub(super) fn carry_out(&mut self, effects: Vec<Effect>) {
        let mut recorded = true;
        for effect in in_order(effects) {
            match effect {
                Effect::Output(output) if Hands::raises(output) => self.raise(output, recorded),
                Effect::Output(output) => self.output(output),
                Effect::Record { passage, body } => recorded &= self.record(passage, *body),
                Effect::Ask { ask, session } => {
                    let (deciders, told) = (self.deciders.clone(), self.told.clone());
                    tokio::spawn(async move {
                        let answer = deciders.decide(*ask, session).await;
                        // The lane may have ended.
                        let _ = told.send(Told::Decided(Box::new(answer))).await;
                    });
                }
                Effect::Watch { passage, track } => {
                    self.route = None;
                    self.hands.route(None);
                    self.watch.send_replace(Some(Watched { passage, track }));
                }
                Effect::WatchNoMore => {
                    self.route = None;
                    self.hands.route(None);
                    self.watch.send_replace(None);
                }
                Effect::Show(sign) => self.hands.show(sign),
                Effect::Escalate(stage) => self.escalated = stage,
                Effect::Answer(outcome) => {
                    if let Some(answer) = self.answer.take() {
                        // The person's page may have gone away.
                        let _ = answer.send(outcome);
                    }
                }
            }
        }
    }

    pub(super) fn output(&mut self, output: Output) {
        if let Some(news) = self.hands.output(output) {
            let told = self.told.clone();
            tokio::spawn(async move {
                // The lane may have ended.
                let _ = told.send(Told::NotTaken(news)).await;
            });
        }
    }

    /// Raises the boom once its record is on the disk.
    fn raise(&self, output: Output, recorded: bool) {
        let (outbox, told) = (self.outbox.clone(), self.told.clone());
        tokio::spawn(async move {
            let settled = recorded && tokio::time::timeout(RECORD_WITHIN, outbox.settled()).await.unwrap_or(false);
            let _ = told.send(Told::Recorded(output, settled)).await;
        });
    }

    pub(super) fn record(&self, passage: Option<PassageId>, body: EventBody) -> bool {
        let (at, clock) = (self.clock.utc(), self.clock.quality());
        count(&self.lane, &body);
        self.outbox.record(Draft { lane: self.lane.clone(), passage, at, clock, body }).is_ok()
    }
}

/// Stops first, then records, then everything else, each in its order. A stop chain that is restored and dropped within
/// one step (a reset while both limits are read) is not restored at all: the drop goes first, and the restoring would
/// undo it.
fn in_order(effects: Vec<Effect>) -> Vec<Effect> {
    let stops = |effect: &Effect| matches!(effect, Effect::Output(Output::DropStop | Output::Red));
    let records = |effect: &Effect| matches!(effect, Effect::Record { .. });
    let last_drop = effects.iter().rposition(|e| matches!(e, Effect::Output(Output::DropStop)));
    let undone = |at: usize, effect: &Effect| {
        matches!(effect, Effect::Output(Output::RestoreStop)) && last_drop.is_some_and(|drop| at < drop)
    };
    let kept = effects.into_iter().enumerate().filter(|(at, effect)| !undone(*at, effect)).map(|(_, effect)| effect);
    let (mut first, rest): (Vec<_>, Vec<_>) = kept.partition(stops);
    let (second, third): (Vec<_>, Vec<_>) = rest.into_iter().partition(records);
    first.extend(second);
    first.extend(third);
    first
}

fn count(lane: &LaneId, body: &EventBody) {
    let name = || lane.as_str().to_owned();
    match body {
        EventBody::PassageEnded { outcome, opened_by } => {
            let (outcome, by) = (format!("{outcome:?}"), format!("{opened_by:?}"));
            metrics::counter!("edge_passages_total", "lane" => name(), "outcome" => outcome, "opened_by" => by)
                .increment(1);
        }
        EventBody::Unread { .. } => metrics::counter!("edge_unread_total", "lane" => name()).increment(1),
        EventBody::Refused { what, .. } => {
            metrics::counter!("edge_refused_total", "lane" => name(), "what" => what.clone()).increment(1);
        }
        EventBody::Fault { code, .. } => {
            metrics::counter!("edge_faults_total", "lane" => name(), "code" => code.clone()).increment(1);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use gate_core::lane::sign::Sign;

    use super::*;

    fn outputs(effects: Vec<Effect>) -> Vec<Output> {
        let outputs = in_order(effects).into_iter().filter_map(|effect| match effect {
            Effect::Output(output) => Some(output),
            _ => None,
        });
        outputs.collect()
    }

    #[test]
    fn a_chain_that_a_step_restores_and_drops_again_stays_dropped() {
        use Effect::Output as Out;
        let (drop, restore) = (Out(Output::DropStop), Out(Output::RestoreStop));
        assert_eq!(outputs(vec![restore.clone(), drop.clone(), Out(Output::Red)]), [Output::DropStop, Output::Red]);
        assert_eq!(outputs(vec![drop, restore.clone()]), [Output::DropStop, Output::RestoreStop]);
        assert_eq!(outputs(vec![restore]), [Output::RestoreStop]);
    }

    #[test]
    fn stops_go_first_and_records_before_the_rest() {
        let body = Box::new(EventBody::FaultCleared { code: "x".to_owned() });
        let record = Effect::Record { passage: None, body };
        let effects = vec![Effect::Show(Sign::Stop), record.clone(), Effect::Output(Output::DropStop)];
        assert_eq!(in_order(effects), [Effect::Output(Output::DropStop), record, Effect::Show(Sign::Stop)]);
    }
}
