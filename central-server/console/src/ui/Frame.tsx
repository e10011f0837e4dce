/** What every dialog of an act has: a title, a way out, and STOP. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { StopButton } from "./ActionBar";
import { useDesk, useSpeech } from "./use";

interface FrameProps {
  title: string;
  kind: string;
  go: string;
  onSubmit: () => void;
  children: ComponentChildren;
  onKey?: (event: KeyboardEvent) => void;
}

/** A modal dialog with a way out, and STOP in it. */
export function Frame(props: FrameProps) {
  const desk = useDesk();
  const { t } = useSpeech();
  const place = useRef<HTMLDialogElement>(null);
  const close = () => desk.set({ dialog: null, suggestion: null });
  useEffect(() => {
    const dialog = place.current;
    if (dialog && !dialog.open) dialog.showModal();
    dialog?.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={place}
      class={`dialog ${props.kind}`}
      aria-label={props.title}
      onCancel={close}
      onKeyDown={props.onKey}
    >
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          props.onSubmit();
        }}
      >
        <h2>{props.title}</h2>
        {props.children}
        <div class="dialog-keys">
          <button type="submit" class="primary">
            {props.go} <kbd>↵</kbd>
          </button>
          <button type="button" onClick={close}>
            {t.actions.cancel} <kbd>Esc</kbd>
          </button>
          <StopButton typing />
        </div>
        <p class="hint">{t.dialogs.stopInside}</p>
      </form>
    </dialog>
  );
}
