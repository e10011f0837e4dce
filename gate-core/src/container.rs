//! Container numbers (ISO 6346): owner and category, serial, check digit.

use std::fmt;

use thiserror::Error;

/// What is wrong with a container number.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ContainerError {
    /// Not four letters, the last of them U, J or Z, and seven digits.
    #[error("{0:?} is no container number: four letters, the last of them U, J or Z, and seven digits")]
    Form(String),
    /// The check digit does not agree.
    #[error("{code}: the check digit is {found}, it should be {expected}")]
    CheckDigit {
        /// The number.
        code: String,
        /// What stands there.
        found: char,
        /// What the other ten characters ask for.
        expected: char,
    },
}

/// A container number whose check digit agrees: `CSQU3054383`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerCode(String);

fn value(c: char) -> u32 {
    match c {
        '0'..='9' => u32::from(c) - u32::from('0'),
        // A is 10; 11, 22 and 33 are left out.
        _ => {
            let n = u32::from(c) - u32::from('A') + 10;
            n + (n - 1) / 10
        }
    }
}

/// The check digit of the first ten characters, which must be upper-case letters and digits.
#[must_use]
pub fn check_digit(first_ten: &str) -> Option<char> {
    let fits = first_ten.len() == 10 && first_ten.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let sum: u32 = fits.then(|| first_ten.chars().zip(0..).map(|(c, i)| value(c) << i).sum())?;
    char::from_digit(sum % 11 % 10, 10)
}

fn has_form(code: &str) -> bool {
    let bytes = code.as_bytes();
    bytes.len() == 11
        && bytes[..3].iter().all(u8::is_ascii_uppercase)
        && matches!(bytes[3], b'U' | b'J' | b'Z')
        && bytes[4..].iter().all(u8::is_ascii_digit)
}

impl ContainerCode {
    /// Reads a container number; spaces and hyphens do not count.
    ///
    /// # Errors
    /// [`ContainerError`] naming what is wrong.
    pub fn parse(text: &str) -> Result<Self, ContainerError> {
        let code = crate::plate::text::normalise(text);
        if !has_form(&code) {
            return Err(ContainerError::Form(text.to_owned()));
        }
        let expected = check_digit(&code[..10]).unwrap_or('?');
        let found = code.chars().last().unwrap_or('?');
        if expected == found { Ok(Self(code)) } else { Err(ContainerError::CheckDigit { code, found, expected }) }
    }

    /// Settles one doubtful character: the only one of `possible` at `place` with which the check digit
    /// agrees; `None` when none or several do.
    #[must_use]
    pub fn settle(text: &str, place: usize, possible: impl IntoIterator<Item = char>) -> Option<Self> {
        let chars: Vec<char> = text.chars().collect();
        let mut fitting = possible.into_iter().filter_map(|c| {
            let mut tried = chars.clone();
            *tried.get_mut(place)? = c;
            Self::parse(&tried.into_iter().collect::<String>()).ok()
        });
        let first = fitting.next()?;
        fitting.all(|other| other == first).then_some(first)
    }

    /// The number without separators.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContainerCode {
    /// As people write it: `CSQU 305438-3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}-{}", &self.0[..4], &self.0[4..10], &self.0[10..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_of_real_boxes() {
        for code in ["CSQU3054383", "CBHU3202732", "MSKU4135329"] {
            assert_eq!(ContainerCode::parse(code).unwrap().as_str(), code);
        }
        assert_eq!(ContainerCode::parse("csqu 305438-3").unwrap().to_string(), "CSQU 305438-3");
        assert_eq!(
            ContainerCode::parse("CSQU3054384"),
            Err(ContainerError::CheckDigit { code: "CSQU3054384".into(), found: '4', expected: '3' })
        );
        assert!(matches!(ContainerCode::parse("24C12345"), Err(ContainerError::Form(_))));
    }

    #[test]
    fn letter_values_leave_out_the_multiples_of_eleven() {
        let values: Vec<u32> = ('A'..='Z').map(value).collect();
        let table: Vec<u32> = (10..=38).filter(|n| n % 11 != 0).collect();
        assert_eq!(values, table);
    }

    #[test]
    fn one_doubtful_digit_is_settled() {
        assert_eq!(ContainerCode::settle("CSQU3?54383", 5, "0123456789".chars()).unwrap().as_str(), "CSQU3054383");
        assert_eq!(ContainerCode::settle("CSQU3054383", 5, "12".chars()), None);
        assert_eq!(ContainerCode::settle("CSQU", 9, "12".chars()), None);
    }

    proptest! {
        #[test]
        fn a_single_wrong_digit_is_always_noticed(owner in "[A-Z]{3}[UJZ]", serial in "[0-9]{6}", at in 4usize..10, d in 1u32..10) {
            let ten = format!("{owner}{serial}");
            let code = format!("{ten}{}", check_digit(&ten).unwrap());
            prop_assert!(ContainerCode::parse(&code).is_ok());
            let mut bent: Vec<char> = code.chars().collect();
            bent[at] = char::from_digit((bent[at].to_digit(10).unwrap() + d) % 10, 10).unwrap();
            let bent: String = bent.into_iter().collect();
            // Remainders 10 and 0 share the digit 0: the standard's own weakness.
            let sum = |s: &str| s.chars().take(10).zip(0..).map(|(c, i)| value(c) << i).sum::<u32>() % 11;
            prop_assert_eq!(ContainerCode::parse(&bent).is_err(), sum(&bent) % 10 != sum(&code) % 10);
        }

        #[test]
        fn rubbish_never_panics(text in ".{0,14}") {
            let _ = ContainerCode::parse(&text);
            let _ = ContainerCode::settle(&text, 3, "UJZ".chars());
        }
    }
}
