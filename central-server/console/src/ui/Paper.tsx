/** Paper slips: blank ones to print, those that were entered, and the way to withdraw one that was entered wrongly. */

import { useEffect, useState } from "preact/hooks";
import type { Slip } from "../contract";
import { countryOf, forPeople } from "../gate/plate";
import { dayAndClock, ms } from "../gate/time";
import { BlankSlips } from "./BlankSlips";
import { ListHead } from "./ListHead";
import { NoteForm } from "./NoteForm";
import { PaperCard } from "./PaperCard";
import { useDesk, useDeskState, useSpeech, whyFailed } from "./use";

export function Paper() {
  const desk = useDesk();
  const { dialog } = useDeskState();
  const { t } = useSpeech();
  const [slips, setSlips] = useState<Slip[] | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const read = () => desk.slips().then(setSlips, (error) => setFault(whyFailed(t, error)));
  // Read anew when the dialog has closed: it may have entered some.
  useEffect(() => void (dialog === null && read()), [dialog]);
  return (
    <section class="list paper" aria-label={t.paper.title}>
      <ListHead title={t.paper.title} />
      <p class="hint">{t.paper.hint}</p>
      <p>
        <button type="button" class="primary" onClick={() => desk.set({ dialog: "slip" })}>
          {t.paper.enter} <kbd>B</kbd>
        </button>
      </p>
      <BlankSlips />
      {fault && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {slips?.length === 0 && <p class="empty">{t.paper.none}</p>}
      <ul class="alarms">
        {slips?.map((slip) => (
          <One key={slip.passage} slip={slip} onWithdrawn={read} />
        ))}
      </ul>
    </section>
  );
}

function One(props: { slip: Slip; onWithdrawn: () => Promise<void> }) {
  const desk = useDesk();
  const { t, language } = useSpeech();
  const { slip } = props;
  const [asked, setAsked] = useState(false);
  const withdraw = async (reason: string) => {
    await desk.withdrawSlip(slip.passage, reason);
    await props.onWithdrawn();
  };
  const plates = [slip.plate, slip.trailer].filter((plate) => plate !== null);
  return (
    <li class={slip.paper.withdrawn ? "done" : ""}>
      <p>
        <time>{dayAndClock(ms(slip.at), language)}</time> · {slip.lane} ·{" "}
        <b>{plates.map((plate) => forPeople(plate, countryOf(plate))).join(" + ")}</b>
        {slip.containers.length > 0 && ` · ${slip.containers.join(", ")}`}
      </p>
      <PaperCard paper={slip.paper} />
      {desk.mayLead() && !slip.paper.withdrawn && !asked && (
        <p>
          <button type="button" onClick={() => setAsked(true)}>
            {t.paper.withdraw}
          </button>
        </p>
      )}
      {asked && !slip.paper.withdrawn && (
        <NoteForm label={t.paper.withdrawReason} go={t.paper.withdraw} onSend={withdraw} />
      )}
    </li>
  );
}
