//! Commissioning of one lane, with a technician who has the boom in view: answer times of every device,
//! every input, the stop chain, OPEN and CLOSE with their travel times, the light; then a signed report.
//!
//! Nothing is written before every input was seen to change; a motion is asked for only after the
//! technician's own word, with the lane read free, and never while the key stands on manual or the
//! emergency input is active (`domain.md` section 4, rules 4, 7 and 10). Whatever fails while the boom
//! moves drops the stop chain, and it stays dropped.

mod answers;
mod beside;
pub mod camera;
mod hands;
mod inputs;
mod outputs;
mod report;

use std::time::Duration;

use gate_barrier::clock::Clock;
use gate_barrier::device::{LaneDevices, NotAccepted};
use thiserror::Error;
use tokio::io::AsyncRead;

pub use answers::{AnswerTimes, measure};
pub use beside::beside;
pub use hands::Hands;
pub use inputs::InputTest;
pub use report::{CommissioningReport, Travel, timings};

use crate::clock::Clock as AgentClock;
use crate::config::LaneConfig;
use crate::identity::Identity;

/// Why a commissioning ended without a report.
#[derive(Debug, Error)]
pub enum CommissionError {
    /// The technician is gone.
    #[error("nobody answers any more; begin again when somebody has the boom in view")]
    Ended,
    /// The technician took too long.
    #[error("no answer to {question:?} within {} s; begin again", waited.as_secs())]
    NoAnswer {
        /// What was asked.
        question: String,
        /// How long it was waited.
        waited: Duration,
    },
    /// The technician did not agree.
    #[error("{question:?} was answered {answer:?}, not {wanted:?}; nothing more was done")]
    NotAgreed {
        /// What was asked.
        question: String,
        /// The answer.
        answer: String,
        /// What lets it go on.
        wanted: &'static str,
    },
    /// An output was not accepted by the driver.
    #[error(transparent)]
    NotAccepted(#[from] NotAccepted),
}

/// What a commissioning is given.
#[derive(Debug)]
pub struct CommissionOrder<'a> {
    /// The lane.
    pub lane: &'a LaneConfig,
    /// The edge.
    pub identity: &'a Identity,
    /// Who has the boom in view.
    pub technician: String,
    /// Longest wait for an answer or for an input to change.
    pub wait: Duration,
}

/// Commissions a lane: asks through `say`, takes answers from `person`, one a line.
///
/// # Errors
/// [`CommissionError`]; faults of the lane are no error, they stand in the report.
pub async fn commission<R, S>(
    order: CommissionOrder<'_>,
    person: R,
    say: S,
) -> Result<CommissioningReport, CommissionError>
where
    R: AsyncRead + Unpin + Send,
    S: FnMut(&str) + Send,
{
    let wiring = &order.lane.wiring;
    let answers = answers::measure(wiring).await;
    let (devices, events) = LaneDevices::start(wiring.clone(), &Clock::real());
    let mut hands = Hands::new(devices, events, person, say, order.wait);
    for device in &answers {
        hands.say(&device.to_string());
    }
    hands
        .agree(
            "the lane is closed to traffic, you have the boom in view, a second person stands at the isolator",
            "yes",
        )
        .await?;
    let mut report = CommissioningReport::new(&order, AgentClock::default().utc(), answers);
    report.inputs = inputs::test(&mut hands, wiring).await?;
    if report.ready_for_outputs() {
        outputs::test(&mut hands, order.lane, &mut report).await?;
    } else {
        hands.say("no output was tested: a device did not answer or an input did not change");
    }
    report.conclude();
    Ok(report)
}
