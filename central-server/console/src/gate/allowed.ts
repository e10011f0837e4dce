/** What may be done now, and when not, why: shown on the key instead of a key that does nothing. */

import type { Country, PassageView } from "../contract";
import { countryOf } from "./plate";
import { type Lane, waitsForOfficer } from "./state";

export type Key =
  | "correct"
  | "identify"
  | "confirm"
  | "open"
  | "priority"
  | "convoy"
  | "refuse"
  | "hold"
  | "stop"
  | "mode";
export type WhyNot =
  | "overrule"
  | "boom"
  | "role"
  | "notLive"
  | "laneNotLive"
  | "noVehicle"
  | "noPlate"
  | "noNeed"
  | "moving"
  | "busy";

export interface Situation {
  mayAct: boolean;
  mayLead: boolean;
  /** The stream of news. */
  live: boolean;
  laneLive: boolean;
  lane: Lane | undefined;
  passage: PassageView | undefined;
  /** An act of this lane is being sent. */
  sending: boolean;
}

/** Why a key does nothing now; `null` when it works. */
export function whyNot(key: Key, now: Situation): WhyNot | null {
  if (key === "stop") return null;
  const leads = key === "mode" || key === "convoy";
  if (!now.mayAct || (leads && !now.mayLead)) return "role";
  if (!now.live) return "notLive";
  if (!now.laneLive) return "laneNotLive";
  if (leads) return null;
  if (now.sending) return "busy";
  const status = now.lane?.status;
  if (!status?.passage) return "noVehicle";
  const moving = status.state === "granted" || status.state === "passing";
  if (moving && key !== "correct" && key !== "identify" && key !== "confirm") return "moving";
  if (key === "identify" && !needsIdentity(now)) return "noNeed";
  if (key === "confirm" && !plateOf(now.passage)) return "noPlate";
  const opens = key === "open" || key === "priority";
  if (opens && !now.mayLead && isRefused(now.passage)) return "overrule";
  // A lane opens from closed alone; after tailgating the key only settles whose the second vehicle was.
  const settles = key === "open" && status.state === "tailgated";
  if (opens && status.barrier !== "closed" && !settles) return "boom";
  return null;
}

/** A second identity is asked of a vehicle that could not be read or waits for an officer. */
export function needsIdentity(now: Situation): boolean {
  return now.lane !== undefined && (waitsForOfficer(now.lane) || now.passage?.record.unread === true);
}

/** The tractor's plate that counts: as corrected, or as read. */
export function plateOf(passage: PassageView | undefined): string | null {
  if (!passage) return null;
  return passage.record.corrected ?? passage.record.parts.find((p) => p.part === "tractor")?.text ?? null;
}

/** The country of the plate that counts; of a corrected one, as its text tells. */
export function plateCountry(passage: PassageView | undefined): Country | null {
  const read = passage?.record.parts.find((p) => p.part === "tractor")?.country ?? null;
  const corrected = passage?.record.corrected;
  return corrected ? (countryOf(corrected) ?? read) : read;
}

/** A refused vehicle is let through by a shift leader alone, whatever the cause. */
export function isRefused(passage: PassageView | undefined): boolean {
  return passage?.record.decision?.verdict === "refuse" || passage?.fresh?.decision.verdict === "refuse";
}
