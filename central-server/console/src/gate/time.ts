/** Time as officers read it: the gate's own zone, named; and central's clock, not this machine's. */

import type { Language, Micros } from "../contract";

const ZONE = "Asia/Ho_Chi_Minh";
const LOCALES: Record<Language, string> = { vi: "vi-VN", en: "en-GB", zh: "zh-CN" };

/** How far central's clock is ahead of this machine's, in milliseconds. */
let aheadMs = 0;

export function centralSays(serverTime: Micros): void {
  aheadMs = serverTime / 1000 - Date.now();
}

/** Central's time now, in milliseconds. */
export const nowMs = (): number => Date.now() + aheadMs;

export const ms = (at: Micros): number => at / 1000;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: Language, shape: "time" | "day" | "both"): Intl.DateTimeFormat {
  const key = `${language} ${shape}`;
  let found = formats.get(key);
  if (!found) {
    const day = { day: "2-digit", month: "2-digit", year: "numeric" } as const;
    const time = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
    found = new Intl.DateTimeFormat(LOCALES[language], {
      timeZone: ZONE,
      ...(shape === "time" ? {} : day),
      ...(shape === "day" ? {} : time),
    });
    formats.set(key, found);
  }
  return found;
}

export const clock = (atMs: number, language: Language): string => format(language, "time").format(atMs);
export const date = (atMs: number, language: Language): string => format(language, "day").format(atMs);
export const dayAndClock = (atMs: number, language: Language): string => format(language, "both").format(atMs);

/** `0:07`, `12:40`, `1:02:03`. */
export function span(forMs: number): string {
  const s = Math.max(0, Math.floor(forMs / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** What a `datetime-local` field holds, read as the gate's time (UTC+7 all year). */
export function fromField(text: string): Micros | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return undefined;
  const at = Date.parse(`${text.length === 16 ? `${text}:00` : text}+07:00`);
  return Number.isNaN(at) ? undefined : at * 1000;
}
