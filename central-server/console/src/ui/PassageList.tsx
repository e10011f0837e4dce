/** The last passages, searched by plate, lane and time; one of them beside the list. */

import { useEffect, useState } from "preact/hooks";
import type { PassageRecord, PassageView } from "../contract";
import { forPeople, normalise } from "../gate/plate";
import { dayAndClock, fromField } from "../gate/time";
import type { PassageFilter } from "../net/api";
import { Compare } from "./Compare";
import { Boom, Confirmations, DoneActs, Route, Way } from "./Course";
import { ListHead } from "./ListHead";
import { Looks } from "./Looks";
import { PaperCard } from "./PaperCard";
import { Pictures } from "./Pictures";
import { Plate } from "./Plate";
import { TableHead } from "./TableHead";
import { useDesk, useDeskState, useSpeech, whyFailed } from "./use";
import { Why } from "./Why";

const PAGE = 50;

export function PassageList() {
  const desk = useDesk();
  const { gate } = useDeskState();
  const { t } = useSpeech();
  const [rows, setRows] = useState<PassageRecord[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [filter, setFilter] = useState<PassageFilter>({ limit: PAGE });
  const [fault, setFault] = useState<string | null>(null);
  const [shown, setShown] = useState<PassageView | null>(null);

  const failed = (error: unknown) => setFault(whyFailed(t, error));
  const read = async (wanted: PassageFilter, cursor?: string) => {
    setFault(null);
    try {
      const page = await desk.passages(cursor ? { ...wanted, cursor } : wanted);
      setRows((old) => (cursor ? [...(old ?? []), ...page.passages] : page.passages));
      setNext(page.next);
    } catch (error) {
      failed(error);
    }
  };
  // Once; after that by the officer's search.
  useEffect(() => void read(filter), []);

  const search = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const field = (name: string) => String(form.get(name) ?? "");
    const wanted: PassageFilter = { limit: PAGE };
    const [plate, lane] = [normalise(field("plate")), field("lane")];
    const [from, to] = [fromField(field("from")), fromField(field("to"))];
    if (plate) wanted.plate = plate;
    if (lane) wanted.lane = lane;
    if (from !== undefined) wanted.from = from;
    if (to !== undefined) wanted.to = to;
    if (form.has("paper")) wanted.paper = 1;
    setFilter(wanted);
    void read(wanted);
  };
  const choose = (id: string) => desk.readOne(id).then(setShown, failed);

  return (
    <section class="list" aria-label={t.list.title}>
      <ListHead title={t.list.title} />
      <form class="search" onSubmit={search}>
        <label>
          {t.list.plate}
          <input name="plate" type="text" autocomplete="off" spellcheck={false} />
        </label>
        <label>
          {t.list.lane}
          <select name="lane">
            <option value="">{t.list.all}</option>
            {gate.lanes.map((l) => (
              <option key={l.lane}>{l.lane}</option>
            ))}
          </select>
        </label>
        <label>
          {t.list.from}
          <input name="from" type="datetime-local" />
        </label>
        <label>
          {t.list.to}
          <input name="to" type="datetime-local" />
        </label>
        <label class="tick">
          <input name="paper" type="checkbox" /> {t.paper.only}
        </label>
        <button type="submit" class="primary">
          {t.list.search}
        </button>
      </form>
      {fault && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <div class={`list-body ${shown ? "with-one" : ""}`}>
        <Table rows={rows} shown={shown?.record.id ?? null} onChoose={(id) => void choose(id)}>
          {next && (
            <button type="button" onClick={() => void read(filter, next)}>
              {t.list.more}
            </button>
          )}
        </Table>
        {shown && <OnePassage view={shown} onClose={() => setShown(null)} />}
      </div>
    </section>
  );
}

interface TableProps {
  rows: PassageRecord[] | null;
  shown: string | null;
  onChoose: (id: string) => void;
  children: preact.ComponentChildren;
}

function Table(props: TableProps) {
  const { t, language, name } = useSpeech();
  if (props.rows === null) return <p class="empty">{t.loading}</p>;
  if (props.rows.length === 0) return <p class="empty">{t.list.none}</p>;
  return (
    <div class="table">
      <table>
        <TableHead names={[t.list.time, t.list.lane, t.list.plate, t.list.vehicle, t.list.outcome, t.list.opened]} />
        <tbody>
          {props.rows.map((p) => {
            const tractor = p.parts.find((part) => part.part === "tractor");
            const plate = p.corrected ?? tractor?.text;
            return (
              <tr key={p.id} class={p.id === props.shown ? "shown" : ""} onClick={() => props.onChoose(p.id)}>
                <td>
                  <time>{dayAndClock(p.began_at / 1000, language)}</time>
                </td>
                <td>{p.lane}</td>
                <td>
                  <button type="button" class="link" onClick={() => props.onChoose(p.id)}>
                    {plate ? forPeople(plate, tractor?.country ?? null) : t.passage.unread}
                  </button>
                  {p.paper && (
                    <small>
                      {" "}
                      {t.paper.mark} {p.paper.number}
                    </small>
                  )}
                </td>
                <td>{p.class ? name("classes", p.class) : "–"}</td>
                <td>{p.outcome ? name("outcomes", p.outcome) : p.paper ? t.paper.withdrawn : t.list.inLane}</td>
                <td>{p.opened_by ? name("opened_by", p.opened_by) : "–"}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {props.children}
    </div>
  );
}

function OnePassage(props: { view: PassageView; onClose: () => void }) {
  const { t, language } = useSpeech();
  const { view } = props;
  return (
    <article class="one">
      <div class="list-head">
        <h3>
          {view.record.lane} · {dayAndClock(view.record.began_at / 1000, language)}
        </h3>
        <button type="button" onClick={props.onClose}>
          {t.actions.close}
        </button>
      </div>
      {view.record.paper ? <PaperCard paper={view.record.paper} /> : <Pictures passage={view} />}
      <Plate passage={view} past />
      {!view.record.paper && <Why passage={view} />}
      {view.looked && <Looks looked={view.looked} />}
      <Compare passage={view} />
      <Confirmations passage={view} />
      <Route passage={view} />
      {!view.record.paper && <Boom passage={view} />}
      <DoneActs passage={view} />
      <Way passage={view} />
    </article>
  );
}
