/** Figures of a lane's day, and the limits at which a post switches the system off. */

import type { Counts, LaneDay } from "../contract";

/** Share of the open time in MANUAL that is aimed at, at most. */
export const MOST_MANUAL = 0.01;
/** Acts of officers for a hundred passages, at most. */
export const MOST_INTERVENTIONS = 5;

const AWAY = /^officer_away_/;

export const total = (counts: Counts): number => Object.values(counts).reduce((sum, n) => sum + n, 0);

export const tooManual = ({ times }: LaneDay): boolean =>
  times !== null && times.open > 0 && times.manual / times.open > MOST_MANUAL;

/** Acts of officers for a hundred passages; `null` without a passage. */
export const interventionsPer100 = (lane: LaneDay): number | null =>
  lane.passages.all === 0 ? null : (total(lane.interventions) / lane.passages.all) * 100;

export const tooManyInterventions = (lane: LaneDay): boolean => (interventionsPer100(lane) ?? 0) > MOST_INTERVENTIONS;

/** How often an officer was waited for 30, 60 and 120 seconds. */
export const officerAway = (lane: LaneDay): number[] => [1, 2, 3].map((n) => lane.faults[`officer_away_${n}`] ?? 0);

/** Faults of the lane and its devices: not the waiting for an officer. */
export const deviceFaults = (lane: LaneDay): Counts =>
  Object.fromEntries(Object.entries(lane.faults).filter(([code]) => !AWAY.test(code)));
