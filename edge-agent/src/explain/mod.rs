//! The story of a passage in sentences: why this vehicle passed, waited or was sent back.

mod sentence;
#[cfg(test)]
mod tests;

use gate_core::clock::UtcMicros;
use gate_core::message::event::EdgeEvent;
use jiff::tz::{TimeZone, offset};
use jiff::{Timestamp, Zoned};

use crate::cli::Language;
use sentence::sentence;

/// The sentences, in the order of the events; the first names passage, lane and day.
#[must_use]
pub fn story(events: &[EdgeEvent], language: Language) -> Vec<String> {
    let Some(first) = events.first() else { return Vec::new() };
    let passage = first.passage.map(|p| p.to_string()).unwrap_or_default();
    let day = local(first.at).map(|at| at.strftime("%d/%m/%Y").to_string()).unwrap_or_default();
    let mut lines = vec![match language {
        Language::Vi => format!("Lượt xe {passage}, làn {}, ngày {day} (giờ Asia/Ho_Chi_Minh)", first.lane),
        Language::En => format!("Passage {passage}, lane {}, {day} (time of Asia/Ho_Chi_Minh)", first.lane),
        Language::Zh => format!("通行 {passage}，车道 {}，{day}（Asia/Ho_Chi_Minh 时间）", first.lane),
    }];
    for event in events {
        lines.push(format!("{}  {}", clock(event.at), sentence(&event.body, language)));
    }
    let ended = events.iter().any(|e| matches!(e.body, gate_core::message::event::EventBody::PassageEnded { .. }));
    if !ended {
        lines.push(match language {
            Language::Vi => "Lượt xe này chưa kết thúc trong sổ của máy này.".to_owned(),
            Language::En => "This passage has not ended in this edge's record.".to_owned(),
            Language::Zh => "本机记录中此次通行尚未结束。".to_owned(),
        });
    }
    lines
}

/// The time of the day, to the millisecond.
fn clock(at: UtcMicros) -> String {
    local(at).map(|at| at.strftime("%H:%M:%S%.3f").to_string()).unwrap_or_default()
}

/// Vietnam has had UTC+7 all year since 1975; no time-zone database is needed for it.
fn local(at: UtcMicros) -> Option<Zoned> {
    Timestamp::from_microsecond(at.0).ok().map(|t| t.to_zoned(TimeZone::fixed(offset(7))))
}
