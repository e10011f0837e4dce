/** The whole page: sign-in or desk, and the keys. */

import { Component, type ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Desk } from "../desk";
import { meaning } from "../keys";
import { allowSound } from "../sound";
import { texts } from "../words";
import { ActionBar } from "./ActionBar";
import { AlarmList } from "./AlarmList";
import { Attention } from "./Attention";
import { carryOut } from "./carryOut";
import { Day } from "./Day";
import { Dialogs } from "./Dialogs";
import { Header } from "./Header";
import { LanePane } from "./LanePane";
import { Owed } from "./Owed";
import { Paper } from "./Paper";
import { PassageList } from "./PassageList";
import { Recognition } from "./Recognition";
import { SignIn } from "./SignIn";
import { Strip } from "./Strip";
import { DeskContext, useDeskState, useSpeech } from "./use";

export function App(props: { desk: Desk }) {
  return (
    <DeskContext.Provider value={props.desk}>
      <Net desk={props.desk}>
        <Page desk={props.desk} />
      </Net>
    </DeskContext.Provider>
  );
}

/** A page that failed says so: an empty screen at a gate helps nobody. */
class Net extends Component<{ desk: Desk; children: ComponentChildren }, { failed: boolean }> {
  override state = { failed: false };
  override componentDidCatch(): void {
    this.setState({ failed: true });
  }
  render() {
    if (!this.state.failed) return this.props.children;
    const t = texts(this.props.desk.state.prefs.language);
    return (
      <main class="crashed" role="alert">
        <p>{t.errors.crashed}</p>
        <button type="button" class="stop" onClick={() => this.props.desk.stop()}>
          {t.actions.stopWhole}: {this.props.desk.state.chosen}
        </button>
      </main>
    );
  }
}

function Page(props: { desk: Desk }) {
  const { desk } = props;
  const state = useDeskState();
  const { t } = useSpeech();
  const signedIn = state.me != null;

  useEffect(() => {
    if (!signedIn) return;
    const down = (event: KeyboardEvent) => {
      allowSound();
      desk.active();
      const act = meaning(event, desk.state.dialog !== null);
      // A locked page has one key left.
      if (!act || (desk.state.locked && act.act !== "stop")) return;
      event.preventDefault();
      if (act.act === "stop") quiet = event.code;
      carryOut(desk, act);
    };
    // Space would press the button that has the focus when it comes up again.
    let quiet: string | null = null;
    const up = (event: KeyboardEvent) => {
      if (event.code === quiet) event.preventDefault();
      quiet = null;
    };
    window.addEventListener("keydown", down, true);
    window.addEventListener("keyup", up, true);
    const here = () => {
      allowSound();
      desk.active();
    };
    window.addEventListener("pointerdown", here);
    window.addEventListener("wheel", here, { passive: true });
    return () => {
      window.removeEventListener("keydown", down, true);
      window.removeEventListener("keyup", up, true);
      window.removeEventListener("pointerdown", here);
      window.removeEventListener("wheel", here);
    };
  }, [desk, signedIn]);

  if (state.me === undefined) return <p class="loading">{t.loading}</p>;
  if (state.me === null || state.locked) return <SignIn key={state.locked ? "locked" : "new"} />;
  return (
    <>
      <Header />
      {!state.live && (
        <p class="not-live" role="alert">
          <b>{t.live.no}</b> {t.live.noWhy}
        </p>
      )}
      <Attention />
      <Strip />
      <main class={`view ${state.live ? "" : "stale"}`}>
        {state.view === "lanes" && <LanePane />}
        {state.view === "passages" && <PassageList />}
        {state.view === "day" && <Day />}
        {state.view === "owed" && <Owed />}
        {state.view === "paper" && <Paper />}
        {state.view === "alarms" && <AlarmList />}
        {state.view === "recognition" && <Recognition />}
      </main>
      <ActionBar />
      <Dialogs />
    </>
  );
}
