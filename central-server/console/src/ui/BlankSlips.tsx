/** Blank slips with running numbers, printed before they are needed: Vietnamese first, Chinese beside it. */

import { useEffect, useState } from "preact/hooks";
import { MOST_BLANK, running } from "../gate/slip";
import { type Texts, texts } from "../words";
import { useDeskState, useSpeech } from "./use";

/** As many as stand on one sheet of A4. */
const A_SHEET = 3;

export function BlankSlips() {
  const { t } = useSpeech();
  const [first, setFirst] = useState("");
  const [count, setCount] = useState(A_SHEET);
  const [numbers, setNumbers] = useState<string[]>([]);
  // Printed when they are drawn, and gone afterwards.
  useEffect(() => {
    if (numbers.length === 0) return;
    window.print();
    setNumbers([]);
  }, [numbers]);
  return (
    <>
      <form
        class="search"
        onSubmit={(event) => {
          event.preventDefault();
          setNumbers(running(first, Math.min(count, MOST_BLANK)));
        }}
      >
        <label>
          {t.paper.printFrom}
          <input
            type="text"
            required
            maxLength={20}
            pattern="[0-9A-Za-z\/\-]*[0-9]"
            placeholder="KT-0001"
            value={first}
            onInput={(event) => setFirst(event.currentTarget.value)}
          />
        </label>
        <label>
          {t.paper.printCount}
          <input
            type="number"
            required
            min={1}
            max={MOST_BLANK}
            value={count}
            onInput={(event) => setCount(Number(event.currentTarget.value))}
          />
        </label>
        <button type="submit">{t.paper.print}</button>
      </form>
      <div class="blank-slips">
        {numbers.map((number) => (
          <Blank key={number} number={number} />
        ))}
      </div>
    </>
  );
}

const [VI, ZH] = [texts("vi"), texts("zh")];

function Blank(props: { number: string }) {
  const { me } = useDeskState();
  return (
    <article lang="vi">
      <header>
        <h3>
          {VI.paper.printTitle} <small lang="zh">{ZH.paper.printTitle}</small>
        </h3>
        <p>
          {me?.site} · {VI.paper.number} <b>{props.number}</b>
        </p>
      </header>
      <Line of={(t) => t.paper.lane} room="short" />
      <Line of={(t) => t.paper.at} room="long" />
      <Line of={(t) => t.paper.plate} />
      <Line of={(t) => t.paper.trailer} />
      <Line of={(t) => t.paper.containers} room="wide" />
      <Line of={(t) => t.paper.declaration} room="wide" />
      <Boxes of={(t) => t.paper.outcome} among={(t) => Object.values(t.paper.outcomes)} />
      <Boxes of={(t) => t.paper.reason} among={(t) => Object.values(t.paper.reasons)} />
      <Line of={(t) => t.paper.note} room="wide" />
      <Line of={(t) => t.paper.writtenBy} />
      <Line of={(t) => t.paper.signature} />
      <footer>{VI.paper.printFoot}</footer>
    </article>
  );
}

function Label(props: { of: (t: Texts) => string }) {
  return (
    <span>
      {props.of(VI)} <small lang="zh">{props.of(ZH)}</small>
    </span>
  );
}

function Line(props: { of: (t: Texts) => string; room?: "short" | "long" | "wide" }) {
  return (
    <p class={`line ${props.room ?? ""}`}>
      <Label of={props.of} />
      <i />
    </p>
  );
}

function Boxes(props: { of: (t: Texts) => string; among: (t: Texts) => string[] }) {
  const chinese = props.among(ZH);
  return (
    <p class="line wide">
      <Label of={props.of} />
      {props.among(VI).map((text, n) => (
        <span key={text}>
          ☐ {text} <small lang="zh">{chinese[n]}</small>
        </span>
      ))}
    </p>
  );
}
