//! The sentences in Vietnamese.

use gate_core::message::event::{ActPlace, BarrierAction, DecidedBy, EventBody};
use gate_core::words::{self, Text};

use super::{barrier, fates, known, look, or, reasons, trial};

pub(super) fn sentence(body: &EventBody) -> String {
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
            format!("Không đọc được biển số: {}.", or(&fates(all, vi), "không có hình nào"))
        }
        EventBody::Looked { fates: all, looks } => {
            let each = looks.iter().map(|l| look(l, vi, "nét")).collect::<String>();
            format!("Các lần nhìn: {}.{each}", or(&fates(all, vi), "không có hình nào"))
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
