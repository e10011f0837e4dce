/** Paper slips: typed in one after the other, shown as such, withdrawn, and printed blank. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { PaperSlip, Slip } from "../src/contract";
import { codes, nextNumber, running } from "../src/gate/slip";
import { Fault } from "../src/net/api";
import { central, day, EIGHT, lanes, laneView, me, PASSAGE, passage, referred } from "./fixtures";
import { Page, stillTime } from "./page";

let page: Page;
beforeEach(stillTime);
afterEach(async () => {
  await page?.close();
  vi.useRealTimers();
});

const paper = (change: Partial<PaperSlip> = {}): PaperSlip => ({
  number: "KT-0012",
  reason: "no_power",
  outcome: "passed",
  declaration: "2026112500017",
  written_by: "Trần Văn B",
  note: "mất điện cả trạm",
  entered_by: "lan.nguyen",
  entered_at: EIGHT * 1000,
  withdrawn: null,
  ...change,
});

const slip = (change: Partial<PaperSlip> = {}): Slip => ({
  passage: PASSAGE,
  edge: "kt-edge-1",
  lane: "in-1",
  direction: "entry",
  at: (EIGHT - 3_600_000) * 1000,
  plate: "24C12345",
  country: "vn",
  trailer: "24R01234",
  containers: ["CSQU3054383"],
  paper: paper(change),
});

const leader = () => central(lanes(referred()), me("shift_leader"));

/** Types what stands on a slip. */
async function typed(): Promise<void> {
  await page.type('[name="number"]', " KT-0099 ");
  await page.type('[name="at"]', "2026-11-25T07:30");
  await page.type('[name="plate"]', "24c-123.45");
  await page.type('[name="containers"]', "CSQU3054383, CBHU3202732");
  await page.type('[name="writtenBy"]', "Trần Văn B");
}

test("of a lane that can be turned the slip says which way it led", async () => {
  page = await Page.open(central(lanes({ ...laneView("in-1"), direction: "both" })));
  await page.press("KeyB");
  await typed();
  await page.click('[name="Chiều đi"]:not(:checked)');
  await page.enter();
  const slip = page.central.enterSlip.mock.calls[0]?.[0];
  expect([slip?.lane, slip?.direction]).toEqual(["in-1", "exit"]);
});

test("one key, and slips are entered one after the other", async () => {
  page = await Page.open();
  await page.press("KeyB");
  expect(document.activeElement?.getAttribute("name")).toBe("number");
  await typed();
  await page.enter();
  expect(page.central.enterSlip).toHaveBeenCalledWith(
    {
      number: "KT-0099",
      lane: "in-1",
      at: (EIGHT - 1_800_000) * 1000,
      plate: "24C12345",
      trailer: "",
      containers: ["CSQU3054383", "CBHU3202732"],
      declaration: "",
      outcome: "passed",
      written_by: "Trần Văn B",
      reason: "no_power",
      note: "",
    },
    false,
  );
  expect(page.text(".entered")).toContain("KT-0099");
  const field = (name: string) => (page.get(`[name="${name}"]`) as HTMLInputElement).value;
  expect([field("number"), field("plate"), field("writtenBy")]).toEqual(["KT-0100", "", "Trần Văn B"]);
  page.central.slips.mockResolvedValue([slip()]);
  await page.click(".dialog-keys button:not(.primary)");
  expect(page.text(".alarms li")).toContain("24C-123.45 + 24R-012.34");
  expect(page.text(".alarms .paper-mark")).toBe("PHIẾU GIẤY KT-0012");
  expect(page.text(".alarms li")).toContain("Mất điện");
  expect(page.text(".alarms li")).toContain("người nhập lan.nguyen");
});

test("what central refuses is said in the officer's language, and nothing that was typed is lost", async () => {
  page = await Page.open();
  await page.press("KeyB");
  await typed();
  await page.type('[name="plate"]', "xe");
  await page.enter();
  expect(page.text(".fault")).toContain("4 đến 10");
  expect(page.central.enterSlip).not.toHaveBeenCalled();
  await page.type('[name="plate"]', "24C12345");
  const known =
    "slip KT-0099 is here already: minh entered it at 06:10 25/11/2026 (24C12345 at in-1); look at both slips, or have that one withdrawn";
  page.central.enterSlip.mockRejectedValueOnce(new Fault("slip_known", known, 409));
  await page.enter();
  expect(page.text(".fault")).toContain("Phiếu này đã được nhập rồi");
  expect(page.text(".fault")).toContain("PHIẾU GIẤY KT-0099: 24C12345, in-1 · người nhập minh, 06:10 25/11/2026");
  expect(page.find(".dialog .tick")).toBeNull();
  expect((page.get('[name="number"]') as HTMLInputElement).value).toBe(" KT-0099 ");
});

test("a vehicle that the lane has about that time is entered by the officer's word alone", async () => {
  page = await Page.open();
  await page.press("KeyB");
  await typed();
  const near = "the lane has 24C12345 at 07:28 25/11/2026 by the lane's machine already; say that this is another";
  page.central.enterSlip.mockRejectedValueOnce(new Fault("slip_near", near, 409));
  await page.enter();
  expect(page.text(".fault")).toContain("24C12345, 07:28 25/11/2026 · Máy đọc");
  const tick = page.get(".dialog .tick input") as HTMLInputElement;
  expect([tick.checked, tick.required]).toEqual([false, true]);
  tick.click();
  await page.passes(10);
  await page.enter();
  expect(page.central.enterSlip).toHaveBeenLastCalledWith(expect.objectContaining({ number: "KT-0099" }), true);
  // The word was for that slip alone.
  await page.type('[name="plate"]', "24C54321");
  await page.enter();
  expect(page.central.enterSlip).toHaveBeenLastCalledWith(expect.objectContaining({ number: "KT-0100" }), false);
});

test("a shift leader withdraws a slip with a reason; it stays in the list", async () => {
  const say = leader();
  say.slips.mockResolvedValue([slip()]);
  page = await Page.open(say);
  await page.press("KeyB");
  await page.click(".dialog-keys button:not(.primary)");
  await page.click(".alarms li > p button");
  await page.type(".alarms form input", "nhập nhầm ngày");
  const withdrawn = { at: EIGHT * 1000, by: "minh.tran", reason: "nhập nhầm ngày" };
  say.slips.mockResolvedValue([slip({ withdrawn })]);
  await page.click(".alarms form button");
  expect(say.withdrawSlip).toHaveBeenCalledWith(PASSAGE, "nhập nhầm ngày");
  expect(page.text(".alarms .done")).toContain("ĐÃ HỦY: nhập nhầm ngày");
  expect(page.find(".alarms form")).toBeNull();
});

test("an officer cannot withdraw, an administrator has no such page", async () => {
  const say = central();
  say.slips.mockResolvedValue([slip()]);
  page = await Page.open(say);
  await page.press("KeyB");
  await page.click(".dialog-keys button:not(.primary)");
  expect(page.find(".alarms li button")).toBeNull();
  await page.close();
  page = await Page.open(central(lanes(referred()), me("administrator")));
  await page.press("KeyB");
  expect([page.find("dialog"), page.find(".paper")]).toEqual([null, null]);
});

test("a passage by paper never looks like one that a machine saw", async () => {
  const say = central();
  const one = passage();
  const record = { ...one.record, outcome: "passed", opened_by: "paper", paper: paper(), clock_synchronised: false };
  say.passages.mockResolvedValue({ passages: [record], next: null });
  say.passage.mockResolvedValue({ ...one, record, boom: [], others: [] });
  page = await Page.open(say);
  await page.press("KeyL");
  await page.passes(50);
  expect(page.text(".table tbody")).toContain("PHIẾU GIẤY KT-0012");
  await page.click(".table tbody .link");
  await page.passes(50);
  expect(page.text(".one .paper-card")).toContain("2026112500017");
  expect(page.text(".one .paper-card")).toContain("mất điện cả trạm");
  expect(page.text(".one .compare thead")).toContain("Đã ghi");
  for (const machine of [".one .sure", ".one .boom", ".one .pictures", ".one .why"])
    expect(page.find(machine)).toBeNull();
  const withdrawn = {
    ...record,
    outcome: null,
    opened_by: null,
    paper: paper({ withdrawn: { at: 1, by: "m", reason: "r" } }),
  };
  say.passages.mockResolvedValue({ passages: [withdrawn], next: null });
  (page.get('[name="paper"]') as HTMLInputElement).checked = true;
  page.get("form.search").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await page.passes(50);
  expect(say.passages).toHaveBeenLastCalledWith(expect.objectContaining({ paper: 1 }));
  expect(page.text(".table tbody")).toContain("ĐÃ HỦY");
});

test("the day counts slips by themselves, with their reasons", async () => {
  const say = central();
  const [first, ...others] = day().lanes;
  say.day.mockResolvedValue(day({ lanes: first ? [{ ...first, paper: { no_power: 2, other: 1 } }, ...others] : [] }));
  page = await Page.open(say);
  await page.press("KeyD");
  const row = page.all(".day tbody tr").find((tr) => tr.textContent?.startsWith("Theo phiếu giấy"));
  const cells = [...(row?.querySelectorAll("td") ?? [])].map((td) => td.textContent);
  expect(cells.slice(0, 2)).toEqual(["3 (Mất điện ×2, Lý do khác ×1)", "0"]);
});

test("blank slips are printed with running numbers, in Vietnamese and Chinese", async () => {
  page = await Page.open();
  await page.press("KeyB");
  await page.click(".dialog-keys button:not(.primary)");
  let printed: string[] = [];
  const print = vi.spyOn(window, "print").mockImplementation(() => {
    printed = page.all(".blank-slips article").map((one) => one.textContent ?? "");
  });
  await page.type('.paper .search input[type="text"]', "KT-0099");
  page.get(".paper form.search").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await page.passes(50);
  expect(print).toHaveBeenCalledOnce();
  expect(printed.map((text) => /KT-\d+/.exec(text)?.[0])).toEqual(["KT-0099", "KT-0100", "KT-0101"]);
  for (const field of ["kim-thanh", "Biển số xe 车牌", "Số tờ khai", "☐ Mất điện 停电", "Chữ ký"]) {
    expect(printed[0]).toContain(field);
  }
  expect(page.all(".blank-slips article").length).toBe(0);
});

test("numbers run on as wide as they were, and codes come out of one field", () => {
  expect([nextNumber("KT-0099"), nextNumber(" 9 "), nextNumber("2026/099"), nextNumber("KT")]).toEqual([
    "KT-0100",
    "10",
    "2026/100",
    "",
  ]);
  expect(running("7", 3)).toEqual(["7", "8", "9"]);
  expect(running("KT", 3)).toEqual([]);
  expect(codes(" CSQU3054383,CBHU3202732 ;\n")).toEqual(["CSQU3054383", "CBHU3202732"]);
});
