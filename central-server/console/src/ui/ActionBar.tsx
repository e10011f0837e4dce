/** The keys of the chosen lane, each with its letter; one that does nothing now says why. */

import { type Key, needsIdentity, whyNot } from "../gate/allowed";
import { carryOutAct } from "./carryOut";
import { situation } from "./situation";
import { useDesk, useDeskState, useSpeech, useTick } from "./use";

const KEYS: { key: Exclude<Key, "stop">; letter: string }[] = [
  { key: "correct", letter: "E" },
  { key: "identify", letter: "I" },
  { key: "confirm", letter: "C" },
  { key: "open", letter: "O" },
  { key: "priority", letter: "P" },
  { key: "refuse", letter: "R" },
  { key: "hold", letter: "H" },
  { key: "convoy", letter: "V" },
  { key: "mode", letter: "M" },
];

export function ActionBar() {
  useTick();
  const desk = useDesk();
  const { view, chosen } = useDeskState();
  const { t } = useSpeech();
  const now = situation(desk);
  if (!chosen) return null;
  const offered = (key: Key) =>
    key === "mode" || key === "convoy" ? now.mayLead : key !== "identify" || needsIdentity(now);
  const shown = view === "lanes" ? KEYS.filter(({ key }) => offered(key)) : [];
  return (
    <div class="actions" role="toolbar" aria-label={chosen}>
      <StopButton />
      {shown.map(({ key, letter }) => {
        const why = whyNot(key, now);
        return (
          <button
            type="button"
            key={key}
            class={key}
            disabled={why !== null}
            title={why ? t.whyNot[why] : ""}
            onClick={() => carryOutAct(desk, key)}
          >
            <span>
              {key === "convoy" && now.lane?.status?.convoy ? t.actions.convoyOver : t.actions[key]} <kbd>{letter}</kbd>
            </span>
            {why && why !== "noVehicle" && <small>{t.whyNot[why]}</small>}
          </button>
        );
      })}
      <button type="button" class="next" onClick={() => desk.chooseNextWaiting()}>
        <span>
          {t.actions.next} <kbd>N</kbd>
        </span>
      </button>
    </div>
  );
}

/** Never waits, never asks, never disabled for the state of anything. */
export function StopButton(props: { typing?: boolean }) {
  const desk = useDesk();
  const { chosen } = useDeskState();
  const { t } = useSpeech();
  if (!chosen) return null;
  return (
    <button type="button" class="stop" onClick={() => desk.stop()}>
      <span>
        {t.actions.stop} <b>{chosen}</b>
      </span>
      <small>
        {!props.typing && (
          <>
            <kbd>S</kbd> <kbd>␣</kbd>{" "}
          </>
        )}
        <kbd>F9</kbd>
      </small>
    </button>
  );
}
