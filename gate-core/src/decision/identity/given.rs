//! What was scanned or typed, and how it is held against a declaration's number, a tag, a plate.

use thiserror::Error;

use super::IdentityKind;
use crate::plate::text::{core, fold, normalise, province};

/// Longest text, in characters: a declaration's code may hold a whole address or record.
pub const MAX_GIVEN: usize = 1024;
/// Fewest characters.
pub const MIN_GIVEN: usize = 4;
/// A shorter declaration's number counts only where nothing else was given: a year or a count would name it.
const SHORT_NUMBER: usize = 6;
/// Characters of the longest plate.
const LONGEST_PLATE: usize = 10;

/// Why a text names nobody.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GivenError {
    /// It would name half the list.
    #[error("{given:?} has {count} letters and digits, at least {MIN_GIVEN}: give more of the plate, or scan the code")]
    TooShort {
        /// What was given.
        given: String,
        /// How many count.
        count: usize,
    },
    /// No code of ours is so long.
    #[error("{count} characters, at most {MAX_GIVEN}: scan the declaration's code alone")]
    TooLong {
        /// How many.
        count: usize,
    },
}

/// A text of bounded length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Folded, with its separators.
    text: String,
    /// As a plate.
    plate: String,
}

impl Given {
    /// A text as a person or a scanner gives it.
    ///
    /// # Errors
    /// [`GivenError`].
    pub fn new(text: &str) -> Result<Self, GivenError> {
        let count = text.chars().take(MAX_GIVEN + 1).count();
        if count > MAX_GIVEN {
            return Err(GivenError::TooLong { count: text.chars().count() });
        }
        // What a scanner sends before and after is no part of the code.
        let bare = text.trim_matches(|c: char| c.is_control() || c.is_whitespace());
        let plate = normalise(bare);
        let count = core(&plate).chars().filter(|c| c.is_alphanumeric()).count();
        if count < MIN_GIVEN {
            return Err(GivenError::TooShort { given: bare.chars().take(LONGEST_PLATE).collect(), count });
        }
        Ok(Self { text: bare.chars().map(fold).collect(), plate })
    }

    /// As a plate: without separators.
    #[must_use]
    pub fn plate(&self) -> &str {
        &self.plate
    }

    /// Whether the text is this declaration's number or holds it as a whole word, as in an address or a record.
    pub(super) fn names(&self, declaration: &str) -> bool {
        let number: String = declaration.trim().chars().map(fold).collect();
        if number.chars().count() < SHORT_NUMBER {
            return !number.is_empty() && self.text == number;
        }
        // A number that has dashes goes on behind a dash.
        let part_of_it = |c: char| c.is_alphanumeric() || (number.contains(c) && !c.is_whitespace());
        let part_of_a_word = |c: Option<char>| c.is_some_and(part_of_it);
        self.text.match_indices(&number).any(|(at, found)| {
            let (before, after) = (&self.text[..at], &self.text[at + found.len()..]);
            !part_of_a_word(before.chars().next_back()) && !part_of_a_word(after.chars().next())
        })
    }

    /// Whether the text is this tag.
    pub(super) fn is_tag_of(&self, tag: &str) -> bool {
        is_tag(&self.plate) && self.plate == normalise(tag)
    }

    /// Whether a plate as declared ends so, its last letters said or left out: `1234挂` is `1234` to whoever
    /// reads it aloud. A Chinese plate that was declared without its province may be given with it.
    pub(super) fn ends(&self, plate: &str) -> bool {
        let plate = normalise(plate);
        let digits = plate.trim_end_matches(|c: char| !c.is_ascii_digit());
        let bare = core(&self.plate);
        [plate.as_str(), digits].iter().any(|end| end.ends_with(&self.plate))
            || (province(&plate).is_none() && plate == bare)
    }

    /// What a text is that names nobody, by its look.
    pub(super) fn looks_like(&self) -> IdentityKind {
        match self.plate.chars().count() {
            ..=LONGEST_PLATE => IdentityKind::LastDigits,
            _ if is_tag(&self.plate) && self.plate.chars().any(|c| c.is_ascii_alphabetic()) => IdentityKind::Tag,
            _ => IdentityKind::Declaration,
        }
    }
}

/// Whether a text is an RFID tag's number: 8 to 64 hexadecimal digits.
#[must_use]
pub fn is_tag(text: &str) -> bool {
    (8..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}
