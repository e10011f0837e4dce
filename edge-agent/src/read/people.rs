//! The line of one picture for people.

use gate_core::plate::text::for_people;
use gate_vision::{Fate, LEGIBLE, Look, PlateLook};
use serde::Serialize;

use super::Shot;

/// The name of one of a closed set, as everywhere else.
fn name(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// One line: the source, then plates, container numbers, vehicles, and the time it took.
pub(super) fn line(shot: &Shot, look: &Look) -> String {
    let mut parts: Vec<String> = look.plates.iter().filter(|p| p.fate != Some(Fate::NoPlate)).map(plate).collect();
    parts.extend(look.containers.iter().map(|c| {
        let check = if c.settled_by_check_digit {
            "settled by check digit"
        } else if c.valid {
            "valid"
        } else {
            "CHECK DIGIT WRONG"
        };
        format!("container {} ({check}, {:.0} %)", c.code, c.probability * 100.0)
    }));
    parts.extend(look.vehicles.iter().map(|v| {
        let color = v.color.map(|c| format!("{} ", name(c))).unwrap_or_default();
        format!("{color}{} ({:.0} %)", name(v.class), v.confidence * 100.0)
    }));
    if parts.is_empty() {
        parts.push("nothing".to_owned());
    }
    let place = shot.media_ms.map(|ms| format!(" frame {} at {:.2} s", shot.frame, ms / 1000.0)).unwrap_or_default();
    format!("{}{place}: {} [{:.0} ms]", shot.source, parts.join("; "), look.time.as_secs_f64() * 1000.0)
}

fn plate(look: &PlateLook) -> String {
    let fate = look.fate.map(|f| format!(", {}", f.name())).unwrap_or_default();
    let Some(read) = look.read.as_ref().filter(|r| r.probability >= LEGIBLE) else {
        return format!("an illegible plate ({}{fate})", px(look));
    };
    let words = [
        read.country.map(name),
        read.kind.map(name),
        read.color.map(name),
        Some(format!("{} row{}", read.rows, if read.rows == 1 { "" } else { "s" })),
        Some(px(look)),
    ];
    let words: Vec<String> = words.into_iter().flatten().collect();
    let forced = if read.raw == read.text { String::new() } else { format!(", read as {}", read.raw) };
    format!(
        "{} ({}, {:.1} %{forced}{fate})",
        for_people(&read.text, read.country),
        words.join(" "),
        read.probability * 100.0
    )
}

fn px(look: &PlateLook) -> String {
    format!("{:.0} px high", look.height_px)
}
