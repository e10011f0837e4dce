/** The declared vehicle beside what was seen: what differs stands out. */

import type { ExpectedVehicle, PassageRecord, PassageView } from "../contract";
import { core, countryOf, forPeople } from "../gate/plate";
import { dayAndClock } from "../gate/time";
import { type Speech, useSpeech } from "./use";

interface Row {
  name: string;
  seen: string;
  declared: string;
  /** `true`: they agree; `false`: they differ; `null`: nothing to compare. */
  same: boolean | null;
}

export function Compare(props: { passage: PassageView }) {
  const speech = useSpeech();
  const { record } = props.passage;
  const { expected } = props.passage;
  const { t } = speech;
  return (
    <table class="compare">
      <thead>
        <tr>
          <th>
            <span class="hidden">{t.passage.declaration}</span>
          </th>
          <th scope="col">{record.paper ? t.paper.written : t.passage.seen}</th>
          <th scope="col">{t.passage.declared}</th>
        </tr>
      </thead>
      <tbody>
        {rows(record, expected, speech).map((row) => (
          <tr key={row.name} class={row.same === false ? "differs" : ""}>
            <th scope="row">{row.name}</th>
            <td>{row.seen}</td>
            <td>
              {row.same === false && <b aria-hidden="true">≠ </b>}
              {row.declared}
            </td>
          </tr>
        ))}
      </tbody>
      {!expected && (
        <tfoot>
          <tr>
            <td colSpan={3} class="warn">
              {t.passage.notDeclared}
            </td>
          </tr>
        </tfoot>
      )}
      {expected && (
        <tfoot>
          <tr>
            <td colSpan={3}>
              <Papers expected={expected} speech={speech} />
            </td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}

export function rows(
  record: PassageRecord,
  expected: ExpectedVehicle | null,
  speech: Pick<Speech, "t" | "name">,
): Row[] {
  const { t, name } = speech;
  const tractor = record.parts.find((p) => p.part === "tractor");
  const trailer = record.parts.find((p) => p.part === "trailer");
  const boxes = record.parts.filter((p) => p.part === "container");
  const plate = record.corrected ?? tractor?.text ?? "";
  const country =
    (record.corrected ? countryOf(record.corrected) : null) ?? tractor?.country ?? expected?.country ?? null;
  const unseen = t.passage.notSeen;
  const found: Row[] = [
    {
      name: t.passage.plate,
      seen: plate ? forPeople(plate, country) : unseen,
      declared: expected ? forPeople(expected.plate, expected.country) : "–",
      same: expected && plate ? core(plate) === core(expected.plate) : null,
    },
    {
      name: t.passage.vehicleClass,
      seen: record.class ? name("classes", record.class) : unseen,
      declared: expected ? name("classes", expected.class) : "–",
      // Whether a class fits another is a rule of the gate: its reason says so.
      same: record.decision?.reasons.some((r) => r.code === "class_mismatch") ? false : null,
    },
  ];
  if (trailer || expected?.trailer) {
    found.push({
      name: t.passage.trailer,
      seen: trailer ? forPeople(trailer.text, trailer.country) : unseen,
      declared: expected?.trailer ? forPeople(expected.trailer, expected.country) : "–",
      same: trailer && expected?.trailer ? core(trailer.text) === core(expected.trailer) : null,
    });
  }
  if (boxes.length > 0 || (expected?.containers.length ?? 0) > 0) {
    const declared = expected?.containers ?? [];
    found.push({
      name: t.passage.containers,
      seen:
        boxes.map((b) => (b.valid === false ? `${b.text} (${t.passage.checkDigitBad})` : b.text)).join(", ") || unseen,
      declared: declared.join(", ") || "–",
      same: boxes.length > 0 && declared.length > 0 ? boxes.every((b) => declared.includes(b.text)) : null,
    });
  }
  return found;
}

function Papers(props: { expected: ExpectedVehicle; speech: Speech }) {
  const { expected } = props;
  const { t, language } = props.speech;
  const when = (at: number) => dayAndClock(at / 1000, language);
  const permitBad = expected.permit_until === null || expected.permit_until / 1000 < Date.now();
  return (
    <ul class="papers">
      <li>
        {t.passage.declaration} <b>{expected.declaration}</b>
      </li>
      <li>
        {expected.laden ? t.passage.laden : t.passage.emptyLoad}
        {expected.fresh && `, ${t.passage.fresh}`}
        {expected.dangerous && <b class="warn">, {t.passage.dangerous}</b>}
      </li>
      <li>
        {t.passage.window}: {when(expected.from)} – {when(expected.until)}
      </li>
      <li class={permitBad ? "warn" : ""}>
        {expected.permit_until === null ? t.passage.noPermit : `${t.passage.permit} ${when(expected.permit_until)}`}
      </li>
      <li class={expected.fee_settled ? "" : "warn"}>
        {t.passage.fee}: {expected.fee_settled ? t.passage.feePaid : t.passage.feeOpen}
      </li>
    </ul>
  );
}
