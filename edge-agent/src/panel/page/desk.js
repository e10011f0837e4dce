// Who works at this panel, and the two questions that are asked of them: PIN and reason.

import { $, fill, make, post, text } from "./page.js";
import { of, t } from "./words.js";

let officer = null;
let wanted = null; // what waits for the sign-in
let then = { act: () => {}, changed: () => {} };

export const person = () => officer;

// Tells what to do with an act that was asked for, and when somebody came or went.
export async function begin(callbacks) {
  then = callbacks;
  officer = await fetch("/api/me").then((a) => (a.ok ? a.json() : null), () => null);
}

// The edge no longer knows who is here.
export function forget() {
  officer = null;
}

// ---- asking for a reason ----

let asking = null;

export function ask(name, title, explanation, body, { reason = "must", plate = null, convoy = false, options = [] } = {}) {
  if (!officer) {
    openSignIn(() => ask(name, title, explanation, body, { reason, plate, convoy, options }));
    return;
  }
  asking = { name, body, reason, plate, convoy };
  text($("ask-title"), `${title} – ${name}`);
  text($("ask-text"), explanation);
  text($("ask-no"), t("cancel"));
  text($("ask-yes"), t("do_it"));
  text($("reason-label"), t("reason"));
  text($("plate-label"), t("plate"));
  text($("ask-error"), "");
  $("plate-row").hidden = plate === null;
  $("plate").value = plate ?? "";
  $("convoy-row").hidden = !convoy;
  for (const field of ["vehicles", "minutes"]) {
    text($(`${field}-label`), t(`convoy_${field}`));
    $(field).disabled = !convoy;
  }
  $("reason").value = "";
  const input = $("reason");
  fill($("ready"));
  delete $("ready").dataset.key;
  $("ready").append(...options.map((o) => make("button", { type: "button", onclick: () => { input.value = of(o); } }, of(o))));
  $("ask").showModal();
  (plate !== null ? $("plate") : convoy ? $("vehicles") : input).focus();
}

$("ask-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const reason = $("reason").value.trim();
  if (asking.reason === "must" && !reason) {
    text($("ask-error"), `${t("reason")}?`);
    return;
  }
  const body = { ...asking.body, reason };
  if (asking.plate !== null) {
    body.plate = $("plate").value.trim().toUpperCase();
    if (!body.plate) return;
  }
  if (asking.convoy) body.convoy = { vehicles: Number($("vehicles").value), minutes: Number($("minutes").value) };
  $("ask").close();
  then.act(asking.name, body);
});
$("ask-no").addEventListener("click", () => $("ask").close());

// ---- signing in ----

// Asks for name and PIN; goes on with `next` afterwards.
export function openSignIn(next = null) {
  wanted = next;
  text($("sign-title"), t("sign_in"));
  text($("name-label"), t("officer"));
  text($("pin-label"), t("pin"));
  text($("sign-no"), t("cancel"));
  text($("sign-yes"), t("sign_in"));
  text($("sign-error"), "");
  $("pin").value = "";
  $("officer").value ||= localStorage.getItem("officer") ?? "";
  $("sign-in").showModal();
  ($("officer").value ? $("pin") : $("officer")).focus();
}

const pin = $("pin");
$("keys").append(
  ...["1", "2", "3", "4", "5", "6", "7", "8", "9", "⌫", "0"].map((key) =>
    make("button", { type: "button", onclick: () => { pin.value = key === "⌫" ? pin.value.slice(0, -1) : pin.value + key; } }, key)),
);

$("sign-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await post("/api/sign-in", { name: $("officer").value.trim(), pin: pin.value });
  pin.value = "";
  if (!answer.ok) {
    text($("sign-error"), answer.code === "locked" ? t("locked") : answer.status === 0 ? t("failed") : t("wrong_pin"));
    return;
  }
  officer = answer.body;
  localStorage.setItem("officer", officer.name);
  $("sign-in").close();
  then.changed();
  const next = wanted;
  wanted = null;
  next?.();
});
$("sign-no").addEventListener("click", () => { wanted = null; $("sign-in").close(); });
$("who").addEventListener("click", async () => {
  if (!officer) {
    openSignIn();
    return;
  }
  await post("/api/sign-out");
  officer = null;
  then.changed();
});
