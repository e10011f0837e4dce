/** What has been confirmed, where it goes next, what the boom did, and what people did. */

import type { PassageView } from "../contract";
import { clock, dayAndClock } from "../gate/time";
import { said } from "../words/said";
import { useSpeech } from "./use";

export function Confirmations(props: { passage: PassageView }) {
  const { t, name } = useSpeech();
  const { expected, record } = props.passage;
  const given = expected?.confirmed ?? [];
  const missing = (record.decision?.reasons ?? [])
    .filter((r) => r.code === "confirmation_missing" && /^[a-z_]+$/.test(r.detail) && !given.includes(r.detail))
    .map((r) => r.detail);
  if (given.length + missing.length === 0) return null;
  return (
    <section class="confirmations">
      <h3>{t.confirmations.title}</h3>
      <ul>
        {missing.map((kind) => (
          <li key={kind} class="missing">
            ✗ {name("confirmations", kind)} <b>{t.confirmations.missing}</b>
          </li>
        ))}
        {given.map((kind) => (
          <li key={kind} class="given">
            ✓ {name("confirmations", kind)} <span class="hidden">{t.confirmations.given}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Route(props: { passage: PassageView }) {
  const { t } = useSpeech();
  const route = props.passage.route;
  if (!route) return null;
  return (
    <section class="route">
      <h3>{t.passage.route}</h3>
      <p>
        <b>→ {route.to}</b> <span class="sign">{route.display}</span> <small>{route.because}</small>
      </p>
    </section>
  );
}

export function Boom(props: { passage: PassageView }) {
  const { t, language, name } = useSpeech();
  const { boom } = props.passage;
  return (
    <section class="boom">
      <h3>{t.passage.boom}</h3>
      {boom.length === 0 ? (
        <p class="none">{t.passage.boomNone}</p>
      ) : (
        <ol>
          {boom.slice(-8).map((seen) => (
            <li key={`${seen.at} ${seen.state}`} class={seen.commanded ? "" : "warn"}>
              <time>{clock(seen.at / 1000, language)}</time> {name("barrier", seen.state)}
              {!seen.commanded && ` (${t.passage.own})`}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

export function DoneActs(props: { passage: PassageView }) {
  const speech = useSpeech();
  const { t, language, name } = speech;
  const { acts } = props.passage;
  if (acts.length === 0) return null;
  return (
    <section class="acts">
      <h3>{t.passage.acts}</h3>
      <ol>
        {acts.slice(-8).map((act) => (
          <li key={act.id ?? `${act.at} ${act.act}`}>
            <time>{clock(act.at / 1000, language)}</time> <b>{name("acts", act.act)}</b> · {act.officer},{" "}
            {t.places[act.place]}
            {act.outcome && (
              <span class={`came ${act.outcome.state}`}>
                {" "}
                → {t.came[act.outcome.state]}
                {act.outcome.state === "refused" && `: ${said(act.outcome.detail, speech)}`}
              </span>
            )}
            {act.reason && <q>{act.reason}</q>}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The vehicle's other passages of the same crossing. */
export function Way(props: { passage: PassageView }) {
  const { t, language, name } = useSpeech();
  const { journey, record } = props.passage;
  const others = journey?.passages.filter((p) => p.id !== record.id) ?? [];
  if (!journey || others.length === 0) return null;
  return (
    <section class="way">
      <h3>{t.passage.way}</h3>
      <p>
        <b>{name("crossings", journey.state)}</b>
      </p>
      <ol>
        {others.slice(-6).map((p) => (
          <li key={p.id}>
            <time>{dayAndClock(p.began_at / 1000, language)}</time> {p.lane} {p.outcome && name("outcomes", p.outcome)}
            {p.paper && ` · ${t.paper.mark}`}
          </li>
        ))}
      </ol>
    </section>
  );
}
