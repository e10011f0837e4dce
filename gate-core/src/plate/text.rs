//! Plate texts: normalised for machines, formatted for people.

use super::Country;

/// Upper case, no separators, full-width forms folded, Hanzi and Đ kept: `24c-123.45` is `24C12345`,
/// `云G·12345` is `云G12345`.
#[must_use]
pub fn normalise(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '-' | '.' | '·' | '•' | '・' | '_' | '/' | '－' | '．' => None,
            c if c.is_whitespace() => None,
            c => Some(fold(c)),
        })
        .collect()
}

/// One character in upper case, its full-width form folded; Đ stays a letter of its own.
#[must_use]
pub fn fold(c: char) -> char {
    match c {
        'đ' => 'Đ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).map_or(c, |c| c.to_ascii_uppercase()),
        c => c.to_ascii_uppercase(),
    }
}

/// As people write it: `24C-123.45`, `云G·12345`, `59P1-664.80`. A text that fits no pattern is given
/// back as it is.
#[must_use]
pub fn for_people(text: &str, country: Option<Country>) -> String {
    let chars: Vec<char> = text.chars().collect();
    let text_of = |part: &[char]| part.iter().collect::<String>();
    match country {
        Some(Country::Cn) if chars.len() >= 6 && !chars[0].is_ascii() => {
            format!("{}·{}", text_of(&chars[..2]), text_of(&chars[2..]))
        }
        Some(Country::Vn) => {
            let digits = chars.iter().rev().take_while(|c| c.is_ascii_digit()).count().min(5);
            let head = chars.len() - digits;
            match digits {
                5 if head > 0 => {
                    format!(
                        "{}-{}.{}",
                        text_of(&chars[..head]),
                        text_of(&chars[head..head + 3]),
                        text_of(&chars[head + 3..])
                    )
                }
                4 if head > 0 => format!("{}-{}", text_of(&chars[..head]), text_of(&chars[head..])),
                _ => text.to_owned(),
            }
        }
        _ => text.to_owned(),
    }
}

/// The part of a plate that a declaration names: Chinese plates without their province character,
/// Vietnamese plates whole.
#[must_use]
pub fn core(text: &str) -> &str {
    match text.chars().next() {
        Some(first) if super::china::is_province(first) => &text[first.len_utf8()..],
        _ => text,
    }
}

/// The province character of a Chinese plate, where the text has one.
#[must_use]
pub fn province(text: &str) -> Option<char> {
    text.chars().next().filter(|&c| super::china::is_province(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plates_as_people_write_them() {
        for (written, text) in [
            ("24c-123.45", "24C12345"),
            ("云G·12345", "云G12345"),
            ("29-mđ1 234.56", "29MĐ123456"),
            ("ＡＢ１２", "AB12"),
        ] {
            assert_eq!(normalise(written), text);
        }
        assert_eq!(for_people("24C12345", Some(Country::Vn)), "24C-123.45");
        assert_eq!(for_people("24C1234", Some(Country::Vn)), "24C-1234");
        assert_eq!(for_people("59P166480", Some(Country::Vn)), "59P1-664.80");
        assert_eq!(for_people("云G12345", Some(Country::Cn)), "云G·12345");
        assert_eq!(for_people("?", Some(Country::Cn)), "?");
    }

    #[test]
    fn the_core_of_a_chinese_plate_is_what_is_declared() {
        assert_eq!((core("云G12345"), core("G12345"), core("24C12345")), ("G12345", "G12345", "24C12345"));
        assert_eq!((province("云G12345"), province("G12345")), (Some('云'), None));
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in ".{0,20}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }

        #[test]
        fn what_people_read_is_the_same_plate(text in "[0-9]{2}[A-Z][0-9]{4,5}|[A-Z]{2}[0-9]{4}") {
            prop_assert_eq!(normalise(&for_people(&text, Some(Country::Vn))), text);
        }
    }
}
