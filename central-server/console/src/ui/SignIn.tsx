/** Sign-in, and the first sign-in by invite. */

import { useState } from "preact/hooks";
import { Fault } from "../net/api";
import { faultText } from "../words";
import { Look } from "./Header";
import { useDesk, useDeskState, useSpeech } from "./use";

const MIN_PASSWORD = 12;

export function SignIn() {
  const desk = useDesk();
  const { ended, fault: startFault } = useDeskState();
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
      setFault(error instanceof Fault ? signInFault(error, t) : faultText(t, "unknown", String(error)));
      setBusy(false);
    }
  };

  const said =
    fault ?? (ended ? t.signIn.ended : startFault ? faultText(t, startFault.kind, startFault.message) : null);
  return (
    <main class="sign-in">
      <form onSubmit={submit} key={first ? "first" : "again"}>
        <h1>
          <img src="/icon.svg" alt="" width="40" height="40" /> {t.title}
          <small>{first ? t.signIn.firstTitle : t.signIn.title}</small>
        </h1>
        <Field name="name" label={t.signIn.name} autocomplete="username" focus />
        {first && <Field name="invite" label={t.signIn.invite} autocomplete="one-time-code" />}
        <Field
          name="password"
          label={first ? t.signIn.newPassword : t.signIn.password}
          type="password"
          autocomplete={first ? "new-password" : "current-password"}
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
        <button type="button" class="link" onClick={() => setFirst(!first)}>
          {first ? t.signIn.back : t.signIn.first}
        </button>
        <Look />
      </form>
    </main>
  );
}

function signInFault(error: Fault, t: ReturnType<typeof useSpeech>["t"]): string {
  if (error.status === 401 || error.status === 403) return error.message || (t.errors.sign_in ?? "");
  return faultText(t, error.kind, error.message);
}

function Field(props: { name: string; label: string; type?: string; autocomplete: string; focus?: boolean }) {
  return (
    <label>
      {props.label}
      <input
        name={props.name}
        type={props.type ?? "text"}
        autocomplete={props.autocomplete}
        autocapitalize="none"
        spellcheck={false}
        required
        ref={(input) => {
          if (props.focus && input && document.activeElement === document.body) input.focus();
        }}
      />
    </label>
  );
}
