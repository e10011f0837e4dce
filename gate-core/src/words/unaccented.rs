//! Vietnamese without its accents, for displays whose characters have none.

/// The letters with accents, each row under its plain letter.
const PLAIN: &[(char, &str)] = &[
    ('a', "àáảãạăằắẳẵặâầấẩẫậ"),
    ('d', "đ"),
    ('e', "èéẻẽẹêềếểễệ"),
    ('i', "ìíỉĩị"),
    ('o', "òóỏõọôồốổỗộơờớởỡợ"),
    ('u', "ùúủũụưừứửữự"),
    ('y', "ỳýỷỹỵ"),
];

/// Upper case, without accents; a character that has no plain form becomes `?`: `Làn số 2` is `LAN SO 2`.
/// Accents that stand as characters of their own are left out.
#[must_use]
pub fn unaccented(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
        .map(|c| PLAIN.iter().find(|(_, accented)| accented.contains(c)).map_or(c, |(plain, _)| *plain))
        .map(|c| if (' '..='~').contains(&c) { c.to_ascii_uppercase() } else { '?' })
        .collect()
}
