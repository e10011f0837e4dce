import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Fault } from "../src/net/api";
import { central, lanes, referred, status, statusNews } from "./fixtures";
import { Page, stillTime } from "./page";

let page: Page;
beforeEach(stillTime);
afterEach(async () => {
  await page.close();
  vi.useRealTimers();
});

test("STOP goes at once: by S, by Space, by F9 while typing, by the button", async () => {
  page = await Page.open();
  await page.press("KeyS");
  expect(page.central.stop).toHaveBeenCalledTimes(1);
  expect(page.find("dialog")).toBeNull();
  await page.press("Space");
  await page.press("KeyE");
  await page.press("Space");
  expect(page.central.stop).toHaveBeenCalledTimes(2);
  await page.press("F9");
  expect(page.central.stop).toHaveBeenCalledTimes(3);
  await page.click(".actions .stop");
  expect(page.central.stop.mock.calls).toEqual([["in-1"], ["in-1"], ["in-1"], ["in-1"]]);
});

test("Space on a button that has the focus stops, and does not press it", async () => {
  page = await Page.open();
  const next = page.get(".actions .next") as HTMLElement;
  next.focus();
  const down = new KeyboardEvent("keydown", { code: "Space", bubbles: true, cancelable: true });
  const up = new KeyboardEvent("keyup", { code: "Space", bubbles: true, cancelable: true });
  next.dispatchEvent(down);
  next.dispatchEvent(up);
  expect([down.defaultPrevented, up.defaultPrevented]).toEqual([true, true]);
  expect(page.central.stop).toHaveBeenCalledTimes(1);
});

test("beats that stop: not live, unmistakably; all keys but STOP are dead", async () => {
  page = await Page.open();
  await page.passes(7_000);
  expect(page.find(".not-live")).toBeNull();
  await page.passes(2_500);
  expect(page.text(".not-live")).toContain("KHÔNG TRỰC TIẾP");
  expect(page.find("main.stale")).not.toBeNull();
  for (const key of ["correct", "confirm", "open", "refuse", "hold"]) {
    expect((page.get(`.actions .${key}`) as HTMLButtonElement).disabled, key).toBe(true);
  }
  await page.press("KeyO");
  expect(page.find("dialog")).toBeNull();
  await page.press("KeyS");
  expect(page.central.stop).toHaveBeenCalledTimes(1);
  page.stream.beat();
  await page.passes(50);
  expect(page.find(".not-live")).toBeNull();
});

test("one lane that is silent while the stream lives", async () => {
  page = await Page.open();
  await page.passes(8_000, true);
  expect(page.find(".not-live")).toBeNull();
  expect(page.text(".lane-lost")).toContain("MẤT LIÊN LẠC VỚI LÀN");
  expect((page.get(".actions .open") as HTMLButtonElement).disabled).toBe(true);
  expect((page.get(".actions .stop") as HTMLButtonElement).disabled).toBe(false);
  page.stream.news(statusNews(status("in-1", { state: "referred", passage: null })));
  await page.passes(100);
  expect(page.find(".lane-lost")).toBeNull();
});

test("something missed: all lanes are read again", async () => {
  page = await Page.open();
  expect(page.central.lanes).toHaveBeenCalledTimes(1);
  page.stream.say("resync", { event_id: "start-99" });
  await page.passes(300);
  expect(page.central.lanes).toHaveBeenCalledTimes(2);
});

test("a stream that the browser gave up is opened anew, from where the lanes were read", async () => {
  page = await Page.open();
  page.stream.breaks();
  await page.passes(3_000);
  expect(page.streams.length).toBe(2);
  expect(page.begins[1]).toBe("start-1");
  expect(page.central.lanes).toHaveBeenCalledTimes(2);
});

test("the session ends: sign-in says so, and nothing of the gate stays on the screen", async () => {
  const say = central();
  page = await Page.open(say);
  say.lanes.mockRejectedValue(new Fault("session", "not signed in", 401));
  page.stream.say("resync");
  await page.passes(300);
  expect(page.text(".sign-in")).toContain("Phiên đã hết");
  expect(page.text()).not.toContain("12346");
});

test("a locked page hides the gate and still stops", async () => {
  const say = central();
  page = await Page.open(say);
  say.lanes.mockRejectedValue(new Fault("locked", "locked after a rest", 401));
  page.stream.say("resync");
  await page.passes(300);
  expect(page.text(".sign-in")).toContain("Đã khóa");
  expect(page.text()).not.toContain("12346");
  expect((page.get("[name=name]") as HTMLInputElement).value).toBe("lan.nguyen");
  await page.click(".stops .stop");
  expect(say.stop).toHaveBeenLastCalledWith("in-1");
  await page.press("F9");
  expect(say.stop).toHaveBeenCalledTimes(2);
  (document.activeElement as HTMLElement | null)?.blur();
  await page.press("KeyO");
  expect(page.find("dialog")).toBeNull();
  say.lanes.mockResolvedValue(lanes(referred()));
  (page.get("[name=password]") as HTMLInputElement).value = "a long enough password";
  await page.enter();
  await page.passes(300);
  expect(say.signIn).toHaveBeenCalledWith("lan.nguyen", "a long enough password");
  expect(page.text(".plate")).toBe("云G·12346");
});

test("keys keep the session awake, at most once a minute", async () => {
  page = await Page.open();
  await page.press("Digit2");
  expect(page.central.active).not.toHaveBeenCalled();
  await page.passes(61_000, true);
  await page.press("Digit1");
  await page.press("Digit2");
  expect(page.central.active).toHaveBeenCalledTimes(1);
});

test("a vehicle that waits is told after 30 s, and louder after 60 s", async () => {
  page = await Page.open();
  expect(page.find(".attention")).toBeNull();
  await page.passes(26_000, true);
  expect(page.text(".attention")).toContain("Xe đang chờ cán bộ");
  expect(document.title).toContain("(1)");
  await page.passes(31_000, true);
  expect(page.text(".attention.urgent")).toContain("gọi trưởng ca");
});

test("wrong password, wrong invite, passwords that differ: plain words", async () => {
  const say = central();
  say.me.mockRejectedValueOnce(new Fault("session", "", 401));
  page = await Page.open(say);
  say.signIn.mockRejectedValueOnce(new Fault("sign_in", "", 401));
  (page.get("[name=name]") as HTMLInputElement).value = "lan.nguyen";
  (page.get("[name=password]") as HTMLInputElement).value = "wrong";
  await page.enter();
  expect(page.text(".fault")).toContain("Sai tên hoặc mật khẩu");
  await page.click(".sign-in .link");
  (page.get("[name=name]") as HTMLInputElement).value = "lan.nguyen";
  (page.get("[name=invite]") as HTMLInputElement).value = "abc";
  (page.get("[name=password]") as HTMLInputElement).value = "một mật khẩu dài";
  (page.get("[name=again]") as HTMLInputElement).value = "một mật khẩu khác";
  await page.enter();
  expect(page.text(".fault")).toContain("không giống nhau");
  (page.get("[name=again]") as HTMLInputElement).value = "một mật khẩu dài";
  await page.enter();
  await page.passes(300);
  expect(say.firstSignIn).toHaveBeenCalledWith("lan.nguyen", "abc", "một mật khẩu dài");
  expect(page.all(".tile").length).toBe(5);
});

test("central that cannot be reached is said, with what to do", async () => {
  const say = central();
  say.me.mockRejectedValue(new Fault("offline", ""));
  page = await Page.open(say);
  expect(page.text(".fault")).toContain("bảng điều khiển tại làn");
});

test("lanes that cannot be read are said so, and tried again by itself", async () => {
  const say = central();
  say.lanes.mockRejectedValueOnce(new Fault("unavailable", "central could not do this now; try again", 503));
  page = await Page.open(say);
  expect(page.text(".fault")).toContain("Thử lại");
  await page.passes(4_000, true);
  expect(page.find(".fault")).toBeNull();
  expect(page.all(".tile").length).toBe(5);
});

test("a picture that does not come leaves words, not a broken frame, and is tried again", async () => {
  page = await Page.open();
  page.get(".frame img").dispatchEvent(new Event("error"));
  await page.passes(50);
  expect(page.text(".frame")).toContain("chưa về tới trung tâm");
  await page.passes(3_500, true);
  expect(page.find(".frame img")).not.toBeNull();
});
