/** What a key or its button does. */

import type { Desk } from "../desk";
import { type Key, whyNot } from "../gate/allowed";
import type { KeyAct } from "../keys";
import { THEMES } from "../prefs";
import { LANGUAGES } from "../words";
import { situation } from "./situation";

/** Does what a key means, as the button of the same name. */
export function carryOut(desk: Desk, key: KeyAct): void {
  const { view, prefs } = desk.state;
  switch (key.act) {
    case "lane":
      desk.chooseNumber(key.number);
      break;
    case "next":
      desk.chooseNextWaiting();
      break;
    case "back":
      desk.set({ view: "lanes" });
      break;
    case "passages":
      if (desk.mayAct()) desk.set({ view: view === "passages" ? "lanes" : "passages" });
      break;
    case "owed":
      if (desk.mayAct()) desk.set({ view: view === "owed" ? "lanes" : "owed" });
      break;
    case "paper":
      if (desk.mayAct()) desk.set({ view: "paper", dialog: "slip" });
      break;
    case "day":
      if (desk.mayAct()) desk.set({ view: view === "day" ? "lanes" : "day" });
      break;
    case "alarms":
      if (desk.mayAlarms()) desk.set({ view: view === "alarms" ? "lanes" : "alarms" });
      break;
    case "recognition":
      if (desk.mayAlarms()) desk.set({ view: view === "recognition" ? "lanes" : "recognition" });
      break;
    case "keys":
      desk.set({ dialog: "keys" });
      break;
    case "language":
      desk.setPrefs({
        language: after(
          LANGUAGES.map((l) => l.code),
          prefs.language,
        ),
      });
      break;
    case "theme":
      desk.setPrefs({ theme: after(THEMES, prefs.theme) });
      break;
    default:
      carryOutAct(desk, key.act);
  }
}

/** An act on the chosen lane: at once, or by the dialog that asks for the reason. */
export function carryOutAct(desk: Desk, key: Key): void {
  if (key === "stop") {
    desk.stop();
    return;
  }
  const now = situation(desk);
  if (desk.state.view !== "lanes" || whyNot(key, now) !== null || !now.lane) return;
  const passage = now.lane.status?.passage;
  if (key === "hold" && passage) desk.hold(now.lane, passage);
  else if (key === "confirm" && passage && now.plate) void desk.confirm(passage, now.plate);
  else if (key === "convoy" && now.lane.status?.convoy) desk.endConvoy(now.lane);
  else if (key !== "hold" && key !== "confirm") desk.set({ dialog: key });
}

function after<T>(all: T[], now: T): T {
  return all[(all.indexOf(now) + 1) % all.length] as T;
}
