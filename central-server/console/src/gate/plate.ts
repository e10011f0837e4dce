/** Plate texts, as gate-core's `plate::text`: normalised for machines, formatted for people. */

import type { Country } from "../contract";

const SEPARATORS = /[-.·•・_/－．\s]/gu;
const ASCII_DIGITS = /[0-9]*$/u;

/** Upper case, no separators, full-width forms folded, Hanzi and Đ kept. */
export function normalise(text: string): string {
  return text
    .replace(SEPARATORS, "")
    .replace(/[\uff01-\uff5e]/gu, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/đ/gu, "Đ")
    .replace(/[a-z]/gu, (c) => c.toUpperCase());
}

/** `24C-123.45`, `云G·12345`, `59P1-664.80`; what fits no pattern is given back as it is. */
export function forPeople(text: string, country: Country | null): string {
  const chars = [...text];
  const first = chars[0] ?? "";
  if (country === "cn" && chars.length >= 6 && first > "\u007f") {
    return `${chars.slice(0, 2).join("")}·${chars.slice(2).join("")}`;
  }
  if (country === "vn") {
    const digits = Math.min((ASCII_DIGITS.exec(text)?.[0] ?? "").length, 5);
    const head = chars.slice(0, chars.length - digits).join("");
    const tail = chars.slice(chars.length - digits).join("");
    if (head !== "" && digits === 5) return `${head}-${tail.slice(0, 3)}.${tail.slice(3)}`;
    if (head !== "" && digits === 4) return `${head}-${tail}`;
  }
  return text;
}

/** The country that a text by itself suggests; the reading's own word goes before this. */
export function countryOf(text: string): Country | null {
  if (/^\p{Script=Han}/u.test(text)) return "cn";
  if (/^[0-9]{2}[A-ZĐ]/u.test(text)) return "vn";
  return null;
}

/** What a plate may hold: 4 to 10 letters, digits and Hanzi with at least one digit. */
export function plausible(text: string): boolean {
  const plain = normalise(text);
  return /^[0-9A-ZĐ\p{Script=Han}]{4,10}$/u.test(plain) && /[0-9]/.test(plain);
}

/** What is compared with a declaration: Chinese plates without their province. */
export function core(text: string): string {
  const plain = normalise(text);
  return /^\p{Script=Han}/u.test(plain) && [...plain].length >= 6 ? [...plain].slice(1).join("") : plain;
}
