import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const css = readFileSync("src/style/base.css", "utf8");

function colours(block: string): Record<string, string> {
  return Object.fromEntries([...block.matchAll(/--([a-z-]+):\s*(#[0-9a-f]{6});/g)].map((m) => [m[1], m[2]]));
}

function block(selector: string): Record<string, string> {
  const at = css.indexOf(`${selector} {`);
  expect(at, selector).toBeGreaterThanOrEqual(0);
  return colours(css.slice(at, css.indexOf("}", at)));
}

/** Relative luminance, WCAG 2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const PAIRS: [string, string][] = [
  ["text", "ground"],
  ["text", "card"],
  ["dim", "ground"],
  ["dim", "card"],
  ["dim", "wait-ground"],
  ["dim", "bad-ground"],
  ["dim", "dead-ground"],
  ["text", "wait-ground"],
  ["text", "bad-ground"],
  ["text", "dead-ground"],
  ["go", "card"],
  ["go", "go-ground"],
  ["wait", "card"],
  ["wait", "ground"],
  ["wait", "wait-ground"],
  ["bad", "card"],
  ["bad", "bad-ground"],
  ["key", "card"],
  ["key", "ground"],
  ["key-text", "key"],
  ["stop-text", "stop"],
];

test("every pair of colours that carries text is legible in both themes (WCAG AA, 4.5 to 1)", () => {
  for (const [theme, of] of [
    ["light", block(":root")],
    ["dark", block(':root[data-theme="dark"]')],
  ] as const) {
    for (const [front, back] of PAIRS) {
      const ratio = contrast(of[front] ?? "", of[back] ?? "");
      expect(ratio, `${theme}: ${front} on ${back}`).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(of.focus ?? "", of.ground ?? ""), `${theme}: focus`).toBeGreaterThanOrEqual(3);
  }
});

test("dark by choice and dark by the machine are the same", () => {
  expect(block('  :root:not([data-theme="light"])')).toEqual(block(':root[data-theme="dark"]'));
});
