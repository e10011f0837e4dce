//! The commissioning report: what was seen, signed with the edge's own key in the envelope that all
//! documents of the edge travel in.

use gate_core::clock::UtcMicros;
use gate_core::ids::{EdgeId, LaneId, SiteId};
use gate_core::message::envelope::Payload;
use serde::{Deserialize, Serialize};

use super::{AnswerTimes, CommissionOrder, InputTest};

/// Measured travel in milliseconds, the longest of the rounds; one poll of the inputs is the resolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Travel {
    /// From closed to open.
    pub open_ms: u32,
    /// From open to closed.
    pub close_ms: u32,
}

/// What a commissioning found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommissioningReport {
    /// The gate.
    pub site: SiteId,
    /// The edge that measured and signed.
    pub edge: EdgeId,
    /// The lane.
    pub lane: LaneId,
    /// When it began.
    pub at: UtcMicros,
    /// Who had the boom in view.
    pub technician: String,
    /// The devices' answers.
    pub answers: Vec<AnswerTimes>,
    /// The inputs.
    pub inputs: Vec<InputTest>,
    /// The stop chain was dropped, confirmed by the board and seen at the controller.
    pub stop_chain: bool,
    /// Travel times, where the boom moved as it should.
    pub travel: Option<Travel>,
    /// Green was seen, and red by itself after it; `None` without a light or a test.
    pub light: Option<bool>,
    /// What went wrong, in words.
    pub faults: Vec<String>,
    /// Everything that is wired was tested and is good.
    pub passed: bool,
}

impl Payload for CommissioningReport {
    const TYPE: &'static str = "application/vnd.cua-khau.commissioning-report.v1+json";
}

impl CommissioningReport {
    pub(super) fn new(order: &CommissionOrder<'_>, at: UtcMicros, answers: Vec<AnswerTimes>) -> Self {
        Self {
            site: order.identity.site.clone(),
            edge: order.identity.edge.clone(),
            lane: order.lane.lane.clone(),
            at,
            technician: order.technician.clone(),
            answers,
            inputs: Vec::new(),
            stop_chain: false,
            travel: None,
            light: None,
            faults: Vec::new(),
            passed: false,
        }
    }

    pub(super) fn ready_for_outputs(&self) -> bool {
        self.answers.iter().all(AnswerTimes::good) && self.inputs.iter().all(|i| i.good())
    }

    pub(super) fn conclude(&mut self) {
        self.passed = self.ready_for_outputs()
            && self.stop_chain
            && self.travel.is_some()
            && self.light != Some(false)
            && self.faults.is_empty();
    }
}

/// The measured figures as they are written into `edge.toml` and the devices' profiles; empty unless all
/// was good.
#[must_use]
pub fn timings(report: &CommissioningReport) -> String {
    let (true, Some(travel)) = (report.passed, report.travel) else { return String::new() };
    let mut text = format!(
        "# Lane {}, measured at commissioning. In edge.toml:\n[lane.barrier]\ntravel_open_ms = {}\ntravel_close_ms = {}\n",
        report.lane, travel.open_ms, travel.close_ms
    );
    for device in &report.answers {
        text.push_str(&format!("# In {}.toml, [line]: timeout_ms = {}\n", device.profile, device.timeout_ms));
    }
    text
}
