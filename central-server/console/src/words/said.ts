/**
 * What the gate says in its own plain English (why a lane did not act, what a rule fired on), in the
 * officer's language where the sentence is a known one; as it came otherwise.
 */

import type { Language } from "../contract";
import type { Name, Texts } from "./index";

type Sentences = Record<string, Record<Exclude<Language, "en">, string>>;

const SENTENCES: Sentences = {
  "no vehicle stands at the stop line": { vi: "không có xe ở vạch dừng", zh: "停止线处无车" },
  "it is opened already": { vi: "đã mở rồi", zh: "已经开启" },
  "another vehicle stands at the stop line than the one meant": {
    vi: "xe ở vạch dừng không phải xe được chọn",
    zh: "停止线处不是所指的车辆",
  },
  "this passage is no longer at the stop line": { vi: "xe này không còn ở vạch dừng", zh: "此车已不在停止线" },
  "no second vehicle drove in": { vi: "không có xe thứ hai đi vào", zh: "没有第二辆车驶入" },
  "its session is not the lane's now: it was delayed or replayed": {
    vi: "lệnh tới muộn hoặc bị phát lại, làn không nhận",
    zh: "指令延迟或重放，车道不接受",
  },
  "it was carried out before": { vi: "lệnh này đã làm rồi", zh: "该指令已执行过" },
  "the lane may not open by itself now": { vi: "lúc này làn không được tự mở", zh: "车道此时不得自动开启" },
  "another trailer or container was seen behind the last boom": {
    vi: "sau barie trước đã thấy rơ moóc hoặc container khác tờ khai",
    zh: "上一道栏杆后见到与申报不符的挂车或箱号",
  },
  "it is inside already": { vi: "xe đang ở trong cửa khẩu", zh: "车辆已在口岸内" },
  "it never came in": { vi: "chưa thấy xe vào", zh: "未见该车入境" },
  "a declared container number is not valid": { vi: "số container đã khai không hợp lệ", zh: "申报的箱号无效" },
  "no rule says which confirmations it needs": {
    vi: "chưa có quy tắc nói cần xác nhận nào",
    zh: "没有规则说明需要哪些确认",
  },
};

/** Sentences with a value in them. */
export function said(text: string, speech: { t: Texts; language: Language; name: Name }): string {
  const { t, language, name } = speech;
  const whole = SENTENCES[text];
  if (whole) return language === "en" ? text : whole[language];
  const barrier = /^the barrier is (.+)$/.exec(text)?.[1];
  if (barrier) return `${t.barrier}: ${name("barrier", barrier)}`;
  const state = /^the lane is (\w+)$/.exec(text)?.[1];
  if (state) return name("states", state);
  const [, low, needed] = /^probability ([\d.]+), needed ([\d.]+)$/.exec(text) ?? [];
  if (low && needed) return `${low} < ${needed}`;
  const [, slip, by, when, whose] = /^slip (\S+) is here already: (\S+) entered it at (.+?) \((.+?)\)/.exec(text) ?? [];
  if (slip) return `${t.paper.mark} ${slip}: ${whose?.replace(" at ", ", ")} · ${t.paper.enteredBy} ${by}, ${when}`;
  const [, plate, then, other] =
    /^the lane has (\S+) at (.+?) by (?:slip (\S+)|the lane's machine) already/.exec(text) ?? [];
  if (plate) return `${plate}, ${then} · ${other ? `${t.paper.mark} ${other}` : t.passage.read}`;
  const [, seen, declared] = /^seen (\w+), declared (\w+)$/.exec(text) ?? [];
  if (seen && declared) {
    return `${seen === "nothing" ? t.passage.notSeen : name("classes", seen)} ≠ ${name("classes", declared)}`;
  }
  return text;
}
