/** The words of the page, by language, and how codes become words. */

import type { Language, Words } from "../contract";
import { en } from "./en";
import { type Texts, vi } from "./vi";
import { zh } from "./zh";

export type { Texts };
export const LANGUAGES: { code: Language; name: string }[] = [
  { code: "vi", name: "Tiếng Việt" },
  { code: "en", name: "English" },
  { code: "zh", name: "中文" },
];
const ALL: Record<Language, Texts> = { vi, en, zh };

export const texts = (language: Language): Texts => ALL[language];

/** A code without a word is shown as it is, readable: better than nothing on a bad day. */
const bare = (code: string): string => code.replaceAll("_", " ");

export const named = (table: Record<string, string>, code: string): string => table[code] ?? bare(code);

/** A reason of a decision: gate-core's own words. */
export function reasonText(words: Words | null, language: Language, code: string): string {
  return words?.reasons[code]?.[language] ?? bare(code);
}

/** `fault(relay_stuck)` is "FAULT: relay does not let go". */
export function barrierText(t: Texts, state: string): string {
  const fault = /^fault\((.+)\)$/.exec(state)?.[1];
  return fault ? `${named(t.barrier, "fault")}: ${named(t.faults, fault)}` : named(t.barrier, state);
}

/** `officer:not_expected` is "Waits for officer: no such vehicle is expected". */
export function waitingText(t: Texts, words: Words | null, language: Language, code: string): string {
  const reason = /^officer:(.+)$/.exec(code)?.[1];
  if (reason) return `${named(t.waiting, "officer")}: ${reasonText(words, language, reason)}`;
  return code === "" ? "" : named(t.waiting, code);
}

/** A probability in words: 0.9995 is "almost certain". */
export function sureness(t: Texts, probability: number): { words: string; level: number } {
  const limits = [0.5, 0.8, 0.95, 0.995];
  const level = limits.filter((limit) => probability >= limit).length;
  return { words: t.passage.sure[level] ?? "", level };
}

/** What the officer reads of a call that failed: what it means, and central's own words. */
export function faultText(t: Texts, kind: string, message: string): string {
  const plain = t.errors[kind];
  if (plain) return message && kind !== "offline" ? `${plain} (${message})` : plain;
  return `${t.errors.unknown}: ${message || kind}`;
}
