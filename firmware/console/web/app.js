// The page's one state: what the lane last showed, and what the officer holds or has open.
import { $, h, icon, place } from "./dom.js";
import * as words from "./words.js";
import * as format from "./format.js";
import * as link from "./link.js";
import { drawStrip, drawRibbon, drawNet, drawUndecided, drawSeen } from "./strips.js";
import { drawKeys, pressKey, otherDecisions } from "./keys.js";
import { drawScreen, drawLost } from "./screens.js";
import { drawVerdict, asksCategory, openReasons, lineFits, nameFits, reasonsFit, densities, NAMES } from "./verdict.js";
import { CATEGORY_KEYS, openJourney, withCategory } from "./context.js";
import { openTraveller } from "./traveller.js";
import { openNotices } from "./notices.js";
import { openClock } from "./clock.js";
import { openVoid } from "./void.js";
import { openDecide } from "./decide.js";
import { openManual } from "./manual.js";
import { panelOpen, openPanel, closePanel, reopenPanel, panelKey, pressPanelKey, panelRefused, panelNews, panelTick, leavePanel, onPanelChange,
  panelFoot, drawFoot } from "./panel.js";

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
let glass = { seq: 0, covered: false }; // the verdict on the glass, and whether a panel is over it
let told = glass;      // what the lane was told of that
let telling = false;   // ... and a request that tells it is under way
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

const manual = (proposal) => openManual(proposal, link.now, (keyed) => link.post("/keyed", keyed));

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
  traveller: () => openTraveller(view.context, view.screen === "VERDICT", setContext),
  notices: () => openNotices(() => view, act),
  clock: () => openClock(() => view, link.now, (body) => link.post("/clock", body)),
  takeBack: () => openVoid(() => view, (body) => link.post("/void", body)),
  language: switchLanguage,
  reasons: () => openReasons(view, link.now()),
  manual: () => manual(null),
  confirm: () => manual(view.unreadable.proposal),
};

function switchLanguage() {
  words.setLanguage(words.getLanguage() === "id" ? "en" : "id");
  reopenPanel();
  drawToast();
  draw();
}

function openHelp() {
  const over = view.screen;
  const keys = ["1", "2", "3", "4", "5", "Q–P", "K", "L", "D", "B", "V", "N", "J", "X", "F2", "Esc"];
  openPanel({ enter: closePanel, digit: pressPanelKey, again: openHelp, stays: (screen) => screen === over || screen === "READY" }, h("h1", null, t("key.help")),
    h("div.helps", null, keys.map((key) => h("div", null, h("kbd", null, key), h("span", null, t(`help.${key}`))))),
    drawFoot(panelFoot(), { leave: "panel.close", fourth: { picture: "k-help", label: t("key.help"), small: t("help.leave"), press: closePanel } }));
}

/** The verdict the lane waits at is on the glass, not the frame before it. */
const verdictOpen = () => view.screen === "VERDICT" && shown === nameOf(view);

function onKey(event) {
  if (event.key === "F2") {
    event.preventDefault();
    return switchLanguage();
  }
  if (!view || link.silent() || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (panelKey(event)) return;
  const key = event.key.toLowerCase();
  const open = verdictOpen();
  const category = CATEGORY_KEYS.find(([letter]) => letter === key);
  if (/^[1-4]$/.test(key)) { if (view.screen !== "VERDICT" || open) pressKey(Number(key), true, true); }
  else if (key === "5" && open && otherDecisions(view).length) act.more();
  else if (category && open && asksCategory(view)) act.category(category[1]);
  else if (key === "v" && (view.screen === "READY" || open)) act.journey();
  else if (key === "l" && open && $("rest")) act.reasons();
  else if (key === "d" && open && $("details")) act.details(true);
  else if (key === "n" && (view.screen !== "VERDICT" || open) && view.notices.length) act.notices();
  else if (key === "j" && (view.screen !== "VERDICT" || open) && view.clock.may_set) act.clock();
  else if (key === "x" && view.voidable) act.takeBack();
  else if (key === "k" && (view.screen === "READY" || open)) act.traveller();
  else if (key === "b" && view.screen === "READY") act.direction();
  else return;
  event.preventDefault();
}

/** One of the counter's keys. What it records over an open verdict, the lane has recorded (acted) or
 *  has not meant to: the page never decides for it. */
function onButton({ number, pressed, acted }) {
  if (acted || !view || link.silent()) return;
  if (!pressed) { if (details) act.details(false); }
  else if (panelOpen()) pressPanelKey(number);
  else if (view.screen !== "VERDICT" || verdictOpen()) pressKey(number, true, false);
}

function onKeyUp(event) {
  if (details && /^[3d]$/i.test(event.key)) act.details(false);
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

/** Keeps the lane told of the glass, one request after the other, so that the last word is the last. */
async function tellGlass() {
  if (telling || (glass.seq === told.seq && glass.covered === told.covered)) return;
  telling = true;
  told = glass;
  if (told.seq) await link.hand("/painted", told);
  telling = false;
  tellGlass();
}

/** A verdict counts as shown after the frame that holds it was made. A verdict that went away is no
 *  longer covered; that it went, the lane knows. */
function watchGlass() {
  const seq = isVerdict(shown) ? Number(shown.split(" ")[1]) : 0;
  const next = seq ? { seq, covered: panelOpen() } : { seq: told.covered ? told.seq : 0, covered: false };
  const isNew = seq !== 0 && seq !== glass.seq;
  glass = next;
  if (isNew) requestAnimationFrame(() => requestAnimationFrame(tellGlass));
  else tellGlass();
}

let fitting = { what: "", far: "", name: 0, density: 0 }; // the roomiest that fitted what was drawn last

/** First the line and the name, which must be whole, then as many reasons as there is room for. */
function drawFitting(now) {
  const { crossing } = view;
  const what = JSON.stringify([crossing.seq, crossing.document, crossing.reasons, view.context, words.getLanguage(),
    details, $("screen").clientHeight]);
  let { far, name, density } = fitting.what === what ? fitting : { far: "", name: 0, density: 0 };
  const dense = densities(details);
  const set = () => place($("screen"), drawVerdict(view, now, details, act, dense[density], far + NAMES[name]));
  set();
  if (!far && !lineFits()) { far = ".far"; set(); }
  for (; name < NAMES.length - 1 && !nameFits(); set()) name++;
  for (; density < dense.length - 1 && !reasonsFit(); set()) density++;
  fitting = { what, far, name, density };
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
    leavePanel(screen);
    if (!isVerdict(next) && isVerdict(shown)) neutralUntil = frame + NEUTRAL_MS;
  }
  shown = next;
  document.documentElement.dataset.screen = screen;
  document.documentElement.dataset.told = view.now_ms;
  drawStrip(view, now, act);
  drawRibbon(view);
  drawNet(view, now);
  drawUndecided(view, screen);
  drawSeen(view, screen, now, details);
  drawMain(screen, now);
  drawKeys({ ...view, screen }, act);
  watchGlass();
}

/** Nothing of a person stays on the glass, or behind it. */
function blank() {
  closePanel();
  shown = null;
  details = false;
  told = glass = { seq: 0, covered: false };
  document.documentElement.dataset.screen = "LOST";
  $("stage").classList.remove("stop");
  document.documentElement.classList.remove("stop");
  for (const id of ["screen", "keys", "strip"]) $(id).replaceChildren();
  $("net").hidden = $("ribbon").hidden = $("undecided").hidden = $("seen").hidden = true;
  dropToast();
}

let refused = null; // what the toast says
let toastTimer = 0;

/** What was keyed answers no entry. */
function refusal({ why, seq }) {
  if (!seq && words.has(`refused.keyed.${why}`)) return t(`refused.keyed.${why}`);
  return t(`refused.${why}`, { seq: seq ? format.seq(seq) : "" });
}

function drawToast() {
  $("toast").hidden = !refused;
  $("toast").replaceChildren(...(refused ? [icon("k-x"), h("span", null, refusal(refused))] : []));
}

function dropToast() {
  clearTimeout(toastTimer);
  refused = null;
  drawToast();
}

/* ── what comes in ── */

function onView(next) {
  if (next.crossing?.seq !== view?.crossing?.seq) {
    sent = 0;
    dropToast();
  }
  view = next;
  format.setZone(view.zone);
  panelNews();
  draw();
}

function onRefused(told) {
  sent = 0;
  dropToast();
  if (panelRefused(told)) return;
  refused = told;
  drawToast();
  toastTimer = setTimeout(dropToast, TOAST_MS);
}

/** The clock, the ages and the waiting time move without news. */
function tick() {
  const silent = link.silent() || !view || !door;
  if (silent !== ($("lost") !== null)) return draw();
  if (silent) return;
  const now = link.now();
  drawNet(view, now);
  panelTick();
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
  for (const end of ["blur", "pointerup", "pointercancel"]) addEventListener(end, () => details && act.details(false));
  link.on("view", onView);
  link.on("refused", onRefused);
  link.on("button", onButton);
  onPanelChange(() => view && watchGlass());
  $("toast").onclick = dropToast;
  link.on("lane", (connected) => { if (!connected) { view = null; draw(); } });
  link.on("door", (open) => { door = open; if (!open) draw(); });
  link.open();
  setInterval(tick, TICK_MS);
  draw();
}

start();
