//! Numbers of slips: printed, copied by hand, typed; one number is one slip however it is written.

/// Longest number of a slip.
pub(super) const MOST_NUMBER_CHARS: usize = 20;

/// Letters, digits, hyphens and slashes alone.
pub(super) fn is_number(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '/'))
}

/// A number as it stands on a slip, in capitals; `None` where it is none.
pub(super) fn number(text: &str) -> Option<String> {
    let number = text.trim().to_ascii_uppercase();
    let good =
        number.chars().count() <= MOST_NUMBER_CHARS && number.chars().any(|c| c.is_ascii_digit()) && is_number(&number);
    good.then_some(number)
}

/// The same for every way to write a number: `KT-0012`, `kt/12` and `KT12` are one slip.
#[must_use]
pub(super) fn number_key(number: &str) -> String {
    let mut runs: Vec<String> = Vec::new();
    let mut before = None;
    for c in number.chars().map(|c| c.to_ascii_uppercase()) {
        let sort = c.is_ascii_alphanumeric().then_some(c.is_ascii_digit());
        if sort.is_some()
            && sort == before
            && let Some(run) = runs.last_mut()
        {
            run.push(c);
        } else if sort.is_some() {
            runs.push(c.to_string());
        }
        before = sort;
    }
    for run in &mut runs {
        let plain = run.trim_start_matches('0');
        *run = if plain.is_empty() { "0".to_owned() } else { plain.to_owned() };
    }
    runs.join("-")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_number_is_the_same_however_it_is_written(
            series in "[A-Z]{0,3}",
            number in 0_u32..1_000_000,
            zeros in 0_usize..4,
            separator in prop::sample::select(vec!["", "-", "/", "--"]),
            small in any::<bool>(),
        ) {
            let plain = number_key(&format!("{series}{number}"));
            let mut written = format!("{series}{separator}{}{number}", "0".repeat(zeros));
            if small {
                written = written.to_ascii_lowercase();
            }
            prop_assert_eq!(number_key(&written), plain);
        }

        #[test]
        fn two_numbers_are_never_one(a in 0_u32..100_000, b in 0_u32..100_000, year in 0_u32..100) {
            prop_assert_eq!(number_key(&format!("KT-{a}")) == number_key(&format!("KT-{b}")), a == b);
            // A year before the number stays apart from it.
            prop_assert_eq!(number_key(&format!("{year}/{a}")) == number_key(&format!("{year}/{b}")), a == b);
            prop_assert_ne!(number_key(&format!("{year}/{a}")), number_key(&format!("{year}{a}")));
        }
    }
}
