/** Shares of a whole, as people read them. */

import type { Micros } from "../contract";
import { ms, span } from "./time";

/** `97.5 % (39 / 40)`; nothing to take a share of is `–`. */
export const share = (part: number, whole: number): string =>
  whole === 0 ? "–" : `${((part / whole) * 100).toFixed(1)} % (${part} / ${whole})`;

/** `1.24 % (17:52)`: small shares with two places, so that what is over a limit of 1 % shows that it is. */
export function shareOfTime(part: Micros, whole: Micros): string {
  if (whole === 0) return "–";
  if (part === 0) return "0 %";
  const percent = (part / whole) * 100;
  return `${percent.toFixed(percent < 10 ? 2 : 1)} % (${span(ms(part))})`;
}
