/** Alarms, for the shift leader alone: what, where, and what was done about it. */

import type { Alarm } from "../contract";
import { dayAndClock } from "../gate/time";
import { named } from "../words";
import { ListHead } from "./ListHead";
import { NoteForm } from "./NoteForm";
import { useDesk, useDeskState, useSpeech } from "./use";

export function AlarmList() {
  const { gate } = useDeskState();
  const { t } = useSpeech();
  const alarms = [...gate.alarms].sort(
    (a, b) => Number(a.acknowledged_at !== null) - Number(b.acknowledged_at !== null) || b.at - a.at,
  );
  return (
    <section class="list" aria-label={t.alarms.title}>
      <ListHead title={t.alarms.title} />
      <p class="hint">{t.alarms.private}</p>
      {alarms.length === 0 && <p class="empty">{t.alarms.none}</p>}
      <ul class="alarms">
        {alarms.map((alarm) => (
          <One key={alarm.id} alarm={alarm} />
        ))}
      </ul>
    </section>
  );
}

/** `front: referred 0.050 → 0.310; height_px ...`, with the figures' names in the reader's language. */
const drift = (detail: string, figures: Record<string, string>): string =>
  detail.replace(/\b(referred|corrected|confidence|height_px)\b(?= [\d.]+ →)/g, (code) => named(figures, code));

function One(props: { alarm: Alarm }) {
  const desk = useDesk();
  const { t, language } = useSpeech();
  const { alarm } = props;
  const done = alarm.acknowledged_at !== null;
  return (
    <li class={done ? "done" : "open"}>
      <p>
        <b>{named(t.alarms.kinds, alarm.kind)}</b> <time>{dayAndClock(alarm.at / 1000, language)}</time>{" "}
        {alarm.lane && (
          <button type="button" class="link" onClick={() => desk.choose(alarm.lane ?? "")}>
            {alarm.lane}
          </button>
        )}
      </p>
      <p>{alarm.kind === "recognition" ? drift(alarm.detail, t.recognition.figures) : alarm.detail}</p>
      {done ? (
        <p class="hint">
          {t.alarms.done}: {alarm.acknowledged_by}, {dayAndClock((alarm.acknowledged_at ?? 0) / 1000, language)}
        </p>
      ) : (
        <NoteForm label={t.alarms.note} go={t.alarms.acknowledge} onSend={(note) => desk.acknowledge(alarm.id, note)} />
      )}
    </li>
  );
}
