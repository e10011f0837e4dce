/** The dialogs of the acts that need a word: open, priority, refuse, correct, mode; and the way to the others. */

import { useState } from "preact/hooks";
import type { LaneMode, PassageView } from "../contract";
import { plateCountry } from "../gate/allowed";
import { countryOf, forPeople, normalise, plausible } from "../gate/plate";
import { picture } from "../net/api";
import { ConvoyDialog } from "./ConvoyDialog";
import { Frame } from "./Frame";
import { IdentityDialog } from "./IdentityDialog";
import { KeyList } from "./KeyList";
import { ReasonDialog, Reasons, useReasons } from "./Reasons";
import { SlipDialog } from "./SlipDialog";
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
  if (dialog === "slip") return <SlipDialog />;
  if (!now.lane) return null;
  const lane = now.lane;
  if (dialog === "mode") return <ModeDialog />;
  if (dialog === "convoy") return <ConvoyDialog lane={lane} />;
  if (!passage) return null;
  // Keyed by the passage: when another vehicle comes to the stop line the dialog begins anew.
  if (dialog === "correct") return <CorrectDialog key={passage} passage={passage} />;
  if (dialog === "identify") return <IdentityDialog key={passage} lane={lane} passage={passage} />;
  const said = {
    open: { title: t.dialogs.openTitle, reasons: t.dialogs.openReasons, send: desk.openFor },
    priority: { title: t.dialogs.priorityTitle, reasons: t.dialogs.priorityReasons, send: desk.goFirst },
    refuse: { title: t.dialogs.refuseTitle, reasons: t.dialogs.refuseReasons, send: desk.refuse },
  }[dialog];
  return (
    <ReasonDialog
      key={`${dialog} ${passage}`}
      title={said.title}
      reasons={said.reasons}
      go={t.actions[dialog]}
      kind={dialog}
      onSend={(reason) => said.send.call(desk, lane, passage, reason)}
    >
      <p class="subject">
        {lane.lane} · <b>{now.plate ? forPeople(now.plate, plateCountry(now.passage)) : t.passage.unread}</b>
      </p>
    </ReasonDialog>
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
  if (!lane) return null;
  return (
    <ReasonDialog
      title={`${t.dialogs.modeTitle}: ${lane.lane}`}
      reasons={t.dialogs.modeReasons}
      go={t.actions.send}
      kind="mode"
      first={false}
      onSend={(reason) => desk.setMode(lane, mode, reason)}
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
    </ReasonDialog>
  );
}
