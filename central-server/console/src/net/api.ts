/** Calls to central. Every failure becomes a `Fault` with a stable kind and central's own words. */

import type {
  Alarm,
  ConvoySize,
  DayView,
  Identified,
  Identity,
  LaneMode,
  LanesView,
  Me,
  Owed,
  PassagePage,
  PassageView,
  Recognition,
  Sent,
  Slip,
  Words,
  WrittenSlip,
} from "../contract";

/** Central answers within this, or the call has failed. */
const WITHIN_MS = 10_000;

/** Why a call had no effect that we know of. `kind` is `offline` when central was not reached. */
export class Fault extends Error {
  constructor(
    readonly kind: string,
    message: string,
    readonly status = 0,
  ) {
    super(message);
  }
}

type Body = Record<string, unknown>;

async function call<T>(method: "GET" | "POST", path: string, body?: Body): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (method === "POST") {
    headers["gate-console"] = "1";
    headers["content-type"] = "application/json";
  }
  let answer: Response;
  try {
    answer = await fetch(`/console/api${path}`, {
      method,
      headers,
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(WITHIN_MS),
      ...(method === "POST" ? { body: JSON.stringify(body ?? {}) } : {}),
    });
  } catch {
    throw new Fault("offline", "");
  }
  if (!answer.ok) throw await fault(answer);
  if (answer.status === 204) return undefined as T;
  const text = await answer.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

async function fault(answer: Response): Promise<Fault> {
  try {
    const said = (await answer.json()) as { type?: string; message?: string };
    return new Fault(said.type ?? `http_${answer.status}`, said.message ?? "", answer.status);
  } catch {
    return new Fault(`http_${answer.status}`, "", answer.status);
  }
}

/** What can be asked of the list of passages. */
export interface PassageFilter {
  lane?: string;
  plate?: string;
  /** 1: by paper slips alone. */
  paper?: 1;
  from?: number;
  to?: number;
  cursor?: string;
  limit?: number;
}

export function query(filter: object): string {
  const pairs = Object.entries(filter).filter(([, value]) => value !== undefined && value !== "");
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs.map(([k, v]) => [k, String(v)]))}`;
}

const lane = (name: string) => `/lanes/${encodeURIComponent(name)}`;
const passage = (id: string) => `/passages/${encodeURIComponent(id)}`;

export const api = {
  me: () => call<Me>("GET", "/me"),
  signIn: (name: string, password: string) => call<Me>("POST", "/sign-in", { name, password }),
  firstSignIn: (name: string, invite: string, password: string) =>
    call<Me>("POST", "/first-sign-in", { name, invite, password }),
  signOut: () => call<void>("POST", "/sign-out"),
  /** A person is here. */
  active: () => call<void>("POST", "/active"),
  words: () => call<Words>("GET", "/words"),
  lanes: () => call<LanesView>("GET", "/lanes"),
  passage: (id: string) => call<PassageView>("GET", passage(id)),
  passages: (filter: PassageFilter) => call<PassagePage>("GET", `/passages${query(filter)}`),
  open: (name: string, id: string, reason: string) => call<Sent>("POST", `${lane(name)}/open`, { passage: id, reason }),
  priority: (name: string, id: string, reason: string) =>
    call<Sent>("POST", `${lane(name)}/priority`, { passage: id, reason }),
  convoy: (name: string, convoy: ConvoySize, reason: string) =>
    call<Sent>("POST", `${lane(name)}/convoy`, { convoy, reason }),
  convoyOver: (name: string) => call<Sent>("POST", `${lane(name)}/convoy-over`, {}),
  owed: async () => (await call<{ owed: Owed[] }>("GET", "/owed")).owed,
  settleOwed: (passage: string, kind: string, note: string) =>
    call<void>("POST", `/owed/${encodeURIComponent(passage)}`, { kind, note }),
  slips: async () => (await call<{ slips: Slip[] }>("GET", "/paper")).slips,
  /** `another`: it is another passage than one of that plate about that time. */
  enterSlip: (slip: WrittenSlip, another: boolean) => call<{ passage: string }>("POST", "/paper", { slip, another }),
  withdrawSlip: (passage: string, reason: string) =>
    call<void>("POST", `/paper/${encodeURIComponent(passage)}/withdraw`, { reason }),
  refuse: (name: string, id: string, reason: string) =>
    call<Sent>("POST", `${lane(name)}/refuse`, { passage: id, reason }),
  hold: (name: string, id: string, reason: string) => call<Sent>("POST", `${lane(name)}/hold`, { passage: id, reason }),
  stop: (name: string) => call<Sent>("POST", `${lane(name)}/stop`, { reason: "" }),
  mode: (name: string, mode: LaneMode, reason: string) => call<Sent>("POST", `${lane(name)}/mode`, { mode, reason }),
  correct: (id: string, plate: string, reason: string, identity?: Identity) =>
    call<PassageView>("POST", `${passage(id)}/plate`, identity ? { plate, reason, identity } : { plate, reason }),
  identify: (name: string, given: string) => call<Identified>("GET", `${lane(name)}/identity${query({ given })}`),
  confirm: (id: string, plate: string) => call<PassageView>("POST", `${passage(id)}/confirm`, { plate }),
  alarms: async () => (await call<{ alarms: Alarm[] }>("GET", "/alarms")).alarms,
  acknowledge: (id: string, note: string) =>
    call<void>("POST", `/alarms/${encodeURIComponent(id)}/acknowledge`, { note }),
  recognition: () => call<Recognition>("GET", "/recognition"),
  /** As `2026-11-27`; today where none is given. */
  day: (which?: string) => call<DayView>("GET", `/day${query({ day: which })}`),
};

export type Api = typeof api;

/** Where a picture of a disagreement between two sets of models is. */
export const trialPicture = (event: string, which: "frame" | "plate") => `/console/api/recognition/${event}/${which}`;

/** Where a picture is. */
export const picture = (sha256: string) => `/console/api/evidence/${sha256}`;
