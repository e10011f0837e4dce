/**
 * The words of the page, by language. What the gate's own codes are called (states, reasons, acts,
 * faults ...) comes from gate-core by `/console/api/words`, so that all say the same.
 */

import type { LaneStatus, Language, Section, Ways, Words } from "../contract";
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

/** A word of the page's own tables. */
export const named = (table: Record<string, string>, code: string): string => table[code] ?? bare(code);

/** What a code of the gate is called. */
export type Name = (section: Section, code: string) => string;

export const nameIn =
  (words: Words | null, language: Language): Name =>
  (section, code) =>
    words?.[section]?.[code]?.[language] ?? bare(code);

/** `↓ Nhập`: which way a lane leads now; one that can be turned says that too. */
export function wayText(t: Texts, lane: { direction: Ways; status: LaneStatus | null }): string {
  const now = lane.status?.direction ?? lane.direction;
  const turns = lane.direction === "both" ? "⇄" : "";
  const arrow = { entry: "↓", exit: "↑", both: "" }[now];
  return `${turns}${arrow} ${t.lane[now]}`;
}

/** `officer:not_expected` is "Waiting for an officer: vehicle not expected". */
export function waitingText(name: Name, code: string): string {
  if (code === "") return "";
  const [what = "", reason] = code.split(":");
  return reason ? `${name("waiting", what)}: ${name("reasons", reason)}` : name("waiting", what);
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
