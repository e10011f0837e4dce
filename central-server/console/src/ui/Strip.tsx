/** All lanes side by side: which waits, for what, for how long. */

import type { LaneStatus, PassageView } from "../contract";
import { plateCountry, plateOf } from "../gate/allowed";
import { forPeople } from "../gate/plate";
import { type Lane, passageOf, waitingSince, waitsForOfficer } from "../gate/state";
import { nowMs, span } from "../gate/time";
import { faultText, type Name, type Texts, waitingText, wayText } from "../words";
import { useDesk, useDeskState, useSpeech, useTick } from "./use";

export function Strip() {
  useTick();
  const desk = useDesk();
  const { gate, chosen, view, fault } = useDeskState();
  const { t } = useSpeech();
  if (gate.lanes.length === 0) return fault ? <p class="fault">{faultText(t, fault.kind, fault.message)}</p> : null;
  return (
    <nav class="strip" aria-label={t.console}>
      {gate.lanes.map((lane, n) => (
        <Tile
          key={lane.lane}
          lane={lane}
          number={n + 1}
          passage={passageOf(gate, lane)}
          live={desk.laneIsLive(lane)}
          chosen={view === "lanes" && lane.lane === chosen}
          onChoose={() => desk.choose(lane.lane)}
        />
      ))}
    </nav>
  );
}

interface TileProps {
  lane: Lane;
  number: number;
  passage: PassageView | undefined;
  live: boolean;
  chosen: boolean;
  onChoose: () => void;
}

/** How urgently a lane wants to be looked at: the colour of its tile, beside the words. */
export function tone(lane: Lane, live: boolean): "dead" | "fault" | "wait" | "go" | "closed" | "calm" {
  const status = lane.status;
  if (!live || !status) return "dead";
  if (/^(stopped|fault|emergency_open|manual_local)/.test(status.barrier)) return "fault";
  if (waitsForOfficer(lane)) return "wait";
  if (status.state === "granted" || status.state === "passing") return "go";
  return status.mode === "closed" ? "closed" : "calm";
}

function Tile(props: TileProps) {
  const { lane, passage, live } = props;
  const stream = useDesk().state.live;
  const { t, name } = useSpeech();
  const status = lane.status;
  const since = waitingSince(lane, passage);
  const plate = plateOf(passage);
  const country = plateCountry(passage);
  const began = passage && status?.passage ? passage.record.began_at / 1000 : null;
  return (
    <button type="button" class={`tile ${tone(lane, live)}`} aria-pressed={props.chosen} onClick={props.onChoose}>
      <span class="tile-head">
        <kbd>{props.number}</kbd>
        <b>{lane.lane}</b>
        <span class="direction">{wayText(t, lane)}</span>
      </span>
      <span class="tile-state">{live && status ? tileState(status, name) : stream ? t.live.laneNo : t.live.no}</span>
      <span class="tile-plate">{plate ? forPeople(plate, country) : status?.passage ? "· · ·" : " "}</span>
      <span class="tile-foot">
        <span class="boom-state">{status && `${t.barrier}: ${name("barrier", status.barrier)}`}</span>
        {since !== null ? (
          <b class="wait-time">
            {t.lane.waits} {span(nowMs() - since)}
          </b>
        ) : (
          began !== null && <span>{span(nowMs() - began)}</span>
        )}
      </span>
      <span class="tile-why">{status && live ? tileWhy(status, name, t) : ""}</span>
    </button>
  );
}

/** The lane in a word: what it waits for goes before what it does; a closed lane is closed. */
function tileState(status: LaneStatus, name: Name): string {
  if (status.state === "idle" && status.waiting_for !== "") return waitingText(name, status.waiting_for);
  return status.state === "idle" && status.mode === "closed" ? name("modes", "closed") : name("states", status.state);
}

/** What the state does not say: why an officer is waited for, and a mode that is not the usual one. */
function tileWhy(status: LaneStatus, name: Name, t: Texts): string {
  const [what = "", reason] = status.waiting_for.split(":");
  const why = reason ? name("reasons", reason) : status.state === "idle" || what === "" ? "" : name("waiting", what);
  const mode = status.mode === "attended" ? name("modes", "attended") : "";
  const convoy = status.convoy ? `${t.lane.convoy} ${status.convoy.passed}/${status.convoy.of}` : "";
  return [convoy, why, mode].filter((text) => text !== "").join(" · ");
}
