/** Each look at a vehicle and what became of it: why it was read, or was not. */

import type { Looked } from "../contract";
import { clock } from "../gate/time";
import { named } from "../words";
import { percent } from "./Plate";
import { TableHead } from "./TableHead";
import { useSpeech } from "./use";

export function Looks(props: { looked: Looked }) {
  const { t, language } = useSpeech();
  const { fates, looks } = props.looked;
  return (
    <details class="each-look">
      <summary>
        {t.looks.title}: {fates.map(([fate, n]) => `${named(t.fates, fate)} ×${n}`).join(", ")}
      </summary>
      <div class="table figures">
        <table>
          <TableHead
            names={[t.list.time, t.recognition.camera, t.looks.fate, t.list.plate, t.looks.height, t.looks.sharpness]}
          />
          <tbody>
            {looks.map((look) => (
              <tr key={`${look.at} ${look.camera} ${look.text}`}>
                <td>{clock(look.at / 1000, language)}</td>
                <td>{look.camera}</td>
                <td>{named(t.fates, look.fate)}</td>
                <td>{look.text === null ? "–" : `${look.text} (${percent(look.probability ?? 0)})`}</td>
                <td>{look.height_px === null ? "–" : `${look.height_px.toFixed(0)} px`}</td>
                <td>{look.sharpness === null ? "–" : look.sharpness.toFixed(2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
