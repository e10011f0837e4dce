// The page's own words; what codes are called comes from the agent (/api/words).

const own = {
  title: ["Bảng điều khiển làn", "Lane panel", "车道面板"],
  live: ["Trực tiếp", "Live", "实时"],
  not_live: ["KHÔNG TRỰC TIẾP", "NOT LIVE", "非实时"],
  dead: [
    "Trang không nhận được tin từ máy tại làn: hình và trạng thái bên dưới đã cũ. Nếu cần dừng, dùng nút hoặc khóa tại barie.",
    "This page hears nothing from the lane's machine: what is below is old. To stop, use the button or key at the barrier.",
    "页面与车道主机失去联系：以下内容已过时。如需停止，请使用栏杆旁的按钮或钥匙。",
  ],
  central_yes: ["Có kết nối trung tâm", "Central connected", "已连接中心"],
  central_no: ["Mất kết nối trung tâm", "Central not connected", "未连接中心"],
  recording_no: ["KHÔNG GHI ĐƯỢC", "NOT RECORDING", "无法记录"],
  unwell: ["Làn không trả lời", "The lane does not answer", "车道无响应"],
  sign_in: ["Đăng nhập", "Sign in", "登录"],
  sign_out: ["Đăng xuất", "Sign out", "退出"],
  officer: ["Tên đăng nhập", "Name", "姓名"],
  pin: ["Mã PIN cá nhân", "Personal PIN", "个人密码"],
  bell_on: ["Chuông: bật", "Bell: on", "铃声：开"],
  bell_off: ["Chuông: tắt", "Bell: off", "铃声：关"],
  cancel: ["Thôi", "Cancel", "取消"],
  stop: ["DỪNG", "STOP", "停止"],
  stop_sent: ["Đã ra lệnh dừng", "Stop was given", "已发出停止"],
  stop_failed: ["LỆNH DỪNG CHƯA TỚI: dùng nút hoặc khóa tại barie!", "STOP DID NOT ARRIVE: use the button or key at the barrier!", "停止未送达：请使用栏杆旁的按钮或钥匙！"],
  open: ["Mở cho xe này", "Open for this vehicle", "放行此车"],
  priority: ["Ưu tiên", "Priority", "优先放行"],
  priority_text: [
    "Mở ngay cho xe đang đứng ở vạch dừng. Các xác nhận còn thiếu phải bổ sung sau.",
    "Opens now for the vehicle at the stop line. The confirmations that it lacks are owed.",
    "立即为停止线处的车辆开启，欠缺的确认须事后补办。",
  ],
  convoy: ["Đoàn xe", "Convoy", "车队"],
  convoy_over: ["Hết đoàn xe", "End the convoy", "结束车队"],
  convoy_text: [
    "Từng xe vẫn dừng ở vạch, được chụp, được đếm và mở riêng. Xe phải kiểm tra vẫn phải chờ. Xe thừa là xe bám đuôi.",
    "Each vehicle still stops at the line, is pictured, counted and opened for by itself. Who is to be inspected waits. One too many is tailgating.",
    "每辆车仍须停车、拍照、计数并单独放行。应查验的车辆仍须等候。超出数量者为尾随。",
  ],
  convoy_vehicles: ["Số xe (tối đa 30)", "Vehicles (at most 30)", "车辆数（最多30）"],
  convoy_minutes: ["Trong số phút (tối đa 15)", "Within minutes (at most 15)", "分钟内（最多15）"],
  minutes: ["phút", "min", "分钟"],
  turn: ["Đổi chiều làn", "Turn the lane", "变换车道方向"],
  turn_text: [
    "Nhìn cả hai đầu làn: không có xe hay người. Cần barie không chạy; 5 giây sau làn mới nhận xe từ đầu kia.",
    "Look at both ends: no vehicle, nobody. The boom does not move; after 5 seconds the lane takes vehicles from the other end.",
    "请查看车道两端：无车无人。栏杆不动；5 秒后车道接受另一端的车辆。",
  ],
  refuse: ["Cho quay lại", "Send back", "退回"],
  hold: ["Giữ tại chỗ", "Hold", "暂留"],
  correct_plate: ["Sửa biển số", "Correct plate", "更正车牌"],
  identify: ["Nhận diện xe", "Identify", "辨认车辆"],
  identify_text: [
    "Quét mã QR tờ khai, thẻ RFID, hoặc gõ 4 ký tự cuối của biển số",
    "Scan the declaration's code or the RFID tag, or type the last 4 characters of a plate",
    "扫描申报单二维码、RFID 标签，或输入车牌后 4 位",
  ],
  identify_hint: [
    "Chọn xe chỉ nói đó là xe nào; không tự mở.",
    "Choosing says which vehicle it is; nothing opens by itself.",
    "选择只说明是哪辆车；不会自动开启。",
  ],
  identify_none: ["Không có xe nào đã khai như vậy", "No declared vehicle is so named", "没有这样的申报车辆"],
  identify_more: ["xe nữa: gõ thêm ký tự của biển", "more: type more of the plate", "辆未列出：请输入更多车牌字符"],
  identified_by: ["Không đọc được biển; nhận diện theo", "Plate not read; identified by", "车牌未识别；辨认依据"],
  by_declaration: ["tờ khai", "declaration", "申报单"],
  by_tag: ["thẻ RFID", "RFID tag", "RFID 标签"],
  by_last_digits: ["số cuối của biển", "end of the plate", "车牌尾号"],
  search: ["Tìm", "Search", "查询"],
  choose: ["Chọn xe này", "It is this one", "就是此车"],
  given: ["Cần ít nhất 4 ký tự của biển số, hoặc quét mã", "At least 4 characters of the plate, or a scanned code", "至少需要车牌的 4 个字符，或扫描代码"],
  no_lists: [
    "Làn chưa có danh sách xe đã khai: xem giấy tờ và sửa biển bằng mắt",
    "The lane has no lists yet: look at the papers, and correct the plate by eye",
    "车道尚无申报名单：请查看证件并目视更正车牌",
  ],
  tag_heard: ["Thẻ RFID đang nghe thấy", "Tag heard now", "现在读到的标签"],
  declaration: ["Tờ khai", "Declaration", "申报单"],
  trailer: ["Rơ moóc", "Trailer", "挂车"],
  missing: ["THIẾU", "MISSING", "缺少"],
  no_rule: ["chưa có quy tắc nói cần xác nhận nào", "no rule says which confirmations it needs", "没有规则说明需要哪些确认"],
  with_plate: ["Với biển", "With plate", "按车牌"],
  then_open: ["Cho qua thì bấm mở; không tự mở.", "To let it pass press open; nothing opens by itself.", "放行请按放行键；不会自动开启。"],
  reset: ["Đặt lại barie", "Reset barrier", "复位栏杆"],
  was_trailer: ["Là rơ moóc của xe trước", "It was the trailer", "是前车的挂车"],
  second_entitled: ["Xe sau được qua", "The second is entitled", "后车有权通过"],
  hold_open: ["Giữ barie mở", "Hold open", "保持打开"],
  hold_no_longer: ["Thôi giữ mở", "Hold no longer", "取消保持"],
  way_is_empty: ["Lối đi trống", "Way is empty", "通道已清空"],
  reset_text: [
    "Chỉ đặt lại khi đang nhìn thấy cần barie và không có người hay xe dưới cần. Đặt lại không làm barie chuyển động.",
    "Reset only with the boom in view and nobody under it. A reset moves nothing.",
    "仅在看到栏杆且下方无人无车时复位。复位不会使栏杆移动。",
  ],
  way_text: ["Xác nhận bằng mắt: không có người hay xe dưới cần.", "Look: nobody and nothing is under the boom.", "目视确认：栏杆下无人无车。"],
  open_text: ["Chỉ mở một lần, cho đúng xe đang đứng ở vạch dừng.", "Opens once, for the vehicle at the stop line.", "仅为停止线处的车辆开启一次。"],
  mode_text: ["Chế độ mới có hiệu lực ngay.", "Takes effect at once.", "立即生效。"],
  reason: ["Lý do", "Reason", "理由"],
  plate: ["Biển số đúng", "The right plate", "正确车牌"],
  do_it: ["Xác nhận", "Confirm", "确认"],
  picture_live: ["Hình trực tiếp", "Live picture", "实时画面"],
  picture_read: ["Khung hình đã đọc", "The frame that was read", "识别所用画面"],
  no_picture: ["Chưa có hình", "No picture", "无画面"],
  no_camera: ["Làn không có camera: mọi xe do cán bộ quyết định", "No camera: every vehicle is an officer's", "无摄像机：全部人工处理"],
  no_vehicle: ["Không có xe", "No vehicle", "无车辆"],
  no_plate: ["Chưa đọc được biển số", "No plate read yet", "尚未识别车牌"],
  sure: ["chắc chắn", "sure", "置信度"],
  looks: ["lần đọc", "looks", "次识别"],
  waits: ["đã chờ", "waiting", "已等待"],
  boom: ["Barie", "Barrier", "栏杆"],
  display: ["Bảng LED", "Display", "显示屏"],
  mode: ["Chế độ làn", "Lane mode", "车道模式"],
  past: ["Các lượt xe vừa qua của làn (giờ Việt Nam)", "Last passages of this lane (Vietnam time)", "最近通过（越南时间）"],
  none: ["chưa có", "none", "无"],
  done: ["Đã thực hiện", "Done", "已执行"],
  failed: ["Không gửi được: làn không trả lời", "Not sent: the lane does not answer", "发送失败：车道无响应"],
  under_way: ["đang ở làn", "in the lane", "在车道内"],
  end_unknown: ["không rõ kết thúc (máy tại làn khởi động lại)", "end not known (the agent restarted)", "结束情况不明（主机曾重启）"],
  container: ["Công-ten-nơ", "Container", "集装箱"],
  route: ["Hướng đi", "Sent to", "去向"],
  wrong_pin: ["Sai tên hoặc mã PIN", "Name or PIN is wrong", "姓名或密码错误"],
  locked: ["Nhập sai quá nhiều lần, tạm khóa. Nút DỪNG vẫn dùng được.", "Too many wrong PINs: locked for a while. STOP works as ever.", "错误次数过多，暂时锁定。停止按钮始终可用。"],
  role: ["Vai trò của bạn không được làm việc này", "Your role may not do this", "您的角色无权执行"],
  not_now: ["Không thực hiện được lúc này", "Not possible now", "现在无法执行"],
  fate_too_small: ["biển số quá nhỏ", "plate too small", "车牌过小"],
  fate_blurred: ["hình nhòe", "blurred", "模糊"],
  fate_outside: ["biển số ngoài khung hình", "outside the picture", "超出画面"],
  fate_below_limit: ["không đủ chắc chắn", "not sure enough", "置信度不足"],
  fate_no_plate: ["không thấy biển số", "no plate seen", "未见车牌"],
  fate_disagreement: ["các lần đọc khác nhau", "looks disagree", "识别结果不一致"],
  fate_nothing: ["không thấy gì", "nothing seen", "未见任何物"],
  fate_read: ["đọc được", "read", "已识别"],
  fate_glare: ["chói sáng", "glare", "反光"],
  input_open_limit: ["Cần ở vị trí mở", "Open limit", "开到位"],
  input_closed_limit: ["Cần ở vị trí đóng", "Closed limit", "关到位"],
  input_loop_approach: ["Vòng từ vạch dừng", "Loop at stop line", "停止线线圈"],
  input_loop_under: ["Vòng từ dưới cần", "Loop under boom", "杆下线圈"],
  input_loop_exit: ["Vòng từ phía ra", "Loop behind boom", "杆后线圈"],
  input_photocell: ["Tia quang điện", "Photocell", "光电"],
  input_manual_key: ["Khóa tay", "Manual key", "手动钥匙"],
  input_emergency: ["Mở khẩn cấp", "Emergency", "紧急开启"],
  input_power_good: ["Nguồn barie", "Power", "电源"],
};

// Reasons that are given often; a person may write any other.
export const ready = {
  open: [
    ["Đã kiểm tra giấy tờ, đúng xe", "Papers checked, right vehicle", "证件已核对，车辆无误"],
    ["Biển số bẩn, đã đọc bằng mắt", "Plate dirty, read by eye", "车牌污损，目视确认"],
    ["Theo lệnh trưởng ca", "By the shift leader's order", "值班长命令"],
  ],
  priority: [
    ["Xe cấp cứu", "Ambulance", "救护车"],
    ["Xe chữa cháy", "Fire engine", "消防车"],
    ["Nhiệm vụ khẩn cấp", "Emergency duty", "紧急任务"],
  ],
  convoy: [
    ["Đoàn công tác", "Official delegation", "公务团队"],
    ["Đoàn xe cứu trợ", "Relief convoy", "救援车队"],
    ["Theo lệnh chỉ huy", "By order of the command", "按指挥命令"],
  ],
  turn: [
    ["Điều tiết luồng xe", "Traffic control", "交通疏导"],
    ["Làn bên cạnh hỏng", "The neighbouring lane is out of order", "相邻车道故障"],
    ["Theo lệnh chỉ huy", "By order of the command", "按指挥命令"],
  ],
  refuse: [
    ["Chưa đủ thủ tục", "Formalities not complete", "手续不全"],
    ["Sai làn", "Wrong lane", "走错车道"],
    ["Đưa đi kiểm tra", "To inspection", "送检"],
  ],
  hold: [["Chờ giấy tờ", "Waiting for papers", "等待证件"], ["Chờ chỉ huy", "Waiting for the shift leader", "等待值班长"]],
  reset: [["Đã nhìn, không có người hay xe dưới cần", "Looked: nobody under the boom", "已目视，杆下无人无车"]],
  way_is_empty: [["Đã nhìn, lối đi trống", "Looked: the way is empty", "已目视，通道清空"]],
  mode: [
    ["Giao ca", "Change of shift", "交接班"],
    ["Thiết bị trục trặc", "Equipment trouble", "设备故障"],
    ["Trở lại bình thường", "Back to normal", "恢复正常"],
  ],
  hold_open: [["Theo lệnh trưởng ca", "By the shift leader's order", "值班长命令"]],
};

// What the lane says when it does not take an act, in the officer's language.
const refusals = [
  [/^no vehicle stands at the stop line/, ["không có xe ở vạch dừng", null, "停止线处没有车辆"]],
  [/^it is opened already/, ["đã mở cho xe này rồi", null, "已为此车放行"]],
  [/^another vehicle stands/, ["xe ở vạch dừng không phải xe đã chọn", null, "停止线处已是另一辆车"]],
  [/^this passage is no longer/, ["xe này không còn ở vạch dừng", null, "该车已不在停止线处"]],
  [/^nothing moves for/, ["vừa khởi động hoặc kết nối lại: chờ 5 giây", null, "刚启动或重新连接：请等待5秒"]],
  [/^the stop chain is dropped/, ["đang dừng: cần đặt lại barie tại làn", null, "处于停止状态：请在现场复位"]],
  [/^the barrier has no power/, ["barie mất nguồn", null, "栏杆断电"]],
  [/input is still active/, ["khóa tay hoặc mở khẩn cấp đang bật", null, "手动钥匙或紧急开启仍有效"]],
  [/occupied or unknown/, ["cảm biến dưới hoặc sau cần đang báo có xe, hoặc không rõ", null, "杆下或杆后传感器有占用或未知"]],
  [/^no convoy passes/, ["không có đoàn xe nào đang qua", null, "没有正在通过的车队"]],
  [/^a convoy of \d+ passes already/, ["đang có một đoàn xe đi qua: hãy kết thúc đoàn đó trước", null, "已有车队正在通过：请先结束"]],
  [/^a convoy is the shift leader/, ["đoàn xe là việc của trưởng ca", null, "车队由值班长负责"]],
  [/^turning a lane is the shift leader/, ["đổi chiều làn là việc của trưởng ca", null, "变换方向由值班长负责"]],
  [/^this lane leads one way/, ["làn này chỉ đi một chiều", null, "此车道为单向"]],
  [/it is turned when nobody is in it/, ["còn xe trong làn: chỉ đổi chiều khi làn trống", null, "车道内有车：车道清空后方可变向"]],
  [/turned while the boom is down/, ["cần barie chưa đóng: chỉ đổi chiều khi cần đã đóng", null, "栏杆未关闭：关闭后方可变向"]],
  [/nobody may be in the lane$/, ["cảm biến chưa báo trống đủ 2 giây ở cả hai đầu làn", null, "两端传感器未连续2秒空闲"]],
  [/^a convoy passes: end it first/, ["đang có đoàn xe: hãy kết thúc đoàn trước", null, "有车队：请先结束"]],
  [/is not settled: settle it first/, ["còn sự cố chưa xử lý: xử lý trước đã", null, "尚有未处理的故障：请先处理"]],
  [/^the lane is closed/, ["làn đang đóng", null, "车道已关闭"]],
  [/^no second vehicle/, ["không có xe thứ hai", null, "没有第二辆车"]],
  [/locked for (work|maintenance)/, ["barie đang khóa bảo trì", null, "栏杆维护锁定中"]],
  [/cannot be read/, ["không đọc được trạng thái barie", null, "无法读取栏杆状态"]],
  [/^there is no live grant/, ["giấy phép mở không còn hiệu lực", null, "放行许可已失效"]],
];

export function refusal(message) {
  const known = refusals.find(([pattern]) => pattern.test(message));
  if (known) return of(known[1]) ?? message;
  const state = message.match(/^the (barrier|lane) is (\S+)$/);
  if (!state) return message;
  return state[1] === "barrier" ? `${t("boom")}: ${word("barrier", state[2])}` : word("states", state[2]);
}

const places = { vi: 0, en: 1, zh: 2 };
export const languages = ["vi", "en", "zh"];
let language = localStorage.getItem("lang") ?? "vi";
let codes = {};

export const lang = () => language;

export function chooseLanguage(next) {
  language = languages.includes(next) ? next : "vi";
  localStorage.setItem("lang", language);
  document.documentElement.lang = language;
}

export const of = (texts) => texts[places[language]];
export const t = (key) => (own[key] ? of(own[key]) : key);

// What a code is called; the code itself where nothing is known.
export const word = (set, code) => codes[set]?.[code]?.[language] ?? String(code ?? "").replaceAll("_", " ");

export async function loadCodes() {
  const answer = await fetch("/api/words");
  if (answer.ok) codes = await answer.json();
}
