import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { percent } from "../src/ui/Plate";
import { nameIn, sureness, texts, waitingText } from "../src/words";
import { said } from "../src/words/said";
import { words } from "./fixtures";
import { Page, stillTime } from "./page";

let page: Page | null = null;
beforeEach(stillTime);
afterEach(async () => {
  await page?.close();
  page = null;
  vi.useRealTimers();
});

/** Every place that holds a text. */
function places(value: unknown, at = ""): string[] {
  if (typeof value === "string") return [at];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => places(inner, `${at}.${key}`));
}

test("three languages say the same things, and nothing is left empty", () => {
  const vietnamese = places(texts("vi")).sort();
  for (const language of ["en", "zh"] as const) {
    expect(places(texts(language)).sort()).toEqual(vietnamese);
    expect(JSON.stringify(texts(language))).not.toContain('""');
  }
});

test("one key walks through the languages; reasons and page change together", async () => {
  page = await Page.open();
  expect(document.documentElement.lang).toBe("vi");
  await page.press("KeyG");
  expect(page.text(".verdict")).toContain("Close to one expected vehicle");
  expect(page.text(".actions .open")).toContain("Open");
  await page.press("KeyG");
  expect(page.text(".verdict")).toContain("与一辆预约车相近");
  expect(page.text(".actions .stop")).toContain("停止");
  expect(document.documentElement.lang).toBe("zh");
});

test("the theme follows the machine until somebody chooses", async () => {
  page = await Page.open();
  expect(document.documentElement.dataset.theme).toBeUndefined();
  await page.press("KeyT");
  expect(document.documentElement.dataset.theme).toBe("light");
  await page.press("KeyT");
  expect(document.documentElement.dataset.theme).toBe("dark");
});

test("codes without a word are shown readable", () => {
  const name = nameIn(words, "vi");
  expect(name("reasons", "some_new_rule")).toBe("some new rule");
  expect(waitingText(name, "officer:probable")).toBe("Chờ cán bộ: Gần giống một xe đang chờ");
  expect(waitingText(nameIn(null, "en"), "barrier_reset")).toBe("barrier reset");
  expect(waitingText(name, "")).toBe("");
});

test("sureness in words, and never a hundred that is none", () => {
  const said = (p: number) => sureness(texts("en"), p).words;
  expect([said(0.2), said(0.6), said(0.9), said(0.97), said(0.999)]).toEqual([
    "Very unsure",
    "Unsure",
    "Fairly sure",
    "Sure",
    "Almost certain",
  ]);
  expect([percent(0.9999), percent(0.5), percent(1)]).toEqual(["99.9 %", "50.0 %", "100.0 %"]);
  expect(percent(0.0004)).toBe("< 0.1 %");
});

test("what the gate says in English is said in the officer's language, or as it came", () => {
  const vietnamese = { t: texts("vi"), language: "vi" as const, name: nameIn(words, "vi") };
  expect(said("the barrier is stopped", vietnamese)).toBe("Barie: Đã dừng");
  expect(said("seen nothing, declared lorry", vietnamese)).toBe("chưa thấy ≠ lorry");
  expect(said("it never came in", vietnamese)).toBe("chưa thấy xe vào");
  expect(said("something new", vietnamese)).toBe("something new");
  expect(said("it never came in", { ...vietnamese, t: texts("en"), language: "en" })).toBe("it never came in");
});
