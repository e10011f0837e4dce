/** The whole page before a central of the tests; time stands still until a test turns it. */

import { render } from "preact";
import { vi } from "vitest";
import { Desk } from "../src/desk";
import { App } from "../src/ui/App";
import { central, EIGHT, Stream } from "./fixtures";

export type Central = ReturnType<typeof central>;

export class Page {
  readonly streams: Stream[] = [];
  readonly begins: (string | null)[] = [];
  readonly desk: Desk;
  private readonly place: HTMLElement;

  private constructor(readonly central: Central) {
    localStorage.clear();
    this.place = document.createElement("div");
    document.body.replaceChildren(this.place);
    this.desk = new Desk(
      central,
      (after) => {
        const stream = new Stream();
        this.streams.push(stream);
        this.begins.push(after);
        return stream;
      },
      () => Date.now(),
    );
    render(<App desk={this.desk} />, this.place);
  }

  /** Opened, with the first lanes read and the first beat heard. */
  static async open(say: Central = central()): Promise<Page> {
    const page = new Page(say);
    await page.desk.start();
    await page.passes(300);
    page.streams[0]?.beat();
    await page.passes(50);
    return page;
  }

  get stream(): Stream {
    const last = this.streams.at(-1);
    if (!last) throw new Error("no stream was opened");
    return last;
  }

  /** Time passes; beats come if the stream lives. */
  async passes(ms: number, beats = false): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      if (beats) this.stream.beat();
      await vi.advanceTimersByTimeAsync(Math.min(left, 1000));
    }
  }

  async press(code: string, change: KeyboardEventInit = {}): Promise<void> {
    const target = document.activeElement ?? document.body;
    for (const type of ["keydown", "keyup"]) {
      target.dispatchEvent(new KeyboardEvent(type, { code, key: code, bubbles: true, cancelable: true, ...change }));
    }
    await this.passes(50);
  }

  /** What happens on Enter in a form, which test browsers do not do by themselves. */
  async enter(): Promise<void> {
    const form = this.get("dialog form, .sign-in form") as HTMLFormElement;
    form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
    await this.passes(50);
  }

  async type(where: string, text: string): Promise<void> {
    const field = this.get(where) as HTMLInputElement;
    field.focus();
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await this.passes(10);
  }

  async click(where: string): Promise<void> {
    (this.get(where) as HTMLElement).click();
    await this.passes(50);
  }

  find(where: string): Element | null {
    return document.querySelector(where);
  }

  get(where: string): Element {
    const found = this.find(where);
    if (!found) throw new Error(`${where} is not on the page: ${this.text()}`);
    return found;
  }

  all(where: string): Element[] {
    return [...document.querySelectorAll(where)];
  }

  text(where = "body"): string {
    return this.find(where)?.textContent ?? "";
  }

  /** Taken down; what was to be done after the last drawing is done, or it would be owed to the next page. */
  async close(): Promise<void> {
    this.desk.close();
    render(null, this.place);
    await vi.advanceTimersByTimeAsync(500);
  }
}

/** For `beforeEach`. */
export function stillTime(): void {
  vi.useFakeTimers({ now: EIGHT + 5_000 });
}
