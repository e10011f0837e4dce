import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { central, EIGHT, me, PASSAGE, passage, recognition } from "./fixtures";
import { Page, stillTime } from "./page";

let page: Page | null = null;
beforeEach(stillTime);
afterEach(async () => {
  await page?.close();
  page = null;
  vi.useRealTimers();
});

function keeper(role: "administrator" | "officer" = "administrator") {
  const say = central();
  say.me.mockImplementation(async () => me(role));
  return say;
}

test("who keeps the cameras sees what moved, and where models on trial differ", async () => {
  page = await Page.open(keeper());
  await page.press("KeyQ");
  const moved = page.all(".figures td.moved").map((cell) => cell.textContent);
  expect(moved).toEqual(["XẤU ĐI 31.0 % (5.0 %)"]);
  expect(page.text(".list")).toContain("97.5 % (39 / 40)");
  expect(page.text(".differ")).toContain("24C12346 (91.0 %)");
  expect(page.text(".differ")).toContain("24C12345 (99.8 %)");
  const picture = page.get(".differ img").getAttribute("src");
  expect(picture).toBe("/console/api/recognition/01a21037-7680-7101-8101-020202020202/plate");
  await page.press("Escape");
  expect(page.find(".figures")).toBeNull();
});

test("without models on trial it says so; what failed is said", async () => {
  const say = keeper();
  say.recognition.mockImplementation(async () => ({ ...recognition(), trials: [], disagreements: [] }));
  page = await Page.open(say);
  await page.press("KeyQ");
  expect(page.text(".list")).toContain("Không có mô hình thử nghiệm");
  expect(page.find(".differ")).toBeNull();
});

test("an officer at a lane has no such page", async () => {
  page = await Page.open(keeper("officer"));
  await page.press("KeyQ");
  expect(page.find(".figures")).toBeNull();
  expect(page.central.recognition).not.toHaveBeenCalled();
});

test("an alarm of a camera names its figures in the reader's language", async () => {
  const say = keeper();
  const detail = "front: referred 0.050 → 0.310";
  const alarm = { id: "a", at: EIGHT * 1000, kind: "recognition", lane: "in-1", passage: null, detail };
  say.alarms.mockImplementation(async () => [{ ...alarm, acknowledged_at: null, acknowledged_by: null }]);
  page = await Page.open(say);
  await page.press("KeyA");
  expect(page.text(".alarms")).toContain("Camera đọc kém đi");
  expect(page.text(".alarms")).toContain("front: Phải chờ cán bộ 0.050 → 0.310");
});

test("a passage of the past tells each look with its fate", async () => {
  const say = keeper("officer");
  const view = passage({
    looked: {
      fates: [
        ["blurred", 7],
        ["read", 1],
      ],
      looks: [
        {
          at: EIGHT * 1000,
          camera: "front",
          fate: "blurred",
          text: "24C1Z345",
          probability: 0.41,
          height_px: 18.2,
          sharpness: 0.04,
        },
      ],
    },
  });
  say.passages.mockImplementation(async () => ({ passages: [view.record], next: null }));
  say.passage.mockImplementation(async () => view);
  page = await Page.open(say);
  await page.press("KeyL");
  await page.click(`.table tbody tr`);
  await page.passes(200);
  expect(view.record.id).toBe(PASSAGE);
  expect(page.text(".each-look summary")).toMatch(/×7.*×1/);
  expect(page.text(".each-look")).toContain("24C1Z345 (41.0 %)");
  expect(page.text(".each-look")).toContain("18 px");
});
