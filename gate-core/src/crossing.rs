//! A crossing: the passages of one vehicle from the gate's first zone to its last.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::passage::PassageOutcome;
use crate::vehicle::Direction;

/// Where the vehicle of a crossing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrossingState {
    /// At a lane, not yet through.
    AtGate,
    /// Entered and not yet left.
    Inside,
    /// Left.
    Left,
    /// Sent back or turned round.
    TurnedBack,
}

impl CrossingState {
    /// Where the vehicle is after one more passage, which may still be going on. A second vehicle that
    /// drove in behind another is through as well: the record says what happened, not what was allowed. Where
    /// nobody saw the end, the vehicle stays where it was last seen.
    #[must_use]
    pub fn after(self, direction: Direction, outcome: Option<PassageOutcome>) -> Self {
        match (outcome, direction) {
            (Some(PassageOutcome::Passed | PassageOutcome::Tailgated), Direction::Entry) => Self::Inside,
            (Some(PassageOutcome::Passed | PassageOutcome::Tailgated), Direction::Exit) => Self::Left,
            (Some(PassageOutcome::TurnedAway), _) if self == Self::AtGate => Self::TurnedBack,
            _ => self,
        }
    }

    /// Whether the crossing is over; another passage of the same vehicle begins a new one.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Left | Self::TurnedBack)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(passages: &[(Direction, Option<PassageOutcome>)]) -> CrossingState {
        passages.iter().fold(CrossingState::AtGate, |state, &(d, o)| state.after(d, o))
    }

    #[test]
    fn passages_carry_a_vehicle_in_and_out() {
        use Direction::{Entry, Exit};
        use PassageOutcome::{BackedOut, Passed, Tailgated, TurnedAway, Unseen};
        assert_eq!(walk(&[(Entry, Some(Unseen))]), CrossingState::AtGate);
        assert_eq!(walk(&[(Entry, Some(Passed)), (Exit, Some(Unseen))]), CrossingState::Inside);
        assert_eq!(walk(&[(Entry, None)]), CrossingState::AtGate);
        assert_eq!(walk(&[(Entry, Some(BackedOut))]), CrossingState::AtGate);
        assert_eq!(walk(&[(Entry, Some(TurnedAway))]), CrossingState::TurnedBack);
        assert_eq!(walk(&[(Entry, Some(Tailgated))]), CrossingState::Inside);
        assert_eq!(walk(&[(Entry, Some(Passed)), (Exit, Some(TurnedAway))]), CrossingState::Inside);
        assert_eq!(walk(&[(Entry, Some(BackedOut)), (Entry, Some(Passed)), (Exit, Some(Passed))]), CrossingState::Left);
        assert!(CrossingState::Left.is_over() && !CrossingState::Inside.is_over());
    }
}
