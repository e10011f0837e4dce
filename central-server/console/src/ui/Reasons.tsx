/** The reasons that are given often, and one in the officer's own words. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Frame } from "./Frame";
import { useSpeech } from "./use";

/** The reasons as a numbered list, and free text as the last. */
export function Reasons(props: {
  reasons: string[];
  chosen: number;
  other: string;
  first: boolean;
  set: (n: number, other: string) => void;
}) {
  const { t } = useSpeech();
  const own = props.reasons.length;
  return (
    <fieldset class="reasons">
      <legend>{t.dialogs.reason}</legend>
      {props.reasons.map((reason, n) => (
        <label key={reason}>
          <input
            type="radio"
            name="reason"
            checked={props.chosen === n}
            data-first={props.first && n === 0 ? "" : undefined}
            onChange={() => props.set(n, props.other)}
          />
          <kbd>{n + 1}</kbd> {reason}
        </label>
      ))}
      <label>
        <input type="radio" name="reason" checked={props.chosen === own} onChange={() => props.set(own, props.other)} />
        <kbd>{own + 1}</kbd> {t.dialogs.other}
      </label>
      <input
        type="text"
        class="other"
        maxLength={200}
        aria-label={t.dialogs.other}
        value={props.other}
        data-other=""
        onFocus={() => props.set(own, props.other)}
        onInput={(event) => props.set(own, event.currentTarget.value)}
      />
    </fieldset>
  );
}

/** State of a choice of reasons; digits choose while no text is typed. */
export function useReasons(reasons: string[]) {
  const { t } = useSpeech();
  const [{ chosen, other }, setChoice] = useState({ chosen: 0, other: "" });
  const [fault, setFault] = useState<string | null>(null);
  const set = (n: number, text: string) => {
    setChoice({ chosen: n, other: text });
    setFault(null);
  };
  const reason = (reasons[chosen] ?? other).trim();
  const onKey = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const digit = Number(/^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1] ?? 0);
    if (target.matches("input[type=text], input[type=number]") || digit === 0 || digit > reasons.length + 1) return;
    event.preventDefault();
    const dialog = target.closest("dialog");
    set(digit - 1, other);
    if (digit === reasons.length + 1) dialog?.querySelector<HTMLElement>("[data-other]")?.focus();
    else dialog?.querySelectorAll<HTMLElement>("input[type=radio]")[digit - 1]?.focus();
  };
  const send = (go: (reason: string) => void) => (reason === "" ? setFault(t.dialogs.needReason) : go(reason));
  return { chosen, other, set, fault, onKey, send };
}

interface ReasonProps {
  title: string;
  reasons: string[];
  go: string;
  kind: string;
  /** The focus begins on the reasons. */
  first?: boolean;
  onSend: (reason: string) => void;
  children: ComponentChildren;
}

/** A dialog that asks for a reason, with whatever else it needs above it. */
export function ReasonDialog(props: ReasonProps) {
  const { chosen, other, set, fault, onKey, send } = useReasons(props.reasons);
  return (
    <Frame title={props.title} kind={props.kind} go={props.go} onKey={onKey} onSubmit={() => send(props.onSend)}>
      {props.children}
      <Reasons reasons={props.reasons} chosen={chosen} other={other} first={props.first ?? true} set={set} />
      {fault && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </Frame>
  );
}
