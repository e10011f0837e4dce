/** Numbers of paper slips that run on. */

/** Blank slips printed at once, at most. */
export const MOST_BLANK = 200;

/** As central takes them: letters, digits, `-` and `/`, a digit at the end so that they can run on. */
const RUNNING = /^[0-9A-Za-z/-]*?([0-9]{1,9})$/;

/** The number that follows, as wide as the one before: `KT-0099` is followed by `KT-0100`. */
export function nextNumber(number: string): string {
  const digits = RUNNING.exec(number.trim())?.[1];
  if (!digits) return "";
  const head = number.trim().slice(0, -digits.length);
  return head + String(Number(digits) + 1).padStart(digits.length, "0");
}

/** So many numbers from the first on; none where that one cannot run on. */
export function running(first: string, count: number): string[] {
  const numbers: string[] = [];
  for (let number = first.trim(); numbers.length < count && RUNNING.test(number); number = nextNumber(number)) {
    numbers.push(number);
  }
  return numbers;
}

/** Container codes out of one field; a code itself is written without spaces. */
export const codes = (text: string): string[] => text.split(/[\s,;]+/).filter((code) => code !== "");
