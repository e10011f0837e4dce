/** The chosen lane as the keys see it. */

import type { Desk } from "../desk";
import { plateOf, type Situation } from "../gate/allowed";
import { passageOf } from "../gate/state";

export function situation(desk: Desk): Situation & { plate: string | null } {
  const { state } = desk;
  const lane = desk.lane();
  const passage = lane ? passageOf(state.gate, lane) : undefined;
  const judged = state.judged?.passage === passage?.record.id ? state.judged : null;
  return {
    mayAct: desk.mayAct(),
    mayLead: desk.mayLead(),
    live: state.live,
    laneLive: lane !== undefined && desk.laneIsLive(lane),
    lane,
    passage,
    sending: (lane && state.gate.acts.get(lane.lane)?.sent === "sending") || judged?.state === "sending",
    plate: plateOf(passage),
  };
}
