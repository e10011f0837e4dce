//! One event, one sentence.

use std::fmt::Write as _;

use gate_core::decision::Decision;
use gate_core::message::event::{ActPlace, BarrierAction, DecidedBy, EventBody};
use gate_core::reading::{LookFate, ShadowText};
use gate_core::words::{self, Text};

use crate::cli::Language;

/// The sentence of an event.
pub(super) fn sentence(body: &EventBody, language: Language) -> String {
    match language {
        Language::Vi => vietnamese(body),
        Language::En => english(body),
    }
}

fn known(text: Option<Text>, code: &str, pick: fn(Text) -> &'static str) -> String {
    text.map_or_else(|| code.replace('_', " "), |t| pick(t).to_owned())
}

fn reasons(decision: &Decision, pick: fn(Text) -> &'static str) -> String {
    let each = decision.reasons.iter().map(|r| {
        let word = pick(words::reason(r.code));
        if r.detail.is_empty() { word.to_owned() } else { format!("{word} ({})", r.detail) }
    });
    each.collect::<Vec<_>>().join("; ")
}

/// A barrier's state from its code in events.
fn barrier(code: &str, pick: fn(Text) -> &'static str) -> String {
    words::dictionary()
        .get("barrier")
        .and_then(|set| set.get(code))
        .map_or_else(|| code.to_owned(), |t| pick(*t).to_owned())
}

/// Why looks did not count, in Vietnamese; an unknown code stands as it is.
fn fate(code: &str) -> &str {
    match code {
        "too_small" => "biển số quá nhỏ",
        "blurred" => "hình nhòe",
        "outside" => "ngoài khung hình",
        "below_limit" => "không đủ chắc chắn",
        "no_plate" => "không thấy biển số",
        "disagreement" => "các lần đọc khác nhau",
        "nothing" => "không thấy gì",
        "read" => "đọc được",
        other => other,
    }
}

fn fates(fates: &[(String, u32)], name: fn(&str) -> &str) -> String {
    fates.iter().map(|(fate, n)| format!("{} ({n})", name(fate).replace('_', " "))).collect::<Vec<_>>().join(", ")
}

/// A look on a line of its own, with what was measured.
fn look(look: &LookFate, fate: &str, sharpness: &str) -> String {
    let mut line = format!("\n    {} {}: {fate}", super::clock(look.at), look.camera);
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

fn vietnamese(body: &EventBody) -> String {
    let vi: fn(Text) -> &'static str = |t| t.vi;
    match body {
        EventBody::PassageBegan { .. } => "Có xe tại vạch dừng.".to_owned(),
        EventBody::VehicleSeen { class, confidence } => {
            format!("Camera thấy: {} (tin cậy {:.0} %).", vi(words::vehicle_class(*class)), confidence * 100.0)
        }
        EventBody::PlateRead { reading } => format!(
            "Đọc biển số {} từ {} lần nhìn, xác suất đúng {:.2} %.",
            reading.text,
            reading.looks,
            reading.probability * 100.0
        ),
        EventBody::ContainerRead { reading } => format!(
            "Đọc số công-ten-nơ {}{}.",
            reading.code,
            if reading.valid { "" } else { " (số kiểm tra không khớp)" }
        ),
        EventBody::Unread { fates: all, .. } => {
            format!("Không đọc được biển số: {}.", or(&fates(all, fate), "không có hình nào"))
        }
        EventBody::Looked { fates: all, looks } => {
            let each = looks.iter().map(|l| look(l, fate(&l.fate), "nét")).collect::<String>();
            format!("Các lần nhìn: {}.{each}", or(&fates(all, fate), "không có hình nào"))
        }
        EventBody::ShadowRead { reading } => format!(
            "Mô hình thử nghiệm {} tại camera {} ({} lần nhìn, giống nhau {}) đọc {}; mô hình đang dùng đọc {}. Không ảnh hưởng đến quyết định.",
            reading.models,
            reading.camera,
            reading.looks,
            reading.agreeing,
            trial(reading.trial.as_ref(), "không thấy biển số"),
            trial(reading.live.as_ref(), "không thấy biển số")
        ),
        EventBody::Decided { decision, by, .. } => format!(
            "{} quyết định: {}. Lý do: {}.",
            if *by == DecidedBy::Central { "Trung tâm" } else { "Máy tại làn (theo danh sách đã lưu)" },
            vi(words::verdict(decision.verdict)),
            reasons(decision, vi)
        ),
        EventBody::BarrierCommanded { action, grant, cause } => format!(
            "Lệnh cho barie: {}{}; do: {cause}.",
            match action {
                BarrierAction::Open => "mở",
                BarrierAction::Close => "đóng",
                BarrierAction::Stop => "DỪNG",
            },
            if grant.is_some() { " (theo một giấy phép mở dùng một lần)" } else { "" }
        ),
        EventBody::BarrierMoved { state, commanded } => {
            format!("Barie: {}{}.", barrier(state, vi), if *commanded { "" } else { ", không do lệnh" })
        }
        EventBody::Act { officer, act, reason, place, plate } => format!(
            "Cán bộ {} ({}) tại {}: {}{}{}.",
            officer.name,
            vi(words::role(officer.role)),
            if *place == ActPlace::Panel { "bảng điều khiển làn" } else { "trung tâm" },
            known(words::act(act), act, vi),
            plate.as_ref().map(|p| format!(" thành {p}")).unwrap_or_default(),
            if reason.is_empty() { String::new() } else { format!(", lý do: {reason}") }
        ),
        EventBody::PassageEnded { outcome, opened_by } => {
            format!("Kết thúc: {}; mở bởi: {}.", vi(words::outcome(*outcome)), vi(words::opened_by(*opened_by)))
        }
        EventBody::Refused { what, why } => format!("Không chấp nhận {what}: {why}."),
        EventBody::Fault { code, detail } => format!("Sự cố: {} ({detail}).", known(words::fault(code), code, vi)),
        EventBody::FaultCleared { code } => format!("Hết sự cố: {}.", known(words::fault(code), code, vi)),
        EventBody::ModeChanged { mode, cause } => format!("Chế độ làn: {}; do {cause}.", vi(words::mode(*mode))),
        EventBody::ConvoyBegan { size } => {
            format!("Bắt đầu cho đoàn xe qua: {} xe, trong {} phút.", size.vehicles, size.minutes)
        }
        EventBody::ConvoyEnded { passed, of, why } => {
            format!("Hết đoàn xe: {passed} trong {of} xe đã qua; {}.", vi(words::convoy_end(*why)))
        }
        EventBody::Started { version, found } => format!("Máy tại làn khởi động (bản {version}): {found}."),
    }
}

fn english(body: &EventBody) -> String {
    let en: fn(Text) -> &'static str = |t| t.en;
    match body {
        EventBody::PassageBegan { .. } => "A vehicle is at the stop line.".to_owned(),
        EventBody::VehicleSeen { class, confidence } => {
            format!("The camera sees: {} ({:.0} % sure).", en(words::vehicle_class(*class)), confidence * 100.0)
        }
        EventBody::PlateRead { reading } => format!(
            "Plate {} read from {} looks, right with {:.2} %.",
            reading.text,
            reading.looks,
            reading.probability * 100.0
        ),
        EventBody::ContainerRead { reading } => format!(
            "Container {} read{}.",
            reading.code,
            if reading.valid { "" } else { " (its check digit does not agree)" }
        ),
        EventBody::Unread { fates: all, .. } => {
            format!("No plate could be read: {}.", or(&fates(all, |code| code), "no look at all"))
        }
        EventBody::Looked { fates: all, looks } => {
            let each = looks.iter().map(|l| look(l, &l.fate.replace('_', " "), "sharpness")).collect::<String>();
            format!("The looks: {}.{each}", or(&fates(all, |code| code), "no look at all"))
        }
        EventBody::ShadowRead { reading } => format!(
            "The models on trial {} at camera {} ({} looks, {} alike) read {}; those that decide read {}. Of no effect.",
            reading.models,
            reading.camera,
            reading.looks,
            reading.agreeing,
            trial(reading.trial.as_ref(), "no plate"),
            trial(reading.live.as_ref(), "no plate")
        ),
        EventBody::Decided { decision, by, .. } => format!(
            "{} decided: {}. Why: {}.",
            if *by == DecidedBy::Central { "Central" } else { "The edge (on its stored lists)" },
            en(words::verdict(decision.verdict)),
            reasons(decision, en)
        ),
        EventBody::BarrierCommanded { action, grant, cause } => format!(
            "The barrier was told: {}{}; by {cause}.",
            match action {
                BarrierAction::Open => "open",
                BarrierAction::Close => "close",
                BarrierAction::Stop => "STOP",
            },
            if grant.is_some() { " (by a grant that is used once)" } else { "" }
        ),
        EventBody::BarrierMoved { state, commanded } => {
            format!("Barrier: {}{}.", barrier(state, en), if *commanded { "" } else { ", without an order" })
        }
        EventBody::Act { officer, act, reason, place, plate } => format!(
            "{} ({}) at {}: {}{}{}.",
            officer.name,
            en(words::role(officer.role)),
            if *place == ActPlace::Panel { "the lane panel" } else { "the console" },
            known(words::act(act), act, en),
            plate.as_ref().map(|p| format!(" to {p}")).unwrap_or_default(),
            if reason.is_empty() { String::new() } else { format!(", reason: {reason}") }
        ),
        EventBody::PassageEnded { outcome, opened_by } => {
            format!("Ended: {}; opened by: {}.", en(words::outcome(*outcome)), en(words::opened_by(*opened_by)))
        }
        EventBody::Refused { what, why } => format!("Not accepted, {what}: {why}."),
        EventBody::Fault { code, detail } => format!("Fault: {} ({detail}).", known(words::fault(code), code, en)),
        EventBody::FaultCleared { code } => format!("Fault over: {}.", known(words::fault(code), code, en)),
        EventBody::ModeChanged { mode, cause } => format!("Lane mode: {}; by {cause}.", en(words::mode(*mode))),
        EventBody::ConvoyBegan { size } => {
            format!("A convoy may pass: {} vehicles within {} minutes.", size.vehicles, size.minutes)
        }
        EventBody::ConvoyEnded { passed, of, why } => {
            format!("The convoy is over: {passed} of {of} vehicles passed; {}.", en(words::convoy_end(*why)))
        }
        EventBody::Started { version, found } => format!("The agent started (version {version}): {found}."),
    }
}

fn or<'a>(text: &'a str, nothing: &'a str) -> &'a str {
    if text.is_empty() { nothing } else { text }
}
