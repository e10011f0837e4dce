/** What was read, how sure it is, and what else it could be. */

import type { Country, PassageView } from "../contract";
import { plateCountry } from "../gate/allowed";
import { countryOf, forPeople } from "../gate/plate";
import { named, sureness } from "../words";
import { useDesk, useSpeech } from "./use";

export function Plate(props: { passage: PassageView; past?: boolean }) {
  const { t } = useSpeech();
  const { record } = props.passage;
  const tractor = record.parts.find((p) => p.part === "tractor");
  const text = record.corrected ?? tractor?.text;
  if (!text)
    return <UnreadPlate passage={props.passage} past={props.past ?? false} reading={!record.unread && !props.past} />;
  const country = plateCountry(props.passage) ?? countryOf(text);
  // Nobody measured how sure a hand was.
  const sure = tractor && !record.paper ? sureness(t, tractor.probability) : null;
  return (
    <div class="plate-card">
      <p class={`plate ${tractor?.color ?? "white"}`} lang={country === "cn" ? "zh" : "vi"}>
        {forPeople(text, country)}
      </p>
      {record.priority && <p class="went-first">{t.passage.priority}</p>}
      <p class="plate-facts">
        {[country && named(t.countries, country), tractor?.color && named(t.colors, tractor.color)]
          .filter(Boolean)
          .join(", ")}
      </p>
      {record.corrected ? (
        <p class="corrected">
          <b>{t.passage.corrected}</b>
          {tractor &&
            tractor.text !== record.corrected &&
            ` · ${t.passage.read}: ${forPeople(tractor.text, tractor.country)}`}
        </p>
      ) : (
        sure && (
          <p class={`sure level-${sure.level}`}>
            <b>{sure.words}</b> <small>{percent(tractor?.probability ?? 0)}</small>
          </p>
        )
      )}
      {!props.past && <Others passage={props.passage} text={text} country={tractor?.country ?? null} />}
    </div>
  );
}

/** 99.96 % stays 99.96 %: a hundred is never written for what is less. */
export function percent(probability: number): string {
  const shown = Math.floor(probability * 1000) / 10;
  return shown === 0 ? "< 0.1 %" : `${shown.toFixed(1)} %`;
}

function UnreadPlate(props: { passage: PassageView; past: boolean; reading: boolean }) {
  const { t, name } = useSpeech();
  const { unread, doubtful } = props.passage;
  return (
    <div class="plate-card">
      <p class="plate unread">{props.reading ? "· · ·" : t.passage.unread}</p>
      {props.reading && <p class="plate-facts">{name("states", "capturing")}</p>}
      {unread && unread.fates.length > 0 && (
        <p class="plate-facts">
          {t.passage.unreadWhy}: {unread.fates.map(([fate, n]) => `${named(t.fates, fate)} ×${n}`).join(", ")}
        </p>
      )}
      {doubtful && !props.past && (
        <Choices
          label={t.passage.doubtful}
          texts={[[doubtful.text, doubtful.probability], ...doubtful.others]}
          country={doubtful.country}
        />
      )}
    </div>
  );
}

function Others(props: { passage: PassageView; text: string; country: Country | null }) {
  const { t } = useSpeech();
  const texts = props.passage.others.filter(([text]) => text !== props.text);
  return <Choices label={t.passage.others} texts={texts} country={props.country} />;
}

/** Texts to choose from; the one that is chosen goes into the correction, which the officer sends. */
function Choices(props: { label: string; texts: [string, number][]; country: Country | null }) {
  const desk = useDesk();
  if (props.texts.length === 0) return null;
  return (
    <div class="others">
      <span>{props.label}</span>
      {props.texts.slice(0, 4).map(([text, p]) => (
        <button type="button" key={text} onClick={() => desk.set({ dialog: "correct", suggestion: text })}>
          {forPeople(text, props.country)} <small>{percent(p)}</small>
        </button>
      ))}
    </div>
  );
}
