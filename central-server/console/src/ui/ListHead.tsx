/** The head of a list that stands in place of the lanes, with the way back to them. */

import { useDesk, useSpeech } from "./use";

export function ListHead(props: { title: string }) {
  const desk = useDesk();
  const { t } = useSpeech();
  return (
    <div class="list-head">
      <h2>{props.title}</h2>
      <button type="button" onClick={() => desk.set({ view: "lanes" })}>
        {t.list.back} <kbd>Esc</kbd>
      </button>
    </div>
  );
}
