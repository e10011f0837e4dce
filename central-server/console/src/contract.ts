/** What central sends and takes: the JSON of gate-core's and central's Rust types, field by field. */

/** Microseconds since 1970, UTC. */
export type Micros = number;

export type Role = "officer" | "shift_leader" | "administrator";
export type Direction = "entry" | "exit";
/** Which ways a lane may lead; `both` is a lane that can be turned, and its status says which way it leads now. */
export type Ways = Direction | "both";
export type Country = "vn" | "cn";
export type LaneMode = "automatic" | "attended" | "closed";
export type Verdict = "open" | "refer" | "refuse";
export type Language = "vi" | "en" | "zh";

/** `GET /console/api/me`. */
export interface Me {
  name: string;
  full_name: string;
  role: Role;
  site?: string;
  server_time?: Micros;
  /** When the session ends, whatever is done. */
  ends_at?: Micros;
}

/** A reason in a decision. */
export interface Reason {
  code: string;
  detail: string;
}

export interface Decision {
  verdict: Verdict;
  reasons: Reason[];
  matched: string | null;
  lists_version: number;
}

export interface RouteAdvice {
  to: string;
  display: string;
  because: string;
}

/** One lane now, as its edge says. */
export interface LaneStatus {
  lane: string;
  direction: Direction;
  session: string;
  mode: LaneMode;
  state: string;
  waiting_for: string;
  barrier: string;
  passage: string | null;
  track: number | null;
  inputs: [string, boolean | null][];
  faults: string[];
  display: string;
  /** The convoy that may pass now. */
  convoy?: { passed: number; of: number; minutes_left: number };
}

/** So many vehicles within so many minutes. */
export interface ConvoySize {
  vehicles: number;
  minutes: number;
}

/** A confirmation that a vehicle owes which went first, or owed. */
export interface Owed {
  passage: string;
  lane: string;
  plate: string | null;
  kind: string;
  since: Micros;
  settled_at: Micros | null;
  settled_by: string | null;
  note: string | null;
}

export type SlipReason = "no_power" | "edge_gone" | "devices_defective" | "other";
export type SlipOutcome = "passed" | "turned_away";

/** What a paper slip says beside the vehicle. */
export interface PaperSlip {
  number: string;
  reason: SlipReason;
  outcome: SlipOutcome;
  declaration: string | null;
  written_by: string;
  note: string;
  entered_by: string;
  entered_at: Micros;
  /** It was entered wrongly, and counts for nothing. */
  withdrawn: { at: Micros; by: string; reason: string } | null;
}

/** A slip of `GET /console/api/paper`. */
export interface Slip {
  passage: string;
  edge: string;
  lane: string;
  direction: Direction;
  at: Micros;
  plate: string;
  country: Country | null;
  trailer: string | null;
  containers: string[];
  paper: PaperSlip;
}

/** What an officer types of a slip. */
export interface WrittenSlip {
  number: string;
  lane: string;
  /** Which way the lane led; of one that can be turned alone. */
  direction?: Direction;
  at: Micros;
  plate: string;
  trailer: string;
  containers: string[];
  declaration: string;
  outcome: SlipOutcome;
  written_by: string;
  reason: SlipReason;
  note: string;
}

export interface EdgeStatus {
  edge: string;
  epoch: number;
  count: number;
  at: Micros;
  clock: ClockQuality;
  version: string;
  lists_version: number | null;
  outbox: number;
  lanes: LaneStatus[];
}

export interface ClockQuality {
  synchronised: boolean;
  offset_us: number | null;
}

export type Part = "tractor" | "trailer" | "container";

export interface PassagePart {
  part: Part;
  text: string;
  country: Country | null;
  kind: string | null;
  color: string | null;
  valid: boolean | null;
  probability: number;
  frame: string | null;
  crop: string | null;
}

export interface PassageRecord {
  id: string;
  edge: string;
  lane: string;
  direction: Direction | null;
  began_at: Micros;
  ended_at: Micros | null;
  outcome: string | null;
  opened_by: string | null;
  class: string | null;
  class_confidence: number | null;
  decision: Decision | null;
  decided_by: "central" | "snapshot" | null;
  unread: boolean;
  corrected: string | null;
  /** It went first; the confirmations that it lacked are owed. */
  priority?: boolean;
  /** No machine saw it: it was entered from a slip of paper. */
  paper?: PaperSlip;
  parts: PassagePart[];
  clock_synchronised: boolean;
  events: number;
}

export interface ExpectedVehicle {
  declaration: string;
  plate: string;
  country: Country;
  direction: Direction;
  class: string;
  laden: boolean;
  trailer: string | null;
  containers: string[];
  fresh: boolean;
  dangerous: boolean;
  from: Micros;
  until: Micros;
  confirmed: string[];
  permit_until: Micros | null;
  fee_settled: boolean;
  inside: boolean;
}

/** By what a vehicle was identified where its plate was not read. */
export interface Identity {
  kind: "declaration" | "tag" | "last_digits";
  given: string;
}

/** An expected vehicle that it may be. */
export interface Candidate {
  identity: Identity;
  /** Whose plate ends so. */
  role: "tractor" | "trailer";
  plate: string;
  country: Country;
  declaration: string;
  class: string;
  laden: boolean;
  trailer: string | null;
  from: Micros;
  until: Micros;
  /** Why it is not expected here now: reasons, by code. */
  unfit: string[];
  /** `null` where no rule says which confirmations it needs. */
  missing: string[] | null;
}

/** `GET /console/api/lanes/{lane}/identity`. */
export interface Identified {
  kind: Identity["kind"];
  candidates: Candidate[];
  more: number;
}

/** What somebody did about a passage. */
export interface ActView {
  id: string | null;
  at: Micros;
  officer: string;
  role: string;
  act: string;
  reason: string;
  place: "console" | "panel";
  detail: Record<string, unknown>;
  /** What the lane and the boom were seen to do after it. */
  outcome: { state: Came; at: Micros; detail: string } | null;
}

export type Came = "sent" | "accepted" | "refused" | "opening" | "opened" | "stopped";

/** What the boom was seen to do. */
export interface BoomView {
  at: Micros;
  state: string;
  commanded: boolean;
}

/** A reading that the lane was not sure enough of to tell as read. */
export interface Doubtful {
  text: string;
  country: Country | null;
  probability: number;
  others: [string, number][];
}

/** What was seen of a vehicle whose plate could not be read. */
export interface Unread {
  fates: [string, number][];
  frames: string[];
}

/** One look at a vehicle and what became of it. */
export interface LookFate {
  at: Micros;
  camera: string;
  fate: string;
  text: string | null;
  probability: number | null;
  height_px: number | null;
  sharpness: number | null;
}

/** Every look by count; the first and the last ones one by one. */
export interface Looked {
  fates: [string, number][];
  looks: LookFate[];
}

/** What the rules say now to the plate that an officer gave; it opens nothing. */
export interface Fresh {
  plate: string;
  by: string;
  /** The officer confirmed the plate as shown; otherwise corrected it. */
  confirmed: boolean;
  decision: Decision;
  route: RouteAdvice | null;
}

/** The other passages of this vehicle. */
export interface Journey {
  id: string;
  state: string;
  declaration: string | null;
  began_at: Micros;
  ended_at: Micros | null;
  passages: { id: string; lane: string; direction: string; began_at: Micros; outcome: string | null; paper: boolean }[];
}

/** A passage with everything an officer is shown of it. */
export interface PassageView {
  record: PassageRecord;
  others: [string, number][];
  unread: Unread | null;
  /** How each look fared, once the vehicle is gone. */
  looked?: Looked;
  doubtful: Doubtful | null;
  route: RouteAdvice | null;
  expected: ExpectedVehicle | null;
  fresh: Fresh | null;
  acts: ActView[];
  boom: BoomView[];
  crossing: string | null;
  journey: Journey | null;
  /** Whether each picture has arrived at central. */
  evidence: Record<string, boolean>;
}

export interface LaneView {
  lane: string;
  edge: string;
  direction: Ways;
  zone: string;
  live: boolean;
  age_ms: number | null;
  status: LaneStatus | null;
  passage: PassageView | null;
}

/** `GET /console/api/lanes`. */
export interface LanesView {
  event_id: string;
  server_time: Micros;
  lanes: LaneView[];
}

export type EventBody =
  | { type: "passage_began"; direction: Direction; track: number }
  | { type: "vehicle_seen"; class: string; confidence: number }
  | { type: "plate_read"; reading: unknown }
  | { type: "container_read"; reading: unknown }
  | { type: "unread"; fates: [string, number][]; frames: string[] }
  | ({ type: "looked" } & Looked)
  | { type: "shadow_read"; reading: ShadowReading }
  | { type: "decided"; decision: Decision; by: "central" | "snapshot"; grant: string | null }
  | { type: "barrier_commanded"; action: "open" | "close" | "stop"; grant: string | null; cause: string }
  | { type: "barrier_moved"; state: string; commanded: boolean }
  | {
      type: "act";
      officer: { name: string; role: string };
      act: string;
      reason: string;
      place: "panel" | "console";
      plate: string | null;
    }
  | { type: "passage_ended"; outcome: string; opened_by: string }
  | { type: "refused"; what: string; why: string }
  | { type: "fault"; code: string; detail: string }
  | { type: "fault_cleared"; code: string }
  | { type: "mode_changed"; mode: LaneMode; cause: string }
  | { type: "convoy_began"; size: ConvoySize }
  | { type: "convoy_ended"; passed: number; of: number; why: string }
  | { type: "started"; version: string; found: string };

export interface EdgeEvent {
  id: string;
  edge: string;
  lane: string;
  epoch: number;
  seq: number;
  at: Micros;
  clock: ClockQuality;
  passage: string | null;
  body: EventBody;
}

/** What `GET /console/api/live` sends as `event: news`. */
export type News =
  | { type: "status"; status: EdgeStatus }
  | { type: "event"; event: EdgeEvent }
  | { type: "decided"; lane: string; passage: string; decision: Decision; route: RouteAdvice | null }
  | {
      type: "act";
      act: string;
      lane: string | null;
      passage: string | null;
      officer: string;
      what: string;
      reason: string;
    }
  | { type: "alarm"; alarm: string; kind: string; lane: string | null };

/** The answer to a command that went out. */
export interface Sent {
  command: string;
  act: string | null;
}

export interface Alarm {
  id: string;
  at: Micros;
  kind: string;
  lane: string | null;
  passage: string | null;
  detail: string;
  acknowledged_at: Micros | null;
  acknowledged_by: string | null;
}

export interface PassagePage {
  passages: PassageRecord[];
  next: string | null;
}

/** A camera's figures over a period; shares in 0 to 1. */
export interface CameraFigures {
  passages: number;
  referred: number | null;
  read: number;
  corrected: number | null;
  confidence: number | null;
  confidence_low: number | null;
  height_px: number | null;
  height_low_px: number | null;
}

export interface CameraDrift {
  lane: string;
  camera: string;
  window: CameraFigures;
  baseline: CameraFigures;
  /** What moved too far from the baseline. */
  drifts: { figure: string; was: number; is: number; limit: number }[];
}

export interface ShadowText {
  text: string;
  probability: number;
}

/** What models on trial made of a passage; it decides nothing. */
export interface ShadowReading {
  camera: string;
  models: string;
  beside: string;
  looks: number;
  agreeing: number;
  trial: ShadowText | null;
  live: ShadowText | null;
  frame: string | null;
  plate: string | null;
}

export interface Trial {
  lane: string;
  camera: string;
  models: string;
  passages: number;
  agreeing: number;
  looks: number;
  looks_agreeing: number;
  from: Micros;
  to: Micros;
}

export interface Disagreement {
  event: string;
  passage: string;
  at: Micros;
  lane: string;
  corrected: string | null;
  reading: ShadowReading;
}

/** `GET /console/api/recognition`. */
export interface Recognition {
  periods: { window: [Micros, Micros]; baseline: [Micros, Micros] };
  least_passages: number;
  cameras: CameraDrift[];
  trials: Trial[];
  disagreements: Disagreement[];
}

/** Where a lane's time went, microseconds; but for `open` each is a part of `open`, and they overlap. */
export interface DayTimes {
  from: Micros;
  until: Micros;
  open: number;
  manual: number;
  attended: number;
  stopped: number;
  faulty: number;
  emergency_open: number;
  degraded: number;
  unknown: number;
  starts: number;
  /** At most so long was nobody there before those starts. */
  unseen: number;
}

/** A time in MANUAL. */
export interface Manual {
  state: "manual_local" | "maintenance";
  since: Micros;
  until: Micros | null;
  /** What counts of it: in the day, the lane open. */
  counted: number;
  /** Faults that stood when it began. */
  faults: string[];
  /** What was said near its beginning. */
  said: { at: Micros; officer: string | null; act: string; mode: LaneMode | null; text: string }[];
}

export type Counts = Record<string, number>;

export interface LaneDay {
  lane: string;
  heard: number;
  last_at: Micros | null;
  mode: LaneMode | null;
  /** `null` where nothing was heard of the lane. */
  times: DayTimes | null;
  manual: Manual[];
  passages: { all: number; automatic: number; unread: number };
  /** Vehicles by paper slips, by reason. */
  paper: Counts;
  interventions: Counts;
  faults: Counts;
  alarms: Counts;
  missing: number;
  clock_doubtful: boolean;
}

/** `GET /console/api/day`. */
export interface DayView {
  day: string;
  previous: string | null;
  next: string | null;
  from: Micros;
  until: Micros;
  lanes: LaneDay[];
}

/** Words of gate-core, by code. */
export type Phrase = Record<Language, string>;
export type Section =
  | "reasons"
  | "verdicts"
  | "states"
  | "barrier"
  | "modes"
  | "waiting"
  | "acts"
  | "faults"
  | "confirmations"
  | "outcomes"
  | "opened_by"
  | "crossings"
  | "classes"
  | "directions"
  | "roles";
export type Words = Partial<Record<Section, Record<string, Phrase>>>;
