/** The very picture that was read, and the plate cut out of it. Nothing is shown that did not vote. */

import { useEffect, useState } from "preact/hooks";
import type { PassageView } from "../contract";
import { picture } from "../net/api";
import { useSpeech } from "./use";

const AGAIN_MS = 3_000;

export function Pictures(props: { passage: PassageView }) {
  const { t } = useSpeech();
  const { record, evidence } = props.passage;
  const part = record.parts.find((p) => p.part === "tractor" && p.frame) ?? record.parts.find((p) => p.frame !== null);
  // An unread vehicle has no part: its best looks are shown.
  const looks = part ? [] : (props.passage.unread?.frames ?? []).slice(0, 3);
  return (
    <div class="pictures">
      {part ? (
        <Shot sha={part.frame} held={held(evidence, part.frame)} label={t.passage.frame} className="frame" />
      ) : looks.length > 0 ? (
        <div class="looks">
          {looks.map((sha) => (
            <Shot key={sha} sha={sha} held={held(evidence, sha)} label={t.passage.unread} className="frame" />
          ))}
        </div>
      ) : (
        <Shot sha={null} held={false} label={t.passage.frame} className="frame" />
      )}
      <div class="crops">
        {record.parts
          .filter((p) => p.crop !== null)
          .map((p) => (
            <Shot
              key={p.part}
              sha={p.crop}
              held={held(evidence, p.crop)}
              label={`${t.parts[p.part]}: ${p.text}`}
              className="crop"
            />
          ))}
      </div>
    </div>
  );
}

/** What central does not speak of may be there all the same: asked for, and shown if it comes. */
const held = (evidence: Record<string, boolean>, sha: string | null): boolean =>
  sha !== null && (evidence[sha] ?? true);

function Shot(props: { sha: string | null; held: boolean; label: string; className: string }) {
  const { t } = useSpeech();
  // Said to be there, and did not come: told instead of a broken frame, and tried again.
  const [failed, setFailed] = useState<string | null>(null);
  useEffect(() => {
    if (failed === null) return;
    const again = setTimeout(() => setFailed(null), AGAIN_MS);
    return () => clearTimeout(again);
  }, [failed]);
  const shown = props.sha !== null && props.held && failed !== props.sha;
  return (
    <figure class={props.className}>
      {props.sha && shown ? (
        <a href={picture(props.sha)} target="_blank" rel="noreferrer" title={props.label}>
          <img src={picture(props.sha)} alt={props.label} key={props.sha} onError={() => setFailed(props.sha)} />
        </a>
      ) : (
        <p>{props.sha ? t.passage.pictureWaits : t.passage.pictureNone}</p>
      )}
    </figure>
  );
}
