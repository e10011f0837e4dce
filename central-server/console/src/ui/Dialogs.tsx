/** The dialogs of the acts that need a word: open, refuse, correct, identify, mode; and the list of keys. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { LaneMode, PassageView } from "../contract";
import { plateCountry } from "../gate/allowed";
import { countryOf, forPeople, normalise, plausible } from "../gate/plate";
import { picture } from "../net/api";
import { Frame } from "./Frame";
import { IdentityDialog } from "./IdentityDialog";
import { KeyList } from "./KeyList";
import { situation } from "./situation";
import { useDesk, useDeskState, useSpeech } from "./use";

export function Dialogs() {
  const desk = useDesk();
  const { dialog } = useDeskState();
  const { t } = useSpeech();
  const now = situation(desk);
  const passage = now.lane?.status?.passage;
  if (dialog === null) return null;
  if (dialog === "keys") return <KeyList />;
  if (!now.lane) return null;
  const lane = now.lane;
  if (dialog === "mode") return <ModeDialog />;
  if (!passage) return null;
  // Keyed by the passage: when another vehicle comes to the stop line the dialog begins anew.
  if (dialog === "correct") return <CorrectDialog key={passage} passage={passage} />;
  if (dialog === "identify") return <IdentityDialog key={passage} lane={lane} passage={passage} />;
  const open = dialog === "open";
  return (
    <ReasonDialog
      key={`${dialog} ${passage}`}
      title={open ? t.dialogs.openTitle : t.dialogs.refuseTitle}
      reasons={open ? t.dialogs.openReasons : t.dialogs.refuseReasons}
      go={open ? t.actions.open : t.actions.refuse}
      kind={dialog}
      onSend={(reason) => (open ? desk.openFor(lane, passage, reason) : desk.refuse(lane, passage, reason))}
    >
      <p class="subject">
        {lane.lane} · <b>{now.plate ? forPeople(now.plate, plateCountry(now.passage)) : t.passage.unread}</b>
      </p>
    </ReasonDialog>
  );
}

/** The reasons as a numbered list, and free text as the last. */
function Reasons(props: {
  reasons: string[];
  chosen: number;
  other: string;
  first: boolean;
  set: (n: number, other: string) => void;
}) {
  const { t } = useSpeech();
  const own = props.reasons.length;
  return (
    <fieldset class="reasons">
      <legend>{t.dialogs.reason}</legend>
      {props.reasons.map((reason, n) => (
        <label key={reason}>
          <input
            type="radio"
            name="reason"
            checked={props.chosen === n}
            data-first={props.first && n === 0 ? "" : undefined}
            onChange={() => props.set(n, props.other)}
          />
          <kbd>{n + 1}</kbd> {reason}
        </label>
      ))}
      <label>
        <input type="radio" name="reason" checked={props.chosen === own} onChange={() => props.set(own, props.other)} />
        <kbd>{own + 1}</kbd> {t.dialogs.other}
      </label>
      <input
        type="text"
        class="other"
        maxLength={200}
        aria-label={t.dialogs.other}
        value={props.other}
        data-other=""
        onFocus={() => props.set(own, props.other)}
        onInput={(event) => props.set(own, event.currentTarget.value)}
      />
    </fieldset>
  );
}

/** State of a choice of reasons; digits choose while no text is typed. */
function useReasons(reasons: string[]) {
  const { t } = useSpeech();
  const [{ chosen, other }, setChoice] = useState({ chosen: 0, other: "" });
  const [fault, setFault] = useState<string | null>(null);
  const set = (n: number, text: string) => {
    setChoice({ chosen: n, other: text });
    setFault(null);
  };
  const reason = (reasons[chosen] ?? other).trim();
  const onKey = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const digit = Number(/^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1] ?? 0);
    if (target.matches("input[type=text]") || digit === 0 || digit > reasons.length + 1) return;
    event.preventDefault();
    const dialog = target.closest("dialog");
    set(digit - 1, other);
    if (digit === reasons.length + 1) dialog?.querySelector<HTMLElement>("[data-other]")?.focus();
    else dialog?.querySelectorAll<HTMLElement>("input[type=radio]")[digit - 1]?.focus();
  };
  const send = (go: (reason: string) => void) => (reason === "" ? setFault(t.dialogs.needReason) : go(reason));
  return { chosen, other, set, fault, onKey, send };
}

interface ReasonProps {
  title: string;
  reasons: string[];
  go: string;
  kind: string;
  onSend: (reason: string) => void;
  children: ComponentChildren;
}

function ReasonDialog(props: ReasonProps) {
  const { chosen, other, set, fault, onKey, send } = useReasons(props.reasons);
  return (
    <Frame title={props.title} kind={props.kind} go={props.go} onKey={onKey} onSubmit={() => send(props.onSend)}>
      {props.children}
      <Reasons reasons={props.reasons} chosen={chosen} other={other} first set={set} />
      {fault && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </Frame>
  );
}

/** What the reader thought possible. */
function guesses(view: PassageView | undefined): string[] {
  const doubtful = view?.doubtful ? [view.doubtful.text, ...view.doubtful.others.map(([text]) => text)] : [];
  return [...(view?.others ?? []).map(([text]) => text), ...doubtful];
}

/** The declared plate; a Chinese one is declared without its province, which is then taken as read. */
function declared(view: PassageView | undefined): string {
  const plate = view?.expected?.plate ?? "";
  const read = view?.record.parts.find((p) => p.part === "tractor")?.text ?? "";
  const province = /^\p{Script=Han}/u.exec(read)?.[0] ?? "";
  return view?.expected?.country === "cn" && !/^\p{Script=Han}/u.test(plate) ? province + plate : plate;
}

function CorrectDialog(props: { passage: string }) {
  const desk = useDesk();
  const { gate, suggestion } = useDeskState();
  const { t } = useSpeech();
  const view = gate.passages.get(props.passage);
  const read = view?.record.parts.find((p) => p.part === "tractor");
  const country = read?.country ?? view?.doubtful?.country ?? null;
  const texts = [read?.text ?? "", ...guesses(view), declared(view)];
  const candidates = [...new Set(texts.filter((text) => text !== ""))].slice(0, 6);
  const [plate, setPlate] = useState(suggestion ?? view?.record.corrected ?? read?.text ?? "");
  const [bad, setBad] = useState(false);
  const reasons = useReasons(t.dialogs.correctReasons);
  const submit = () => {
    if (!plausible(plate)) return setBad(true);
    reasons.send((reason) => void desk.correct(props.passage, normalise(plate), reason));
  };
  const walk = (event: KeyboardEvent) => {
    const step = event.code === "ArrowDown" ? 1 : event.code === "ArrowUp" ? -1 : 0;
    if (step === 0 || candidates.length === 0) return;
    event.preventDefault();
    const at = candidates.indexOf(normalise(plate));
    setPlate(candidates[(at + step + candidates.length) % candidates.length] ?? plate);
  };
  return (
    <Frame title={t.dialogs.correctTitle} kind="correct" go={t.actions.send} onKey={reasons.onKey} onSubmit={submit}>
      {read?.crop && view?.evidence[read.crop] && (
        <img class="dialog-crop" src={picture(read.crop)} alt={t.passage.crop} />
      )}
      <label class="plate-field">
        {t.dialogs.plate}
        <input
          type="text"
          class="plate-input"
          value={plate}
          maxLength={16}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          data-first=""
          aria-invalid={bad}
          onFocus={(event) => event.currentTarget.select()}
          onKeyDown={walk}
          onInput={(event) => {
            setPlate(event.currentTarget.value);
            setBad(false);
          }}
        />
      </label>
      <div class="candidates">
        {candidates.map((text) => (
          <button type="button" key={text} aria-pressed={normalise(plate) === text} onClick={() => setPlate(text)}>
            {forPeople(text, countryOf(text) ?? country)}
          </button>
        ))}
      </div>
      <Reasons
        reasons={t.dialogs.correctReasons}
        chosen={reasons.chosen}
        other={reasons.other}
        first={false}
        set={reasons.set}
      />
      {(bad || reasons.fault) && (
        <p class="fault" role="alert">
          {bad ? t.dialogs.badPlate : reasons.fault}
        </p>
      )}
    </Frame>
  );
}

const MODES: LaneMode[] = ["automatic", "attended", "closed"];

function ModeDialog() {
  const desk = useDesk();
  const { t, name } = useSpeech();
  const lane = desk.lane();
  const [mode, setMode] = useState<LaneMode>(lane?.status?.mode ?? "automatic");
  const reasons = useReasons(t.dialogs.modeReasons);
  if (!lane) return null;
  return (
    <Frame
      title={`${t.dialogs.modeTitle}: ${lane.lane}`}
      kind="mode"
      go={t.actions.send}
      onKey={reasons.onKey}
      onSubmit={() => reasons.send((reason) => desk.setMode(lane, mode, reason))}
    >
      <fieldset class="modes">
        <legend>{t.lane.mode}</legend>
        {MODES.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="mode"
              checked={mode === one}
              data-first={mode === one ? "" : undefined}
              onChange={() => setMode(one)}
            />
            {name("modes", one)}
          </label>
        ))}
      </fieldset>
      <Reasons
        reasons={t.dialogs.modeReasons}
        chosen={reasons.chosen}
        other={reasons.other}
        first={false}
        set={reasons.set}
      />
      {reasons.fault && (
        <p class="fault" role="alert">
          {reasons.fault}
        </p>
      )}
    </Frame>
  );
}
