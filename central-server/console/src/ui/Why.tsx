/** The decision and its reasons, in words; and what the officer's own plate came to. */

import type { Decision, PassageView, Reason } from "../contract";
import { isRefused } from "../gate/allowed";
import { countryOf, forPeople } from "../gate/plate";
import { faultText, named } from "../words";
import { said } from "../words/said";
import { type Speech, useDesk, useDeskState, useSpeech } from "./use";

export function Why(props: { passage: PassageView }) {
  const desk = useDesk();
  const { judged } = useDeskState();
  const { t, name } = useSpeech();
  const { record, fresh } = props.passage;
  const own = judged?.passage === record.id ? judged : null;
  return (
    <div class="why">
      {own?.state === "sending" && <p role="status">{t.act.sending}…</p>}
      {own?.state === "failed" && (
        <p class="fault" role="alert">
          <b>{t.act.failed}.</b> {faultText(t, own.fault?.kind ?? "", own.fault?.message ?? "")}
        </p>
      )}
      {fresh && (
        <div class="fresh" role="status">
          <p>
            {name("acts", fresh.confirmed ? "confirm_plate" : "correct_plate")} · {fresh.by}. {t.act.nowDecided}{" "}
            <b>{forPeople(fresh.plate, props.passage.expected?.country ?? countryOf(fresh.plate))}</b>
          </p>
          <Verdict decision={fresh.decision} />
          {(desk.mayLead() || !isRefused(props.passage)) && <p class="next-step">{t.act.thenOpen}</p>}
        </div>
      )}
      {record.decision && !fresh && (
        <>
          <Verdict decision={record.decision} />
          {record.decided_by && <p class="hint">{named(t.passage.decidedBy, record.decided_by)}</p>}
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
      <p class="verdict-word">{speech.name("verdicts", verdict)}</p>
      <ul aria-label={speech.t.passage.reasons}>
        {reasons.map((reason) => (
          <li key={`${reason.code} ${reason.detail}`}>
            {speech.name("reasons", reason.code)}
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

function detailText(reason: Reason, speech: Speech): string {
  return reason.code === "confirmation_missing" && /^[a-z_]+$/.test(reason.detail)
    ? speech.name("confirmations", reason.detail)
    : said(reason.detail, speech);
}
