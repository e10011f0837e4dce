// The lane panel: draws what the edge tells, sends what a person does. No framework, no state of its own
// beyond what is on the screen; when nothing is heard it says so.

import { ask, begin, forget, openSignIn, person } from "./desk.js";
import { follow, identify } from "./identity.js";
import { $, fill, make, post, text } from "./page.js";
import { chooseLanguage, lang, languages, loadCodes, ready, refusal, t, word } from "./words.js";

const NOT_LIVE_AFTER_MS = 5000;
const PREVIEW_EVERY_MS = 500;

let now = null; // what the edge told last
let chosen = localStorage.getItem("lane");
let heardAt = 0; // performance.now() of the last news
let clockAhead = 0; // this machine's clock against the edge's, ms
let shownFrame = null; // a frame that the person picked
let journal = [];
let stopFailed = null; // the lane whose STOP did not arrive
let judged = null; // what the rules say to a plate that was given here

const clock = new Intl.DateTimeFormat("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const timeOf = (us) => clock.format(new Date(us / 1000));
const lane = () => now?.lanes.find((l) => l.status.lane === chosen);

function seconds(sinceUs) {
  return Math.max(0, Math.round((Date.now() - clockAhead - sinceUs / 1000) / 1000));
}

function say(message, good) {
  const line = $("answer");
  text(line, message);
  line.className = `answer ${good ? "good" : "bad"}`;
}

async function stop(name) {
  const answer = await post(`/api/lanes/${name}/stop`);
  stopFailed = answer.ok ? null : name;
  say(`${name}: ${t(answer.ok ? "stop_sent" : "stop_failed")}`, answer.ok);
  draw();
}

async function act(name, body) {
  const passage = now?.lanes.find((l) => l.status.lane === name)?.status.passage;
  const answer = await post(`/api/lanes/${name}/act`, body);
  if (answer.status === 401) {
    forget();
    openSignIn(() => act(name, body));
    return;
  }
  if (answer.ok && answer.body) judged = { passage, plate: body.plate, decision: answer.body };
  if (answer.ok) say(`${t("done")}: ${word("acts", body.direction ? `turn_${body.direction}` : body.act)}`, true);
  else if (answer.code === "role") say(t("role"), false);
  else if (answer.status === 0 || answer.code === "lane_unwell") say(t("failed"), false);
  else say(`${t("not_now")}: ${refusal(answer.message)}`, false);
  draw();
}

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
        make("b", {}, `${l.status.lane} · ${l.both_ways ? "⇄ " : ""}${word("directions", l.status.direction)}`),
        make("span", { className: "plate" }, plate),
        make("span", {}, doing),
        make("span", {}, `${t("boom")}: ${word("barrier", l.status.barrier)}`)),
      make("button", { type: "button", className: "stop", "aria-label": `${t("stop")} ${l.status.lane}` }, t("stop")));
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

/** A camera's name; with a fault, what it is, what to do about it, and the measure and its limit to point at. */
function cameraLine(c) {
  if (!c.fault) return make("li", {}, c.name);
  const remedy = word("remedies", c.fault);
  // Without words for the code, `word` gives the code itself back.
  const advice = remedy === c.fault.replaceAll("_", " ") ? null : make("small", {}, ` ${remedy}`);
  return make("li", { className: "bad", title: c.detail }, `${c.name}: ${word("faults", c.fault)}`, advice);
}

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
  fill($("cameras"), ...l.cameras.map(cameraLine));
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
  const sure = p.probability > 0.9999 ? "> 99.99 %" : `${(p.probability * 100).toFixed(p.probability > 0.99 ? 2 : 1)} %`;
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
  const own = judged && judged.passage === l.status.passage ? judged : null;
  const d = own ? own.decision : l.decision;
  $("decision").hidden = !d;
  if (!d) return;
  $("decision").className = `decision ${d.verdict}`;
  text($("verdict"), own ? `${t("with_plate")} ${own.plate}: ${word("verdicts", d.verdict)}. ${t("then_open")}` : word("verdicts", d.verdict));
  fill($("reasons"), ...d.reasons.map((r) => make("li", {}, word("reasons", r.code), r.detail ? make("small", {}, ` (${detail(r.detail)})`) : null)));
}

// Every act of the lane: when it is offered, and what it asks for.
const acts = {
  open: (l) => ask(chosen, t("open"), t("open_text"), { act: "open" }, { options: ready.open }),
  priority: () => ask(chosen, t("priority"), t("priority_text"), { act: "priority" }, { options: ready.priority }),
  convoy: () => ask(chosen, t("convoy"), t("convoy_text"), { act: "convoy" }, { convoy: true, options: ready.convoy }),
  convoy_over: () => ask(chosen, t("convoy_over"), "", { act: "convoy_over" }, { reason: "may" }),
  refuse: () => ask(chosen, t("refuse"), "", { act: "refuse" }, { options: ready.refuse }),
  hold: () => ask(chosen, t("hold"), "", { act: "hold" }, { reason: "may", options: ready.hold }),
  correct_plate: (l) => ask(chosen, t("correct_plate"), "", { act: "correct_plate" }, { reason: "may", plate: l.plates[0]?.text ?? "" }),
  identify: (l) => identify(chosen, l.status.passage, { act, stop }),
  was_trailer: () => ask(chosen, t("was_trailer"), "", { act: "was_trailer" }, { reason: "may" }),
  second_entitled: () => ask(chosen, t("second_entitled"), "", { act: "open" }, { options: ready.open }),
  reset: () => ask(chosen, t("reset"), t("reset_text"), { act: "reset" }, { options: ready.reset }),
  hold_open: () => ask(chosen, t("hold_open"), "", { act: "hold_open" }, { reason: "may", options: ready.hold_open }),
  hold_no_longer: () => ask(chosen, t("hold_no_longer"), "", { act: "hold_no_longer" }, { reason: "may" }),
  turn: (l) => {
    const direction = l.status.direction === "entry" ? "exit" : "entry";
    ask(chosen, `${t("turn")}: ${word("directions", direction)}`, t("turn_text"), { act: "turn", direction }, { options: ready.turn });
  },
  way_is_empty: () => ask(chosen, t("way_is_empty"), t("way_text"), { act: "way_is_empty" }, { options: ready.way_is_empty }),
};

function drawActs(l) {
  const { state, barrier } = l.status;
  const stands = ["capturing", "deciding", "referred", "refused"].includes(state);
  const button = (name, go, enabled = true) => make("button", { type: "button", className: go ? "go" : "", disabled: !enabled, "data-act": name }, t(name));
  // Where the plate could not be read, or an officer is waited for.
  const needsIdentity = stands && (state === "referred" || (l.fates.length > 0 && !l.plates.length));
  const first = state === "tailgated"
    ? [button("second_entitled", true), button("was_trailer"), button("hold")]
    : [button("open", true, stands && barrier === "closed"), button("priority", false, stands && barrier === "closed"), button("refuse", false, stands), button("hold", false, stands), button("correct_plate", false, stands), ...(needsIdentity ? [button("identify", false, stands)] : [])];
  fill($("acts"), ...first);
  const second = [];
  if (needsReset(barrier)) second.push(button("reset", true));
  if (barrier === "open") second.push(button("hold_open"), button("way_is_empty"));
  if (barrier === "held_open") second.push(button("hold_no_longer", true));
  if (l.status.faults.includes("sensor_implausible") && !needsReset(barrier)) second.push(button("reset"));
  // A convoy is the shift leader's; others are not shown a key that would refuse them.
  if (l.status.convoy) second.push(button("convoy_over"));
  else if (person()?.role === "shift_leader" && l.status.mode !== "closed") second.push(button("convoy"));
  if (l.both_ways && person()?.role === "shift_leader" && state === "idle" && barrier === "closed") second.push(button("turn"));
  fill($("boom-acts"), ...second);
  const { convoy } = l.status;
  $("convoy").hidden = !convoy;
  if (convoy) text($("convoy"), `${t("convoy")}: ${convoy.passed} / ${convoy.of} · ${convoy.minutes_left} ${t("minutes")}`);
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
    const p = all.get(event.passage) ?? { id: event.passage, at: event.at, plate: "", words: [] };
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
    const end = p.end ? `${word("outcomes", p.end.outcome)} · ${word("opened_by", p.end.opened_by)}` : p.id === lane()?.status.passage ? t("under_way") : t("end_unknown");
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
  $("dead").hidden = live && !stopFailed;
  text($("dead"), stopFailed ? `${stopFailed}: ${t("stop_failed")}` : t("dead"));
  const central = now?.central ?? false;
  text($("central"), central ? t("central_yes") : t("central_no"));
  $("central").className = `sign ${central ? "good" : "warn"}`;
  $("recording").hidden = now?.recording ?? true;
  text($("recording"), t("recording_no"));
  $("recording").className = "sign bad";
  const who = person();
  text($("who"), who ? `${who.name} (${word("roles", who.role)}) · ${t("sign_out")}` : t("sign_in"));
  text($("bell"), t(bell ? "bell_on" : "bell_off"));
  text($("lang"), { vi: "English", en: "中文", zh: "Tiếng Việt" }[lang()]);
}

function draw() {
  const live = performance.now() - heardAt < NOT_LIVE_AFTER_MS && heardAt > 0;
  drawHead(live);
  if (!now) return;
  follow(now.lanes);
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

// ---- the bell: an officer is waited for ----

let sound = null;
let bell = localStorage.getItem("bell") !== "off";
// Browsers let a page sound only after somebody touched it.
addEventListener("pointerdown", () => { sound ??= new AudioContext(); }, { once: true });

function ring() {
  if (!bell || !sound || !now?.lanes.some((l) => l.escalated > 0)) return;
  const tone = sound.createOscillator();
  const loudness = sound.createGain();
  tone.frequency.value = 880;
  loudness.gain.setValueAtTime(0.15, sound.currentTime);
  loudness.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + 0.6);
  tone.connect(loudness).connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + 0.6);
}

$("bell").addEventListener("click", () => {
  bell = !bell;
  localStorage.setItem("bell", bell ? "on" : "off");
  draw();
});

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
await begin({ act, changed: draw });
listen();
setInterval(draw, 1000);
setInterval(loadJournal, 2000);
setInterval(ring, 4000);
