//! One event, one sentence: what the languages share.

mod en;
mod vi;
mod zh;

use std::fmt::Write as _;

use gate_core::decision::Decision;
use gate_core::message::event::EventBody;
use gate_core::reading::{LookFate, ShadowText};
use gate_core::words::{self, Text};

use crate::cli::Language;

/// A language's text of several.
type Pick = fn(Text) -> &'static str;

/// The sentence of an event.
pub(super) fn sentence(body: &EventBody, language: Language) -> String {
    match language {
        Language::Vi => vi::sentence(body),
        Language::En => en::sentence(body),
        Language::Zh => zh::sentence(body),
    }
}

fn known(text: Option<Text>, code: &str, pick: Pick) -> String {
    text.map_or_else(|| code.replace('_', " "), |t| pick(t).to_owned())
}

fn reasons(decision: &Decision, pick: Pick) -> String {
    let each = decision.reasons.iter().map(|r| {
        let word = pick(words::reason(r.code));
        if r.detail.is_empty() { word.to_owned() } else { format!("{word} ({})", r.detail) }
    });
    each.collect::<Vec<_>>().join("; ")
}

/// A barrier's state from its code in events.
fn barrier(code: &str, pick: Pick) -> String {
    words::dictionary()
        .get("barrier")
        .and_then(|set| set.get(code))
        .map_or_else(|| code.to_owned(), |t| pick(*t).to_owned())
}

/// What became of a look.
const FATES: [(&str, Text); 8] = [
    ("read", Text { vi: "đọc được", en: "read", zh: "已读出" }),
    ("nothing", Text { vi: "không thấy gì", en: "nothing like a plate", zh: "未见类似车牌" }),
    ("no_plate", Text { vi: "không thấy biển số", en: "no plate seen", zh: "未见车牌" }),
    ("too_small", Text { vi: "biển số quá nhỏ", en: "too small", zh: "太小" }),
    ("blurred", Text { vi: "hình nhòe", en: "blurred", zh: "模糊" }),
    ("outside", Text { vi: "ngoài khung hình", en: "outside the picture", zh: "超出画面" }),
    ("below_limit", Text { vi: "không đủ chắc chắn", en: "not sure enough", zh: "把握不足" }),
    ("disagreement", Text { vi: "các lần đọc khác nhau", en: "looks disagree", zh: "多次识别不一致" }),
];

/// The words of a fate; an unknown code stands as it is.
fn fate(code: &str, pick: Pick) -> String {
    known(FATES.iter().find(|(known, _)| *known == code).map(|(_, text)| *text), code, pick)
}

fn fates(fates: &[(String, u32)], pick: Pick) -> String {
    fates.iter().map(|(code, n)| format!("{} ({n})", fate(code, pick))).collect::<Vec<_>>().join(", ")
}

/// A look on a line of its own, with what was measured.
fn look(look: &LookFate, pick: Pick, sharpness: &str) -> String {
    let mut line = format!("\n    {} {}: {}", super::clock(look.at), look.camera, fate(&look.fate, pick));
    if let (Some(text), Some(probability)) = (&look.text, look.probability) {
        let _ = write!(line, ", {text} ({:.1} %)", probability * 100.0);
    }
    if let (Some(height), Some(sharp)) = (look.height_px, look.sharpness) {
        let _ = write!(line, ", {height:.0} px, {sharpness} {sharp:.2}");
    }
    line
}

fn trial(read: Option<&ShadowText>, nothing: &str) -> String {
    read.map_or_else(|| nothing.to_owned(), |r| format!("{} ({:.2} %)", r.text, r.probability * 100.0))
}

fn or<'a>(text: &'a str, nothing: &'a str) -> &'a str {
    if text.is_empty() { nothing } else { text }
}

#[cfg(test)]
mod tests {
    use gate_vision::Fate;

    use super::*;

    #[test]
    fn every_fate_has_its_words() {
        use Fate::{BelowLimit, Blurred, Disagreement, NoPlate, Outside, TooSmall};
        let all = [TooSmall, Blurred, Outside, BelowLimit, NoPlate, Disagreement].map(Fate::name);
        for code in all.into_iter().chain(["read", "nothing"]) {
            assert!(FATES.iter().any(|(known, _)| *known == code), "{code}");
        }
        assert_eq!(fate("sun_in_lens", |t| t.en), "sun in lens");
    }
}
