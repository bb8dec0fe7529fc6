// The page's one state: what the lane last showed, and what the officer holds or has open.
import { $, h, icon, place } from "./dom.js";
import * as words from "./words.js";
import * as format from "./format.js";
import * as link from "./link.js";
import { drawStrip, drawRibbon, drawNet } from "./strips.js";
import { drawKeys, drawRow, pressKey, otherDecisions } from "./keys.js";
import { drawScreen, drawLost } from "./screens.js";
import { drawVerdict, asksCategory, DENSITIES } from "./verdict.js";
import { CATEGORY_KEYS, openJourney, withCategory } from "./context.js";
import { openTraveller } from "./traveller.js";
import { openDecide } from "./decide.js";
import { panelOpen, openPanel, closePanel, panelKey } from "./panel.js";

const { t } = words;
/** Between two verdicts there is at least this long without one, so that the same twice is an event. */
const NEUTRAL_MS = 150;
const TOAST_MS = 6000;
const TICK_MS = 250;
const NOMINAL_PANEL_MM = 217;

let settings = { language: "id", panel_width_mm: NOMINAL_PANEL_MM, needs_note: [] };
let view = null;       // the newest from the lane
let shown = null;      // what is on the glass: "VERDICT 413", "READY" ...
let neutralUntil = 0;  // a neutral frame is on the glass until then
let painted = 0;       // the seq the lane was told is on the glass
let details = false;   // Rincian is held
let door = true;       // we may ask pamit-console at all
let sent = 0;          // the seq an action was sent for: a second press must not send another

/* ── what the officer does ── */

function send(action) {
  if (sent === action.seq) return;
  sent = action.seq;
  link.post("/action", action).then((handed) => { if (!handed) sent = 0; });
}

const decide = (decision) => {
  if (settings.needs_note.includes(decision)) return openDecide(view, "OFFICER", settings.needs_note, send);
  send({ seq: view.crossing.seq, decision, role: "OFFICER" });
};

const setContext = (context) => link.post("/context", context);

const act = {
  decide,
  supervisor: () => openDecide(view, "SUPERVISOR", settings.needs_note, send),
  more: () => openDecide(view, "OFFICER", settings.needs_note, send),
  details: (held) => { details = held; draw(); },
  dismiss: () => link.post("/dismiss", {}),
  help: openHelp,
  category: (name) => setContext(withCategory(view.context, name)),
  direction: () => setContext({ ...view.context, direction: view.context.direction === "RETURN" ? "DEPARTURE" : "RETURN" }),
  journey: () => openJourney(view.context, setContext),
  traveller: () => openTraveller(view.context, setContext),
};

function switchLanguage() {
  words.setLanguage(words.getLanguage() === "id" ? "en" : "id");
  closePanel();
  draw();
}

function openHelp() {
  const foot = h("div.foot");
  const none = { kind: "none", picture: "k-ok", label: "" };
  drawRow(foot, [none, none, { picture: "k-x", label: t("panel.close"), small: "Esc", press: closePanel }, none]);
  const keys = ["1", "3", "4", "5", "Q–P", "K", "B", "V", "F2", "Esc"];
  openPanel({ enter: closePanel }, h("h1", null, t("key.help")),
    h("div.helps", null, keys.map((key) => h("div", null, h("kbd", null, key), h("span", null, t(`help.${key}`))))), foot);
}

function onKey(event) {
  if (event.key === "F2") {
    event.preventDefault();
    return switchLanguage();
  }
  if (!view || link.silent() || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (panelKey(event)) return;
  const key = event.key.toLowerCase();
  const open = view.screen === "VERDICT" && shown === `VERDICT ${view.crossing.seq}`;
  const category = CATEGORY_KEYS.find(([letter]) => letter === key);
  if (/^[1-4]$/.test(key)) { if (view.screen !== "VERDICT" || open) pressKey(Number(key), true); }
  else if (key === "5" && open && otherDecisions(view).length) act.more();
  else if (category && open && asksCategory(view)) act.category(category[1]);
  else if (key === "v" && (view.screen === "READY" || open)) act.journey();
  else if (key === "k" && (view.screen === "READY" || open)) act.traveller();
  else if (key === "b" && view.screen === "READY") act.direction();
  else return;
  event.preventDefault();
}

function onKeyUp(event) {
  if (event.key === "3" && details) act.details(false);
}

/* ── what is drawn ── */

const nameOf = (v) => (v.screen === "VERDICT" ? `VERDICT ${v.crossing.seq}` : v.screen);
const isVerdict = (name) => name?.startsWith("VERDICT ");

/** The screen to draw now: a new verdict waits until the glass was neutral for long enough. */
function chooseScreen(now) {
  const wanted = nameOf(view);
  if (!isVerdict(wanted) || wanted === shown) return view.screen;
  if (isVerdict(shown) || shown === null) neutralUntil = now + NEUTRAL_MS;
  if (now >= neutralUntil) return view.screen;
  setTimeout(draw, neutralUntil - now);
  return "READING";
}

/** Tells the lane once that a verdict is on the glass: after the frame that holds it was made. */
function acknowledge(seq) {
  if (painted === seq) return;
  painted = seq;
  requestAnimationFrame(() => requestAnimationFrame(() => link.post("/painted", { seq })));
}

const overflows = (element) => element.scrollHeight > element.clientHeight + 1;

let fitting = { what: "", density: 0 }; // the roomiest density that fitted what was drawn last

function drawFitting(now) {
  const what = [view.crossing.seq, words.getLanguage(), details, $("screen").clientHeight].join();
  let density = fitting.what === what ? fitting.density : 0;
  for (;; density++) {
    place($("screen"), drawVerdict(view, now, details, act, DENSITIES[density]));
    const fits = ![...document.querySelectorAll(".card")].some(overflows);
    if (fits || density === DENSITIES.length - 1) break;
  }
  fitting = { what, density };
}

function drawMain(screen, now) {
  const verdict = screen === "VERDICT";
  if (verdict) drawFitting(now);
  else place($("screen"), drawScreen(screen, view, act));
  document.documentElement.classList.toggle("stop", verdict && view.crossing.result === "TUNDA");
  $("stage").classList.toggle("stop", verdict && view.crossing.result === "TUNDA");
}

function draw() {
  const lost = !door ? "door" : link.silent() || !view ? "lane" : null;
  drawLost(lost);
  if (lost) return blank();
  const now = link.now(), frame = performance.now();
  const screen = chooseScreen(frame);
  const next = screen === "VERDICT" ? nameOf(view) : screen;
  if (next !== shown) {
    details = false;
    if (isVerdict(shown) || isVerdict(next)) closePanel();
    if (!isVerdict(next) && isVerdict(shown)) neutralUntil = frame + NEUTRAL_MS;
  }
  shown = next;
  document.documentElement.dataset.screen = screen;
  document.documentElement.dataset.told = view.now_ms;
  format.setZone(view.zone);
  drawStrip(view, now, switchLanguage);
  drawRibbon(view);
  drawNet(view, now);
  drawMain(screen, now);
  drawKeys({ ...view, screen }, act);
  if (screen === "VERDICT") acknowledge(view.crossing.seq);
}

/** Nothing of a person stays on the glass, or behind it. */
function blank() {
  closePanel();
  shown = null;
  painted = 0;
  details = false;
  document.documentElement.dataset.screen = "LOST";
  $("stage").classList.remove("stop");
  document.documentElement.classList.remove("stop");
  for (const id of ["screen", "keys", "strip"]) $(id).replaceChildren();
  $("net").hidden = $("ribbon").hidden = $("toast").hidden = true;
}

let toastTimer = 0;

function toast(text) {
  $("toast").replaceChildren(icon("k-x"), text);
  $("toast").onclick = () => { $("toast").hidden = true; };
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, TOAST_MS);
}

/* ── what comes in ── */

function onView(next) {
  if (next.crossing?.seq !== view?.crossing?.seq) sent = 0;
  view = next;
  draw();
}

function onRefused({ seq, why }) {
  sent = 0;
  toast(t(`refused.${why}`, { seq: seq ? format.seq(seq) : "" }));
}

/** The clock, the ages and the waiting time move without news. */
function tick() {
  const silent = link.silent() || !view || !door;
  if (silent !== ($("lost") !== null)) return draw();
  if (silent) return;
  const now = link.now();
  drawNet(view, now);
  const clock = document.querySelector(".clock");
  if (clock) clock.firstChild.data = format.clock(now);
  const waiting = $("waiting");
  if (waiting) waiting.textContent = t("waiting", { time: format.waiting(now - view.crossing.shown_ms) });
}

function fit() {
  const scale = Math.min(innerWidth / 1280, innerHeight / 800);
  const style = document.documentElement.style;
  style.setProperty("--scale", scale);
  style.setProperty("--text", Math.min(1.1, Math.max(1, NOMINAL_PANEL_MM / settings.panel_width_mm)));
}

async function start() {
  const load = async (path) => (await fetch(path)).json();
  const [catalogue, reasons, countries, told] = await Promise.all(
    ["/words.json", "/reasons.json", "/countries.json", "/settings.json"].map(load));
  settings = told;
  words.setup(catalogue, reasons, settings.language);
  format.setup(countries);
  fit();
  addEventListener("resize", fit);
  addEventListener("keydown", onKey);
  addEventListener("keyup", onKeyUp);
  addEventListener("blur", () => details && act.details(false));
  link.on("view", onView);
  link.on("refused", onRefused);
  link.on("lane", (connected) => { if (!connected) { view = null; draw(); } });
  link.on("door", (open) => { door = open; if (!open) draw(); });
  link.open();
  setInterval(tick, TICK_MS);
  draw();
}

start();
