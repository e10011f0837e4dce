/**
 * The gate as the page knows it, and how news changes it. Pure: time comes in as an argument.
 *
 * Lanes come whole from `GET /lanes`; statuses replace statuses; what belongs to a passage is read
 * again from central when news of it comes, so that page and record never tell two stories.
 */

import type { Alarm, EdgeEvent, LaneStatus, LanesView, LaneView, News, PassageView } from "../contract";
import { type ActLine, boomMoved, laneActed, laneRefused } from "./act";

/** An edge sends its status every 2 s; past this its lanes count as not live. */
export const LANE_STALE_MS = 6_000;
/** Passages held beside those in the lanes. */
const MAX_PASSAGES = 40;

export interface Lane extends LaneView {
  /** When the last status came, on this page's monotonic clock. */
  heardAt: number | null;
  /** Since when the lane is in its state, central's time in milliseconds; `null`: before this page looked. */
  sinceMs: number | null;
}

export interface Gate {
  lanes: Lane[];
  passages: Map<string, PassageView>;
  /** The newest act of this page for each lane. */
  acts: Map<string, ActLine>;
  alarms: Alarm[];
  /** Faults told by events, in words, by lane and code. */
  faults: Map<string, string>;
}

export const emptyGate = (): Gate => ({
  lanes: [],
  passages: new Map(),
  acts: new Map(),
  alarms: [],
  faults: new Map(),
});

/** What news asks the page to read again. */
export interface Wanted {
  passages: Set<string>;
  lanes: boolean;
  alarms: boolean;
}

export const nothingWanted = (): Wanted => ({ passages: new Set(), lanes: false, alarms: false });

export interface Now {
  /** The page's monotonic clock, ms. */
  tick: number;
  /** Central's time, ms. */
  utcMs: number;
}

/** Takes all lanes as they are. */
export function takeLanes(gate: Gate, view: LanesView, now: Now): Gate {
  const passages = new Map(gate.passages);
  const lanes = view.lanes.map((lane): Lane => {
    if (lane.passage) passages.set(lane.passage.record.id, lane.passage);
    const old = gate.lanes.find((l) => l.lane === lane.lane);
    const same = old?.status?.state === lane.status?.state && old?.status?.passage === lane.status?.passage;
    return {
      ...lane,
      heardAt: lane.age_ms === null ? null : now.tick - lane.age_ms,
      sinceMs: old && same ? old.sinceMs : old ? now.utcMs : null,
    };
  });
  lanes.sort((a, b) => a.lane.localeCompare(b.lane));
  return { ...gate, lanes, passages: trimmed(passages, lanes) };
}

/** Takes a passage as central now tells it. */
export function takePassage(gate: Gate, view: PassageView): Gate {
  const passages = new Map(gate.passages);
  passages.delete(view.record.id);
  passages.set(view.record.id, view);
  return { ...gate, passages: trimmed(passages, gate.lanes) };
}

function trimmed(passages: Map<string, PassageView>, lanes: Lane[]): Map<string, PassageView> {
  const standing = new Set(lanes.map((l) => l.status?.passage));
  for (const id of passages.keys()) {
    if (passages.size <= MAX_PASSAGES) break;
    if (!standing.has(id)) passages.delete(id);
  }
  return passages;
}

/** Takes news; `wanted` collects what has to be read again. */
export function takeNews(gate: Gate, news: News, now: Now, wanted: Wanted): Gate {
  switch (news.type) {
    case "status":
      return news.status.lanes.reduce((g, status) => takeStatus(g, news.status.edge, status, now, wanted), gate);
    case "event":
      return takeEvent(gate, news.event, now, wanted);
    case "decided":
      wanted.passages.add(news.passage);
      return gate;
    case "act":
      if (news.passage) wanted.passages.add(news.passage);
      return gate;
    case "alarm":
      wanted.alarms = true;
      return gate;
    default:
      return gate;
  }
}

function takeStatus(gate: Gate, edge: string, status: LaneStatus, now: Now, wanted: Wanted): Gate {
  const old = gate.lanes.find((l) => l.lane === status.lane);
  if (!old?.live) {
    // A new lane, or one that was away: a status that the broker kept does not make it live.
    wanted.lanes = true;
    if (!old) return gate;
  }
  if (status.passage && !gate.passages.has(status.passage)) wanted.passages.add(status.passage);
  const changed = old.status?.state !== status.state || old.status?.passage !== status.passage;
  const lane: Lane = {
    ...old,
    edge,
    status,
    heardAt: old.live ? now.tick : old.heardAt,
    sinceMs: changed ? now.utcMs : old.sinceMs,
  };
  const act = gate.acts.get(status.lane);
  const acts =
    act && act.barrierBefore !== status.barrier ? boomMoved(gate.acts, status.lane, status.barrier) : gate.acts;
  return { ...gate, acts, lanes: gate.lanes.map((l) => (l === old ? lane : l)) };
}

function takeEvent(gate: Gate, event: EdgeEvent, _now: Now, wanted: Wanted): Gate {
  if (event.passage) wanted.passages.add(event.passage);
  const { lane, body } = event;
  switch (body.type) {
    case "act":
      return body.place === "console"
        ? { ...gate, acts: laneActed(gate.acts, lane, body.act, body.officer.name) }
        : gate;
    case "barrier_commanded":
      return body.action === "stop" || body.action === "open"
        ? { ...gate, acts: laneActed(gate.acts, lane, body.action, null) }
        : gate;
    case "refused":
      return { ...gate, acts: laneRefused(gate.acts, lane, body.what, body.why) };
    case "barrier_moved":
      return { ...gate, acts: boomMoved(gate.acts, lane, body.state) };
    case "mode_changed":
      return { ...gate, acts: laneActed(gate.acts, lane, "mode", null) };
    case "fault":
      return { ...gate, faults: new Map(gate.faults).set(`${lane} ${body.code}`, body.detail) };
    case "fault_cleared": {
      const faults = new Map(gate.faults);
      faults.delete(`${lane} ${body.code}`);
      return { ...gate, faults };
    }
    default:
      return gate;
  }
}

/** Whether what is shown of a lane is what it is now. */
export function laneIsLive(lane: Lane, tick: number): boolean {
  return lane.live && lane.heardAt !== null && tick - lane.heardAt <= LANE_STALE_MS;
}

/** Whether an officer is waited for. */
export function waitsForOfficer(lane: Lane): boolean {
  const status = lane.status;
  return (
    status !== null &&
    (status.state === "referred" || status.state === "tailgated" || status.waiting_for === "barrier_reset")
  );
}

/** Since when the officer is waited for, central's time in milliseconds. */
export function waitingSince(lane: Lane, passage: PassageView | undefined): number | null {
  if (!waitsForOfficer(lane)) return null;
  return lane.sinceMs ?? (passage ? passage.record.began_at / 1000 : null);
}

/** The lane to look at next: of those that wait, the one after `current`, in the order of waiting. */
export function nextWaiting(gate: Gate, current: string | null): string | null {
  // A boom that waits for its reset comes after the vehicles that wait.
  const since = (lane: Lane) => waitingSince(lane, passageOf(gate, lane)) ?? Number.POSITIVE_INFINITY;
  const waiting = gate.lanes.filter(waitsForOfficer).sort((a, b) => (since(a) < since(b) ? -1 : 1));
  if (waiting.length === 0) return null;
  const at = waiting.findIndex((l) => l.lane === current);
  return waiting[(at + 1) % waiting.length]?.lane ?? null;
}

export function passageOf(gate: Gate, lane: Lane): PassageView | undefined {
  return lane.status?.passage ? gate.passages.get(lane.status.passage) : undefined;
}
