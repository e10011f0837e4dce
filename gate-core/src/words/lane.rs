//! Lanes and barriers: states, faults, modes, waits, and what officers do.

use super::{Text, text, words};
use crate::barrier::state::BarrierState;
use crate::lane::state::LaneState;
use crate::message::command::LaneMode;

words!(
    /// What a lane is doing.
    lane_state,
    /// All states of a lane.
    LANE_STATES, LaneState, {
    Idle: "Trống", "Idle", "空闲";
    Capturing: "Đang đọc biển số", "Reading the plate", "正在识别";
    Deciding: "Đang quyết định", "Deciding", "正在判断";
    Granted: "Được qua", "Granted", "已放行";
    Referred: "Chờ cán bộ", "Waiting for an officer", "等待工作人员";
    Refused: "Không được qua", "Refused", "不予放行";
    Passing: "Xe đang qua", "Passing", "正在通过";
    Tailgated: "Xe bám đuôi", "Tailgated", "尾随闯入";
});

words!(
    /// How a lane works.
    mode,
    /// All modes of a lane.
    MODES, LaneMode, {
    Automatic: "Tự động", "Automatic", "自动";
    Attended: "Cán bộ trực", "Attended", "人工值守";
    Closed: "Đóng", "Closed", "关闭";
});

/// All states of a barrier but the faults, which are named by [`fault`].
pub const BARRIER_STATES: &[(BarrierState, Text)] = &[
    (BarrierState::Unknown, text("Chưa rõ", "Unknown", "未知")),
    (BarrierState::Closed, text("Đóng", "Closed", "已关闭")),
    (BarrierState::Opening, text("Đang mở", "Opening", "正在抬起")),
    (BarrierState::Open, text("Mở", "Open", "已打开")),
    (BarrierState::HeldOpen, text("Giữ mở", "Held open", "保持打开")),
    (BarrierState::Closing, text("Đang đóng", "Closing", "正在落下")),
    (BarrierState::Stopped, text("Đã dừng", "Stopped", "已停止")),
    (BarrierState::ManualLocal, text("Điều khiển tay tại chỗ", "Manual at the barrier", "现场手动")),
    (BarrierState::Maintenance, text("Bảo trì", "Maintenance", "维护")),
    (BarrierState::EmergencyOpen, text("Mở khẩn cấp", "Emergency open", "紧急打开")),
];

/// What a barrier is doing.
#[must_use]
pub fn barrier_state(state: BarrierState) -> Text {
    if let BarrierState::Fault(what) = state {
        return fault(what.code()).unwrap_or(text("Sự cố", "Fault", "故障"));
    }
    let unknown = text("Chưa rõ", "Unknown", "未知");
    BARRIER_STATES.iter().find(|(s, _)| *s == state).map_or(unknown, |(_, t)| *t)
}

/// Why a lane waits, by the part before the colon of `LaneStatus::waiting_for`; what an officer is
/// waited for stands behind it, a code of the reasons.
pub const WAITING: &[(&str, Text)] = &[
    ("officer", text("Chờ cán bộ", "Waiting for an officer", "等待工作人员")),
    ("vehicle_leaves", text("Chờ xe rời làn", "Waiting for the vehicle to leave", "等待车辆驶离")),
    ("vehicle_drives", text("Chờ xe chạy qua", "Waiting for the vehicle to drive", "等待车辆通过")),
    ("tailgating", text("Xe bám đuôi: chờ cán bộ xử lý", "Tailgating: an officer decides", "尾随：等待处理")),
    ("barrier_closes", text("Chờ barie đóng", "Waiting for the barrier to close", "等待栏杆落下")),
    ("barrier_reset", text("Chờ đặt lại barie tại làn", "Barrier needs a reset at the lane", "需在现场复位栏杆")),
];

/// Why a lane waits; `None` for a code that is not known here.
#[must_use]
pub fn waiting(code: &str) -> Option<Text> {
    find(WAITING, code.split(':').next().unwrap_or(code))
}

/// Acts of officers, by the codes that events carry.
pub const ACTS: &[(&str, Text)] = &[
    ("open", text("Mở barie", "Open", "放行")),
    ("priority", text("Ưu tiên: mở ngay, xác nhận sau", "Priority: open now, confirm later", "优先放行，事后补办")),
    ("convoy", text("Cho đoàn xe qua", "Let a convoy pass", "放行车队")),
    ("convoy_over", text("Kết thúc đoàn xe", "End the convoy", "结束车队放行")),
    ("settle_owed", text("Bổ sung xác nhận còn nợ", "Owed confirmation given", "补办欠缺的确认")),
    ("enter_slip", text("Nhập phiếu giấy", "Enter a paper slip", "录入纸质单")),
    ("withdraw_slip", text("Hủy phiếu giấy nhập sai", "Withdraw a paper slip", "撤销纸质单")),
    ("refuse", text("Cho quay lại", "Refuse and send back", "拒绝并退回")),
    ("hold", text("Giữ xe tại chỗ", "Hold", "暂留")),
    ("stop", text("Dừng", "Stop", "停止")),
    ("reset", text("Đặt lại", "Reset", "复位")),
    ("mode", text("Đổi chế độ làn", "Change the lane's mode", "更改车道模式")),
    ("turn_entry", text("Đổi chiều làn: nhập cảnh", "Turn the lane: entry", "车道变向：入境")),
    ("turn_exit", text("Đổi chiều làn: xuất cảnh", "Turn the lane: exit", "车道变向：出境")),
    ("correct_plate", text("Sửa biển số", "Correct the plate", "更正车牌")),
    ("search", text("Tìm trong danh sách xe đã khai", "Search the declared vehicles", "查询申报车辆")),
    ("confirm_plate", text("Xác nhận biển số", "Confirm the plate", "确认车牌")),
    ("was_trailer", text("Đó là rơ moóc của xe trước", "It was the trailer", "是前车的挂车")),
    ("hold_open", text("Giữ barie mở", "Hold open", "保持打开")),
    ("hold_no_longer", text("Thôi giữ mở", "Hold open no longer", "取消保持打开")),
    ("way_is_empty", text("Xác nhận lối đi trống", "The way is empty", "确认通道无人无车")),
    ("maintenance", text("Khóa bảo trì", "Lock for maintenance", "维护锁定")),
    ("maintenance_over", text("Hết bảo trì", "Maintenance over", "维护结束")),
    ("acknowledge_alarm", text("Nhận cảnh báo", "Acknowledge the alarm", "确认警报")),
    ("export_corrections", text("Xuất ảnh biển số đã sửa", "Export corrected plates", "导出更正的车牌图片")),
];

/// An officer's act; `None` for a code that is not known here.
#[must_use]
pub fn act(code: &str) -> Option<Text> {
    find(ACTS, code)
}

/// Faults of barriers, lanes, cameras and buses, by the codes that events and status carry.
pub const FAULTS: &[(&str, Text)] = &[
    ("relay_stuck", text("Rơ le bị kẹt", "Relay stuck", "继电器卡住")),
    ("travel_time", text("Cần barie chạy quá lâu", "Boom travels too long", "栏杆运行超时")),
    ("limits_contradict", text("Hai công tắc hành trình mâu thuẫn", "Limits contradict", "限位开关矛盾")),
    ("limits_lost", text("Mất tín hiệu hành trình", "Limits lost", "限位信号丢失")),
    ("uncommanded_move", text("Cần barie tự chạy", "Boom moved without an order", "栏杆无命令移动")),
    ("closing_on_body", text("Đóng khi lối đi chưa trống", "Closing on an occupied way", "有车或人时落杆")),
    ("stop_failed", text("Không ngắt được mạch dừng", "Stop chain did not drop", "停止回路未断开")),
    ("tailgating", text("Xe bám đuôi", "Tailgating", "尾随闯入")),
    ("track_changed", text("Sai xe đầu làn", "Another vehicle at the stop line", "停止线车辆已变")),
    ("sensor_implausible", text("Cảm biến không tin được", "Sensor implausible", "传感器不可信")),
    (
        "other_end_occupied",
        text("Có xe ở đầu kia của làn", "Somebody is at the other end of the lane", "车道另一端有车"),
    ),
    (
        "entered_without_grant",
        text("Xe qua khi chưa được phép", "Vehicle drove in without a grant", "车辆未获放行驶入"),
    ),
    ("way_not_clear", text("Xe vào nhưng chưa thấy ra khỏi barie", "Vehicle not seen to be through", "未见车辆驶出")),
    ("officer_away_1", text("Chờ cán bộ quá 30 giây", "Officer waited for 30 s", "等待工作人员超过30秒")),
    (
        "officer_away_2",
        text("Chờ cán bộ quá 60 giây: báo trưởng ca", "Officer away 60 s: shift leader", "超过60秒：通知值班长"),
    ),
    (
        "officer_away_3",
        text("Chờ quá 120 giây: ngừng phân luồng", "Officer away 120 s: lane leaves routing", "超过120秒：停止分流"),
    ),
    (
        "lane_degraded",
        text("LÀN GIẢM CẤP: nhiều xe không đọc được", "LANE DEGRADED: many unread", "车道降级：多车未识别"),
    ),
    ("bus_silent", text("Mất liên lạc với thiết bị", "A device line is silent", "设备线路无响应")),
    ("record_lost", text("Không ghi được vào ổ đĩa", "Events do not reach the disk", "事件无法写入磁盘")),
    ("lane_silent", text("Làn không trả lời", "The lane does not answer", "车道无响应")),
    ("models_missing", text("Thiếu hoặc sai mô hình nhận dạng", "Models are missing or wrong", "识别模型缺失或错误")),
    ("camera_lost", text("Mất hình camera", "Camera lost", "摄像机无画面")),
    ("camera_frozen", text("Hình camera đứng yên", "Camera picture stands still", "摄像机画面冻结")),
    ("camera_black", text("Hình camera đen", "Camera picture is black", "摄像机画面全黑")),
    ("camera_covered", text("Camera bị che", "Camera is covered", "摄像机被遮挡")),
    ("camera_dark", text("Hình camera quá tối", "Camera picture is too dark", "摄像机画面过暗")),
    ("camera_glare", text("Camera bị chói", "Camera is dazzled", "摄像机眩光")),
    ("camera_blurred", text("Hình camera bị mờ", "Camera picture is blurred", "摄像机画面模糊")),
    ("camera_wrong_size", text("Sai cỡ hình camera", "Camera sends another size", "摄像机分辨率不符")),
    ("camera_turned", text("Camera bị xoay lệch hướng", "Camera looks elsewhere", "摄像机方向偏移")),
];

/// What a person is to do about a fault of a camera, by the fault's code.
pub const REMEDIES: &[(&str, Text)] = &[
    (
        "camera_lost",
        text(
            "Kiểm tra nguồn, cáp mạng và địa chỉ camera",
            "Check the camera's power, network cable and address",
            "检查摄像机电源、网线和地址",
        ),
    ),
    ("camera_frozen", text("Khởi động lại camera", "Switch the camera off and on again", "重新启动摄像机")),
    (
        "camera_black",
        text(
            "Kiểm tra nắp ống kính, đèn chiếu và chế độ ban đêm",
            "Check the lens cap, the lamp and the night mode",
            "检查镜头盖、补光灯和夜间模式",
        ),
    ),
    (
        "camera_covered",
        text("Gỡ vật che và lau ống kính", "Take away what covers the lens and wipe it", "移除遮挡物并擦净镜头"),
    ),
    ("camera_dark", text("Bật hoặc sửa đèn chiếu làn", "Switch on or mend the lane's lamp", "打开或修理车道补光灯")),
    (
        "camera_glare",
        text(
            "Che nắng, chỉnh hướng đèn hoặc giảm phơi sáng",
            "Shade the lens, turn the lamp away or lower the exposure",
            "遮挡阳光、调整灯光方向或降低曝光",
        ),
    ),
    ("camera_blurred", text("Lau ống kính, chỉnh lại nét", "Wipe the lens, then focus anew", "擦净镜头并重新对焦")),
    (
        "camera_wrong_size",
        text(
            "Đặt lại độ phân giải camera như trong cấu hình",
            "Set the camera's resolution to that of the configuration",
            "将摄像机分辨率改回配置值",
        ),
    ),
    (
        "camera_turned",
        text(
            "Chỉnh camera về hướng cũ; nếu cố ý xoay thì lưu lại hình chuẩn",
            "Turn the camera back; if it was moved on purpose, save its picture anew",
            "将摄像机转回原位；若有意调整，请重新保存基准画面",
        ),
    ),
];

/// What to do about a fault; `None` for a code without a remedy here.
#[must_use]
pub fn remedy(code: &str) -> Option<Text> {
    find(REMEDIES, code)
}

/// A fault; `None` for a code that is not known here.
#[must_use]
pub fn fault(code: &str) -> Option<Text> {
    find(FAULTS, code)
}

fn find(set: &[(&str, Text)], code: &str) -> Option<Text> {
    set.iter().find(|(c, _)| *c == code).map(|(_, t)| *t)
}
