/** A shift leader lets a convoy pass: how many vehicles, within how long, why. */

import { useState } from "preact/hooks";
import type { Lane } from "../gate/state";
import { ReasonDialog } from "./Reasons";
import { useDesk, useSpeech } from "./use";

/** As the lane takes them. */
const MOST_VEHICLES = 30;
const MOST_MINUTES = 15;

export function ConvoyDialog(props: { lane: Lane }) {
  const desk = useDesk();
  const { t } = useSpeech();
  const [vehicles, setVehicles] = useState(2);
  const [minutes, setMinutes] = useState(MOST_MINUTES);
  const { lane } = props;
  return (
    <ReasonDialog
      title={`${t.dialogs.convoyTitle}: ${lane.lane}`}
      reasons={t.dialogs.convoyReasons}
      go={t.actions.convoy}
      kind="convoy"
      first={false}
      onSend={(reason) => desk.convoy(lane, { vehicles, minutes }, reason)}
    >
      <p class="hint">{t.dialogs.convoyHint}</p>
      <div class="numbers">
        <Count label={t.dialogs.convoyVehicles} most={MOST_VEHICLES} value={vehicles} set={setVehicles} first />
        <Count label={t.dialogs.convoyMinutes} most={MOST_MINUTES} value={minutes} set={setMinutes} />
      </div>
    </ReasonDialog>
  );
}

function Count(props: { label: string; most: number; value: number; set: (n: number) => void; first?: boolean }) {
  return (
    <label>
      {props.label}
      <input
        type="number"
        min={1}
        max={props.most}
        required
        value={props.value}
        data-first={props.first ? "" : undefined}
        onFocus={(event) => event.currentTarget.select()}
        onInput={(event) => props.set(Number(event.currentTarget.value))}
      />
    </label>
  );
}
