/** Who goes first: priority, a convoy, and what is owed afterwards. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Owed } from "../src/contract";
import { Fault } from "../src/net/api";
import { central, event, lanes, me, PASSAGE, referred, status, statusNews } from "./fixtures";
import { Page, stillTime } from "./page";

let page: Page;
beforeEach(stillTime);
afterEach(async () => {
  await page.close();
  vi.useRealTimers();
});

const leader = () => me("shift_leader");

test("an ambulance: one key, one reason, and on its way", async () => {
  page = await Page.open();
  await page.press("KeyP");
  expect(page.text("dialog")).toContain("xác nhận bổ sung sau");
  await page.enter();
  expect(page.central.priority).toHaveBeenCalledWith("in-1", PASSAGE, "Xe cấp cứu");
  const officer = { name: "lan.nguyen", role: "officer" };
  page.stream.news(event("in-1", { type: "act", officer, act: "priority", reason: "", place: "console", plate: null }));
  page.stream.news(event("in-1", { type: "barrier_moved", state: "open", commanded: true }, null));
  await page.passes(50);
  expect(page.text(".progress")).toContain("Làn đã làm");
});

test("a lane that refuses it says why, by whatever name it has for it", async () => {
  page = await Page.open();
  await page.press("KeyP");
  await page.enter();
  page.stream.news(event("in-1", { type: "refused", what: "command grant", why: "it is opened already" }));
  await page.passes(50);
  expect(page.text(".progress.bad")).toContain("đã mở rồi");
});

test("a convoy is the shift leader's: begun with its size, shown, ended by the same key", async () => {
  page = await Page.open(central(lanes(referred()), leader()));
  await page.press("KeyV");
  const [vehicles] = page.all(".numbers input") as HTMLInputElement[];
  if (!vehicles) throw new Error("no field for the vehicles");
  vehicles.value = "5";
  vehicles.dispatchEvent(new Event("input", { bubbles: true }));
  await page.passes(10);
  await page.enter();
  expect(page.central.convoy).toHaveBeenCalledWith("in-1", { vehicles: 5, minutes: 15 }, "Đoàn công tác");
  const convoy = { passed: 2, of: 5, minutes_left: 9 };
  page.stream.news(statusNews(status("in-1", { state: "passing", passage: PASSAGE, convoy })));
  await page.passes(100);
  expect(page.text(".convoy-line")).toContain("Đoàn xe 2 / 5");
  expect(page.text(".convoy-line")).toContain("9 phút");
  await page.press("KeyV");
  expect(page.central.convoyOver).toHaveBeenCalledWith("in-1");
  expect(page.find("dialog")).toBeNull();
});

test("an officer has no convoy key", async () => {
  page = await Page.open();
  expect(page.find(".actions .convoy")).toBeNull();
  await page.press("KeyV");
  expect(page.find("dialog")).toBeNull();
});

test("what is owed is listed until somebody notes by which paper it was given", async () => {
  const say = central();
  const owed = (change: Partial<Owed>): Owed => ({
    passage: PASSAGE,
    lane: "in-1",
    plate: "24C12345",
    kind: "customs_in",
    since: Date.now() * 1000,
    settled_at: null,
    settled_by: null,
    note: null,
    ...change,
  });
  say.owed.mockResolvedValue([owed({})]);
  page = await Page.open(say);
  await page.press("KeyW");
  await page.passes(50);
  expect(page.text(".list")).toContain("Hải quan vào");
  expect(page.text(".list")).toContain("24C-123.45");
  say.settleOwed.mockRejectedValueOnce(new Fault("changed", "not owed any more", 409));
  const note = page.get(".list input") as HTMLInputElement;
  note.value = "HQ: phiếu 12";
  note.dispatchEvent(new Event("input", { bubbles: true }));
  await page.passes(10);
  await page.click(".list form button");
  await page.passes(50);
  expect(page.text(".list .fault")).toContain("Vừa có thay đổi");
  say.owed.mockResolvedValue([owed({ settled_at: Date.now() * 1000, settled_by: "lan.nguyen", note: "HQ: phiếu 12" })]);
  await page.click(".list form button");
  await page.passes(50);
  expect(say.settleOwed).toHaveBeenLastCalledWith(PASSAGE, "customs_in", "HQ: phiếu 12");
  expect(page.text(".list .done")).toContain("HQ: phiếu 12");
});
