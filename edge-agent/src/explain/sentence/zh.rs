//! The sentences in Chinese.

use gate_core::message::event::{ActPlace, BarrierAction, DecidedBy, EventBody};
use gate_core::words::{self, Text};

use super::{barrier, fates, known, look, or, reasons, trial};

pub(super) fn sentence(body: &EventBody) -> String {
    let zh: fn(Text) -> &'static str = |t| t.zh;
    match body {
        EventBody::PassageBegan { .. } => "有车辆到达停车线。".to_owned(),
        EventBody::VehicleSeen { class, confidence } => {
            format!("摄像机看到：{}（把握 {:.0} %）。", zh(words::vehicle_class(*class)), confidence * 100.0)
        }
        EventBody::PlateRead { reading } => format!(
            "识别车牌 {}，共 {} 次查看，正确概率 {:.2} %。",
            reading.text,
            reading.looks,
            reading.probability * 100.0
        ),
        EventBody::ContainerRead { reading } => {
            format!("识别箱号 {}{}。", reading.code, if reading.valid { "" } else { "（校验码不符）" })
        }
        EventBody::Unread { fates: all, .. } => format!("未能识别车牌：{}。", or(&fates(all, zh), "没有任何画面")),
        EventBody::Looked { fates: all, looks } => {
            let each = looks.iter().map(|l| look(l, zh, "清晰度")).collect::<String>();
            format!("各次查看：{}。{each}", or(&fates(all, zh), "没有任何画面"))
        }
        EventBody::ShadowRead { reading } => format!(
            "试运行模型 {} 在摄像机 {}（{} 次查看，{} 次相同）识别为 {}；现用模型识别为 {}。不影响决定。",
            reading.models,
            reading.camera,
            reading.looks,
            reading.agreeing,
            trial(reading.trial.as_ref(), "无车牌"),
            trial(reading.live.as_ref(), "无车牌")
        ),
        EventBody::Decided { decision, by, .. } => format!(
            "{}决定：{}。理由：{}。",
            if *by == DecidedBy::Central { "中心" } else { "车道本机（按已存名单）" },
            zh(words::verdict(decision.verdict)),
            reasons(decision, zh)
        ),
        EventBody::BarrierCommanded { action, grant, cause } => format!(
            "向栏杆发令：{}{}；由 {cause}。",
            match action {
                BarrierAction::Open => "开",
                BarrierAction::Close => "关",
                BarrierAction::Stop => "停止",
            },
            if grant.is_some() { "（凭一次性放行许可）" } else { "" }
        ),
        EventBody::BarrierMoved { state, commanded } => {
            format!("栏杆：{}{}。", barrier(state, zh), if *commanded { "" } else { "，并非由命令引起" })
        }
        EventBody::Act { officer, act, reason, place, plate } => format!(
            "{}（{}）在{}：{}{}{}。",
            officer.name,
            zh(words::role(officer.role)),
            if *place == ActPlace::Panel { "车道面板" } else { "中心" },
            known(words::act(act), act, zh),
            plate.as_ref().map(|p| format!("为 {p}")).unwrap_or_default(),
            if reason.is_empty() { String::new() } else { format!("，理由：{reason}") }
        ),
        EventBody::PassageEnded { outcome, opened_by } => {
            format!("结束：{}；放行者：{}。", zh(words::outcome(*outcome)), zh(words::opened_by(*opened_by)))
        }
        EventBody::Refused { what, why } => format!("未接受 {what}：{why}。"),
        EventBody::Fault { code, detail } => format!("故障：{}（{detail}）。", known(words::fault(code), code, zh)),
        EventBody::FaultCleared { code } => format!("故障解除：{}。", known(words::fault(code), code, zh)),
        EventBody::ModeChanged { mode, cause } => format!("车道模式：{}；由 {cause}。", zh(words::mode(*mode))),
        EventBody::ConvoyBegan { size } => {
            format!("车队可以通过：{} 辆，{} 分钟之内。", size.vehicles, size.minutes)
        }
        EventBody::ConvoyEnded { passed, of, why } => {
            format!("车队结束：{of} 辆中已过 {passed} 辆；{}。", zh(words::convoy_end(*why)))
        }
        EventBody::Started { version, found } => format!("车道本机启动（版本 {version}）：{found}。"),
    }
}
