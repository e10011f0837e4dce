/** The officer's last act at this lane: sent, then what the lane did, then what the boom was seen to do. */

import { type ActLine, boomCame, movesBoom, overdue } from "../gate/act";
import type { Lane } from "../gate/state";
import { faultText } from "../words";
import { said } from "../words/said";
import { useDesk, useDeskState, useSpeech } from "./use";

/** Shown for so long after its key was pressed. */
const SHOWN_MS = 60_000;

export function ActProgress(props: { lane: Lane }) {
  const { gate } = useDeskState();
  const { tick } = useDesk();
  const line = gate.acts.get(props.lane.lane);
  if (!line || tick() - line.at > SHOWN_MS) return null;
  return <Progress line={line} tick={tick()} />;
}

function Progress(props: { line: ActLine; tick: number }) {
  const speech = useSpeech();
  const { t, name } = speech;
  const { line } = props;
  const late = overdue(line, props.tick);
  const bad = line.sent === "failed" || line.lane === "refused";
  return (
    <div class={`progress ${bad ? "bad" : late ? "late" : ""}`} role="status">
      <b>{name("acts", line.act)}</b>
      <ol>
        <li class={line.sent === "failed" ? "bad" : line.sent === "sent" ? "done" : "now"}>
          {line.sent === "failed" ? t.act.failed : line.sent === "sent" ? t.act.sent : `${t.act.sending}…`}
        </li>
        {line.sent !== "failed" && (
          <li class={line.lane === "refused" ? "bad" : line.lane === "did" ? "done" : "now"}>
            {line.lane === "refused" ? t.act.laneRefused : line.lane === "did" ? t.act.laneDid : `${t.act.laneWaits}…`}
          </li>
        )}
        {line.sent !== "failed" && line.lane !== "refused" && (line.boom.length > 0 || movesBoom(line.act)) && (
          <li class={boomCame(line)}>
            {line.boom.length > 0
              ? `${t.barrier}: ${line.boom.map((state) => name("barrier", state)).join(" → ")}`
              : `${t.act.boomWaits}…`}
          </li>
        )}
      </ol>
      {line.fault && <p>{faultText(t, line.fault.kind, line.fault.message)}</p>}
      {line.lane === "refused" && <p>{said(line.why, speech)}</p>}
      {late && <p>{t.act.overdue[late]}</p>}
    </div>
  );
}
