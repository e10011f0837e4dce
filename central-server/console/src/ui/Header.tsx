/** The bar on top: where, when, whether live, who; language and theme. */

import { clock, nowMs } from "../gate/time";
import { THEMES } from "../prefs";
import { LANGUAGES } from "../words";
import { useDesk, useDeskState, useSpeech, useTick } from "./use";

export function Header() {
  const desk = useDesk();
  const state = useDeskState();
  const { t, name } = useSpeech();
  const open = state.gate.alarms.filter((a) => a.acknowledged_at === null).length;
  const go = (view: typeof state.view) => desk.set({ view: state.view === view ? "lanes" : view, dialog: null });
  return (
    <header class="top">
      <h1>
        <img src="/icon.svg" alt="" width="28" height="28" />
        {t.console}
        {state.me?.site && <small>{state.me.site}</small>}
      </h1>
      <LiveMark />
      <Clock />
      <nav>
        {desk.mayAct() && (
          <button type="button" aria-pressed={state.view === "passages"} onClick={() => go("passages")}>
            {t.actions.passages} <kbd>L</kbd>
          </button>
        )}
        {desk.mayAct() && (
          <button type="button" aria-pressed={state.view === "day"} onClick={() => go("day")}>
            {t.actions.day} <kbd>D</kbd>
          </button>
        )}
        {desk.mayAct() && (
          <button type="button" aria-pressed={state.view === "owed"} onClick={() => go("owed")}>
            {t.actions.owed} <kbd>W</kbd>
          </button>
        )}
        {desk.mayAct() && (
          <button type="button" aria-pressed={state.view === "paper"} onClick={() => go("paper")}>
            {t.actions.paper} <kbd>B</kbd>
          </button>
        )}
        {desk.mayAlarms() && (
          <button
            type="button"
            aria-pressed={state.view === "alarms"}
            class={open > 0 ? "has-alarms" : ""}
            onClick={() => go("alarms")}
          >
            {t.actions.alarms}
            {open > 0 && <b class="count">{open}</b>} <kbd>A</kbd>
          </button>
        )}
        {desk.mayAlarms() && (
          <button type="button" aria-pressed={state.view === "recognition"} onClick={() => go("recognition")}>
            {t.actions.recognition} <kbd>Q</kbd>
          </button>
        )}
        <button type="button" onClick={() => desk.set({ dialog: "keys" })}>
          {t.actions.keys} <kbd>?</kbd>
        </button>
      </nav>
      <Look />
      <div class="who">
        <span>
          <b>{state.me?.full_name}</b>
          <small>{name("roles", state.me?.role ?? "")}</small>
        </span>
        <button type="button" onClick={() => void desk.signOut()}>
          {t.signIn.out}
        </button>
      </div>
    </header>
  );
}

function LiveMark() {
  const { live } = useDeskState();
  const { t } = useSpeech();
  return (
    <span class={`live ${live ? "yes" : "no"}`} role="status">
      {live ? t.live.yes : t.live.no}
    </span>
  );
}

/** A session's last minutes are told, so that nobody is signed out amid a vehicle. */
const ENDS_SOON_MS = 20 * 60_000;

function Clock() {
  useTick();
  const { me } = useDeskState();
  const { t, language } = useSpeech();
  const ends = me?.ends_at === undefined ? null : me.ends_at / 1000;
  return (
    <time class="clock" title={t.zone}>
      {clock(nowMs(), language)} <small>UTC+7</small>
      {ends !== null && ends - nowMs() < ENDS_SOON_MS && (
        <b class="warn">
          {" "}
          {t.signIn.ends} {clock(ends, language)}
        </b>
      )}
    </time>
  );
}

/** Language and theme. */
export function Look() {
  const desk = useDesk();
  const { prefs } = useDeskState();
  const { t } = useSpeech();
  return (
    <div class="look">
      <select
        aria-label={t.language}
        title={`${t.language} (G)`}
        value={prefs.language}
        onChange={(e) => desk.setPrefs({ language: e.currentTarget.value as typeof prefs.language })}
      >
        {LANGUAGES.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
      <select
        aria-label={t.theme}
        title={`${t.theme} (T)`}
        value={prefs.theme}
        onChange={(e) => desk.setPrefs({ theme: e.currentTarget.value as typeof prefs.theme })}
      >
        {THEMES.map((theme) => (
          <option key={theme} value={theme}>
            {t.themes[theme]}
          </option>
        ))}
      </select>
    </div>
  );
}
