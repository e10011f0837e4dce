//! What makes two sights the same vehicle.

use gate_core::plate::Country;
use gate_core::plate::text::normalise;

/// The part of a plate that a declaration names: Chinese plates without their province character,
/// upper case, without separators (`云G·12345` and `G12345` are both `G12345`).
#[must_use]
pub fn core(text: &str) -> String {
    let plain: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    let mut chars = plain.chars();
    match chars.next() {
        Some(first) if is_hanzi(first) && chars.clone().count() >= 5 => chars.as_str().to_owned(),
        _ => plain,
    }
}

/// A plate as a person wrote it, normalised; `None` where it can be none.
#[must_use]
pub fn written_plate(text: &str) -> Option<String> {
    let plate = normalise(text);
    let good = (4..=10).contains(&plate.chars().count())
        && plate.chars().all(char::is_alphanumeric)
        && plate.chars().any(|c| c.is_ascii_digit());
    good.then_some(plate)
}

fn is_hanzi(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// The key under which a vehicle's passages are one crossing: `cn:G12345`.
#[must_use]
pub(super) fn key(text: &str, country: Option<Country>) -> String {
    let country = match country {
        Some(Country::Vn) => "vn",
        Some(Country::Cn) => "cn",
        None => "xx",
    };
    format!("{country}:{}", core(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plate_and_its_declared_form_have_one_core() {
        assert_eq!(core("云G·12345"), "G12345");
        assert_eq!(core("g12345"), "G12345");
        assert_eq!(core("24C-123.45"), "24C12345");
        assert_eq!(core("云G1234挂"), "G1234挂");
        assert_ne!(key("TM1234", Some(Country::Vn)), key("TM1234", Some(Country::Cn)));
    }
}
