/** What stands behind a lane's figures: each MANUAL with what was said near it, acts, faults and alarms by kind. */

import type { Counts, DayView, LaneDay, Manual } from "../contract";
import { deviceFaults } from "../gate/day";
import { clock, dayAndClock, ms, span } from "../gate/time";
import { named } from "../words";
import { useSpeech } from "./use";

export function DayLanes(props: { day: DayView }) {
  const said = (lane: LaneDay) =>
    lane.manual.length > 0 ||
    lane.clock_doubtful ||
    endsEarly(lane, props.day) ||
    [lane.interventions, deviceFaults(lane), lane.alarms].some((counts) => Object.keys(counts).length > 0);
  return (
    <div class="day-lanes">
      {props.day.lanes.filter(said).map((lane) => (
        <OneLane key={lane.lane} lane={lane} day={props.day} />
      ))}
    </div>
  );
}

/** More happened than is counted: the account ends before the others. */
const endsEarly = ({ times }: LaneDay, day: DayView): boolean => times !== null && times.until < day.until;

function OneLane(props: { lane: LaneDay; day: DayView }) {
  const { t, language, name } = useSpeech();
  const { lane, day } = props;
  return (
    <article class="one">
      <h2>{lane.lane}</h2>
      {lane.clock_doubtful && <p class="warn">{t.passage.clockBad}</p>}
      {lane.times && endsEarly(lane, day) && (
        <p class="warn">
          {t.day.upTo} {clock(ms(lane.times.until), language)}
        </p>
      )}
      <h3>{t.day.manual}</h3>
      {lane.manual.length === 0 && <p class="hint">{t.day.noManual}</p>}
      <ul class="manuals">
        {lane.manual.map((manual) => (
          <OneManual key={manual.since} manual={manual} day={day} />
        ))}
      </ul>
      <Counted title={t.day.acts} counts={lane.interventions} word={(code) => name("acts", code)} />
      <Counted title={t.lane.faults} counts={deviceFaults(lane)} word={(code) => name("faults", code)} />
      <Counted title={t.alarms.title} counts={lane.alarms} word={(code) => named(t.alarms.kinds, code)} />
    </article>
  );
}

function OneManual(props: { manual: Manual; day: DayView }) {
  const { t, language, name } = useSpeech();
  const { manual, day } = props;
  const at = (when: number) =>
    when < day.from || when > day.until ? dayAndClock(ms(when), language) : clock(ms(when), language);
  return (
    <li>
      <p>
        <b>
          {at(manual.since)} – {manual.until === null ? t.day.stillOn : at(manual.until)}
        </b>{" "}
        · {name("barrier", manual.state)} · {t.day.counted} {span(ms(manual.counted))}
      </p>
      {manual.faults.length > 0 && (
        <p>
          {t.day.faultsThen}: {manual.faults.map((code) => name("faults", code)).join(", ")}
        </p>
      )}
      {manual.said.map((said) => (
        <p key={`${said.at} ${said.act}`}>
          <time>{at(said.at)}</time> {name("acts", said.act)}
          {said.mode && ` (${name("modes", said.mode)})`} · {[said.officer, said.text].filter(Boolean).join(": ")}
        </p>
      ))}
      {manual.said.length === 0 && <p class="hint">{t.day.noReason}</p>}
    </li>
  );
}

function Counted(props: { title: string; counts: Counts; word: (code: string) => string }) {
  const most = Object.entries(props.counts).sort(([, a], [, b]) => b - a);
  if (most.length === 0) return null;
  return (
    <p>
      <small>{props.title}:</small> {most.map(([code, n]) => `${props.word(code)} ×${n}`).join(", ")}
    </p>
  );
}
