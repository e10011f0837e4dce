/**
 * The officer's desk: what the page holds, and everything that can be done at it. Components read
 * its state and call its methods; only this talks to central.
 */

import type { ConvoySize, Identified, Identity, LaneMode, Me, PassageView, Words } from "./contract";
import { type ActName, changeAct, newAct } from "./gate/act";
import {
  emptyGate,
  type Gate,
  type Lane,
  laneIsLive,
  nextWaiting,
  nothingWanted,
  passageOf,
  takeLanes,
  takeNews,
  takePassage,
  type Wanted,
} from "./gate/state";
import { centralSays, nowMs } from "./gate/time";
import { type Api, api as central, Fault } from "./net/api";
import { LiveStream, openStream, type Source } from "./net/live";
import { keepPrefs, loadPrefs, type Prefs, show } from "./prefs";

export type View = "lanes" | "passages" | "day" | "owed" | "paper" | "alarms" | "recognition";
export type Dialog = "open" | "priority" | "convoy" | "refuse" | "correct" | "identify" | "mode" | "slip" | "keys";

/** What an officer's correction or confirmation of a plate came to. */
export interface Judged {
  passage: string;
  state: "sending" | "failed";
  fault: { kind: string; message: string } | null;
}

export interface DeskState {
  /** `undefined` while it is not known yet whether somebody is signed in. */
  me: Me | null | undefined;
  /** The session ended by itself. */
  ended: boolean;
  /** Nobody was here for a while; the password is asked again. */
  locked: boolean;
  words: Words | null;
  prefs: Prefs;
  gate: Gate;
  live: boolean;
  chosen: string | null;
  view: View;
  dialog: Dialog | null;
  /** A runner-up that the officer picked, for the correction. */
  suggestion: string | null;
  judged: Judged | null;
  /** Central could not be asked for the lanes. */
  fault: { kind: string; message: string } | null;
}

const READ_AFTER_MS = 120;
const PICTURES_EVERY_MS = 2_000;
const LANES_EVERY_MS = 60_000;
const LANES_AGAIN_MS = 3_000;
const ACTIVE_EVERY_MS = 60_000;

export class Desk {
  state: DeskState;
  private readonly listeners = new Set<() => void>();
  private stream: LiveStream | null = null;
  private wanted: Wanted = nothingWanted();
  private readTimer: ReturnType<typeof setTimeout> | null = null;
  private timers: (ReturnType<typeof setInterval> | ReturnType<typeof setTimeout>)[] = [];
  private readingLanes = false;
  /** Following the stream from here misses nothing after the lanes that were read. */
  private begin: string | null = null;
  private activeAt = 0;

  constructor(
    private readonly api: Api = central,
    private readonly open: (after: string | null) => Source = openStream,
    readonly tick: () => number = () => performance.now(),
  ) {
    const prefs = loadPrefs();
    show(prefs);
    this.state = {
      me: undefined,
      ended: false,
      locked: false,
      words: null,
      prefs,
      gate: emptyGate(),
      live: false,
      chosen: null,
      view: "lanes",
      dialog: null,
      suggestion: null,
      judged: null,
      fault: null,
    };
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  set(change: Partial<DeskState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  setPrefs(change: Partial<Prefs>): void {
    const prefs = { ...this.state.prefs, ...change };
    keepPrefs(prefs);
    show(prefs);
    this.set({ prefs });
  }

  /** Finds out whether somebody is signed in. */
  async start(): Promise<void> {
    try {
      await this.welcome(await this.api.me());
    } catch (error) {
      this.set({ me: null, fault: error instanceof Fault && error.status !== 401 ? said(error) : null });
    }
  }

  async signIn(name: string, password: string): Promise<void> {
    await this.welcome(await this.api.signIn(name, password));
  }

  async firstSignIn(name: string, invite: string, password: string): Promise<void> {
    await this.welcome(await this.api.firstSignIn(name, invite, password));
  }

  async signOut(): Promise<void> {
    await this.api.signOut().catch(() => undefined);
    this.leave(false);
  }

  private async welcome(me: Me): Promise<void> {
    // Sign-in answers who it is; where the gate stands comes with `me`.
    const whole = me.server_time === undefined ? await this.api.me().catch(() => me) : me;
    if (whole.server_time !== undefined) centralSays(whole.server_time);
    this.set({ me: whole, ended: false, locked: false, fault: null });
    this.activeAt = this.tick();
    this.endStream();
    this.wanted.alarms = true;
    this.timers.push(setInterval(() => this.readMissingPictures(), PICTURES_EVERY_MS));
    this.timers.push(setInterval(() => this.readAll(), LANES_EVERY_MS));
    await Promise.all([this.readWords(), this.readLanes()]);
    if (this.state.me !== whole || this.state.locked) return;
    this.stream = new LiveStream(
      {
        news: (news) => this.change((gate, now) => takeNews(gate, news, now, this.wanted)),
        resync: () => this.readAll(),
        live: (live) => this.set({ live }),
        beat: (serverTime) => centralSays(serverTime),
      },
      () => this.open(this.begin),
      this.tick,
    );
    this.readSoon();
  }

  private async readWords(): Promise<void> {
    const words = await this.api.words().catch(() => null);
    if (words) this.set({ words });
  }

  private endStream(): void {
    this.stream?.close();
    this.stream = null;
    for (const timer of this.timers) clearInterval(timer);
    this.timers = [];
    this.wanted = nothingWanted();
  }

  private leave(ended: boolean): void {
    this.endStream();
    this.set({
      me: null,
      ended,
      locked: false,
      gate: emptyGate(),
      live: false,
      dialog: null,
      judged: null,
      view: "lanes",
    });
  }

  /** Ends everything that runs. */
  close(): void {
    this.leave(false);
  }

  private change(make: (gate: Gate, now: { tick: number; utcMs: number }) => Gate): void {
    const gate = make(this.state.gate, { tick: this.tick(), utcMs: nowMs() });
    if (gate !== this.state.gate) this.set({ gate });
    this.readSoon();
  }

  private readAll(): void {
    this.wanted.lanes = true;
    this.wanted.alarms = true;
    this.readSoon();
  }

  private readSoon(): void {
    const some = this.wanted.lanes || this.wanted.alarms || this.wanted.passages.size > 0;
    if (!some || this.readTimer !== null) return;
    this.readTimer = setTimeout(() => {
      this.readTimer = null;
      void this.read();
    }, READ_AFTER_MS);
  }

  /** Reads what news asked for. */
  private async read(): Promise<void> {
    const wanted = this.wanted;
    this.wanted = nothingWanted();
    const jobs: Promise<void>[] = [...wanted.passages].map((id) => this.readPassage(id));
    if (wanted.lanes) jobs.push(this.readLanes());
    if (wanted.alarms && this.mayAlarms()) jobs.push(this.readAlarms());
    await Promise.all(jobs);
  }

  private async readLanes(): Promise<void> {
    if (this.readingLanes) return;
    this.readingLanes = true;
    try {
      const view = await this.api.lanes();
      centralSays(view.server_time);
      this.begin = view.event_id;
      this.change((gate, now) => takeLanes(gate, view, now));
      const chosen = this.state.gate.lanes.some((l) => l.lane === this.state.chosen)
        ? this.state.chosen
        : (nextWaiting(this.state.gate, null) ?? this.state.gate.lanes[0]?.lane ?? null);
      this.set({ chosen, fault: null });
    } catch (error) {
      this.failed(error, true);
      if (this.state.me && !this.state.locked) this.timers.push(setTimeout(() => this.readAll(), LANES_AGAIN_MS));
    } finally {
      this.readingLanes = false;
    }
  }

  private async readPassage(id: string): Promise<void> {
    if (!this.mayAct()) return;
    try {
      const view = await this.api.passage(id);
      this.change((gate) => takePassage(gate, view));
    } catch (error) {
      // A passage whose first event is on its way is not known yet; its next news asks again.
      if (!(error instanceof Fault && error.status === 404)) this.failed(error, false);
    }
  }

  async readAlarms(): Promise<void> {
    try {
      const alarms = await this.api.alarms();
      this.change((gate) => ({ ...gate, alarms }));
    } catch (error) {
      this.failed(error, false);
    }
  }

  /** Pictures travel after the event: asked for until they are there. */
  private readMissingPictures(): void {
    if (!this.state.live) return;
    for (const lane of this.state.gate.lanes) {
      const view = passageOf(this.state.gate, lane);
      const id = lane.status?.passage;
      const waits = view ? Object.values(view.evidence).includes(false) : id != null;
      if (id && waits) this.wanted.passages.add(id);
    }
    this.readSoon();
  }

  private failed(error: unknown, tell: boolean): void {
    if (!this.sessionEnded(error) && tell) this.set({ fault: said(error) });
  }

  /** Whether it failed because nobody is signed in any more; then the page says so. */
  private sessionEnded(error: unknown): boolean {
    if (!(error instanceof Fault) || error.status !== 401) return false;
    if (error.kind === "locked") this.lock();
    else this.leave(true);
    return true;
  }

  /** Nobody was here for a while: everything is hidden, and STOP goes on working. */
  private lock(): void {
    this.endStream();
    this.set({ locked: true, live: false, dialog: null, view: "lanes" });
  }

  /** Somebody uses keys, pointer or touch: the session does not lock meanwhile. */
  active(): void {
    const now = this.tick();
    if (!this.state.me || this.state.locked || now - this.activeAt < ACTIVE_EVERY_MS) return;
    this.activeAt = now;
    this.api.active().catch((error) => this.failed(error, false));
  }

  mayLead(): boolean {
    return this.state.me?.role === "shift_leader";
  }

  /** Watchlist alarms come to the shift leader alone; central sorts them out. */
  mayAlarms(): boolean {
    return this.mayLead() || this.state.me?.role === "administrator";
  }

  /** Administrators keep users and edges; they see lanes and may stop a boom, and nothing else of it. */
  mayAct(): boolean {
    return this.state.me?.role === "officer" || this.mayLead();
  }

  lane(): Lane | undefined {
    return this.state.gate.lanes.find((l) => l.lane === this.state.chosen);
  }

  choose(lane: string): void {
    this.set({ chosen: lane, view: "lanes", dialog: null, suggestion: null, judged: null });
  }

  chooseNumber(number: number): void {
    const lane = this.state.gate.lanes[number - 1];
    if (lane) this.choose(lane.lane);
  }

  chooseNextWaiting(): void {
    const lane = nextWaiting(this.state.gate, this.state.chosen);
    if (lane) this.choose(lane);
  }

  laneIsLive(lane: Lane): boolean {
    return this.state.live && laneIsLive(lane, this.tick());
  }

  /** STOP goes at once, whatever is known of the lane or of the stream. */
  stop(lane: string | null = this.state.chosen): void {
    if (lane) void this.act(lane, "stop", () => this.api.stop(lane));
  }

  openFor(lane: Lane, passage: string, reason: string): void {
    void this.act(lane.lane, "open", () => this.api.open(lane.lane, passage, reason));
  }

  /** First of all, once; what it lacks is owed. */
  goFirst(lane: Lane, passage: string, reason: string): void {
    void this.act(lane.lane, "priority", () => this.api.priority(lane.lane, passage, reason));
  }

  convoy(lane: Lane, size: ConvoySize, reason: string): void {
    void this.act(lane.lane, "convoy", () => this.api.convoy(lane.lane, size, reason));
  }

  endConvoy(lane: Lane): void {
    void this.act(lane.lane, "convoy_over", () => this.api.convoyOver(lane.lane));
  }

  refuse(lane: Lane, passage: string, reason: string): void {
    void this.act(lane.lane, "refuse", () => this.api.refuse(lane.lane, passage, reason));
  }

  hold(lane: Lane, passage: string): void {
    void this.act(lane.lane, "hold", () => this.api.hold(lane.lane, passage, ""));
  }

  setMode(lane: Lane, mode: LaneMode, reason: string): void {
    void this.act(lane.lane, "mode", () => this.api.mode(lane.lane, mode, reason));
  }

  private async act(lane: string, name: ActName, send: () => Promise<unknown>): Promise<void> {
    const barrier = this.state.gate.lanes.find((l) => l.lane === lane)?.status?.barrier ?? "unknown";
    const line = newAct(name, this.state.me?.name ?? "", barrier, this.tick());
    this.change((gate) => ({ ...gate, acts: new Map(gate.acts).set(lane, line) }));
    this.set({ dialog: null });
    const mark = (change: Parameters<typeof changeAct>[2]) =>
      this.change((gate) => ({ ...gate, acts: changeAct(gate.acts, lane, change, line) }));
    try {
      await send();
      mark({ sent: "sent" });
    } catch (error) {
      if (!this.sessionEnded(error)) mark({ sent: "failed", fault: said(error) });
    }
  }

  /** The officer's own reading of the plate, or how the vehicle was identified; central decides anew with it, and opens nothing. */
  correct(passage: string, ...word: [plate: string, reason: string, identity?: Identity]): Promise<void> {
    return this.judge(passage, () => this.api.correct(passage, ...word));
  }

  /** Whom a code, a tag or the end of a plate names among the expected vehicles; `null` when the session ended. */
  async identify(lane: string, given: string): Promise<Identified | null> {
    try {
      return await this.api.identify(lane, given);
    } catch (error) {
      if (this.sessionEnded(error)) return null;
      throw error;
    }
  }

  confirm(passage: string, plate: string): Promise<void> {
    return this.judge(passage, () => this.api.confirm(passage, plate));
  }

  private async judge(passage: string, send: () => Promise<PassageView>): Promise<void> {
    const judged: Judged = { passage, state: "sending", fault: null };
    this.set({ dialog: null, suggestion: null, judged });
    const settle = (after: Judged | null) => {
      if (this.state.judged === judged) this.set({ judged: after });
    };
    try {
      const view = await send();
      this.change((gate) => takePassage(gate, view));
      settle(null);
    } catch (error) {
      if (!this.sessionEnded(error)) settle({ ...judged, state: "failed", fault: said(error) });
    }
  }

  async acknowledge(alarm: string, note: string): Promise<void> {
    await this.api.acknowledge(alarm, note);
    await this.readAlarms();
  }

  recognition: Api["recognition"] = () => this.api.recognition();
  owed: Api["owed"] = () => this.api.owed();
  slips: Api["slips"] = () => this.api.slips();
  enterSlip: Api["enterSlip"] = (slip, another) => this.api.enterSlip(slip, another);
  withdrawSlip: Api["withdrawSlip"] = (passage, reason) => this.api.withdrawSlip(passage, reason);
  settleOwed: Api["settleOwed"] = (passage, kind, note) => this.api.settleOwed(passage, kind, note);
  day: Api["day"] = (which) => this.api.day(which);
  passages: Api["passages"] = (filter) => this.api.passages(filter);
  readOne: Api["passage"] = (id) => this.api.passage(id);
}

function said(error: unknown): { kind: string; message: string } {
  return error instanceof Fault ? { kind: error.kind, message: error.message } : { kind: "unknown", message: "" };
}
