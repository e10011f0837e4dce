/** Sound and sign for vehicles that wait for an officer: from 30 s, and louder from 60 s. */

import { useEffect, useRef, useState } from "preact/hooks";
import { type Lane, passageOf, waitingSince } from "../gate/state";
import { nowMs, span } from "../gate/time";
import { attention, soundAllowed } from "../sound";
import { useDesk, useDeskState, useSpeech, useTick } from "./use";

export const WAITS_MS = 30_000;
export const WAITS_LONG_MS = 60_000;
const SOUND_EVERY_MS = 10_000;
const MUTE_MS = 5 * 60_000;

export function Attention() {
  useTick();
  const desk = useDesk();
  const { gate, live, me } = useDeskState();
  const { t } = useSpeech();
  const [mutedUntil, setMuted] = useState(0);
  const sounded = useRef(0);
  const now = nowMs();
  const waiting = gate.lanes
    .map((lane) => ({ lane, since: waitingSince(lane, passageOf(gate, lane)) }))
    .filter((w): w is { lane: Lane; since: number } => w.since !== null && now - w.since >= WAITS_MS)
    .sort((a, b) => a.since - b.since);
  const urgent = waiting.some((w) => now - w.since >= WAITS_LONG_MS);
  const muted = now < mutedUntil;

  useEffect(() => {
    document.title = `${waiting.length > 0 ? `(${waiting.length}) ` : ""}${t.console}${me?.site ? ` – ${me.site}` : ""}`;
  }, [waiting.length, t, me]);
  useEffect(() => {
    if (waiting.length === 0 || muted || !live || now - sounded.current < SOUND_EVERY_MS) return;
    sounded.current = now;
    attention(urgent);
  });

  // What is not live is told as such, and nothing else is told of it.
  if (waiting.length === 0 || !live) return null;
  return (
    <div class={`attention ${urgent ? "urgent" : ""}`}>
      <b role="alert">{urgent ? t.attention.waits60 : t.attention.waits30}</b>
      {waiting.map(({ lane, since }) => (
        <button type="button" key={lane.lane} onClick={() => desk.choose(lane.lane)}>
          {lane.lane} <span class="wait-time">{span(now - since)}</span>
        </button>
      ))}
      <button type="button" class="quiet" disabled={muted} onClick={() => setMuted(now + MUTE_MS)}>
        {muted ? t.attention.muted : soundAllowed() ? t.attention.mute : t.attention.enable}
      </button>
    </div>
  );
}
