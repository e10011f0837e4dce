//! What the codes of the contract are called in Vietnamese, English and Chinese.
//!
//! Codes travel, texts do not: pages ask for the whole [`dictionary`] once and translate by themselves.
//! A code of a closed set cannot lack its words: the compiler counts them. For open sets (acts, faults)
//! [`act`] and [`fault`] give the code itself back when they do not know it.

mod decision;
mod lane;
mod record;
mod unaccented;

use std::collections::BTreeMap;

use serde::Serialize;

pub use decision::{REASONS, VERDICTS, reason, verdict};
pub use lane::{ACTS, BARRIER_STATES, FAULTS, LANE_STATES, MODES, REMEDIES, WAITING};
pub use lane::{act, barrier_state, fault, lane_state, mode, remedy, waiting};
pub use record::{CONFIRMATIONS, CONVOY_ENDS, CROSSING_STATES, DIRECTIONS, OPENERS, OUTCOMES, ROLES, VEHICLE_CLASSES};
pub use record::{confirmation, convoy_end, crossing_state, direction, opened_by, outcome, role, vehicle_class};
pub use unaccented::unaccented;

/// One meaning in three languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Text {
    /// Vietnamese.
    pub vi: &'static str,
    /// English.
    pub en: &'static str,
    /// Chinese.
    pub zh: &'static str,
}

/// The texts of one set of codes, by code.
pub type Section = BTreeMap<String, Text>;

/// Every text, by set and code: `{"reasons": {"unread": {"vi": ..., "en": ..., "zh": ...}}, ...}`.
#[must_use]
pub fn dictionary() -> BTreeMap<&'static str, Section> {
    let open = |set: &[(&str, Text)]| set.iter().map(|&(code, text)| (code.to_owned(), text)).collect::<Section>();
    BTreeMap::from([
        ("reasons", section(REASONS)),
        ("verdicts", section(VERDICTS)),
        ("states", section(LANE_STATES)),
        ("barrier", barrier_section()),
        ("modes", section(MODES)),
        ("waiting", open(WAITING)),
        ("acts", open(ACTS)),
        ("faults", open(FAULTS)),
        ("remedies", open(REMEDIES)),
        ("confirmations", section(CONFIRMATIONS)),
        ("outcomes", section(OUTCOMES)),
        ("opened_by", section(OPENERS)),
        ("convoy_ends", section(CONVOY_ENDS)),
        ("crossings", section(CROSSING_STATES)),
        ("classes", section(VEHICLE_CLASSES)),
        ("directions", section(DIRECTIONS)),
        ("roles", section(ROLES)),
    ])
}

fn section<T: Serialize>(set: &[(T, Text)]) -> Section {
    set.iter().map(|(code, text)| (code_of(code), *text)).collect()
}

fn barrier_section() -> Section {
    let states = BARRIER_STATES.iter().map(|(state, text)| (state.to_string(), *text));
    let faults = FAULTS.iter().map(|&(code, text)| (format!("fault({code})"), text));
    states.chain(faults).collect()
}

/// The code of a unit variant, as it travels.
fn code_of<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

const fn text(vi: &'static str, en: &'static str, zh: &'static str) -> Text {
    Text { vi, en, zh }
}

/// The words of a closed set: a function that the compiler keeps complete, and the list of all.
macro_rules! words {
    ($(#[$doc:meta])* $function:ident, $(#[$all_doc:meta])* $all:ident, $type:ident,
     { $($variant:ident: $vi:literal, $en:literal, $zh:literal;)* }) => {
        $(#[$doc])*
        #[must_use]
        pub const fn $function(code: $type) -> super::Text {
            match code {
                $($type::$variant => super::text($vi, $en, $zh),)*
            }
        }

        $(#[$all_doc])*
        pub const $all: &[($type, super::Text)] =
            &[$(($type::$variant, super::text($vi, $en, $zh)),)*];
    };
}
use words;

#[cfg(test)]
mod tests;
