//! Inputs by the handful, without a list: which of them, and what one round of reads said of each.

use serde::{Deserialize, Serialize};

use super::io::{InputName, InputReading};
use crate::clock::Monotonic;

/// Some of the inputs. Written down as the list of their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<InputName>", into = "Vec<InputName>")]
pub struct InputSet(u16);

impl InputSet {
    #[inline]
    fn bit(name: InputName) -> u16 {
        1 << name as u16
    }

    /// Adds one.
    #[inline]
    pub fn insert(&mut self, name: InputName) {
        self.0 |= Self::bit(name);
    }

    /// The same, and this one too where `also` says so.
    #[inline]
    #[must_use]
    pub fn with(mut self, name: InputName, also: bool) -> Self {
        if also {
            self.insert(name);
        }
        self
    }

    /// Whether it is among them.
    #[must_use]
    #[inline]
    pub fn contains(self, name: InputName) -> bool {
        self.0 & Self::bit(name) != 0
    }

    /// In the order of [`InputName::ALL`].
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = InputName> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let name = InputName::ALL.get(left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(*name)
        })
    }
}

impl FromIterator<InputName> for InputSet {
    fn from_iter<I: IntoIterator<Item = InputName>>(names: I) -> Self {
        let mut set = Self::default();
        names.into_iter().for_each(|name| set.insert(name));
        set
    }
}

impl From<Vec<InputName>> for InputSet {
    fn from(names: Vec<InputName>) -> Self {
        names.into_iter().collect()
    }
}

impl From<InputSet> for Vec<InputName> {
    fn from(set: InputSet) -> Self {
        set.iter().collect()
    }
}

/// What one round of reads said: all of one time, each input at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// When the driver read them.
    pub read_at: Monotonic,
    read: InputSet,
    known: InputSet,
    active: InputSet,
}

impl Round {
    /// A round in which nothing was read yet.
    #[must_use]
    #[inline]
    pub fn new(read_at: Monotonic) -> Self {
        let none = InputSet::default();
        Self { read_at, read: none, known: none, active: none }
    }

    /// The same round with one input more; `None`: it could not be read.
    #[must_use]
    #[inline]
    pub fn with(mut self, name: InputName, active: Option<bool>) -> Self {
        self.read.insert(name);
        self.known = self.known.with(name, active.is_some());
        self.active = self.active.with(name, active == Some(true));
        self
    }

    /// What was read of an input: `None` where it is not of this round, `Some(None)` where it could not be read.
    #[must_use]
    #[inline]
    pub fn get(self, name: InputName) -> Option<Option<bool>> {
        self.read.contains(name).then(|| self.known.contains(name).then(|| self.active.contains(name)))
    }

    /// Each reading of it, in the order of [`InputName::ALL`].
    #[inline]
    pub fn readings(self) -> impl Iterator<Item = InputReading> {
        let active = move |name| self.known.contains(name).then(|| self.active.contains(name));
        let reading = move |name| InputReading { name, active: active(name), read_at: self.read_at };
        self.read.iter().map(reading)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_tells_active_free_unreadable_and_not_read_apart() {
        let round = Round::new(Monotonic::from_millis(7))
            .with(InputName::LoopUnder, Some(true))
            .with(InputName::Photocell, Some(false))
            .with(InputName::Emergency, None);
        let said = [InputName::LoopUnder, InputName::Photocell, InputName::Emergency, InputName::OpenLimit];
        assert_eq!(said.map(|n| round.get(n)), [Some(Some(true)), Some(Some(false)), Some(None), None]);
        assert_eq!(round.readings().map(|r| (r.name, r.active)).collect::<Vec<_>>().len(), 3);
    }

    #[test]
    fn a_set_is_written_as_names() {
        let set: InputSet = [InputName::Photocell, InputName::OpenLimit].into_iter().collect();
        let text = serde_json::to_string(&set).unwrap();
        assert_eq!(text, r#"["open_limit","photocell"]"#);
        assert_eq!(serde_json::from_str::<InputSet>(&text).unwrap(), set);
    }
}
