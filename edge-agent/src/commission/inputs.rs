//! Every wired input is made active and inactive again by the technician, and is seen to follow.

use gate_barrier::wiring::LaneWiring;
use gate_core::barrier::io::InputName;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncRead;

use super::{CommissionError, Hands};

/// One input's test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputTest {
    /// The input.
    pub input: InputName,
    /// It was read active.
    pub went_active: bool,
    /// It was read inactive afterwards.
    pub went_inactive: bool,
}

impl InputTest {
    /// It followed both ways.
    #[must_use]
    pub const fn good(self) -> bool {
        self.went_active && self.went_inactive
    }
}

/// Tests the inputs that a person can change; limits are seen with the motion.
pub(super) async fn test<R: AsyncRead + Unpin, S: FnMut(&str)>(
    hands: &mut Hands<R, S>,
    wiring: &LaneWiring,
) -> Result<Vec<InputTest>, CommissionError> {
    let mut tests = Vec::new();
    let wait = hands.wait();
    for input in wiring.inputs.keys().copied() {
        let Some((now, then)) = words(input) else { continue };
        hands.say(&format!("{}: {now}, within {} s", input.as_str(), wait.as_secs()));
        let went_active = hands.until(wait, |h| h.active(input) == Some(true)).await;
        if went_active {
            hands.say(&format!("{}: active; {then}", input.as_str()));
        }
        let went_inactive = went_active && hands.until(wait, |h| h.active(input) == Some(false)).await;
        let test = InputTest { input, went_active, went_inactive };
        hands.say(&format!("{}: {}", input.as_str(), if test.good() { "good" } else { "DID NOT CHANGE" }));
        tests.push(test);
    }
    Ok(tests)
}

const fn words(input: InputName) -> Option<(&'static str, &'static str)> {
    Some(match input {
        InputName::OpenLimit | InputName::ClosedLimit => return None,
        InputName::LoopApproach | InputName::LoopUnder | InputName::LoopExit => {
            ("step on the loop with a steel plate, or drive on it", "leave the loop")
        }
        InputName::Photocell => ("break the beam", "free the beam"),
        InputName::ManualKey => ("turn the key to MANUAL", "turn the key to AUTO"),
        InputName::Emergency => ("press the emergency input", "release it"),
        InputName::PowerGood => ("let the mains be on", "switch the mains off while the battery holds"),
    })
}
