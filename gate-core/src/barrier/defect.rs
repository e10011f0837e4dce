//! Deliberate defects, for checking the checker: a proof that cannot fail proves nothing. In a build
//! without the feature `defects` a machine has none: `has` is constantly false.

use super::io::InputReading;

/// Ways in which barrier, lane and the check of commands can be made wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// Does nothing at all.
    Dead,
    /// OPEN needs no grant.
    OpensWithoutGrant,
    /// OPEN leaves the grant alive.
    GrantNotConsumed,
    /// A grant serves any track.
    AnyTrack,
    /// A grant survives that another vehicle stands there, or that it backed out.
    GrantsOutliveChange,
    /// Moves right after a start.
    MovesAtOnce,
    /// The latch is ignored for CLOSE.
    IgnoresLatch,
    /// The way need not have been clear for a time.
    NoClearTime,
    /// The boom need not stay up.
    NoMinimumOpen,
    /// A body under the closing boom does not stop it.
    NoStopWhileClosing,
    /// STOP is refused while the boom moves.
    StopOnlyAtRest,
    /// A reset moves the boom.
    ResetMoves,
    /// OPEN and CLOSE at once.
    BothRelays,
    /// The way up may take for ever.
    NoTravelLimit,
    /// A boom that moves by itself is not noticed.
    IgnoresMoves,
    /// The keys at the barrier are not obeyed.
    IgnoresKeys,
    /// Green whatever happens.
    AlwaysGreen,
    /// A sensor that showed nothing is trusted all the same.
    IgnoresPlausibility,
    /// Unknown counts as free.
    UnknownIsFree,
    /// The pulse is as long as the configuration says, whatever that is.
    PulseUnclamped,
    /// A grant lives for the longest time allowed, whatever life it was given.
    GrantsLiveLong,
    /// A grant that was used is taken again.
    ForgetsSpent,
    /// Taking off the lock for work gives the stop chain free.
    UnlockRestoresStop,
    /// A reset takes off the lock for work.
    ResetTakesOffLock,
    /// A dropped stop chain is forgotten: nothing waits for its reset.
    ForgetsStop,
    /// A reset counts as the new word by which the boom may move.
    ResetIsAWord,
    /// CLOSE by reads that are as old as may be believed at all.
    OldReadsClose,
    /// A second vehicle is taken for the trailer of the first.
    FollowerIsTrailer,
    /// A loss of power changes nothing.
    ForgetsPowerLoss,
    /// A reconnection is not a new beginning.
    ReconnectIsNothing,
    /// Green burns for ten seconds without a word.
    GreenTooLong,
    /// Red is not shown when the way is not free any more.
    NeverRed,
    /// Green by the state alone, the open limit unread.
    GreenByState,
    /// Green stays when the lane takes its word back.
    GreenOutlivesChange,
    /// Both limits at once are believed.
    IgnoresContradiction,
    /// The agent lowers the boom in lanes where it may not.
    ClosesEverywhere,
    /// A motion is ordered while the other relay may still be on.
    NoRelayCheck,
    /// STOP is refused while the boom is at rest.
    StopOnlyInMotion,
    /// A relay that does not go off is no fault.
    IgnoresStuckRelay,
    /// The boom comes down although an officer holds it up.
    ClosesHeldOpen,
    /// A command for another lane is carried out.
    TakesOtherLanes,
    /// A command of an old session is carried out.
    TakesOldSessions,
    /// A command that a newer one overtook is carried out.
    TakesOldNumbers,
    /// An answer is taken although nobody waits for it.
    AnyAnswer,
    /// An officer who stays away opens the boom.
    TimeOpens,
    /// A vehicle that nobody let in is not recorded.
    NobodyCounted,
    /// A convoy has as many vehicles as come, and no end.
    ConvoyWithoutEnd,
}

impl Defect {
    /// All defects.
    pub const ALL: [Self; 47] = [
        Self::Dead,
        Self::OpensWithoutGrant,
        Self::GrantNotConsumed,
        Self::AnyTrack,
        Self::GrantsOutliveChange,
        Self::MovesAtOnce,
        Self::IgnoresLatch,
        Self::NoClearTime,
        Self::NoMinimumOpen,
        Self::NoStopWhileClosing,
        Self::StopOnlyAtRest,
        Self::ResetMoves,
        Self::BothRelays,
        Self::NoTravelLimit,
        Self::IgnoresMoves,
        Self::IgnoresKeys,
        Self::AlwaysGreen,
        Self::IgnoresPlausibility,
        Self::UnknownIsFree,
        Self::PulseUnclamped,
        Self::GrantsLiveLong,
        Self::ForgetsSpent,
        Self::UnlockRestoresStop,
        Self::ResetTakesOffLock,
        Self::ForgetsStop,
        Self::ResetIsAWord,
        Self::OldReadsClose,
        Self::FollowerIsTrailer,
        Self::ForgetsPowerLoss,
        Self::ReconnectIsNothing,
        Self::GreenTooLong,
        Self::NeverRed,
        Self::GreenByState,
        Self::GreenOutlivesChange,
        Self::IgnoresContradiction,
        Self::ClosesEverywhere,
        Self::NoRelayCheck,
        Self::StopOnlyInMotion,
        Self::IgnoresStuckRelay,
        Self::ClosesHeldOpen,
        Self::TakesOtherLanes,
        Self::TakesOldSessions,
        Self::TakesOldNumbers,
        Self::AnyAnswer,
        Self::TimeOpens,
        Self::NobodyCounted,
        Self::ConvoyWithoutEnd,
    ];
}

/// The defects of one machine: none, except in a checker's hands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Defects {
    #[cfg(feature = "defects")]
    one: Option<Defect>,
}

impl Defects {
    #[cfg(feature = "defects")]
    pub(crate) fn has(self, defect: Defect) -> bool {
        self.one == Some(defect)
    }

    #[cfg(not(feature = "defects"))]
    #[expect(clippy::unused_self, reason = "the same call in both builds")]
    pub(crate) const fn has(self, _defect: Defect) -> bool {
        false
    }

    pub(super) fn bend(self, reading: InputReading) -> InputReading {
        let bent = self.has(Defect::UnknownIsFree) && reading.name.is_safety() && reading.active.is_none();
        InputReading { active: if bent { Some(false) } else { reading.active }, ..reading }
    }
}

#[cfg(feature = "defects")]
impl super::machine::Barrier {
    /// The same machine with one defect.
    #[must_use]
    pub fn with_defect(mut self, defect: Defect) -> Self {
        self.defects = Defects { one: Some(defect) };
        self
    }
}

#[cfg(feature = "defects")]
impl crate::lane::machine::Lane {
    /// The same machine with one defect.
    #[must_use]
    pub fn with_defect(mut self, defect: Defect) -> Self {
        self.defects = Defects { one: Some(defect) };
        self
    }
}

#[cfg(feature = "defects")]
impl crate::lane::command::Freshness {
    /// The same check with one defect.
    #[must_use]
    pub fn with_defect(mut self, defect: Defect) -> Self {
        self.defects = Defects { one: Some(defect) };
        self
    }
}
