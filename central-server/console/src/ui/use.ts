/** Hooks by which components see the desk and the time. */

import { createContext } from "preact";
import { useContext, useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { Language } from "../contract";
import type { Desk, DeskState } from "../desk";
import { Fault } from "../net/api";
import { faultText, type Name, nameIn, type Texts, texts } from "../words";

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("no desk");
  return desk;
}

export function useDeskState(): DeskState {
  const desk = useDesk();
  const [, again] = useState(desk.state);
  useLayoutEffect(() => {
    again(desk.state);
    return desk.subscribe(() => again(desk.state));
  }, [desk]);
  return desk.state;
}

export interface Speech {
  t: Texts;
  language: Language;
  /** What a code of the gate is called. */
  name: Name;
}

export function useSpeech(): Speech {
  const { prefs, words } = useDesk().state;
  return { t: texts(prefs.language), language: prefs.language, name: nameIn(words, prefs.language) };
}

/** What the reader is told of a call that failed. */
export const whyFailed = (t: Texts, error: unknown): string =>
  error instanceof Fault ? faultText(t, error.kind, error.message) : String(error);

/** Draws again so often: for what grows by itself, as waiting times. */
export function useTick(everyMs = 1000): void {
  const [, again] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => again((n) => n + 1), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
}
