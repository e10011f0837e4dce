/** Models on trial: how often they agree with those that decide, and where they do not, with the picture. */

import type { Disagreement, ShadowText, Trial } from "../contract";
import { share } from "../gate/share";
import { dayAndClock } from "../gate/time";
import { trialPicture } from "../net/api";
import { percent } from "./Plate";
import { TableHead } from "./TableHead";
import { useSpeech } from "./use";

export function Trials(props: { trials: Trial[]; disagreements: Disagreement[] }) {
  const { t, language } = useSpeech();
  if (props.trials.length === 0) return <p class="hint">{t.recognition.noTrial}</p>;
  const heads = [t.list.lane, t.recognition.camera, t.recognition.models, t.list.time];
  return (
    <>
      <h3>{t.recognition.trial}</h3>
      <p class="hint">{t.recognition.trialHint}</p>
      <div class="table figures">
        <table>
          <TableHead names={[...heads, t.recognition.alike, t.recognition.alikeLooks]} />
          <tbody>
            {props.trials.map((trial) => (
              <tr key={`${trial.lane} ${trial.camera} ${trial.models}`}>
                <td>{trial.lane}</td>
                <td>{trial.camera}</td>
                <td>{trial.models}</td>
                <td>
                  {dayAndClock(trial.from / 1000, language)} – {dayAndClock(trial.to / 1000, language)}
                </td>
                <td>{share(trial.agreeing, trial.passages)}</td>
                <td>{share(trial.looks_agreeing, trial.looks)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {props.disagreements.length > 0 && <h3>{t.recognition.differ}</h3>}
      <ul class="differ">
        {props.disagreements.map((one) => (
          <Differ key={one.event} one={one} />
        ))}
      </ul>
    </>
  );
}

function Differ(props: { one: Disagreement }) {
  const { t, language } = useSpeech();
  const { one } = props;
  const { reading } = one;
  return (
    <li>
      {reading.frame && (
        <a href={trialPicture(one.event, "frame")} target="_blank" rel="noreferrer" title={t.passage.frame}>
          {reading.plate ? (
            <img src={trialPicture(one.event, "plate")} alt={t.passage.crop} loading="lazy" />
          ) : (
            t.passage.frame
          )}
        </a>
      )}
      <p>
        <b>{one.lane}</b> {reading.camera} <time>{dayAndClock(one.at / 1000, language)}</time> · {reading.models}
      </p>
      <dl>
        <dt>{t.recognition.byTrial}</dt>
        <dd>{text(reading.trial, t.recognition.nothing)}</dd>
        <dt>{t.recognition.byLive}</dt>
        <dd>{text(reading.live, t.recognition.nothing)}</dd>
        {one.corrected && (
          <>
            <dt>{t.passage.corrected}</dt>
            <dd>{one.corrected}</dd>
          </>
        )}
      </dl>
    </li>
  );
}

const text = (read: ShadowText | null, nothing: string): string =>
  read ? `${read.text} (${percent(read.probability)})` : nothing;
