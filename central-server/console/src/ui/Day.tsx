/** The day's account of each lane: where its open time went, and what it asked of officers. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { DayView } from "../contract";
import { clock, date, ms } from "../gate/time";
import { DayLanes } from "./DayLanes";
import { DayTable } from "./DayTable";
import { ListHead } from "./ListHead";
import { useDesk, useSpeech, whyFailed } from "./use";

export function Day() {
  const desk = useDesk();
  const { t, language } = useSpeech();
  const [day, setDay] = useState<DayView | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const asked = useRef(0);
  const begin = useRef<HTMLButtonElement>(null);
  const read = async (which?: string) => {
    asked.current += 1;
    const mine = asked.current;
    setFault(null);
    try {
      const answer = await desk.day(which);
      // A day that was asked for before another one may be answered after it.
      if (mine === asked.current) setDay(answer);
    } catch (error) {
      if (mine === asked.current) setFault(whyFailed(t, error));
    }
  };
  // Today; after that by the reader's choice.
  useEffect(() => void read(), []);
  // From here Enter and Tab walk through the days.
  const there = day !== null;
  useEffect(() => {
    if (there) begin.current?.focus();
  }, [there]);
  const go = (which: string | null | undefined) => which != null && void read(which);
  return (
    <section class="list" aria-label={t.day.title}>
      <ListHead title={t.day.title} />
      <div class="days">
        <button ref={begin} type="button" disabled={!day?.previous} onClick={() => go(day?.previous)}>
          ◀ {t.day.previous}
        </button>
        <button type="button" disabled={!day?.next} onClick={() => go(day?.next)}>
          {t.day.next} ▶
        </button>
        <button type="button" onClick={() => void read()}>
          {t.day.today}
        </button>
        {day && (
          <p role="status">
            <b>{date(ms(day.from), language)}</b>
            {day.next === null && ` · ${t.day.upTo} ${clock(ms(day.until), language)}`}
          </p>
        )}
      </div>
      {fault && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {day === null && !fault && <p class="empty">{t.loading}</p>}
      {day?.lanes.length === 0 && <p class="empty">{t.lane.none}</p>}
      {day && day.lanes.length > 0 && (
        <>
          <DayTable lanes={day.lanes} />
          <p class="hint">{t.day.hint}</p>
          <DayLanes day={day} />
        </>
      )}
    </section>
  );
}
