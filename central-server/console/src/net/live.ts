/**
 * The live stream. The browser resumes it by itself with the last event's id; this adds what the
 * browser does not: it notices silence. A connection that is open but brings nothing is not live.
 */

import type { News } from "../contract";

/** Central beats every 3 s; past this silence the page says that it is not live. */
export const SILENT_AFTER_MS = 8_000;
/** The browser gives a stream up for good on some answers; then a new one is opened after this. */
const REOPEN_AFTER_MS = 2_000;

export interface LiveHandler {
  news(news: News): void;
  /** Something was missed, or the stream is new: read everything again. */
  resync(): void;
  live(live: boolean): void;
  /** Central's time, with each beat. */
  beat(serverTime: number): void;
}

/** The part of EventSource that is used; tests bring their own. */
export interface Source {
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
  readonly readyState: number;
}

const CLOSED = 2;

/** Follows from after an event; a reconnection of the browser's own goes on from its last one. */
export function openStream(after: string | null): Source {
  return new EventSource(`/console/api/live${after === null ? "" : `?after=${encodeURIComponent(after)}`}`);
}

export class LiveStream {
  private source: Source | null = null;
  private heardAt: number;
  private isLive = false;
  private reopenAt: number | null = null;
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(
    private readonly handler: LiveHandler,
    private readonly open: () => Source,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.heardAt = now();
    this.connect();
    this.timer = setInterval(() => this.watch(), 500);
  }

  close(): void {
    clearInterval(this.timer);
    this.source?.close();
  }

  private connect(): void {
    const source = this.open();
    this.source = source;
    this.reopenAt = null;
    source.addEventListener("open", () => this.heard());
    source.addEventListener("beat", (event) => {
      this.heard();
      const said = parse<{ server_time?: number }>(event.data);
      if (said?.server_time !== undefined) this.handler.beat(said.server_time);
    });
    source.addEventListener("news", (event) => {
      this.heard();
      const news = parse<News>(event.data);
      if (news) this.handler.news(news);
    });
    source.addEventListener("resync", () => {
      this.heard();
      this.handler.resync();
    });
    source.addEventListener("error", () => {
      if (source.readyState === CLOSED) this.reopenAt = this.now() + REOPEN_AFTER_MS;
    });
  }

  private heard(): void {
    this.heardAt = this.now();
    this.tell(true);
  }

  private watch(): void {
    const now = this.now();
    if (now - this.heardAt > SILENT_AFTER_MS) this.tell(false);
    // A new stream begins where the lanes were read last: what came since is sent again, or `resync` is.
    if (this.reopenAt !== null && now >= this.reopenAt) {
      this.source?.close();
      this.connect();
      this.handler.resync();
    }
  }

  private tell(live: boolean): void {
    if (live === this.isLive) return;
    this.isLive = live;
    this.handler.live(live);
  }
}

function parse<T>(data: string): T | null {
  try {
    return JSON.parse(data) as T;
  } catch {
    return null;
  }
}
