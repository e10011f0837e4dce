//! Deliberate defects, for checking the checker: a proof that cannot fail proves nothing. In a build
//! without the feature `defects` a machine has none: `has` is constantly false.

use super::io::InputReading;

/// Ways in which the machine can be made wrong.
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
    /// Grants survive a changed vehicle, STOP and the like.
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
    /// STOP is not obeyed.
    IgnoresStop,
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
}

impl Defect {
    /// All defects.
    pub const ALL: [Self; 19] = [
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
        Self::IgnoresStop,
        Self::ResetMoves,
        Self::BothRelays,
        Self::NoTravelLimit,
        Self::IgnoresMoves,
        Self::IgnoresKeys,
        Self::AlwaysGreen,
        Self::IgnoresPlausibility,
        Self::UnknownIsFree,
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
    pub(super) fn has(self, defect: Defect) -> bool {
        self.one == Some(defect)
    }

    #[cfg(not(feature = "defects"))]
    #[expect(clippy::unused_self, reason = "the same call in both builds")]
    pub(super) const fn has(self, _defect: Defect) -> bool {
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
