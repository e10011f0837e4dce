/** A gate of five lanes, as central tells it, and a central that does what tests say. */

import { vi } from "vitest";
import type {
  CameraFigures,
  Candidate,
  DayTimes,
  DayView,
  EdgeEvent,
  EventBody,
  Identified,
  LaneDay,
  LaneStatus,
  LanesView,
  LaneView,
  Me,
  News,
  PassageView,
  Recognition,
  Words,
} from "../src/contract";
import type { Api } from "../src/net/api";
import type { Source } from "../src/net/live";

/** 2026-11-25 08:00:00 in Vietnam, in milliseconds. */
export const EIGHT = 1_795_568_400_000;
export const SESSION = "s-1";

export const me = (role: Me["role"] = "officer"): Me => ({
  name: "lan.nguyen",
  full_name: "Nguyễn Thị Lan",
  role,
  site: "kim-thanh",
  server_time: Date.now() * 1000,
  ends_at: (Date.now() + 10 * 3_600_000) * 1000,
});

export function status(lane: string, change: Partial<LaneStatus> = {}): LaneStatus {
  return {
    lane,
    direction: lane.startsWith("in") ? "entry" : "exit",
    session: SESSION,
    mode: "automatic",
    state: "idle",
    waiting_for: "",
    barrier: "closed",
    passage: null,
    track: null,
    inputs: [["stop_line", false]],
    faults: [],
    display: "MOI XE VAO",
    ...change,
  };
}

const figures = (change: Partial<CameraFigures> = {}): CameraFigures => ({
  passages: 120,
  referred: 0.05,
  read: 118,
  corrected: 0.01,
  confidence: 0.991,
  confidence_low: 0.95,
  height_px: 52,
  height_low_px: 41,
  ...change,
});

/** A camera that moved, and models on trial that differ once. */
export function recognition(): Recognition {
  const day = 86_400_000_000;
  const now = EIGHT * 1000;
  return {
    periods: { window: [now - 7 * day, now], baseline: [now - 35 * day, now - 7 * day] },
    least_passages: 50,
    cameras: [
      {
        lane: "in-1",
        camera: "front",
        window: figures({ referred: 0.31 }),
        baseline: figures(),
        drifts: [{ figure: "referred", was: 0.05, is: 0.31, limit: 0.1 }],
      },
    ],
    trials: [
      {
        lane: "in-1",
        camera: "front",
        models: "feedbeef0123",
        passages: 40,
        agreeing: 39,
        looks: 200,
        looks_agreeing: 190,
        from: now - day,
        to: now,
      },
    ],
    disagreements: [
      {
        event: "01a21037-7680-7101-8101-020202020202",
        passage: "01a21037-7680-7101-8101-010101010101",
        at: now,
        lane: "in-1",
        corrected: "24C12345",
        reading: {
          camera: "front",
          models: "feedbeef0123",
          beside: "0123456789ab",
          looks: 5,
          agreeing: 2,
          trial: { text: "24C12346", probability: 0.91 },
          live: { text: "24C12345", probability: 0.998 },
          frame: "a".repeat(64),
          plate: "b".repeat(64),
        },
      },
    ],
  };
}

const HOUR = 3_600_000_000;

export const dayTimes = (change: Partial<DayTimes> = {}): DayTimes => ({
  from: (EIGHT - 8 * 3_600_000) * 1000,
  until: EIGHT * 1000,
  open: 8 * HOUR,
  manual: 0,
  attended: 0,
  stopped: 0,
  faulty: 0,
  emergency_open: 0,
  degraded: 0,
  unknown: 0,
  starts: 0,
  unseen: 0,
  ...change,
});

export const laneDay = (lane: string, change: Partial<LaneDay> = {}): LaneDay => ({
  lane,
  heard: 1200,
  last_at: EIGHT * 1000 - 60_000_000,
  mode: null,
  times: dayTimes(),
  manual: [],
  passages: { all: 200, automatic: 196, unread: 2 },
  paper: {},
  interventions: { open: 3, refuse: 1 },
  faults: {},
  alarms: {},
  missing: 0,
  clock_doubtful: false,
  ...change,
});

/** Today until eight: a lane that was at MANUAL, one that is closed, one of which nothing was heard. */
export function day(change: Partial<DayView> = {}): DayView {
  const at = (minutes: number) => EIGHT * 1000 + minutes * 60_000_000;
  const said = [
    { at: at(-101), officer: null, act: "mode", mode: "attended" as const, text: "minh.tran: Thiết bị lỗi" },
    { at: at(-99), officer: "lan.nguyen", act: "stop", mode: null, text: "" },
  ];
  const manual: LaneDay["manual"] = [
    { state: "manual_local", since: at(-500), until: at(-478), counted: 2 * 60_000_000, faults: [], said: [] },
    { state: "manual_local", since: at(-100), until: at(-90), counted: 600_000_000, faults: ["bus_silent"], said },
    { state: "maintenance", since: at(-4), until: null, counted: 240_000_000, faults: [], said: [] },
  ];
  return {
    day: "2026-11-25",
    previous: "2026-11-24",
    next: null,
    from: (EIGHT - 8 * 3_600_000) * 1000,
    until: EIGHT * 1000,
    lanes: [
      laneDay("in-1", {
        times: dayTimes({ manual: 16 * 60_000_000, attended: HOUR, starts: 2, unseen: 720_000_000 }),
        manual,
        interventions: { open: 14, refuse: 3, correct_plate: 7 },
        faults: { officer_away_1: 6, officer_away_2: 2, bus_silent: 1 },
        alarms: { lane_fault: 1 },
      }),
      laneDay("in-2"),
      laneDay("in-3", {
        times: dayTimes({ open: 0 }),
        mode: "closed",
        passages: { all: 0, automatic: 0, unread: 0 },
        interventions: {},
      }),
      laneDay("out-1", { missing: 3, clock_doubtful: true }),
      laneDay("out-2", {
        heard: 0,
        last_at: null,
        times: null,
        passages: { all: 0, automatic: 0, unread: 0 },
        interventions: {},
      }),
    ],
    ...change,
  };
}

export const PASSAGE = "01a21037-7680-7101-8101-010101010101";
export const FRAME = "a".repeat(64);
export const CROP = "b".repeat(64);

export function passage(change: Partial<PassageView> = {}, record: Partial<PassageView["record"]> = {}): PassageView {
  return {
    record: {
      id: PASSAGE,
      edge: "kt-edge-1",
      lane: "in-1",
      direction: "entry",
      began_at: EIGHT * 1000,
      ended_at: null,
      outcome: null,
      opened_by: null,
      class: "container_lorry",
      class_confidence: 0.97,
      decision: {
        verdict: "refer",
        reasons: [
          { code: "probable", detail: "G12345" },
          { code: "confirmation_missing", detail: "customs_in" },
          { code: "low_probability", detail: "probability 0.8312, needed 0.9900" },
        ],
        matched: "G12345",
        lists_version: 7,
      },
      decided_by: "central",
      unread: false,
      corrected: null,
      parts: [
        {
          part: "tractor",
          text: "云G12346",
          country: "cn",
          kind: "cn_ordinary",
          color: "yellow",
          valid: null,
          probability: 0.83,
          frame: FRAME,
          crop: CROP,
        },
        {
          part: "container",
          text: "CSQU3054383",
          country: null,
          kind: null,
          color: null,
          valid: true,
          probability: 0.99,
          frame: FRAME,
          crop: null,
        },
      ],
      clock_synchronised: true,
      events: 5,
      ...record,
    },
    others: [
      ["云G12345", 0.14],
      ["云G12348", 0.02],
    ],
    unread: null,
    doubtful: null,
    route: { to: "yard-kb1", display: "VAO BAI KB1", because: "fresh goods first" },
    expected: {
      declaration: "2026112500017",
      plate: "G12345",
      country: "cn",
      direction: "entry",
      class: "container_lorry",
      laden: true,
      trailer: null,
      containers: ["CSQU3054383"],
      fresh: true,
      dangerous: false,
      from: (EIGHT - 3_600_000) * 1000,
      until: (EIGHT + 36_000_000) * 1000,
      confirmed: ["border_guard_in"],
      permit_until: (EIGHT + 86_400_000_000) * 1000,
      fee_settled: true,
      inside: false,
    },
    fresh: null,
    acts: [],
    boom: [],
    crossing: null,
    journey: null,
    evidence: { [FRAME]: true, [CROP]: true },
    ...change,
  };
}

export const LANES = ["in-1", "in-2", "in-3", "out-1", "out-2"];

export function laneView(lane: string, change: Partial<LaneStatus> = {}, view: PassageView | null = null): LaneView {
  const now = status(lane, change);
  return {
    lane,
    edge: "kt-edge-1",
    direction: now.direction,
    zone: "barrier-1",
    live: true,
    age_ms: 100,
    status: now,
    passage: view,
  };
}

/** `in-1` has a vehicle that waits for the officer. */
export function referred(view: PassageView = passage()): LaneView {
  const waits = { state: "referred", waiting_for: "officer:probable", passage: view.record.id, track: 4 };
  return laneView("in-1", waits, view);
}

export const lanes = (...some: LaneView[]): LanesView => ({
  event_id: "start-1",
  server_time: Date.now() * 1000,
  lanes: LANES.map((name) => some.find((lane) => lane.lane === name) ?? laneView(name)),
});

export const words: Words = {
  reasons: {
    probable: { vi: "Gần giống một xe đang chờ", en: "Close to one expected vehicle", zh: "与一辆预约车相近" },
    confirmation_missing: { vi: "Thiếu xác nhận", en: "A confirmation is missing", zh: "缺少必要的确认" },
    low_probability: { vi: "Đọc chưa đủ chắc chắn", en: "Not certain enough", zh: "识别不够确定" },
    inspection: { vi: "Xe được chọn kiểm tra", en: "Chosen for inspection", zh: "被抽中查验" },
    outside_window: { vi: "Ngoài thời hạn đã khai", en: "Outside its time", zh: "不在申报时段内" },
    all_conditions_met: { vi: "Đủ mọi điều kiện", en: "All conditions met", zh: "符合全部条件" },
  },
  states: { referred: { vi: "Chờ cán bộ", en: "Waiting for an officer", zh: "等待工作人员" } },
  waiting: { officer: { vi: "Chờ cán bộ", en: "Waiting for an officer", zh: "等待工作人员" } },
  barrier: {
    closed: { vi: "Đóng", en: "Closed", zh: "已关闭" },
    opening: { vi: "Đang mở", en: "Opening", zh: "正在抬起" },
    open: { vi: "Mở", en: "Open", zh: "已打开" },
    stopped: { vi: "Đã dừng", en: "Stopped", zh: "已停止" },
  },
  acts: {
    open: { vi: "Mở barie", en: "Open", zh: "放行" },
    stop: { vi: "Dừng", en: "Stop", zh: "停止" },
    correct_plate: { vi: "Sửa biển số", en: "Correct the plate", zh: "更正车牌" },
  },
  confirmations: {
    customs_in: { vi: "Hải quan vào", en: "Customs, in", zh: "海关入境" },
    border_guard_in: { vi: "Biên phòng vào", en: "Border guard, in", zh: "边防入境" },
  },
};

/** Two declared vehicles that end in the same digits; the second was expected yesterday. */
export function identified(change: Partial<Candidate> = {}): Identified {
  const one: Candidate = {
    identity: { kind: "last_digits", given: "2345" },
    role: "tractor",
    plate: "G12345",
    country: "cn",
    declaration: "2026112500017",
    class: "container_lorry",
    laden: true,
    trailer: null,
    from: (EIGHT - 3_600_000) * 1000,
    until: (EIGHT + 36_000_000) * 1000,
    unfit: [],
    missing: ["customs_in"],
    ...change,
  };
  const other: Candidate = {
    ...one,
    role: "trailer",
    plate: "24C54321",
    country: "vn",
    declaration: "2026112400003",
    trailer: "24R12345",
    until: (EIGHT - 1_800_000) * 1000,
    unfit: ["outside_window"],
    missing: null,
  };
  return { kind: one.identity.kind, candidates: [one, other], more: 3 };
}

let seq = 0;
export function event(lane: string, body: EventBody, of: string | null = PASSAGE): News {
  seq += 1;
  const event: EdgeEvent = {
    id: `e-${seq}`,
    edge: "kt-edge-1",
    lane,
    epoch: 1,
    seq,
    at: Date.now() * 1000,
    clock: { synchronised: true, offset_us: 0 },
    passage: of,
    body,
  };
  return { type: "event", event };
}

export function statusNews(...lanes: LaneStatus[]): News {
  seq += 1;
  const clock = { synchronised: true, offset_us: 0 };
  const at = Date.now() * 1000;
  const status = {
    edge: "kt-edge-1",
    epoch: 1,
    count: seq,
    at,
    clock,
    version: "0",
    lists_version: 7,
    outbox: 0,
    lanes,
  };
  return { type: "status", status };
}

/** A stream that tests speak into. */
export class Stream implements Source {
  readyState = 1;
  private readonly listeners = new Map<string, ((event: MessageEvent<string>) => void)[]>();

  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void {
    this.listeners.set(type, [...(this.listeners.get(type) ?? []), listener]);
  }

  close(): void {
    this.readyState = 2;
  }

  say(type: string, data: unknown = {}): void {
    const event = new MessageEvent<string>(type, { data: JSON.stringify(data) });
    for (const listener of this.listeners.get(type) ?? []) listener(event);
  }

  news(news: News): void {
    this.say("news", news);
  }

  beat(): void {
    this.say("beat", { server_time: Date.now() * 1000 });
  }

  breaks(): void {
    this.readyState = 2;
    this.say("error");
  }
}

/** A central that answers well; each call can be looked at and changed. */
export function central(view: LanesView = lanes(referred()), who: Me = me()) {
  const sent = { command: "c-1", act: "a-1" };
  const one = view.lanes.find((lane) => lane.passage)?.passage ?? passage();
  return {
    me: vi.fn<Api["me"]>(async () => who),
    signIn: vi.fn<Api["signIn"]>(async () => ({ name: who.name, full_name: who.full_name, role: who.role })),
    firstSignIn: vi.fn<Api["firstSignIn"]>(async () => ({ name: who.name, full_name: who.full_name, role: who.role })),
    signOut: vi.fn<Api["signOut"]>(async () => undefined),
    active: vi.fn<Api["active"]>(async () => undefined),
    words: vi.fn<Api["words"]>(async () => words),
    lanes: vi.fn<Api["lanes"]>(async () => view),
    passage: vi.fn<Api["passage"]>(async () => one),
    passages: vi.fn<Api["passages"]>(async () => ({ passages: [one.record], next: null })),
    open: vi.fn<Api["open"]>(async () => sent),
    priority: vi.fn<Api["priority"]>(async () => sent),
    convoy: vi.fn<Api["convoy"]>(async () => sent),
    convoyOver: vi.fn<Api["convoyOver"]>(async () => sent),
    owed: vi.fn<Api["owed"]>(async () => []),
    slips: vi.fn<Api["slips"]>(async () => []),
    enterSlip: vi.fn<Api["enterSlip"]>(async () => ({ passage: PASSAGE })),
    withdrawSlip: vi.fn<Api["withdrawSlip"]>(async () => undefined),
    settleOwed: vi.fn<Api["settleOwed"]>(async () => undefined),
    refuse: vi.fn<Api["refuse"]>(async () => sent),
    hold: vi.fn<Api["hold"]>(async () => sent),
    stop: vi.fn<Api["stop"]>(async () => sent),
    mode: vi.fn<Api["mode"]>(async () => sent),
    correct: vi.fn<Api["correct"]>(async () => one),
    identify: vi.fn<Api["identify"]>(async () => identified()),
    confirm: vi.fn<Api["confirm"]>(async () => one),
    alarms: vi.fn<Api["alarms"]>(async () => []),
    recognition: vi.fn<Api["recognition"]>(async () => recognition()),
    day: vi.fn<Api["day"]>(async () => day()),
    acknowledge: vi.fn<Api["acknowledge"]>(async () => undefined),
  };
}
