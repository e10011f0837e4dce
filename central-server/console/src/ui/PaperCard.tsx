/** What a paper slip says beside the vehicle: in the list of slips, and in place of pictures where no machine looked. */

import type { PaperSlip } from "../contract";
import { dayAndClock, ms } from "../gate/time";
import { named } from "../words";
import { useSpeech } from "./use";

export function PaperCard(props: { paper: PaperSlip }) {
  const { t, language } = useSpeech();
  const { paper } = props;
  const facts = [
    named(t.paper.outcomes, paper.outcome),
    named(t.paper.reasons, paper.reason),
    paper.declaration && `${t.paper.declaration} ${paper.declaration}`,
    `${t.paper.writtenBy}: ${paper.written_by}`,
    `${t.paper.enteredBy} ${paper.entered_by}, ${dayAndClock(ms(paper.entered_at), language)}`,
  ];
  return (
    <div class="paper-card">
      <p>
        <b class="paper-mark">
          {t.paper.mark} {paper.number}
        </b>
      </p>
      <p>{facts.filter(Boolean).join(" · ")}</p>
      {paper.note && (
        <p>
          <q>{paper.note}</q>
        </p>
      )}
      {paper.withdrawn && (
        <p class="warn">
          <b>{t.paper.withdrawn}</b>: {paper.withdrawn.reason} · {paper.withdrawn.by},{" "}
          {dayAndClock(ms(paper.withdrawn.at), language)}
        </p>
      )}
    </div>
  );
}
