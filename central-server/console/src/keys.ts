/**
 * Keys. By their place on the keyboard (`code`), so that they work whatever input method for
 * Vietnamese or Chinese is on.
 */

import type { Key } from "./gate/allowed";

export type KeyAct =
  | { act: "lane"; number: number }
  | { act: Key | "next" }
  | { act: "passages" | "day" | "owed" | "paper" | "alarms" | "recognition" | "keys" | "language" | "theme" | "back" };

const LETTERS: Record<string, Exclude<KeyAct, { act: "lane" }>["act"]> = {
  KeyE: "correct",
  KeyI: "identify",
  KeyC: "confirm",
  KeyO: "open",
  KeyP: "priority",
  KeyV: "convoy",
  KeyR: "refuse",
  KeyH: "hold",
  KeyS: "stop",
  Space: "stop",
  KeyN: "next",
  KeyM: "mode",
  KeyL: "passages",
  KeyD: "day",
  KeyW: "owed",
  KeyB: "paper",
  KeyA: "alarms",
  KeyQ: "recognition",
  Slash: "keys",
  KeyG: "language",
  KeyT: "theme",
  Escape: "back",
};

/** STOP while typing, too. */
export const STOP_EVERYWHERE = "F9";

export type Pressed = Pick<KeyboardEvent, "code" | "ctrlKey" | "altKey" | "metaKey" | "repeat" | "target">;

/** What a key means where it was pressed; `null`: nothing of ours. */
export function meaning(event: Pressed, dialogIsOpen: boolean): KeyAct | null {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return null;
  if (event.code === STOP_EVERYWHERE) return { act: "stop" };
  if (dialogIsOpen || (isTyping(event.target) && event.code !== "Escape")) return null;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  if (digit) return { act: "lane", number: Number(digit) };
  const act = LETTERS[event.code];
  return act ? { act } : null;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.matches("input:not([type=radio], [type=checkbox]), textarea, select") || target.isContentEditable;
}
