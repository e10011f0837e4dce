/** What this browser remembers of its officer: language and theme. Nothing of the gate. */

import type { Language } from "./contract";

export type Theme = "auto" | "light" | "dark";
export interface Prefs {
  language: Language;
  theme: Theme;
}

const KEY = "gate-console";
export const THEMES: Theme[] = ["auto", "light", "dark"];

export function loadPrefs(): Prefs {
  const prefs: Prefs = { language: "vi", theme: "auto" };
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Prefs>;
    if (kept.language === "vi" || kept.language === "en" || kept.language === "zh") prefs.language = kept.language;
    if (kept.theme === "light" || kept.theme === "dark") prefs.theme = kept.theme;
  } catch {
    // A browser without storage starts in Vietnamese each time.
  }
  return prefs;
}

export function keepPrefs(prefs: Prefs): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs));
  } catch {
    // As above.
  }
}

export function show(prefs: Prefs): void {
  document.documentElement.lang = prefs.language;
  if (prefs.theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = prefs.theme;
}
