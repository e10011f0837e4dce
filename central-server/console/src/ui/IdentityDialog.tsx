/**
 * The second identity of a vehicle whose plate was not read: one field for a scanner or the keyboard, and the
 * expected vehicles that it names. Choosing one corrects the plate; what the rules say to it is shown after.
 */

import { useRef, useState } from "preact/hooks";
import type { Candidate, Identified } from "../contract";
import { forPeople, normalise } from "../gate/plate";
import type { Lane } from "../gate/state";
import { dayAndClock, ms } from "../gate/time";
import { Fault } from "../net/api";
import { faultText, named } from "../words";
import { said } from "../words/said";
import { Frame } from "./Frame";
import { useDesk, useSpeech } from "./use";

const MAX_GIVEN = 1024;
/** Characters that follow each other faster are a scanner's. */
const SCANNED_WITHIN_MS = 100;

export function IdentityDialog(props: { lane: Lane; passage: string }) {
  const desk = useDesk();
  const { t } = useSpeech();
  const [given, setGiven] = useState("");
  const [found, setFound] = useState<Identified | null>(null);
  const [chosen, setChosen] = useState(0);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLFieldSetElement>(null);
  const burst = useRef({ text: "", at: 0 });

  const type = (text: string) => {
    setGiven(text);
    setFound(null);
    setFault(null);
  };
  const search = async () => {
    setBusy(true);
    setFault(null);
    try {
      const answer = await desk.identify(props.lane.lane, given.trim());
      if (!answer) return;
      setFound(answer);
      point(0);
    } catch (error) {
      setFault(error instanceof Fault ? faultText(t, error.kind, error.message) : String(error));
    } finally {
      setBusy(false);
    }
  };
  const point = (at: number) => {
    setChosen(at);
    // The list is drawn first.
    setTimeout(() => list.current?.querySelectorAll<HTMLElement>("input")[at]?.focus());
  };
  const submit = () => {
    if (busy) return;
    const candidate = found?.candidates[chosen];
    if (!candidate) return void search();
    const { identity, plate } = candidate;
    const reason = `${t.identity.reason} ${named(t.identity.kinds, identity.kind)} ${identity.given}`;
    void desk.correct(props.passage, normalise(plate), reason, identity);
  };

  /** In the list digits choose; a scan that begins there goes into the field. */
  const onKey = (event: KeyboardEvent) => {
    if (event.target === field.current || event.key.length !== 1 || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const { text, at } = burst.current;
    const now = desk.tick();
    burst.current = { text: now - at < SCANNED_WITHIN_MS ? text + event.key : event.key, at: now };
    if (burst.current.text.length > 1) {
      event.preventDefault();
      field.current?.focus();
      type(burst.current.text);
      return;
    }
    const digit = Number(/^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1] ?? 0);
    if (digit > 0 && digit <= (found?.candidates.length ?? 0)) {
      event.preventDefault();
      point(digit - 1);
    }
  };

  return (
    <Frame
      title={t.identity.title}
      kind="identity"
      go={found?.candidates.length ? t.identity.choose : t.identity.search}
      onKey={onKey}
      onSubmit={submit}
    >
      <label class="plate-field">
        {t.identity.field}
        <input
          ref={field}
          type="text"
          class="given"
          value={given}
          maxLength={MAX_GIVEN}
          autocomplete="off"
          spellcheck={false}
          data-first=""
          onInput={(event) => type(event.currentTarget.value)}
        />
      </label>
      {found && found.candidates.length > 0 && (
        <fieldset class="named" ref={list}>
          <legend>
            {t.identity.list} · {named(t.identity.kinds, found.kind)}
          </legend>
          {found.candidates.map((candidate, n) => (
            <label key={`${candidate.declaration} ${candidate.plate} ${candidate.from}`}>
              <input type="radio" name="candidate" checked={chosen === n} onChange={() => setChosen(n)} />
              {n < 9 && <kbd>{n + 1}</kbd>}
              <Line candidate={candidate} />
            </label>
          ))}
        </fieldset>
      )}
      {found && found.more > 0 && (
        <p class="hint">
          + {found.more} {t.identity.more}
        </p>
      )}
      {found?.candidates.length === 0 && (
        <p class="fault" role="status">
          {t.identity.none}
        </p>
      )}
      {busy && <p role="status">{t.loading}</p>}
      {fault && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <p class="hint">{t.identity.hint}</p>
    </Frame>
  );
}

/** An expected vehicle in two lines, and what stands against it. */
function Line(props: { candidate: Candidate }) {
  const speech = useSpeech();
  const { t, language, name } = speech;
  const one = props.candidate;
  const facts = [
    `${t.passage.declaration} ${one.declaration}`,
    name("classes", one.class),
    one.laden ? t.passage.laden : t.passage.emptyLoad,
    ...(one.trailer ? [`${t.passage.trailer} ${forPeople(one.trailer, one.country)}`] : []),
    `${dayAndClock(ms(one.from), language)} – ${dayAndClock(ms(one.until), language)}`,
  ];
  const missing = one.missing?.map((kind) => name("confirmations", kind)) ?? [
    said("no rule says which confirmations it needs", speech),
  ];
  return (
    <span>
      <b>{forPeople(one.plate, one.country)}</b> <small>{facts.join(" · ")}</small>
      {one.unfit.map((code) => (
        <small key={code} class="against">
          ✗ {name("reasons", code)}
        </small>
      ))}
      {missing.map((what) => (
        <small key={what} class="against">
          ✗ {what} {one.missing && t.confirmations.missing}
        </small>
      ))}
    </span>
  );
}
