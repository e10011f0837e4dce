/** The decision and its reasons, in words; and what the officer's own plate came to. */

import type { Decision, PassageView, Reason } from "../contract";
import { forPeople } from "../gate/plate";
import { faultText, named, reasonText } from "../words";
import { type Speech, useDeskState, useSpeech } from "./use";

export function Why(props: { passage: PassageView }) {
  const { judged } = useDeskState();
  const { t } = useSpeech();
  const { record } = props.passage;
  const own = judged?.passage === record.id ? judged : null;
  return (
    <div class="why">
      {own && (
        <div class={`judged ${own.state}`} role="status">
          {own.state === "sending" && <p>{t.act.sending}…</p>}
          {own.state === "failed" && (
            <p class="fault">
              <b>{t.act.failed}.</b> {faultText(t, own.fault?.kind ?? "", own.fault?.message ?? "")}
            </p>
          )}
          {own.state === "done" && own.decision && (
            <>
              <p>
                {t.act.nowDecided} <b>{own.plate && forPeople(own.plate, own.expected?.country ?? null)}</b>
              </p>
              <Verdict decision={own.decision} />
              <p class="next-step">{t.act.thenOpen}</p>
            </>
          )}
        </div>
      )}
      {record.decision && !(own?.state === "done" && own.decision) && (
        <>
          <Verdict decision={record.decision} />
          {record.decided_by && <p class="decided-by">{named(t.passage.decidedBy, record.decided_by)}</p>}
        </>
      )}
    </div>
  );
}

function Verdict(props: { decision: Decision }) {
  const speech = useSpeech();
  const { verdict, reasons } = props.decision;
  return (
    <div class={`verdict ${verdict}`}>
      <p class="verdict-word">{named(speech.t.verdicts, verdict)}</p>
      <ul aria-label={speech.t.passage.reasons}>
        {reasons.map((reason) => (
          <li key={`${reason.code} ${reason.detail}`}>
            {reasonText(speech.words, speech.language, reason.code)}
            <Detail reason={reason} speech={speech} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The value that a rule fired on, in the officer's language where it is a known one. */
function Detail(props: { reason: Reason; speech: Speech }) {
  const { reason, speech } = props;
  if (reason.detail === "") return null;
  return <small>: {detailText(reason, speech)}</small>;
}

export function detailText(reason: Reason, speech: Pick<Speech, "t">): string {
  if (reason.code === "confirmation_missing") return named(speech.t.confirmations, reason.detail);
  const limits = /^probability ([\d.]+), needed ([\d.]+)$/.exec(reason.detail);
  if (limits) return `${limits[1]} < ${limits[2]}`;
  return reason.detail;
}
