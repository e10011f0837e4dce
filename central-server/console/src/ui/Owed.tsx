/** Confirmations that vehicles owe which went first: each until somebody notes by which paper it was given. */

import { useEffect, useState } from "preact/hooks";
import type { Owed as One } from "../contract";
import { countryOf, forPeople } from "../gate/plate";
import { dayAndClock } from "../gate/time";
import { ListHead } from "./ListHead";
import { NoteForm } from "./NoteForm";
import { useDesk, useSpeech, whyFailed } from "./use";

export function Owed() {
  const desk = useDesk();
  const { t } = useSpeech();
  const [owed, setOwed] = useState<One[] | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const read = () => desk.owed().then(setOwed, (error) => setFault(whyFailed(t, error)));
  useEffect(() => void read(), []);
  return (
    <section class="list" aria-label={t.owed.title}>
      <ListHead title={t.owed.title} />
      <p class="hint">{t.owed.hint}</p>
      {fault && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {owed?.length === 0 && <p class="empty">{t.owed.none}</p>}
      <ul class="alarms">
        {owed?.map((one) => (
          <Line key={`${one.passage} ${one.kind}`} one={one} onSettled={read} />
        ))}
      </ul>
    </section>
  );
}

function Line(props: { one: One; onSettled: () => Promise<void> }) {
  const desk = useDesk();
  const { t, name, language } = useSpeech();
  const { one } = props;
  const settle = async (note: string) => {
    await desk.settleOwed(one.passage, one.kind, note);
    await props.onSettled();
  };
  return (
    <li class={one.settled_at === null ? "open" : "done"}>
      <p>
        <b>{name("confirmations", one.kind)}</b> ·{" "}
        {one.plate ? forPeople(one.plate, countryOf(one.plate)) : t.passage.unread} · {one.lane} · {t.owed.since}{" "}
        <time>{dayAndClock(one.since / 1000, language)}</time>
      </p>
      {one.settled_at === null ? (
        <NoteForm label={t.owed.note} go={t.owed.given} onSend={settle} />
      ) : (
        <p class="hint">
          {t.owed.given}: {one.note} · {one.settled_by}, {dayAndClock(one.settled_at / 1000, language)}
        </p>
      )}
    </li>
  );
}
