/** All keys, on one sheet. */

import { useEffect, useRef } from "preact/hooks";
import { useDesk, useSpeech } from "./use";

export function KeyList() {
  const desk = useDesk();
  const { t } = useSpeech();
  const place = useRef<HTMLDialogElement>(null);
  const close = () => desk.set({ dialog: null });
  useEffect(() => {
    const dialog = place.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  const keys: [string[], string][] = [
    [["S", "␣"], t.actions.stopWhole],
    [["F9"], `${t.actions.stopWhole} (${t.keys.everywhere})`],
    [["1", "…", "9"], t.keys.lane],
    [["N"], t.actions.next],
    [["E"], t.actions.correct],
    [["I"], t.identity.title],
    [["C"], t.actions.confirm],
    [["O"], t.actions.open],
    [["P"], t.actions.priority],
    [["R"], t.actions.refuse],
    [["H"], t.actions.hold],
    ...(desk.mayLead()
      ? ([
          [["V"], t.actions.convoy],
          [["M"], t.actions.mode],
        ] as [string[], string][])
      : []),
    [["1", "…", "6"], t.keys.inDialogs],
    [["↵"], t.keys.enter],
    [["Esc"], t.keys.escape],
    ...(desk.mayAct()
      ? ([
          [["L"], t.actions.passages],
          [["D"], t.actions.day],
          [["W"], t.actions.owed],
          [["B"], t.paper.enter],
        ] as [string[], string][])
      : []),
    ...(desk.mayAlarms()
      ? ([
          [["A"], t.actions.alarms],
          [["Q"], t.actions.recognition],
        ] as [string[], string][])
      : []),
    [["G"], t.language],
    [["T"], t.theme],
    [["?"], t.keys.title],
  ];
  return (
    <dialog ref={place} class="dialog keys" aria-label={t.keys.title} onCancel={close}>
      <h2>{t.keys.title}</h2>
      <dl>
        {keys.map(([letters, what]) => (
          <div key={what}>
            <dt>
              {letters.map((letter) => (
                <kbd key={letter}>{letter}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <button type="button" class="primary" onClick={close}>
        {t.actions.close}
      </button>
    </dialog>
  );
}
