import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Fault } from "../src/net/api";
import { central, event, lanes, laneView, me, PASSAGE, passage, referred, status, statusNews } from "./fixtures";
import { Page, stillTime } from "./page";

let page: Page;
beforeEach(stillTime);
afterEach(async () => {
  await page.close();
  vi.useRealTimers();
});

test("five lanes side by side, the one that waits chosen and large", async () => {
  page = await Page.open();
  expect(page.all(".tile").length).toBe(5);
  expect(page.text(".tile.wait")).toContain("in-1");
  expect(page.text(".tile.wait")).toContain("Gần giống một xe đang chờ");
  expect(page.text(".plate")).toBe("云G·12346");
  expect(page.text(".sure")).toContain("Khá chắc");
  expect(page.text(".verdict")).toContain("Thiếu xác nhận: Hải quan vào");
  expect(page.text(".verdict")).toContain("0.8312 < 0.9900");
  expect(page.text(".compare .differs")).toContain("G12345");
  expect(page.text(".confirmations .missing")).toContain("Hải quan vào");
  expect(page.text(".confirmations .given")).toContain("Biên phòng vào");
  expect(page.get(".frame img").getAttribute("src")).toBe(`/console/api/evidence/${"a".repeat(64)}`);
  expect(page.get(".crop img").getAttribute("src")).toBe(`/console/api/evidence/${"b".repeat(64)}`);
  expect(page.begins).toEqual(["start-1"]);
});

test("a lane that can be turned says so, and which way it leads now", async () => {
  const turned = { ...laneView("in-2", { direction: "exit" }), direction: "both" as const };
  page = await Page.open(central(lanes(laneView("in-1"), turned)));
  const ways = page.all(".tile .direction").map((tile) => tile.textContent);
  expect(ways.slice(0, 2)).toEqual(["↓ Nhập", "⇄↑ Xuất"]);
});

test("open with a reason: sent, then what the lane did, then what the boom was seen to do", async () => {
  page = await Page.open();
  await page.press("KeyO");
  expect(page.get("dialog").hasAttribute("open")).toBe(true);
  await page.press("Digit2");
  await page.enter();
  expect(page.central.open).toHaveBeenCalledWith("in-1", PASSAGE, "Đã kiểm tra giấy tờ của xe");
  expect(page.find("dialog")).toBeNull();
  expect(page.text(".progress")).toContain("Đã gửi");
  expect(page.text(".progress")).toContain("chờ làn trả lời");
  const officer = { name: "lan.nguyen", role: "officer" };
  page.stream.news(event("in-1", { type: "act", officer, act: "open", reason: "", place: "console", plate: null }));
  await page.passes(50);
  expect(page.text(".progress")).toContain("Làn đã làm");
  page.stream.news(statusNews(status("in-1", { barrier: "opening", state: "granted", passage: PASSAGE })));
  page.stream.news(event("in-1", { type: "barrier_moved", state: "opening", commanded: true }, null));
  page.stream.news(event("in-1", { type: "barrier_moved", state: "open", commanded: true }, null));
  await page.passes(50);
  expect(page.text(".progress")).toContain("Barie: Đang mở → Mở");
});

test("a lane that does not do it says why, in plain sight", async () => {
  page = await Page.open();
  await page.press("KeyO");
  await page.enter();
  page.stream.news(event("in-1", { type: "refused", what: "open", why: "no vehicle stands at the stop line" }));
  await page.passes(50);
  expect(page.text(".progress.bad")).toContain("LÀN KHÔNG LÀM");
  expect(page.text(".progress.bad")).toContain("không có xe ở vạch dừng");
});

test("silence after an act is told, not waited out", async () => {
  page = await Page.open();
  await page.press("KeyO");
  await page.enter();
  await page.passes(6_000, true);
  expect(page.text(".progress.late")).toContain("Làn chưa trả lời");
  page.stream.news(event("in-1", { type: "barrier_commanded", action: "open", grant: "g", cause: "console: lan" }));
  await page.passes(3_000, true);
  expect(page.text(".progress.late")).toContain("Chưa thấy barie di chuyển");
});

test("a boom that goes elsewhere than it was sent is no success", async () => {
  page = await Page.open();
  await page.press("KeyO");
  await page.enter();
  page.stream.news(event("in-1", { type: "barrier_commanded", action: "open", grant: "g", cause: "console: lan" }));
  for (const state of ["opening", "unknown"]) {
    page.stream.news(event("in-1", { type: "barrier_moved", state, commanded: true }, null));
  }
  await page.passes(50);
  expect(page.text(".progress.late")).toContain("Barie không tới vị trí");
  expect(page.text(".progress li.bad")).toContain("Đang mở → unknown");
});

test("an act that did not go out says so and what to do", async () => {
  const say = central();
  say.open.mockRejectedValue(new Fault("broker", "not sent: the broker is not connected", 503));
  page = await Page.open(say);
  await page.press("KeyO");
  await page.enter();
  expect(page.text(".progress.bad")).toContain("KHÔNG GỬI ĐƯỢC");
  expect(page.text(".progress.bad")).toContain("Dùng bảng điều khiển tại làn");
});

test("a reason of one's own, and none is not sent", async () => {
  page = await Page.open();
  await page.press("KeyR");
  await page.press("Digit6");
  await page.enter();
  expect(page.text("dialog .fault")).toContain("lý do");
  expect(page.central.refuse).not.toHaveBeenCalled();
  await page.type("dialog .other", "lái xe say rượu");
  await page.enter();
  expect(page.central.refuse).toHaveBeenCalledWith("in-1", PASSAGE, "lái xe say rượu");
});

test("the plate corrected: a runner-up by arrow, decided anew, opened by another key", async () => {
  const say = central();
  const decision = {
    verdict: "open" as const,
    reasons: [{ code: "all_conditions_met", detail: "" }],
    matched: "G12345",
    lists_version: 7,
  };
  const fresh = { plate: "云G12345", by: "lan.nguyen", confirmed: false, decision, route: null };
  say.correct.mockResolvedValue(passage({ fresh }, { corrected: "云G12345" }));
  page = await Page.open(say);
  await page.press("KeyE");
  expect((page.get(".plate-input") as HTMLInputElement).value).toBe("云G12346");
  await page.press("ArrowDown");
  expect((page.get(".plate-input") as HTMLInputElement).value).toBe("云G12345");
  await page.enter();
  expect(page.central.correct).toHaveBeenCalledWith(PASSAGE, "云G12345", "Đọc bằng mắt trên ảnh");
  expect(page.text(".plate")).toBe("云G·12345");
  expect(page.text(".fresh")).toContain("Đủ mọi điều kiện");
  expect(page.text(".fresh")).toContain("nhấn O");
  expect(page.central.open).not.toHaveBeenCalled();
});

test("a plate of the other country is written as that country's, and the boom's place keeps the key back", async () => {
  const view = passage({}, { corrected: "34V65008" });
  page = await Page.open(central(lanes(referred(view))));
  expect(page.text(".plate")).toBe("34V-650.08");
  expect(page.text(".corrected")).toContain("云G·12346");
  page.stream.news(statusNews(status("in-1", { state: "referred", passage: PASSAGE, track: 4, barrier: "stopped" })));
  await page.passes(50);
  expect(page.text(".actions .open")).toContain("barie chưa đóng");
});

test("what is no plate is not sent", async () => {
  page = await Page.open();
  await page.press("KeyE");
  await page.type(".plate-input", "xyz");
  await page.enter();
  expect(page.text("dialog .fault")).toContain("24C-123.45");
  expect(page.central.correct).not.toHaveBeenCalled();
});

test("confirm and hold go by one key; letters that are typed do nothing", async () => {
  page = await Page.open();
  await page.press("KeyC");
  expect(page.central.confirm).toHaveBeenCalledWith(PASSAGE, "云G12346");
  await page.press("KeyH");
  expect(page.central.hold).toHaveBeenCalledWith("in-1", PASSAGE, "");
  await page.press("KeyE");
  await page.press("KeyS");
  await page.press("KeyH");
  expect(page.central.stop).not.toHaveBeenCalled();
  expect(page.central.hold).toHaveBeenCalledTimes(1);
});

test("lanes by number, the next that waits by N", async () => {
  page = await Page.open(
    central(lanes(referred(), laneView("out-2", { state: "tailgated", waiting_for: "tailgating" }))),
  );
  await page.press("Digit4");
  expect(page.text(".heading h2")).toContain("out-1");
  expect(page.find(".actions .open[disabled]")).not.toBeNull();
  await page.press("KeyN");
  const first = page.text(".heading h2");
  await page.press("KeyN");
  expect([first, page.text(".heading h2")].map((t) => t.slice(0, 5)).sort()).toEqual(["in-1 ", "out-2"]);
});

test("another vehicle at the stop line closes the dialog of the one before", async () => {
  page = await Page.open();
  await page.press("KeyO");
  page.stream.news(statusNews(status("in-1", { state: "capturing", passage: "another", track: 5 })));
  await page.passes(200);
  await page.enter();
  expect(page.central.open.mock.calls.every(([, id]) => id !== PASSAGE)).toBe(true);
});

test("a refused vehicle is for the shift leader, and nobody reads why", async () => {
  const inspected = passage(
    {},
    { decision: { verdict: "refuse", reasons: [{ code: "inspection", detail: "" }], matched: null, lists_version: 7 } },
  );
  page = await Page.open(central(lanes(referred(inspected))));
  expect(page.text(".verdict")).toContain("Xe được chọn kiểm tra");
  expect(page.text(".actions .open")).toContain("chỉ trưởng ca");
  page.stream.news({ type: "alarm", alarm: "1", kind: "watchlist", lane: "in-1" });
  await page.passes(300);
  expect(page.central.alarms).not.toHaveBeenCalled();
  expect(page.text().toLowerCase()).not.toMatch(/watch|theo dõi/);
});

test("the shift leader: alarms off the lanes, modes with a reason", async () => {
  const say = central(lanes(referred()), me("shift_leader"));
  const alarm = {
    id: "al-1",
    at: Date.now() * 1000,
    kind: "watchlist",
    lane: "in-1",
    passage: PASSAGE,
    detail: "CA-2026/5",
    acknowledged_at: null,
    acknowledged_by: null,
  };
  say.alarms.mockResolvedValue([alarm]);
  page = await Page.open(say);
  expect(page.text(".top .count")).toBe("1");
  expect(page.text()).not.toContain("CA-2026/5");
  await page.press("KeyA");
  expect(page.text(".alarms")).toContain("CA-2026/5");
  await page.type(".alarms input", "đã báo đội kiểm soát");
  (page.get(".alarms form") as HTMLFormElement).dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await page.passes(50);
  expect(say.acknowledge).toHaveBeenCalledWith("al-1", "đã báo đội kiểm soát");
  await page.press("Escape");
  await page.press("KeyM");
  (page.all("dialog .modes input")[2] as HTMLInputElement).click();
  await page.passes(20);
  await page.press("Digit4");
  await page.enter();
  expect(say.mode).toHaveBeenCalledWith("in-1", "closed", "Bảo trì");
});

test("an administrator sees lanes, no vehicle, and may stop", async () => {
  page = await Page.open(
    central(lanes(laneView("in-1", { state: "referred", passage: PASSAGE })), me("administrator")),
  );
  page.stream.news(event("in-1", { type: "vehicle_seen", class: "lorry", confidence: 1 }));
  await page.passes(300);
  expect(page.central.passage).not.toHaveBeenCalled();
  await page.press("KeyO");
  await page.press("KeyL");
  expect(page.central.passages).not.toHaveBeenCalled();
  expect(page.find("dialog")).toBeNull();
  await page.press("KeyS");
  expect(page.central.stop).toHaveBeenCalledWith("in-1");
});

test("passages: searched by plate, one of them beside the list", async () => {
  page = await Page.open();
  await page.press("KeyL");
  expect(page.text(".table")).toContain("云G·12346");
  await page.type(".search [name=plate]", "24c-123.45");
  (page.get(".search") as HTMLFormElement).dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await page.passes(50);
  expect(page.central.passages).toHaveBeenLastCalledWith({ limit: 50, plate: "24C12345" });
  await page.click(".table tbody button");
  expect(page.text(".one")).toContain("CSQU3054383");
});

test("an unread vehicle: the best looks and why", async () => {
  const looks = { fates: [["blurred", 5] as [string, number]], frames: ["c".repeat(64), "d".repeat(64)] };
  const doubtful = { text: "云G12345", country: "cn" as const, probability: 0.44, others: [] };
  const view = passage({ unread: looks, doubtful, others: [], evidence: {} }, { unread: true, parts: [] });
  page = await Page.open(central(lanes(referred(view))));
  expect(page.text(".plate")).toBe("KHÔNG ĐỌC ĐƯỢC");
  expect(page.text(".plate-card")).toContain("mờ ×5");
  expect(page.all(".looks img").length).toBe(2);
  expect(page.text(".actions .confirm")).toContain("chưa đọc được biển");
  await page.press("KeyE");
  expect((page.get(".plate-input") as HTMLInputElement).value, "a guess is offered, never filled in").toBe("");
  expect(page.text(".candidates")).toContain("云G·12345");
});

test("a picture on its way is asked for until it is there", async () => {
  const view = passage({ evidence: { ["a".repeat(64)]: false, ["b".repeat(64)]: true } });
  const say = central(lanes(referred(view)));
  page = await Page.open(say);
  expect(page.text(".frame")).toContain("chưa về tới trung tâm");
  say.passage.mockResolvedValue(passage());
  await page.passes(2_500, true);
  expect(page.find(".frame img")).not.toBeNull();
});
