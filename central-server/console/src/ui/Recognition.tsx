/** How well plates are read, for those who keep cameras and models. */

import { useEffect, useState } from "preact/hooks";
import type { CameraDrift, CameraFigures, Recognition as Figures } from "../contract";
import { dayAndClock } from "../gate/time";
import { named } from "../words";
import { ListHead } from "./ListHead";
import { TableHead } from "./TableHead";
import { Trials } from "./Trials";
import { useDesk, useSpeech, whyFailed } from "./use";

export function Recognition() {
  const desk = useDesk();
  const { t, language } = useSpeech();
  const [figures, setFigures] = useState<Figures | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const read = () => desk.recognition().then(setFigures, (error: unknown) => setFault(whyFailed(t, error)));
  // Once: figures of days do not change while somebody looks.
  useEffect(() => void read(), []);
  const period = ([from, to]: [number, number]) =>
    `${dayAndClock(from / 1000, language)} – ${dayAndClock(to / 1000, language)}`;
  return (
    <section class="list" aria-label={t.recognition.title}>
      <ListHead title={t.recognition.title} />
      {fault && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {figures === null && !fault && <p class="empty">{t.loading}</p>}
      {figures && (
        <>
          <p class="hint">
            {t.recognition.window}: {period(figures.periods.window)}. {t.recognition.baseline}:{" "}
            {period(figures.periods.baseline)}. {t.recognition.least}: {figures.least_passages}.
          </p>
          <Cameras cameras={figures.cameras} />
          <Trials trials={figures.trials} disagreements={figures.disagreements} />
        </>
      )}
    </section>
  );
}

const COLUMNS = [
  "passages",
  "referred",
  "corrected",
  "confidence",
  "confidence_low",
  "height_px",
  "height_low_px",
] as const;

function Cameras(props: { cameras: CameraDrift[] }) {
  const { t } = useSpeech();
  if (props.cameras.length === 0) return <p class="empty">{t.recognition.none}</p>;
  return (
    <div class="table figures">
      <table>
        <TableHead
          names={[t.list.lane, t.recognition.camera, ...COLUMNS.map((c) => named(t.recognition.figures, c))]}
        />
        <tbody>
          {props.cameras.map((camera) => (
            <tr key={`${camera.lane} ${camera.camera}`} class={camera.drifts.length > 0 ? "moved" : ""}>
              <td>{camera.lane}</td>
              <td>{camera.camera || "–"}</td>
              {COLUMNS.map((column) => {
                const moved = camera.drifts.some((drift) => drift.figure === column);
                return (
                  <td key={column} class={moved ? "moved" : ""}>
                    {moved && <b>{t.recognition.moved} </b>}
                    {shown(column, camera.window)} <small>({shown(column, camera.baseline)})</small>
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

function shown(column: (typeof COLUMNS)[number], figures: CameraFigures): string {
  const value = figures[column];
  if (value === null) return "–";
  if (column === "passages") return String(value);
  return column.startsWith("height") ? `${value.toFixed(0)} px` : `${(value * 100).toFixed(1)} %`;
}
