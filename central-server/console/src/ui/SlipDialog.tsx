/** A paper slip is entered: as it was written, one after the other. */

import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Direction, SlipOutcome, SlipReason, WrittenSlip } from "../contract";
import { normalise, plausible } from "../gate/plate";
import { codes, nextNumber } from "../gate/slip";
import { fromField } from "../gate/time";
import { Fault } from "../net/api";
import { faultText, named } from "../words";
import { said } from "../words/said";
import { Frame } from "./Frame";
import { useDesk, useDeskState, useSpeech, whyFailed } from "./use";

const OUTCOMES: SlipOutcome[] = ["passed", "turned_away"];
const DIRECTIONS: Direction[] = ["entry", "exit"];
const REASONS: SlipReason[] = ["no_power", "edge_gone", "devices_defective", "other"];

/** The fields as typed. */
interface Typed {
  number: string;
  lane: string;
  direction: Direction;
  at: string;
  plate: string;
  trailer: string;
  containers: string;
  declaration: string;
  outcome: SlipOutcome;
  writtenBy: string;
  reason: SlipReason;
  note: string;
}

/** The next slip of the pile: what mostly stays the same is kept. */
const next = (before: Typed): Typed => ({
  ...before,
  number: nextNumber(before.number),
  plate: "",
  trailer: "",
  containers: "",
  declaration: "",
  outcome: "passed",
  note: "",
});

export function SlipDialog() {
  const desk = useDesk();
  const { gate, chosen } = useDeskState();
  const speech = useSpeech();
  const { t } = speech;
  const [typed, setTyped] = useState<Typed>({
    number: "",
    lane: chosen ?? gate.lanes[0]?.lane ?? "",
    direction: "entry",
    at: "",
    plate: "",
    trailer: "",
    containers: "",
    declaration: "",
    outcome: "passed",
    writtenBy: "",
    reason: "no_power",
    note: "",
  });
  const [fault, setFault] = useState<string | null>(null);
  /** The lane has such a vehicle about that time: whether the officer said that this is another passage. */
  const [another, setAnother] = useState<boolean | null>(null);
  const [entered, setEntered] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const turns = gate.lanes.find((one) => one.lane === typed.lane)?.direction === "both";
  const first = useRef<HTMLInputElement>(null);
  const type = (change: Partial<Typed>) => {
    setTyped({ ...typed, ...change });
    setFault(null);
    setAnother(null);
  };
  const submit = async () => {
    const at = fromField(typed.at);
    if (sending) return;
    if (at === undefined) return setFault(t.errors.slip_time ?? null);
    if (!plausible(typed.plate)) return setFault(t.dialogs.badPlate);
    setSending(true);
    setFault(null);
    setEntered(null);
    try {
      await desk.enterSlip(written(typed, at, turns), another === true);
      setEntered(typed.number);
      setTyped(next(typed));
      setAnother(null);
      first.current?.focus();
    } catch (error) {
      if (error instanceof Fault && error.kind === "slip_near") setAnother(false);
      setFault(error instanceof Fault ? faultText(t, error.kind, said(error.message, speech)) : whyFailed(t, error));
    } finally {
      setSending(false);
    }
  };
  const text = (name: TextField, more: Partial<TextProps> = {}) => (
    <Text key={name} name={name} value={typed[name]} onType={(value) => type({ [name]: value })} {...more} />
  );
  return (
    <Frame title={t.paper.dialogTitle} kind="slip" go={t.actions.send} onSubmit={() => void submit()}>
      {entered && (
        <p class="entered" role="status">
          ✓ {t.paper.entered} <b>{entered}</b>
        </p>
      )}
      <div class="slip-fields">
        {text("number", { required: true, max: 20, field: first })}
        <label>
          {t.paper.lane}
          <select value={typed.lane} onChange={(event) => type({ lane: event.currentTarget.value })}>
            {gate.lanes.map((one) => (
              <option key={one.lane}>{one.lane}</option>
            ))}
          </select>
        </label>
        {text("at", { required: true, kind: "datetime-local" })}
        {text("plate", { required: true, max: 16 })}
        {text("trailer", { max: 16 })}
        {text("declaration", { max: 40 })}
        {text("containers", { max: 80, two: true, hint: t.paper.separated })}
        {text("writtenBy", { required: true, max: 100 })}
        {turns && (
          <Choice
            label={t.paper.direction}
            among={DIRECTIONS}
            chosen={typed.direction}
            set={(direction) => type({ direction })}
          >
            {(one) => t.lane[one]}
          </Choice>
        )}
        <Choice label={t.paper.outcome} among={OUTCOMES} chosen={typed.outcome} set={(outcome) => type({ outcome })}>
          {(one) => named(t.paper.outcomes, one)}
        </Choice>
        <Choice label={t.paper.reason} among={REASONS} chosen={typed.reason} set={(reason) => type({ reason })}>
          {(one) => named(t.paper.reasons, one)}
        </Choice>
        {text("note", { required: typed.reason === "other", max: 500, wide: true })}
      </div>
      {fault && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {another !== null && (
        <label class="tick">
          <input
            type="checkbox"
            required
            checked={another}
            onChange={(event) => setAnother(event.currentTarget.checked)}
          />{" "}
          {t.paper.another}
        </label>
      )}
    </Frame>
  );
}

function written(typed: Typed, at: number, turns: boolean): WrittenSlip {
  return {
    number: typed.number.trim(),
    lane: typed.lane,
    ...(turns && { direction: typed.direction }),
    at,
    plate: normalise(typed.plate),
    trailer: normalise(typed.trailer),
    containers: codes(typed.containers),
    declaration: typed.declaration.trim(),
    outcome: typed.outcome,
    written_by: typed.writtenBy.trim(),
    reason: typed.reason,
    note: typed.note.trim(),
  };
}

type TextField = Exclude<keyof Typed, "lane" | "direction" | "outcome" | "reason">;

interface TextProps {
  name: TextField;
  value: string;
  onType: (value: string) => void;
  required?: boolean;
  max?: number;
  kind?: "datetime-local";
  /** Over the whole row, or over two places of it. */
  wide?: boolean;
  two?: boolean;
  hint?: string;
  field?: preact.RefObject<HTMLInputElement>;
}

function Text(props: TextProps) {
  const { t } = useSpeech();
  return (
    <label class={props.wide ? "wide" : props.two ? "two" : ""}>
      <span>
        {t.paper[props.name]}
        {props.hint && <small> ({props.hint})</small>}
      </span>
      <input
        ref={props.field ?? null}
        name={props.name}
        type={props.kind ?? "text"}
        required={props.required ?? false}
        maxLength={props.max}
        autocomplete="off"
        spellcheck={false}
        data-first={props.field ? "" : undefined}
        value={props.value}
        onInput={(event) => props.onType(event.currentTarget.value)}
      />
    </label>
  );
}

function Choice<T extends string>(props: {
  label: string;
  among: T[];
  chosen: T;
  set: (one: T) => void;
  children: (one: T) => ComponentChildren;
}) {
  return (
    <fieldset class="wide choice">
      <legend>{props.label}</legend>
      {props.among.map((one) => (
        <label key={one}>
          <input type="radio" name={props.label} checked={one === props.chosen} onChange={() => props.set(one)} />
          {props.children(one)}
        </label>
      ))}
    </fieldset>
  );
}
