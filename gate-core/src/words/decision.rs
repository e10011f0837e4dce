//! Verdicts and the reasons of decisions. The text of an inspection is neutral: chance and watchlist
//! read the same.

use super::words;
use crate::decision::{ReasonCode, Verdict};

words!(
    /// Why a decision was made.
    reason,
    /// All reasons.
    REASONS, ReasonCode, {
    AllConditionsMet: "Đủ mọi điều kiện", "All conditions met", "符合全部条件";
    Unread: "Không đọc được biển số", "Plate not read", "未识别车牌";
    LowProbability: "Đọc biển số chưa đủ chắc chắn", "Plate reading not certain enough", "车牌识别不够确定";
    Disagreement: "Các lần đọc biển số mâu thuẫn nhau", "Plate readings contradict each other", "多次识别结果不一致";
    NotExpected: "Xe không có trong danh sách chờ", "Vehicle not expected", "不在预约名单";
    OutsideWindow: "Ngoài khung giờ đã đăng ký", "Outside its time window", "不在预约时段";
    WrongDirection: "Đăng ký cho chiều khác", "Declared for the other direction", "申报方向不符";
    Probable: "Gần giống một xe đang chờ: cán bộ xác nhận", "Close to one expected vehicle: officer confirms", "与一辆预约车相近：请工作人员确认";
    ConfirmationMissing: "Thiếu xác nhận của lực lượng chức năng", "A required confirmation is missing", "缺少必要的确认";
    PermitMissing: "Thiếu hoặc hết hạn giấy phép", "Permit missing or expired", "许可证缺失或过期";
    FeeUnpaid: "Chưa nộp đủ phí", "Fee unpaid", "费用未缴清";
    ClassMismatch: "Loại xe không khớp khai báo", "Vehicle class differs from the declaration", "车型与申报不符";
    ProvinceMismatch: "Chữ tỉnh trên biển số không khớp", "Province character differs", "省份简称不符";
    TrailerOrContainerUnseen: "Chưa thấy rơ moóc hoặc container", "Trailer or container not seen", "未见挂车或集装箱";
    TrailerOrContainerMismatch: "Rơ moóc hoặc container không khớp khai báo", "Trailer or container differs from the declaration", "挂车或集装箱与申报不符";
    NoVehicleOnLoop: "Không có xe tại vạch dừng", "No vehicle at the stop line", "停止线处无车";
    Inspection: "Xe được chọn kiểm tra", "Chosen for inspection", "被抽中查验";
    ListsStale: "Danh sách tại làn đã cũ", "The lists at the lane are too old", "车道名单已过期";
    OfflinePolicy: "Mất kết nối trung tâm: cán bộ quyết định", "Centre not reachable: officer decides", "与中心断开：由工作人员决定";
    AlreadyPassed: "Xe đã qua hoặc đang ở trong cửa khẩu", "Already passed, or inside already", "该车已通过或已在口岸内";
    LaneNotAutomatic: "Làn không ở chế độ tự động", "Lane not in automatic mode", "车道非自动模式";
});

words!(
    /// What a decision says.
    verdict,
    /// All verdicts.
    VERDICTS, Verdict, {
    Open: "Mở", "Open", "放行";
    Refer: "Chuyển cán bộ", "Refer to an officer", "转人工";
    Refuse: "Không cho qua", "Refuse", "不予放行";
});
