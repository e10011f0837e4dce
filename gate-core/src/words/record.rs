//! The record: confirmations, outcomes, who opened, crossings, vehicles, people.

use super::words;
use crate::crossing::CrossingState;
use crate::decision::ConfirmationKind;
use crate::message::command::OfficerRole;
use crate::message::event::ConvoyEnd;
use crate::passage::{OpenedBy, PassageOutcome};
use crate::vehicle::{Direction, VehicleClass};

words!(
    /// A confirmation of a force at the gate.
    confirmation,
    /// All confirmations.
    CONFIRMATIONS, ConfirmationKind, {
    BorderGuardIn: "Biên phòng xác nhận vào", "Border guard, in", "边防确认入境";
    CustomsIn: "Hải quan xác nhận vào", "Customs, in", "海关确认入境";
    HealthQuarantine: "Kiểm dịch y tế", "Health quarantine", "卫生检疫";
    PlantQuarantine: "Kiểm dịch thực vật", "Plant quarantine", "植物检疫";
    AnimalQuarantine: "Kiểm dịch động vật", "Animal quarantine", "动物检疫";
    TransportPermit: "Giấy phép vận tải", "Transport permit", "运输许可";
    InYard: "Đã vào bãi", "In the yard", "已进场";
    CustomsChecked: "Hải quan đã kiểm tra", "Customs checked", "海关已查验";
    TransferDone: "Đã sang tải", "Transfer done", "换装完成";
    CustomsOut: "Hải quan xác nhận ra", "Customs, out", "海关确认出境";
    BorderGuardOut: "Biên phòng xác nhận ra", "Border guard, out", "边防确认出境";
    LeftVietnam: "Đã rời Việt Nam", "Left Vietnam", "已离开越南";
    Returned: "Đã quay về", "Returned", "已返回";
});

words!(
    /// How a passage ended.
    outcome,
    /// All outcomes.
    OUTCOMES, PassageOutcome, {
    Passed: "Đã qua", "Passed", "已通过";
    BackedOut: "Lùi ra", "Backed out", "倒车离开";
    Tailgated: "Bám đuôi qua", "Tailgated through", "尾随通过";
    TurnedAway: "Quay đầu", "Turned away", "已退回";
    Unseen: "Không rõ: hệ thống khởi động lại", "Not seen: the agent restarted", "未知：系统重新启动";
});

words!(
    /// By whose word the boom opened.
    opened_by,
    /// All who can open.
    OPENERS, OpenedBy, {
    Nobody: "Không mở", "Did not open", "未放行";
    Central: "Trung tâm, tự động", "Centre, automatic", "中心自动";
    Snapshot: "Tại làn, tự động khi mất kết nối", "Lane, automatic while offline", "车道离线自动";
    Console: "Cán bộ tại bàn điều khiển", "Officer at the console", "控制台工作人员";
    Panel: "Cán bộ tại làn", "Officer at the lane", "车道工作人员";
    Convoy: "Trưởng ca, cho cả đoàn xe", "Shift leader, for a convoy", "值班长放行车队";
    ByHand: "Bằng tay hoặc khẩn cấp", "By hand or emergency", "手动或紧急";
    Paper: "Bằng tay, theo phiếu giấy", "By hand, on a paper slip", "人工放行，凭纸质单";
});

words!(
    /// Why a convoy is over.
    convoy_end,
    /// All ends of a convoy.
    CONVOY_ENDS, ConvoyEnd, {
    AllPassed: "đủ số xe", "all of it passed", "车辆已全部通过";
    TimeOver: "hết giờ", "its time is over", "时间已到";
    Ended: "trưởng ca kết thúc", "ended by a shift leader", "值班长结束";
    Barrier: "barie dừng, sự cố hoặc mất tín hiệu", "the barrier was stopped or lost", "栏杆停止、故障或失联";
    LaneClosed: "đóng làn", "the lane was closed", "车道已关闭";
});

words!(
    /// Where the vehicle of a crossing is.
    crossing_state,
    /// All states of a crossing.
    CROSSING_STATES, CrossingState, {
    AtGate: "Ở cửa khẩu", "At the gate", "在口岸";
    Inside: "Đã vào", "Inside", "已入场";
    Left: "Đã ra", "Left", "已离开";
    TurnedBack: "Đã quay đầu", "Turned back", "已退回";
});

words!(
    /// What a vehicle is.
    vehicle_class,
    /// All classes.
    VEHICLE_CLASSES, VehicleClass, {
    Car: "Xe con", "Car", "小客车";
    Van: "Xe tải nhỏ", "Van", "厢式车";
    Bus: "Xe khách", "Bus", "客车";
    Lorry: "Xe tải", "Lorry", "货车";
    ContainerLorry: "Xe container", "Container lorry", "集装箱车";
    Tractor: "Đầu kéo", "Tractor", "牵引车";
    Motorcycle: "Xe máy", "Motorcycle", "摩托车";
    Person: "Người đi bộ", "Person", "行人";
});

words!(
    /// Which way a lane leads.
    direction,
    /// Both directions.
    DIRECTIONS, Direction, {
    Entry: "Nhập cảnh", "Entry", "入境";
    Exit: "Xuất cảnh", "Exit", "出境";
});

words!(
    /// What a person may do at the gate.
    role,
    /// All roles.
    ROLES, OfficerRole, {
    Officer: "Cán bộ", "Officer", "工作人员";
    ShiftLeader: "Trưởng ca", "Shift leader", "值班长";
    Administrator: "Quản trị hệ thống", "Administrator", "系统管理员";
});
