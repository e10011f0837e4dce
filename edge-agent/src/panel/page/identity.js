// The second identity: one field for a scanner or the keyboard, the expected vehicles that it names, and the
// choice, which is a correction of the plate. Digits choose in the list; a scan that begins there goes into the field.

import { forget, openSignIn, person } from "./desk.js";
import { $, fill, get, make, text } from "./page.js";
import { t, word } from "./words.js";

// Characters that follow each other faster are a scanner's.
const SCANNED_WITHIN_MS = 100;

let asking = null; // the lane, and what to do with the choice
let found = null; // what the text that stands in the field names
let busy = false;
let burst = { text: "", at: 0 };

const day = new Intl.DateTimeFormat("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", day: "2-digit", month: "2-digit", hour: "2-digit", minute: "2-digit" });
const rows = () => [...$("named").querySelectorAll("input")];

// Asks which vehicle it is that stands at the lane; `act` takes the word that says it, `stop` stops its boom.
export function identify(name, passage, { act, stop }) {
  if (!person()) {
    openSignIn(() => identify(name, passage, { act, stop }));
    return;
  }
  asking = { name, passage, act, stop };
  text($("identity-title"), `${t("identify")} – ${name}`);
  text($("given-label"), t("identify_text"));
  text($("identity-hint"), t("identify_hint"));
  text($("identity-no"), t("cancel"));
  text($("identity-stop"), t("stop"));
  give("");
  fill($("heard"));
  $("identity").showModal();
  $("given").focus();
  hear(name);
}

// Another vehicle stands there, or none: what was chosen would be said of the wrong one.
export function follow(lanes) {
  if ($("identity").open && lanes.find((l) => l.status.lane === asking.name)?.status.passage !== asking.passage) $("identity").close();
}

// What the reader hears is offered; it chooses nobody.
async function hear(name) {
  const answer = await get(`/api/lanes/${name}/tags`);
  if (!answer.ok || asking?.name !== name) return;
  const offer = (tag) => make("button", { type: "button", "data-tag": tag }, `${t("tag_heard")}: ${tag}`);
  fill($("heard"), ...answer.body.map(offer));
}

function give(value) {
  $("given").value = value;
  named(null);
  text($("identity-error"), "");
}

function named(answer) {
  found = answer;
  const some = (found?.candidates.length ?? 0) > 0;
  text($("identity-yes"), t(some ? "choose" : "search"));
  fill($("named"), ...(found?.candidates ?? []).map(line), found?.more ? make("p", {}, `+ ${found.more} ${t("identify_more")}`) : null);
  if (some) point(0);
}

function point(at) {
  const input = rows()[at];
  if (!input) return;
  input.checked = true;
  input.focus();
}

function line(one, n) {
  const facts = [`${t("declaration")} ${one.declaration}`, word("classes", one.class), `${day.format(one.from / 1000)} – ${day.format(one.until / 1000)}`];
  if (one.trailer) facts.push(`${t("trailer")} ${one.trailer}`);
  const missing = one.missing?.map((kind) => `${word("confirmations", kind)} ${t("missing")}`) ?? [t("no_rule")];
  const against = [...one.unfit.map((code) => word("reasons", code)), ...missing].map((what) => make("small", { className: "bad" }, `✗ ${what}`));
  return make("label", {}, make("input", { type: "radio", name: "candidate" }),
    make("span", {}, make("b", {}, `${n < 9 ? `${n + 1} · ` : ""}${one.plate}`), make("small", {}, facts.join(" · ")), ...against));
}

async function search() {
  busy = true;
  const answer = await get(`/api/lanes/${asking.name}/identity?given=${encodeURIComponent($("given").value)}`);
  busy = false;
  if (answer.status === 401) {
    $("identity").close();
    forget();
    identify(asking.name, asking.passage, asking);
    return;
  }
  const known = { given: "given", no_lists: "no_lists", role: "role", no_vehicle: "no_vehicle" }[answer.code];
  text($("identity-error"), answer.ok ? (answer.body.candidates.length ? "" : t("identify_none")) : t(known ?? "failed"));
  named(answer.ok ? answer.body : null);
}

$("identity-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (busy) return;
  const one = found?.candidates[rows().findIndex((input) => input.checked)];
  if (!one) {
    search();
    return;
  }
  const reason = `${t("identified_by")} ${t(`by_${one.identity.kind}`)} ${one.identity.given}`;
  $("identity").close();
  asking.act(asking.name, { act: "correct_plate", plate: one.plate, reason });
});

$("identity").addEventListener("keydown", (event) => {
  if (event.target === $("given") || event.key.length !== 1 || event.ctrlKey || event.altKey || event.metaKey) return;
  const scanned = event.timeStamp - burst.at < SCANNED_WITHIN_MS;
  burst = { text: scanned ? burst.text + event.key : event.key, at: event.timeStamp };
  if (burst.text.length > 1) {
    event.preventDefault();
    give(burst.text);
    $("given").focus();
  } else if (/^[1-9]$/.test(event.key)) {
    event.preventDefault();
    point(Number(event.key) - 1);
  }
});
$("given").addEventListener("input", () => { named(null); text($("identity-error"), ""); });
$("heard").addEventListener("click", (event) => {
  const tag = event.target.closest("button")?.dataset.tag;
  if (!tag) return;
  give(tag);
  search();
});
// The dialog covers the lanes' own keys.
$("identity-stop").addEventListener("click", () => asking.stop(asking.name));
$("identity-no").addEventListener("click", () => $("identity").close());
