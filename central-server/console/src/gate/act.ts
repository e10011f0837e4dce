/**
 * An officer's act from the key to the boom: sent, then what the lane did, then what the boom was
 * seen to do. One line per lane, the newest act's.
 */

export type ActName = "open" | "priority" | "convoy" | "convoy_over" | "refuse" | "hold" | "stop" | "mode";

export interface ActLine {
  act: ActName;
  officer: string;
  /** The page's monotonic clock when the key was pressed, ms. */
  at: number;
  sent: "sending" | "sent" | "failed";
  /** Why it was not sent. */
  fault: { kind: string; message: string } | null;
  lane: "waits" | "did" | "refused";
  /** Why the lane refused. */
  why: string;
  /** What the boom was seen to do since, oldest first. */
  boom: string[];
  /** What the boom was doing when the key was pressed. */
  barrierBefore: string;
}

/** A lane answers within this, or the officer is told to look. */
export const LANE_ANSWERS_MS = 5_000;
/** A boom is seen to move within this after an opening. */
export const BOOM_MOVES_MS = 8_000;
const MAX_BOOM = 6;

export type Acts = Map<string, ActLine>;

export const newAct = (act: ActName, officer: string, barrierBefore: string, at: number): ActLine => ({
  act,
  officer,
  at,
  sent: "sending",
  fault: null,
  lane: "waits",
  why: "",
  boom: [],
  barrierBefore,
});

export function changeAct(acts: Acts, lane: string, change: Partial<ActLine>, only?: ActLine): Acts {
  const line = acts.get(lane);
  // An answer to an older act does not speak for the newer one.
  if (!line || (only && line.at !== only.at)) return acts;
  return new Map(acts).set(lane, { ...line, ...change });
}

/** Commands are named by their body, acts at the lane by the order: `grant` is `open`. */
const plain = (name: string): string => name.replace(/^command /, "").replace(/^grant$/, "open");

/** Whether what the lane names is this act: what goes first is a grant as well. */
const names = (what: string, act: ActName): boolean =>
  plain(what) === act || (act === "priority" && plain(what) === "open");

/** The lane did something that fits the act. */
export function laneActed(acts: Acts, lane: string, act: string, officer: string | null): Acts {
  const line = acts.get(lane);
  if (!line || line.sent === "failed" || !names(act, line.act)) return acts;
  if (officer !== null && officer !== line.officer) return acts;
  return line.lane === "refused" ? acts : changeAct(acts, lane, { lane: "did", sent: "sent" });
}

/** The lane refused; its act event came just before. */
export function laneRefused(acts: Acts, lane: string, what: string, why: string): Acts {
  const line = acts.get(lane);
  if (!line || !names(what, line.act)) return acts;
  return changeAct(acts, lane, { lane: "refused", sent: "sent", why });
}

/** The boom was seen in a state. */
export function boomMoved(acts: Acts, lane: string, state: string): Acts {
  const line = acts.get(lane);
  // Status and event both tell of a movement, in either order; a boom is in each state once per act.
  if (!line || line.sent === "failed" || line.boom.includes(state)) return acts;
  return changeAct(acts, lane, { boom: [...line.boom, state].slice(-MAX_BOOM) });
}

/** Whether the boom is expected to move after this act. */
export const movesBoom = (act: ActName): boolean => act === "open" || act === "priority";

/** The state that the boom is to be seen in after an act; `null`: the act is not about the boom. */
const SOUGHT: Record<ActName, string | null> = {
  open: "open",
  priority: "open",
  stop: "stopped",
  convoy: null,
  convoy_over: null,
  refuse: null,
  hold: null,
  mode: null,
};

/** How the boom did: as it was meant to, still on its way, or otherwise. */
export function boomCame(line: ActLine): "done" | "now" | "bad" {
  const sought = SOUGHT[line.act];
  const last = line.boom.at(-1);
  if (sought === null || line.boom.includes(sought)) return "done";
  return last === undefined || last === "opening" ? "now" : "bad";
}

/** What the officer has to be told about an act that does not come to its end. */
export function overdue(line: ActLine, tick: number): "lane" | "boom" | "otherwise" | null {
  if (line.sent !== "sent" || line.lane === "refused") return null;
  if (boomCame(line) === "bad") return "otherwise";
  const age = tick - line.at;
  if (line.lane === "waits" && age > LANE_ANSWERS_MS) return "lane";
  if (line.lane === "did" && movesBoom(line.act) && line.boom.length === 0 && age > BOOM_MOVES_MS) return "boom";
  return null;
}
