import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { DayView } from "../src/contract";
import { shareOfTime } from "../src/gate/share";
import { Fault } from "../src/net/api";
import { central, day, EIGHT, lanes, me, referred } from "./fixtures";
import { Page, stillTime } from "./page";

let page: Page | null = null;
beforeEach(stillTime);
afterEach(async () => {
  await page?.close();
  page = null;
  vi.useRealTimers();
});

const open = async (role: "officer" | "shift_leader" | "administrator" = "officer", say = central()) => {
  say.me.mockImplementation(async () => me(role));
  page = await Page.open(say);
  await page.press("KeyD");
  return page;
};

/** The cells of a figure, lane by lane. */
const row = (of: Page, name: string): string[] => {
  const found = of.all(".day tbody tr").find((tr) => tr.querySelector("th")?.textContent?.startsWith(name));
  return [...(found?.querySelectorAll("td") ?? [])].map((td) => td.textContent ?? "");
};

test("one key shows each lane's day; what is over its limit is marked", async () => {
  const shown = await open();
  expect(shown.all(".day thead th").map((th) => th.textContent)).toEqual([
    "Số liệu",
    "in-1",
    "in-2",
    "in-3",
    "out-1",
    "out-2",
  ]);
  expect(row(shown, "Thời gian làn mở")).toEqual([
    "8:00:00",
    "8:00:00",
    "đóng cả ngày",
    "8:00:00",
    "KHÔNG CÓ GHI CHÉP",
  ]);
  expect(row(shown, "Điều khiển tay (MANUAL) (≤ 1 %)")).toEqual(["▲ trên mức 3.33 % (16:00)", "0 %", "–", "0 %", "–"]);
  expect(row(shown, "Cán bộ can thiệp")).toEqual(["▲ trên mức 12.0 (24)", "2.0 (4)", "0", "2.0 (4)", "0"]);
  expect(row(shown, "Chờ cán bộ quá")).toEqual(["6 / 2 / 0", "0 / 0 / 0", "0 / 0 / 0", "0 / 0 / 0", "–"]);
  expect(row(shown, "Lỗi")[0]).toBe("1");
  expect(row(shown, "Máy tại làn khởi động")[0]).toBe("2 (≤ 12:00)");
  expect(row(shown, "Tin của máy tại làn chưa tới")).toEqual(["0", "0", "0", "▲ trên mức 3", "0"]);
  expect(shown.all(".day td.moved").length).toBe(3);
  await shown.press("KeyD");
  expect(shown.find(".day")).toBeNull();
});

test("each MANUAL says when, what stood then, and who said what; no reason is made up", async () => {
  const shown = await open();
  const manuals = shown.all(".manuals li").map((li) => li.textContent ?? "");
  expect(manuals.length).toBe(3);
  expect(manuals[0]).toContain("23:40:00 24/11/2026");
  expect(manuals[0]).toContain("tính 2:00");
  expect(manuals[0]).toContain("không có lý do nào được ghi");
  expect(manuals[1]).toContain("06:20:00 – 06:30:00");
  expect(manuals[1]).toContain("bus silent");
  expect(manuals[1]).toContain("minh.tran: Thiết bị lỗi");
  expect(manuals[1]).toContain("Dừng · lan.nguyen");
  expect(manuals[1]).not.toContain("không có lý do");
  expect(manuals[2]).toContain("07:56:00 – vẫn còn");
});

test("an account that ends early and a clock that is not trusted are told", async () => {
  const say = central();
  const [first, ...others] = day().lanes;
  const times = first?.times ? { ...first.times, until: (EIGHT - 3_600_000) * 1000 } : null;
  say.day.mockImplementation(async () => day({ lanes: first ? [{ ...first, times }, ...others] : [] }));
  const shown = await open("officer", say);
  expect(shown.all(".day-lanes .warn").map((p) => p.textContent)).toEqual([
    "tính đến 07:00:00",
    "Đồng hồ tại làn chưa đồng bộ",
  ]);
});

test("days are walked through; the later answer of an earlier question is dropped", async () => {
  const say = central();
  const shown = await open("officer", say);
  expect(say.day).toHaveBeenCalledWith(undefined);
  expect(document.activeElement?.textContent).toBe("◀ Ngày trước");
  const [previous, next, today] = shown.all(".days button") as HTMLButtonElement[];
  expect(next?.disabled).toBe(true);
  let late: (view: DayView) => void = () => undefined;
  say.day.mockImplementationOnce(() => new Promise((done) => (late = done)));
  say.day.mockImplementation(async () =>
    day({ day: "2026-11-24", next: "2026-11-25", until: (EIGHT - 8 * 3_600_000) * 1000 }),
  );
  previous?.click();
  await shown.passes(50);
  expect(say.day).toHaveBeenLastCalledWith("2026-11-24");
  today?.click();
  await shown.passes(50);
  late(day({ day: "2026-11-24", lanes: [] }));
  await shown.passes(50);
  expect(shown.all(".day thead th").length).toBe(6);
  expect(next?.disabled).toBe(false);
  next?.click();
  await shown.passes(50);
  expect(say.day).toHaveBeenLastCalledWith("2026-11-25");
});

test("alarms are the shift leader's to see, and the administrator has no such page", async () => {
  const officer = await open();
  expect(row(officer, "Báo động")).toEqual([]);
  await officer.close();
  const leader = await open("shift_leader");
  expect(row(leader, "Báo động")).toEqual(["1", "0", "0", "0", "0"]);
  expect(leader.text(".day-lanes")).toContain("Lỗi làn ×1");
  await leader.close();
  const say = central(lanes(referred()), me("administrator"));
  const administrator = await open("administrator", say);
  expect(administrator.find(".day")).toBeNull();
  expect(say.day).not.toHaveBeenCalled();
});

test("what failed is said, in the reader's language", async () => {
  const say = central();
  say.day.mockImplementation(async () => {
    throw new Fault("offline", "");
  });
  const shown = await open("officer", say);
  expect(shown.text(".list .fault")).toContain("Không tới được trung tâm");
  say.day.mockImplementation(async () => day());
  await shown.click(".days button:nth-of-type(3)");
  await shown.press("KeyG");
  expect(shown.text(".list")).toContain("The day of each lane");
  expect(row(shown, "Lane open")[4]).toBe("NO RECORD");
});

test("a share just over the limit is seen to be over it", () => {
  expect(shareOfTime(364_000_000, 36_000_000_000)).toBe("1.01 % (6:04)");
  expect(shareOfTime(18_000_000_000, 36_000_000_000)).toBe("50.0 % (5:00:00)");
  expect([shareOfTime(0, 1), shareOfTime(0, 0)]).toEqual(["0 %", "–"]);
});
