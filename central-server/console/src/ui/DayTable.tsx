/** Figures down, lanes across: each lane's day at a glance, what is over its limit marked. */

import type { DayTimes, LaneDay } from "../contract";
import {
  deviceFaults,
  interventionsPer100,
  MOST_INTERVENTIONS,
  MOST_MANUAL,
  officerAway,
  tooManual,
  total,
} from "../gate/day";
import { share, shareOfTime } from "../gate/share";
import { clock, ms, span } from "../gate/time";
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
  const figures = [...ofTime(speech), ...ofVehicles(speech)];
  // Alarms are the shift leader's.
  if (desk.mayAlarms()) figures.push({ name: t.actions.alarms, cell: (lane) => String(total(lane.alarms)) });
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
                const marked = over?.(lane) ?? false;
                return (
                  <td key={lane.lane} class={marked ? "moved" : ""}>
                    {marked ? <b>▲ {cell(lane)}</b> : cell(lane)}
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

/** A part of the open time; a lane without a record has none, which is not nothing. */
const part = (which: keyof DayTimes) => (lane: LaneDay) =>
  lane.times ? shareOfTime(lane.times[which], lane.times.open) : "–";

function ofTime({ t, language, name }: Speech): Figure[] {
  const open = ({ times, mode }: LaneDay) => {
    if (!times) return mode === "closed" ? `${t.day.noRecord} (${name("modes", mode)})` : t.day.noRecord;
    return times.open === 0 ? t.day.closed : span(ms(times.open));
  };
  const starts = ({ times }: LaneDay) =>
    times && times.starts > 0 ? `${times.starts} (≤ ${span(ms(times.unseen))})` : "0";
  return [
    { name: t.day.open, cell: open },
    { name: `${t.day.manual} (≤ ${MOST_MANUAL * 100} %)`, cell: part("manual"), over: tooManual },
    { name: t.day.attended, cell: part("attended") },
    { name: `${t.barrier}: ${name("barrier", "stopped")}`, cell: part("stopped") },
    { name: `${t.barrier}: ${t.day.faulty}`, cell: part("faulty") },
    { name: `${t.barrier}: ${name("barrier", "emergency_open")}`, cell: part("emergency_open") },
    { name: `${t.barrier}: ${name("barrier", "unknown")}`, cell: part("unknown") },
    { name: t.day.degraded, cell: part("degraded") },
    { name: t.day.starts, cell: (lane) => (lane.times ? starts(lane) : "–") },
    { name: t.day.lastEvent, cell: (lane) => (lane.last_at === null ? "–" : clock(lane.last_at / 1000, language)) },
  ];
}

function ofVehicles({ t }: Speech): Figure[] {
  const per100 = (lane: LaneDay) => {
    const figure = interventionsPer100(lane);
    return figure === null ? String(total(lane.interventions)) : `${figure.toFixed(1)} (${total(lane.interventions)})`;
  };
  return [
    { name: t.recognition.figures.passages ?? "", cell: (lane) => String(lane.passages.all) },
    { name: t.day.automatic, cell: (lane) => share(lane.passages.automatic, lane.passages.all) },
    { name: t.day.unread, cell: (lane) => share(lane.passages.unread, lane.passages.all) },
    {
      name: `${t.day.interventions} (≤ ${MOST_INTERVENTIONS})`,
      cell: per100,
      over: (lane) => (interventionsPer100(lane) ?? 0) > MOST_INTERVENTIONS,
    },
    { name: t.day.officerAway, cell: (lane) => (lane.times ? officerAway(lane).join(" / ") : "–") },
    { name: t.lane.faults, cell: (lane) => (lane.times ? String(total(deviceFaults(lane))) : "–") },
  ];
}
