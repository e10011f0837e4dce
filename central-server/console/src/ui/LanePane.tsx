/** The chosen lane, large: the vehicle with its picture, what was read and declared, and the boom. */

import type { PassageView } from "../contract";
import { type Lane, laneIsLive, passageOf, waitingSince } from "../gate/state";
import { clock, nowMs, span } from "../gate/time";
import { waitingText, wayText } from "../words";
import { ActProgress } from "./ActProgress";
import { Compare } from "./Compare";
import { Boom, Confirmations, DoneActs, Route, Way } from "./Course";
import { Pictures } from "./Pictures";
import { Plate } from "./Plate";
import { tone } from "./Strip";
import { useDesk, useDeskState, useSpeech, useTick } from "./use";
import { Why } from "./Why";

export function LanePane() {
  useTick();
  const desk = useDesk();
  const { gate, fault, live: streams } = useDeskState();
  const { t, name } = useSpeech();
  const lane = desk.lane();
  if (!lane) return fault ? null : <p class="empty">{t.lane.none}</p>;
  const live = desk.laneIsLive(lane);
  const passage = passageOf(gate, lane);
  return (
    <section class={`pane ${live ? "" : "stale"}`} aria-label={lane.lane}>
      <Heading lane={lane} passage={passage} live={live} />
      {streams && !live && <LaneLost lane={lane} />}
      <Faults lane={lane} />
      {lane.status?.convoy && (
        <p class="convoy-line" role="status">
          <b>
            {t.lane.convoy} {lane.status.convoy.passed} / {lane.status.convoy.of}
          </b>{" "}
          · {t.lane.convoyLeft} {lane.status.convoy.minutes_left} {t.lane.minutes}
        </p>
      )}
      {lane.status?.state === "tailgated" && <p class="lane-lost">{t.lane.tailgated}</p>}
      <ActProgress lane={lane} />
      {lane.status?.passage ? (
        <Vehicle lane={lane} passage={passage} />
      ) : (
        <p class="empty large">{lane.status?.mode === "closed" ? name("modes", "closed") : t.lane.empty}</p>
      )}
    </section>
  );
}

function Heading(props: { lane: Lane; passage: PassageView | undefined; live: boolean }) {
  const { lane, passage, live } = props;
  const { t, name } = useSpeech();
  const status = lane.status;
  if (!status) return null;
  const since = waitingSince(lane, passage);
  const waiting = waitingText(name, status.waiting_for);
  return (
    <div class={`heading ${tone(lane, live)}`}>
      <h2>
        {lane.lane} <small>{wayText(t, lane)}</small>
      </h2>
      <p class="state">
        <b>{waiting || name("states", status.state)}</b>
        {since !== null && <span class="wait-time">{span(nowMs() - since)}</span>}
      </p>
      <dl class="facts-line">
        <div>
          <dt>{t.barrier}</dt>
          <dd>{name("barrier", status.barrier)}</dd>
        </div>
        <div>
          <dt>{t.lane.mode}</dt>
          <dd>{name("modes", status.mode)}</dd>
        </div>
        <div>
          <dt>{t.lane.sign}</dt>
          <dd class="sign">{status.display || "–"}</dd>
        </div>
      </dl>
    </div>
  );
}

function LaneLost(props: { lane: Lane }) {
  const { t, language } = useSpeech();
  const { tick } = useDesk();
  const heard = props.lane.heardAt;
  const ago = heard === null ? null : tick() - heard;
  return (
    <p class="lane-lost" role="alert">
      <b>{t.live.laneNo}</b> {t.live.laneNoWhy}{" "}
      {ago === null
        ? t.live.never
        : laneIsLive(props.lane, tick())
          ? ""
          : `(${t.live.lastHeard} ${clock(nowMs() - ago, language)})`}
    </p>
  );
}

function Faults(props: { lane: Lane }) {
  const { gate } = useDeskState();
  const { t, name } = useSpeech();
  // That an officer is waited for is told above, with the time.
  const faults = (props.lane.status?.faults ?? []).filter((code) => !code.startsWith("officer_away"));
  if (faults.length === 0) return null;
  return (
    <ul class="lane-faults" aria-label={t.lane.faults}>
      {faults.map((code) => (
        <li key={code}>
          <b>{name("faults", code)}</b> {gate.faults.get(`${props.lane.lane} ${code}`) ?? ""}
        </li>
      ))}
    </ul>
  );
}

function Vehicle(props: { lane: Lane; passage: PassageView | undefined }) {
  const { passage } = props;
  const desk = useDesk();
  const { t, language } = useSpeech();
  // Who does not work lanes is not shown whose vehicle it is.
  if (!passage) return <p class="empty large">{desk.mayAct() ? t.loading : t.whyNot.role}</p>;
  return (
    <div class="vehicle">
      <Pictures passage={passage} />
      <div class="reading">
        <Plate passage={passage} />
        <Why passage={passage} />
        <Boom passage={passage} />
        <DoneActs passage={passage} />
      </div>
      <div class="checks">
        <Compare passage={passage} />
        <Confirmations passage={passage} />
        <Route passage={passage} />
        <Way passage={passage} />
        <p class="began">
          {t.passage.began} {clock(passage.record.began_at / 1000, language)}
          {!passage.record.clock_synchronised && <b class="warn"> · {t.passage.clockBad}</b>}
        </p>
      </div>
    </div>
  );
}
