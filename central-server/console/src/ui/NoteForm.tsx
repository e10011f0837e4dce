/** One line of text and the key that sends it; what went wrong stands below. */

import { useState } from "preact/hooks";
import { useSpeech, whyFailed } from "./use";

export function NoteForm(props: { label: string; go: string; onSend: (note: string) => Promise<void> }) {
  const { t } = useSpeech();
  const [note, setNote] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      await props.onSend(note.trim());
    } catch (error) {
      setFault(whyFailed(t, error));
    }
  };
  return (
    <>
      <form onSubmit={submit}>
        <input
          type="text"
          required
          maxLength={200}
          aria-label={props.label}
          placeholder={props.label}
          value={note}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
        <button type="submit">{props.go}</button>
      </form>
      {fault && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </>
  );
}
