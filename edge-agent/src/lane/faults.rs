//! What the barrier tells, recorded and carried on; and which faults stand.

use gate_core::barrier::io::{Motion, Output};
use gate_core::barrier::state::{BarrierNews, BarrierState, Fault};
use gate_core::ids::PassageId;
use gate_core::lane::state::LaneState;
use gate_core::message::event::{BarrierAction, EventBody};
use serde::Serialize;

use super::core::{LaneCore, Step};

/// The barrier's faults, for telling when they are over.
const BARRIER_FAULTS: [Fault; 7] = [
    Fault::RelayStuck,
    Fault::TravelTime,
    Fault::LimitsContradict,
    Fault::LimitsLost,
    Fault::UncommandedMove,
    Fault::ClosingOnBody,
    Fault::StopFailed,
];
const IMPLAUSIBLE: &str = "sensor_implausible";

/// The name of a code as it travels.
fn code(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

impl LaneCore {
    pub(super) fn note_stop(&mut self, output: Output) {
        match output {
            Output::DropStop => self.stopped = true,
            Output::RestoreStop => self.stopped = false,
            Output::Pulse { .. } | Output::Green { .. } | Output::Red => {}
        }
    }

    pub(super) fn told(&mut self, passage: Option<PassageId>, news: BarrierNews, step: &mut Step) {
        match news {
            BarrierNews::State { now, commanded } => {
                step.record(passage, EventBody::BarrierMoved { state: now.to_string(), commanded });
                self.barrier_faults(passage, now, step);
            }
            BarrierNews::Commanded { motion, grant, cause } => {
                let action = match motion {
                    Motion::Open => BarrierAction::Open,
                    Motion::Close => BarrierAction::Close,
                };
                step.record(passage, EventBody::BarrierCommanded { action, grant, cause });
            }
            BarrierNews::Stopped { cause } => {
                self.stop_cause.clone_from(&cause);
                step.record(passage, EventBody::BarrierCommanded { action: BarrierAction::Stop, grant: None, cause });
            }
            BarrierNews::GrantVoid { grant, why } => {
                let why = format!("grant {grant} is void: {}", code(why));
                step.record(passage, EventBody::Refused { what: "grant".to_owned(), why });
            }
            BarrierNews::GrantRefused { grant, why } => {
                let why = format!("grant {grant}: {}", code(why));
                step.refusal = Some(why.clone());
                step.record(passage, EventBody::Refused { what: "grant".to_owned(), why });
            }
            BarrierNews::Refused { order, why } => {
                step.refusal = Some(why.clone());
                step.record(passage, EventBody::Refused { what: order.to_owned(), why });
            }
            // The lane heard of these already and tells what they mean.
            BarrierNews::Entered | BarrierNews::DroveThrough | BarrierNews::BackedOut | BarrierNews::Tailgated => {}
            BarrierNews::SensorImplausible { silent } => {
                let names: Vec<_> = silent.iter().map(|n| n.as_str()).collect();
                let detail = format!("did not show the last vehicle: {}", names.join(", "));
                self.fault(passage, IMPLAUSIBLE, detail, step);
            }
        }
    }

    fn fault(&mut self, passage: Option<PassageId>, code: &str, detail: String, step: &mut Step) {
        if self.faults.insert(code.to_owned(), detail.clone()).is_none() {
            step.record(passage, EventBody::Fault { code: code.to_owned(), detail });
        }
    }

    fn clear(&mut self, code: &str, step: &mut Step) {
        if self.faults.remove(code).is_some() {
            step.record(None, EventBody::FaultCleared { code: code.to_owned() });
        }
    }

    fn barrier_faults(&mut self, passage: Option<PassageId>, now: BarrierState, step: &mut Step) {
        let standing = match now {
            BarrierState::Fault(fault) => Some(fault),
            _ => None,
        };
        for over in BARRIER_FAULTS.into_iter().filter(|f| Some(*f) != standing) {
            self.clear(over.code(), step);
        }
        if let Some(fault) = standing {
            self.fault(passage, fault.code(), self.stop_cause.clone(), step);
        }
    }

    /// The sensors were looked at: a reset at the lane was carried out.
    pub(super) fn sensors_looked_at(&mut self, step: &mut Step) {
        self.clear(IMPLAUSIBLE, step);
    }

    /// An officer came, or the wait is over: the alarm about it ends.
    pub(super) fn settle_faults(&mut self, step: &mut Step) {
        if matches!(self.lane().state(), LaneState::Referred | LaneState::Tailgated) {
            return;
        }
        self.officer_came(step);
    }

    /// Ends the alarms about an officer who is waited for.
    pub(super) fn officer_came(&mut self, step: &mut Step) {
        let away: Vec<String> = self.faults.keys().filter(|c| c.starts_with("officer_away")).cloned().collect();
        for code in away {
            self.clear(&code, step);
        }
    }
}
