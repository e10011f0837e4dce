/** Sign-in, the first sign-in by invite, and the locked page: there STOP goes on working. */

import { useState } from "preact/hooks";
import { Fault } from "../net/api";
import { faultText } from "../words";
import { Look } from "./Header";
import { useDesk, useDeskState, useSpeech } from "./use";

const MIN_PASSWORD = 12;

export function SignIn() {
  const desk = useDesk();
  const { ended, locked, me, fault: startFault } = useDeskState();
  const { t } = useSpeech();
  const [first, setFirst] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const field = (name: string) => String(form.get(name) ?? "");
    const password = field("password");
    if (first && password !== field("again")) return setFault(t.signIn.differ);
    if (first && password.length < MIN_PASSWORD) return setFault(t.signIn.short);
    setBusy(true);
    setFault(null);
    try {
      if (first) await desk.firstSignIn(field("name").trim(), field("invite").trim(), password);
      else await desk.signIn(field("name").trim(), password);
    } catch (error) {
      const { kind, message } = error instanceof Fault ? error : { kind: "unknown", message: String(error) };
      setFault(faultText(t, kind, message));
      setBusy(false);
    }
  };

  const why = locked ? t.signIn.locked : ended ? t.signIn.ended : null;
  const said = fault ?? why ?? (startFault ? faultText(t, startFault.kind, startFault.message) : null);
  return (
    <main class="sign-in">
      <form onSubmit={submit} key={first ? "first" : "again"}>
        <h1>
          <img src="/icon.svg" alt="" width="40" height="40" /> {t.title}
          <small>{first ? t.signIn.firstTitle : t.signIn.title}</small>
        </h1>
        <Field
          name="name"
          label={t.signIn.name}
          autocomplete="username"
          value={locked ? me?.name : undefined}
          focus={!locked}
        />
        {first && <Field name="invite" label={t.signIn.invite} autocomplete="one-time-code" />}
        <Field
          name="password"
          label={first ? t.signIn.newPassword : t.signIn.password}
          type="password"
          autocomplete={first ? "new-password" : "current-password"}
          focus={locked}
        />
        {first && <Field name="again" label={t.signIn.again} type="password" autocomplete="new-password" />}
        {said && (
          <p class="fault" role="alert">
            {said}
          </p>
        )}
        <button type="submit" class="primary" disabled={busy}>
          {first ? t.signIn.firstGo : t.signIn.go}
        </button>
        {!locked && (
          <button type="button" class="link" onClick={() => setFirst(!first)}>
            {first ? t.signIn.back : t.signIn.first}
          </button>
        )}
        {locked && <Stops />}
        <Look />
      </form>
    </main>
  );
}

/** STOP of every lane, with what came of the last one. */
function Stops() {
  const desk = useDesk();
  const { gate } = useDeskState();
  const { t } = useSpeech();
  return (
    <div class="stops">
      {gate.lanes.map(({ lane }) => {
        const act = gate.acts.get(lane);
        const said = act?.act !== "stop" ? "" : act.sent === "failed" ? t.act.failed : act.sent === "sent" ? "✓" : "…";
        return (
          <button type="button" class="stop" key={lane} onClick={() => desk.stop(lane)}>
            {t.actions.stop} {lane} {said}
          </button>
        );
      })}
    </div>
  );
}

interface FieldProps {
  name: string;
  label: string;
  type?: string;
  autocomplete: string;
  value?: string | undefined;
  focus?: boolean;
}

function Field(props: FieldProps) {
  return (
    <label>
      {props.label}
      <input
        name={props.name}
        type={props.type ?? "text"}
        autocomplete={props.autocomplete}
        autocapitalize="none"
        spellcheck={false}
        defaultValue={props.value ?? ""}
        required
        ref={(input) => {
          if (props.focus && input && document.activeElement === document.body) input.focus();
        }}
      />
    </label>
  );
}
