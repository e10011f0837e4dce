/** What has been confirmed, where it goes next, what the boom did, and what people did. */

import type { PassageView } from "../contract";
import { clock } from "../gate/time";
import { barrierText, named } from "../words";
import { useSpeech } from "./use";

export function Confirmations(props: { passage: PassageView }) {
  const { t } = useSpeech();
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
            ✗ {named(t.confirmations, kind)} <b>{t.confirmations.missing}</b>
          </li>
        ))}
        {given.map((kind) => (
          <li key={kind} class="given">
            ✓ {named(t.confirmations, kind)} <span class="hidden">{t.confirmations.given}</span>
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
  const { t, language } = useSpeech();
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
              <time>{clock(seen.at / 1000, language)}</time> {barrierText(t, seen.state)}
              {!seen.commanded && ` (${t.passage.own})`}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

export function DoneActs(props: { passage: PassageView }) {
  const { t, language } = useSpeech();
  const { acts } = props.passage;
  if (acts.length === 0) return null;
  return (
    <section class="acts">
      <h3>{t.passage.acts}</h3>
      <ol>
        {acts.slice(-8).map((act) => (
          <li key={`${act.at} ${act.act}`}>
            <time>{clock(act.at / 1000, language)}</time> <b>{named(t.act.names, act.act)}</b> · {act.officer}
            {act.reason && <q>{act.reason}</q>}
          </li>
        ))}
      </ol>
    </section>
  );
}
