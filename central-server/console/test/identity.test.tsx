import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Fault } from "../src/net/api";
import { central, identified, lanes, laneView, PASSAGE, passage, referred, status, statusNews } from "./fixtures";
import { Page, stillTime } from "./page";

let page: Page;
beforeEach(stillTime);
afterEach(async () => {
  await page.close();
  vi.useRealTimers();
});

const unread = () => referred(passage({ expected: null, others: [] }, { unread: true, parts: [], decision: null }));
const checked = () => page.all(".named input").findIndex((input) => (input as HTMLInputElement).checked);

/** As a scanner does: characters without a pause, then Enter. */
async function scan(text: string): Promise<void> {
  for (const key of text) {
    const target = document.activeElement as HTMLInputElement;
    const code = /[0-9]/.test(key) ? `Digit${key}` : `Key${key.toUpperCase()}`;
    const down = new KeyboardEvent("keydown", { code, key, bubbles: true, cancelable: true });
    // What a browser does with a key in a field.
    if (target.dispatchEvent(down) && target.type === "text") {
      target.value += key;
      target.dispatchEvent(new Event("input", { bubbles: true }));
    }
    await page.passes(5);
  }
  await page.enter();
}

test("a code is scanned, a vehicle chosen, and what the rules say is shown; nothing opens", async () => {
  const say = central(lanes(unread()));
  const identity = { kind: "declaration" as const, given: "2026112500017" };
  say.identify.mockResolvedValue({ ...identified({ identity }), more: 0 });
  const decision = {
    verdict: "open" as const,
    reasons: [{ code: "all_conditions_met", detail: "" }],
    matched: "G12345",
    lists_version: 7,
  };
  const fresh = { plate: "G12345", by: "lan.nguyen", confirmed: false, decision, route: null };
  say.correct.mockResolvedValue(passage({ fresh }, { unread: true, corrected: "G12345" }));
  page = await Page.open(say);
  expect(page.text(".actions .identify")).toContain("Nhận diện");
  await page.press("KeyI");
  expect(document.activeElement?.className).toBe("given");
  await scan("2026112500017");
  expect(say.identify).toHaveBeenCalledWith("in-1", "2026112500017");
  expect(page.text(".named legend")).toContain("tờ khai");
  expect(say.correct, "the scan's own Enter chooses nobody").not.toHaveBeenCalled();
  await page.enter();
  const reason = "Không đọc được biển; nhận diện theo tờ khai 2026112500017";
  expect(say.correct).toHaveBeenCalledWith(PASSAGE, "G12345", reason, identity);
  expect(page.find("dialog")).toBeNull();
  expect(page.text(".fresh")).toContain("Đủ mọi điều kiện");
  expect(say.open).not.toHaveBeenCalled();
});

test("candidates by their numbers, with what stands against them, and how many more there are", async () => {
  page = await Page.open(central(lanes(unread())));
  await page.press("KeyI");
  await scan("2345");
  const rows = page.all(".named label").map((row) => row.textContent ?? "");
  expect(rows.length).toBe(2);
  expect(rows[0]).toContain("Tờ khai 2026112500017");
  expect(rows[0]).toContain("Hải quan vào THIẾU");
  expect(rows[1]).toContain("24C-543.21");
  expect(rows[1]).toContain("Rơ moóc 24R-123.45");
  expect(rows[1]).toContain("Ngoài thời hạn");
  expect(rows[1]).toContain("chưa có quy tắc");
  expect(page.text("dialog")).toContain("+ 3 xe nữa");
  await page.passes(200);
  await page.press("Digit2", { key: "2" });
  expect(checked()).toBe(1);
  await page.passes(200);
  await page.press("Digit7", { key: "7" });
  expect(checked(), "there is no seventh").toBe(1);
  await page.enter();
  expect(page.central.correct.mock.calls[0]?.[1]).toBe("24C54321");
});

test("a second scan goes into the field, wherever the focus is", async () => {
  page = await Page.open(central(lanes(unread())));
  await page.press("KeyI");
  await scan("2345");
  await page.passes(200);
  await scan("1234567");
  expect(page.central.correct).not.toHaveBeenCalled();
  expect(page.central.identify).toHaveBeenLastCalledWith("in-1", "1234567");
});

test("too little, nobody and a centre that is away are said", async () => {
  const say = central(lanes(unread()));
  say.identify.mockRejectedValueOnce(new Fault("given", '"345" has 3 letters and digits', 400));
  say.identify.mockRejectedValueOnce(new Fault("offline", ""));
  say.identify.mockResolvedValueOnce({ kind: "last_digits", candidates: [], more: 0 });
  page = await Page.open(say);
  await page.press("KeyI");
  await scan("345");
  expect(page.text("dialog .fault")).toContain("ít nhất 4 ký tự");
  await page.enter();
  expect(page.text("dialog .fault")).toContain("bảng điều khiển tại làn");
  await page.enter();
  expect(page.text("dialog .fault")).toContain("Không có xe nào");
  await page.press("KeyS");
  expect(say.stop, "a letter that is typed").not.toHaveBeenCalled();
  await page.press("F9");
  expect(say.stop).toHaveBeenCalledWith("in-1");
});

test("the key is there for who could not be read or waits, and for nobody else", async () => {
  page = await Page.open(
    central(lanes(laneView("in-1", { state: "capturing", passage: PASSAGE, track: 4 }, passage()))),
  );
  expect(page.find(".actions .identify")).toBeNull();
  await page.press("KeyI");
  expect(page.find("dialog")).toBeNull();
  page.stream.news(statusNews(status("in-1", { state: "referred", passage: PASSAGE, track: 4 })));
  await page.passes(50);
  expect(page.find(".actions .identify")).not.toBeNull();
  await page.press("KeyI");
  expect(page.find("dialog.identity")).not.toBeNull();
  page.stream.news(statusNews(status("in-1", { state: "idle" })));
  await page.passes(50);
  expect(page.find("dialog"), "the vehicle is gone").toBeNull();
});
