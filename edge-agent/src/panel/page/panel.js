// The lane panel: draws what the edge tells, sends what a person does. No framework, no state of its own
// beyond what is on the screen; when nothing is heard it says so.

import { chooseLanguage, lang, languages, loadCodes, of, ready, t, word } from "./words.js";

const $ = (id) => document.getElementById(id);
const NOT_LIVE_AFTER_MS = 5000;
const PREVIEW_EVERY_MS = 500;

let now = null; // what the edge told last
let chosen = localStorage.getItem("lane");
let officer = null;
let heardAt = 0; // performance.now() of the last news
let clockAhead = 0; // this machine's clock against the edge's, ms
let shownFrame = null; // a frame that the person picked
let journal = [];
let wanted = null; // an act that waits for the sign-in

// ---- small helpers ----

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") node.addEventListener("click", value);
    else if (key in node) node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

// Replaces children only where the drawing differs, so that a button never moves under a finger.
function fill(node, ...children) {
  const next = make("div", {}, ...children);
  const key = next.innerHTML;
  if (node.dataset.key === key) return;
  node.dataset.key = key;
  node.replaceChildren(...next.childNodes);
}

function text(node, value) {
  if (node.textContent !== value) node.textContent = value;
}

const clock = new Intl.DateTimeFormat("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const timeOf = (us) => clock.format(new Date(us / 1000));
const lane = () => now?.lanes.find((l) => l.status.lane === chosen);

function seconds(sinceUs) {
  return Math.max(0, Math.round((Date.now() - clockAhead - sinceUs / 1000) / 1000));
}

// ---- talking to the edge ----

async function post(path, body) {
  try {
    const options = { method: "POST", headers: body ? { "Content-Type": "application/json" } : {}, body: body && JSON.stringify(body) };
    const answer = await fetch(path, options);
    if (answer.ok) return { ok: true, body: answer.status === 204 ? null : await answer.json() };
    const refusal = await answer.json().catch(() => ({ code: "failed", message: "" }));
    return { ok: false, status: answer.status, ...refusal };
  } catch {
    return { ok: false, status: 0, code: "failed", message: "" };
  }
}

function say(message, good) {
  const line = $("answer");
  text(line, message);
  line.className = `answer ${good ? "good" : "bad"}`;
}

async function stop(name) {
  const answer = await post(`/api/lanes/${name}/stop`);
  if (answer.ok) say(t("stop_sent"), true);
  else {
    say(t("stop_failed"), false);
    const dead = $("dead");
    dead.hidden = false;
    text(dead, t("stop_failed"));
  }
}

async function act(name, body) {
  const answer = await post(`/api/lanes/${name}/act`, body);
  if (answer.status === 401) {
    officer = null;
    wanted = () => act(name, body);
    openSignIn();
    return;
  }
  if (answer.ok) say(`${t("done")}: ${word("acts", body.act)}`, true);
  else if (answer.code === "role") say(t("role"), false);
  else if (answer.status === 0 || answer.code === "lane_unwell") say(t("failed"), false);
  else say(`${t("not_now")}: ${answer.message}`, false);
  draw();
}

// ---- asking for a reason ----

let asking = null;

function ask(name, title, explanation, body, { reason = "must", plate = null, options = [] } = {}) {
  if (!officer) {
    wanted = () => ask(name, title, explanation, body, { reason, plate, options });
    openSignIn();
    return;
  }
  asking = { name, body, reason, plate };
  text($("ask-title"), `${title} – ${name}`);
  text($("ask-text"), explanation);
  text($("ask-no"), t("cancel"));
  text($("ask-yes"), t("do_it"));
  text($("reason-label"), t("reason"));
  text($("plate-label"), t("plate"));
  text($("ask-error"), "");
  $("plate-row").hidden = plate === null;
  $("plate").value = plate ?? "";
  $("reason").value = "";
  const input = $("reason");
  fill($("ready"));
  delete $("ready").dataset.key;
  $("ready").append(...options.map((o) => make("button", { type: "button", onclick: () => { input.value = of(o); } }, of(o))));
  $("ask").showModal();
  (plate === null ? input : $("plate")).focus();
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
  $("ask").close();
  act(asking.name, body);
});
$("ask-no").addEventListener("click", () => $("ask").close());

// ---- signing in ----

function openSignIn() {
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
  draw();
  const next = wanted;
  wanted = null;
  next?.();
});
$("sign-no").addEventListener("click", () => { wanted = null; $("sign-in").close(); });
$("who").addEventListener("click", async () => {
  if (!officer) return openSignIn();
  await post("/api/sign-out");
  officer = null;
  draw();
});

// ---- drawing ----

// The one detail that is written as figures alone.
const detail = (d) => d.replace(/^probability ([\d.]+), needed ([\d.]+)$/, (_, is, least) => `${(is * 100).toFixed(1)} % < ${(least * 100).toFixed(1)} %`);

const needsReset = (barrier) => barrier.startsWith("fault") || ["stopped", "manual_local", "emergency_open"].includes(barrier);

function stateOf(l) {
  return l.status.passage || l.status.state !== "idle" ? word("states", l.status.state) : t("no_vehicle");
}

function waitingOf(l) {
  const [kind, reason] = l.status.waiting_for.split(":");
  if (!kind) return "";
  return reason ? `${word("waiting", kind)}: ${word("reasons", reason)}` : word("waiting", kind);
}

function tileClass(l) {
  if (!l.well || needsReset(l.status.barrier) || l.status.state === "tailgated") return "alarm";
  return l.status.state === "referred" ? "calls" : "";
}

function drawTiles() {
  const tiles = now.lanes.map((l) => {
    const plate = l.shown[0] ?? "";
    const doing = l.well ? waitingOf(l) || stateOf(l) : t("unwell");
    return make("div", { className: `tile ${tileClass(l)} ${l.status.lane === chosen ? "chosen" : ""}`, "data-lane": l.status.lane },
      make("button", { type: "button", className: "pick" },
        make("b", {}, `${l.status.lane} · ${word("directions", l.status.direction)}`),
        make("span", { className: "plate" }, plate),
        make("span", {}, doing),
        make("span", {}, `${t("boom")}: ${word("barrier", l.status.barrier)}`)),
      make("button", { type: "button", className: "stop" }, t("stop")));
  });
  fill($("lanes"), ...tiles);
}

$("lanes").addEventListener("click", (event) => {
  const name = event.target.closest(".tile")?.dataset.lane;
  if (!name) return;
  if (event.target.closest(".stop")) return stop(name);
  chosen = name;
  shownFrame = null;
  localStorage.setItem("lane", name);
  say("", true);
  draw();
});

function drawPicture(l) {
  const frame = shownFrame ?? (l.preview ? null : l.frame);
  const image = $("picture");
  if (frame) {
    const source = `/api/evidence/${frame}`;
    if (!image.src.endsWith(source)) image.src = source;
  }
  image.hidden = !frame && !l.preview;
  text($("picture-name"), frame ? t("picture_read") : t("picture_live"));
  $("picture-name").hidden = image.hidden;
  text($("no-picture"), l.cameras.length ? t("no_picture") : t("no_camera"));
  $("no-picture").hidden = !image.hidden;
  const frames = [...new Set([l.frame, ...l.frames].filter(Boolean))].slice(0, 4);
  const buttons = frames.map((f) => make("button", { type: "button", "data-frame": f }, make("img", { src: `/api/evidence/${f}`, alt: t("picture_read") })));
  if (shownFrame && l.preview) buttons.unshift(make("button", { type: "button", "data-frame": "" }, t("picture_live")));
  fill($("frames"), ...buttons);
  fill($("cameras"), ...l.cameras.map((c) => make("li", { className: c.fault ? "bad" : "" }, c.fault ? `${c.name}: ${word("faults", c.fault)}` : c.name)));
}

$("frames").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  shownFrame = button.dataset.frame || null;
  draw();
});

setInterval(() => {
  const l = lane();
  if (document.hidden || !l?.preview || shownFrame) return;
  $("picture").src = `/preview/${chosen}?${Date.now()}`;
}, PREVIEW_EVERY_MS);

function reading(p, shown) {
  const sure = `${(p.probability * 100).toFixed(p.probability > 0.99 ? 2 : 1)} %`;
  const crop = p.evidence ? make("img", { src: `/api/evidence/${p.evidence.plate}`, alt: "" }) : null;
  return make("div", { className: `reading ${p.color ?? ""}` },
    make("strong", {}, shown || "?"), crop, make("small", {}, `${sure} ${t("sure")} · ${p.looks} ${t("looks")}`));
}

function drawKnowledge(l) {
  text($("state"), l.well ? stateOf(l) : t("unwell"));
  const calls = l.status.state === "referred" || l.status.state === "tailgated";
  const wait = waitingOf(l);
  text($("waiting"), wait && l.status.passage ? `${wait} – ${t("waits")} ${seconds(l.since)} s` : wait);
  $("waiting").className = `waiting ${calls ? "calls" : ""}`;
  const nothing = l.status.passage ? make("p", { className: "waiting" }, t("no_plate")) : null;
  fill($("plates"), ...(l.plates.length ? l.plates.map((p, i) => reading(p, l.shown[i])) : [nothing]));
  const facts = [];
  if (l.class) facts.push(word("classes", l.class));
  for (const c of l.containers) facts.push(`${t("container")} ${c.code}`);
  if (!l.plates.length) for (const [fate, n] of l.fates) facts.push(`${t(`fate_${fate}`)}: ${n}`);
  if (l.route) facts.push(`${t("route")}: ${l.route.to}`);
  fill($("facts"), ...facts.map((f) => make("li", {}, f)));
  const d = l.decision;
  $("decision").hidden = !d;
  if (!d) return;
  $("decision").className = `decision ${d.verdict}`;
  text($("verdict"), word("verdicts", d.verdict));
  fill($("reasons"), ...d.reasons.map((r) => make("li", {}, word("reasons", r.code), r.detail ? make("small", {}, ` (${detail(r.detail)})`) : null)));
}

// Every act of the lane: when it is offered, and what it asks for.
const acts = {
  open: (l) => ask(chosen, t("open"), t("open_text"), { act: "open" }, { options: ready.open }),
  refuse: () => ask(chosen, t("refuse"), "", { act: "refuse" }, { options: ready.refuse }),
  hold: () => ask(chosen, t("hold"), "", { act: "hold" }, { reason: "may", options: ready.hold }),
  correct_plate: (l) => ask(chosen, t("correct_plate"), "", { act: "correct_plate" }, { reason: "may", plate: l.plates[0]?.text ?? "" }),
  was_trailer: () => ask(chosen, t("was_trailer"), "", { act: "was_trailer" }, { reason: "may" }),
  second_entitled: () => ask(chosen, t("second_entitled"), "", { act: "open" }, { options: ready.open }),
  reset: () => ask(chosen, t("reset"), t("reset_text"), { act: "reset" }, { options: ready.reset }),
  hold_open: () => ask(chosen, t("hold_open"), "", { act: "hold_open" }, { reason: "may", options: ready.hold_open }),
  hold_no_longer: () => ask(chosen, t("hold_no_longer"), "", { act: "hold_no_longer" }, { reason: "may" }),
  way_is_empty: () => ask(chosen, t("way_is_empty"), t("way_text"), { act: "way_is_empty" }, { options: ready.way_is_empty }),
};

function drawActs(l) {
  const { state, barrier } = l.status;
  const stands = ["capturing", "deciding", "referred", "refused"].includes(state);
  const button = (name, go, enabled = true) => make("button", { type: "button", className: go ? "go" : "", disabled: !enabled, "data-act": name }, t(name));
  const first = state === "tailgated"
    ? [button("second_entitled", true), button("was_trailer")]
    : [button("open", true, stands), button("refuse", false, stands), button("hold", false, stands), button("correct_plate", false, stands)];
  fill($("acts"), ...first);
  const second = [];
  if (needsReset(barrier)) second.push(button("reset", true));
  if (barrier === "open") second.push(button("hold_open"), button("way_is_empty"));
  if (barrier === "held_open") second.push(button("hold_no_longer", true));
  if (l.status.faults.includes("sensor_implausible") && !needsReset(barrier)) second.push(button("reset"));
  fill($("boom-acts"), ...second);
}

for (const id of ["acts", "boom-acts"]) {
  $(id).addEventListener("click", (event) => {
    const name = event.target.closest("button")?.dataset.act;
    const l = lane();
    if (name && l) acts[name](l);
  });
}

const occupiedInputs = ["loop_approach", "loop_under", "loop_exit", "photocell", "manual_key", "emergency"];

function drawBoom(l) {
  $("arm").className = `arm ${l.status.barrier.split("(")[0]}`;
  text($("barrier"), `${t("boom")}: ${word("barrier", l.status.barrier)}`);
  fill($("inputs"), ...l.status.inputs.map(([name, active]) => {
    const lamp = active === null ? "unknown" : !active ? "off" : occupiedInputs.includes(name) ? "occupied" : "on";
    return make("li", { className: lamp }, make("i", {}, active === null ? "?" : ""), t(`input_${name}`));
  }));
  text($("display-name"), t("display"));
  text($("display"), `${l.status.display} ${l.sign_zh}`);
  fill($("faults"), ...l.status.faults.map((f) => make("li", {}, word("faults", f))));
  const modes = ["automatic", "attended", "closed"].map((mode) =>
    make("button", { type: "button", "data-mode": mode, "aria-pressed": String(l.status.mode === mode) }, word("modes", mode)));
  fill($("modes"), make("legend", {}, t("mode")), ...modes);
}

$("modes").addEventListener("click", (event) => {
  const mode = event.target.closest("button")?.dataset.mode;
  if (!mode || mode === lane()?.status.mode) return;
  ask(chosen, `${t("mode")}: ${word("modes", mode)}`, t("mode_text"), { act: "mode", mode }, { options: ready.mode });
});

function passages() {
  const all = new Map();
  for (const event of [...journal].reverse()) {
    if (event.lane !== chosen || !event.passage) continue;
    const p = all.get(event.passage) ?? { at: event.at, plate: "", words: [] };
    const body = event.body;
    if (body.type === "plate_read" && body.reading.role === "tractor") p.plate = body.reading.text;
    if (body.type === "act") p.words.push(`${word("acts", body.act)} (${body.officer.name}${body.reason ? `: ${body.reason}` : ""})`);
    if (body.type === "passage_ended") p.end = body;
    all.set(event.passage, p);
  }
  return [...all.values()].reverse().slice(0, 12);
}

function drawPast() {
  text($("past-name"), t("past"));
  const rows = passages().map((p) => {
    const end = p.end ? `${word("outcomes", p.end.outcome)} · ${word("opened_by", p.end.opened_by)}` : t("under_way");
    const bad = p.end && ["tailgated"].includes(p.end.outcome);
    return make("li", {}, make("span", {}, timeOf(p.at)), make("b", {}, p.plate || "—"), make("span", { className: bad ? "bad" : "" }, [end, ...p.words].join(" · ")));
  });
  fill($("past"), ...(rows.length ? rows : [make("li", {}, make("span", {}, t("none")))]));
}

function drawHead(live) {
  document.title = t("title");
  text($("name"), now ? `${t("title")} · ${now.name}` : t("title"));
  text($("live"), live ? t("live") : t("not_live"));
  $("live").className = `sign ${live ? "good" : "bad"}`;
  $("dead").hidden = live;
  if (!live) text($("dead"), t("dead"));
  const central = now?.central ?? false;
  text($("central"), central ? t("central_yes") : t("central_no"));
  $("central").className = `sign ${central ? "good" : "warn"}`;
  $("recording").hidden = now?.recording ?? true;
  text($("recording"), t("recording_no"));
  $("recording").className = "sign bad";
  text($("who"), officer ? `${officer.name} (${word("roles", officer.role)}) · ${t("sign_out")}` : t("sign_in"));
  text($("lang"), { vi: "English", en: "中文", zh: "Tiếng Việt" }[lang()]);
}

function draw() {
  const live = performance.now() - heardAt < NOT_LIVE_AFTER_MS && heardAt > 0;
  drawHead(live);
  if (!now) return;
  if (!lane()) chosen = now.lanes[0]?.status.lane;
  drawTiles();
  const l = lane();
  $("lane").hidden = !l;
  if (!l) return;
  drawPicture(l);
  drawKnowledge(l);
  drawActs(l);
  drawBoom(l);
  drawPast();
}

// ---- news ----

let journalDue = true;

async function loadJournal() {
  if (!journalDue || document.hidden) return;
  journalDue = false;
  try {
    const answer = await fetch("/api/journal");
    if (answer.ok) journal = await answer.json();
  } catch {
    journalDue = true;
  }
  draw();
}

function listen() {
  const source = new EventSource("/api/live");
  source.addEventListener("now", (event) => {
    heardAt = performance.now();
    now = JSON.parse(event.data);
    journalDue = true;
    draw();
  });
  source.addEventListener("beat", (event) => {
    heardAt = performance.now();
    clockAhead = Date.now() - Number(event.data) / 1000;
  });
  // A stream that was refused is not tried again by the browser.
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return;
    source.close();
    setTimeout(listen, 2000);
  });
}

$("lang").addEventListener("click", () => {
  chooseLanguage(languages[(languages.indexOf(lang()) + 1) % languages.length]);
  for (const node of document.querySelectorAll("[data-key]")) delete node.dataset.key;
  draw();
});
$("theme").addEventListener("click", () => {
  const dark = getComputedStyle(document.body).backgroundColor === "rgb(16, 20, 23)";
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", document.documentElement.dataset.theme);
});

const theme = localStorage.getItem("theme");
if (theme) document.documentElement.dataset.theme = theme;
chooseLanguage(lang());
draw();
await loadCodes().catch(() => {});
officer = await fetch("/api/me").then((a) => (a.ok ? a.json() : null), () => null);
listen();
setInterval(draw, 1000);
setInterval(loadJournal, 2000);
