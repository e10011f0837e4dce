/** Figures down, lanes across: each lane's day at a glance, what is over its limit marked. */

import type { DayTimes, LaneDay } from "../contract";
import {
  deviceFaults,
  interventionsPer100,
  MOST_INTERVENTIONS,
  MOST_MANUAL,
  officerAway,
  tooManual,
  tooManyInterventions,
  total,
} from "../gate/day";
import { share, shareOfTime } from "../gate/share";
import { clock, ms, span } from "../gate/time";
import { named } from "../words";
import { TableHead } from "./TableHead";
import { type Speech, useDesk, useSpeech } from "./use";

interface Figure {
  name: string;
  cell: (lane: LaneDay) => string;
  /** Over the limit. */
  over?: (lane: LaneDay) => boolean;
}

export function DayTable(props: { lanes: LaneDay[] }) {
  const desk = useDesk();
  const speech = useSpeech();
  const { t } = speech;
  // What makes a post switch the system off goes first.
  const figures = [...ofTheLane(speech), ...ofTheBarrier(speech)];
  // Alarms are the shift leader's.
  if (desk.mayAlarms()) figures.push({ name: t.actions.alarms, cell: (lane) => String(total(lane.alarms)) });
  figures.push(...ofTheRecord(speech));
  if (props.lanes.some((lane) => lane.missing > 0)) {
    figures.push({ name: t.day.missing, cell: (lane) => String(lane.missing), over: (lane) => lane.missing > 0 });
  }
  return (
    <div class="table figures day">
      <table>
        <TableHead names={[t.day.figure, ...props.lanes.map((lane) => lane.lane)]} />
        <tbody>
          {figures.map(({ name, cell, over }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {props.lanes.map((lane) => {
                const [said, marked] = [cell(lane), over?.(lane) ?? false];
                return (
                  <td key={lane.lane} class={marked ? "moved" : NOTHING.test(said) ? "nothing" : ""}>
                    {marked && <b>▲ </b>}
                    {marked && <span class="hidden">{t.day.over} </span>}
                    {said}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** No more than zeros and signs: nothing of it happened. */
const NOTHING = /^[0 .%/()–]+$/;

/** A part of the open time; a lane without a record has none, which is not nothing. */
const part = (which: keyof DayTimes) => (lane: LaneDay) =>
  lane.times ? shareOfTime(lane.times[which], lane.times.open) : "–";

function ofTheLane({ t, name }: Speech): Figure[] {
  const open = ({ times, mode }: LaneDay) => {
    if (!times) return mode === "closed" ? `${t.day.noRecord} (${name("modes", mode)})` : t.day.noRecord;
    return times.open === 0 ? t.day.closed : span(ms(times.open));
  };
  const acts = (lane: LaneDay) => {
    const [figure, all] = [interventionsPer100(lane), total(lane.interventions)];
    return figure === null ? String(all) : `${figure.toFixed(1)} (${all})`;
  };
  const paper = (lane: LaneDay) => {
    const reasons = Object.entries(lane.paper).map(([reason, count]) => `${named(t.paper.reasons, reason)} ×${count}`);
    return reasons.length === 0 ? "0" : `${total(lane.paper)} (${reasons.join(", ")})`;
  };
  return [
    { name: t.day.open, cell: open },
    { name: `${t.day.manual} (≤ ${MOST_MANUAL * 100} %)`, cell: part("manual"), over: tooManual },
    { name: t.day.passages, cell: (lane) => String(lane.passages.all) },
    { name: `${t.day.interventions} (≤ ${MOST_INTERVENTIONS})`, cell: acts, over: tooManyInterventions },
    { name: t.day.officerAway, cell: (lane) => (lane.times ? officerAway(lane).join(" / ") : "–") },
    { name: t.day.automatic, cell: (lane) => share(lane.passages.automatic, lane.passages.all) },
    { name: t.day.paper, cell: paper },
    { name: t.day.unread, cell: (lane) => share(lane.passages.unread, lane.passages.all) },
    { name: t.day.attended, cell: part("attended") },
    { name: t.day.degraded, cell: part("degraded") },
  ];
}

function ofTheBarrier({ t, name }: Speech): Figure[] {
  const boom = (state: string, cell: Figure["cell"]) => ({ name: `${t.barrier}: ${state}`, cell });
  return [
    boom(name("barrier", "stopped"), part("stopped")),
    boom(t.day.faulty, part("faulty")),
    boom(name("barrier", "emergency_open"), part("emergency_open")),
    boom(name("barrier", "unknown"), part("unknown")),
    { name: t.lane.faults, cell: (lane) => (lane.times ? String(total(deviceFaults(lane))) : "–") },
  ];
}

/** How far the figures can be trusted. */
function ofTheRecord({ t, language }: Speech): Figure[] {
  const starts = ({ times }: LaneDay) => {
    if (!times) return "–";
    return times.starts === 0 ? "0" : `${times.starts} (≤ ${span(ms(times.unseen))})`;
  };
  return [
    { name: t.day.starts, cell: starts },
    { name: t.day.lastEvent, cell: (lane) => (lane.last_at === null ? "–" : clock(ms(lane.last_at), language)) },
  ];
}
