// The panel of key J: a supervisor says what time it is. First the time, then the old one beside the
// new one; the lane judges it, records it, and only then goes by it.
import { h, icon } from "./dom.js";
import { t } from "./words.js";
import * as format from "./format.js";
import { keyboard } from "./keyboard.js";
import { openPanel, closePanel, panelFoot, drawFoot, pressPanelKey } from "./panel.js";

const OFFICER_LEN = 40;
const ARRIVED_MS = 5000; // what the lane shows is what was set

/** What is typed: "22 11 2026" or 22112026, "14.37" or 1437; NaN: no such day, which would be another
 *  month's, or no such time. */
function typedMs({ day, time }) {
  const [, d, m, y] = /^(\d\d?)[ ./-](\d\d?)[ ./-](\d{4})$/.exec(day.trim()) ?? /^(\d\d)(\d\d)(\d{4})$/.exec(day.trim()) ?? [];
  const [, hour, minute] = /^(\d\d?)[.: ]?(\d\d)$/.exec(time.trim()) ?? [];
  const date = new Date(Date.UTC(y, m - 1, d));
  const real = date.getUTCMonth() === m - 1 && hour < 24 && minute < 60;
  return real ? format.fromWall(date.getTime() + (hour * 60 + Number(minute)) * 60000) : NaN;
}

const dayMs = ({ day }) => typedMs({ day, time: "12.00" });

function lacks(draft) {
  if (Number.isNaN(dayMs(draft))) return "day";
  if (Number.isNaN(typedMs(draft))) return "time";
  return draft.id.trim() ? null : "id";
}

/** Why the lane has not taken it; the bounds as it last told them. */
const refusal = (why, clock) => t(`refused.clock.${why}`,
  { earliest: format.longDay(clock.earliest_ms), latest: format.longDay(clock.latest_ms) });

/** `current()`: the newest view; `now()`: the lane's clock; `send(body)`. */
export function openClock(current, now, send, draft = { day: format.typedDay(current().clock.likely_ms), time: "", id: "", why: null }) {
  const field = (member, size, name, label) => {
    const input = h("input", { id: `clock-${member}`, maxlength: size, autocomplete: "off", placeholder: t(`clock.${member}.like`),
      oninput: () => { draft[member] = input.value; draft.why = null; draw(); } });
    input.value = draft[member];
    return [input, h(`label.field${name}`, null, label, input)];
  };
  const dayLabel = h("span", { id: "clock-weekday" });
  const [day, dayField] = field("day", 10, "", dayLabel);
  const [time, timeField] = field("time", 5, "", h("span", null, t("clock.time", { zone: current().zone })));
  const [id, idField] = field("id", OFFICER_LEN, "", h("span", null, t("supervisor.id")));
  const says = h("b", { id: "clock-says" }), foot = panelFoot();
  const inputs = { day, time, id };

  function draw() {
    const missing = lacks(draft);
    dayLabel.textContent = missing === "day" ? t("clock.day") : format.longDay(dayMs(draft));
    says.textContent = draft.why ? refusal(draft.why, current().clock) : t("clock.now", { day: format.longDay(now()), time: format.clock(now()), zone: current().zone });
    says.classList.toggle("refused", Boolean(draft.why));
    drawFoot(foot, { label: t("clock.next"), press: next, look: { picture: "k-go" }, missing: missing && t(`clock.needs_${missing}`) });
  }
  function next() {
    const missing = lacks(draft);
    if (missing) return inputs[missing].focus();
    openConfirm(current, now, send, { ...draft, id: draft.id.trim(), typed: typedMs(draft), at: performance.now() });
  }
  const news = () => { if (!current().clock.may_set) closePanel(); };
  draw();
  openPanel({ enter: next, again: () => openClock(current, now, send, draft), news, tick: draw },
    h("h1", null, t("clock"), h("span", null, t("clock.so"))),
    h("p.hint", null, says), h("p.hint", null, h("span", { id: "auth" }, t("supervisor.auth"))),
    h("div.fields.clock-fields", null, dayField, timeField, idField), keyboard(time), foot);
  inputs[lacks(draft) ?? "time"].focus();
}

const card = (name, label) => {
  const day = h("p", { id: `${name}-day` }), time = h("b", { id: `${name}-time` });
  const show = (ms, zone) => { day.textContent = format.longDay(ms); time.textContent = `${format.clockSeconds(ms)} ${zone}`; };
  return [show, h(`div.card.${name}`, null, h("h2", null, label), day, time)];
};

/** A second thought. The typed time runs on while it is looked at. */
function openConfirm(current, now, send, draft) {
  const [showOld, oldCard] = card("old", t("clock.old"));
  const [showNew, newCard] = card("new", t("clock.new"));
  const by = h("p", { id: "clock-by" }), foot = panelFoot();
  const target = () => Math.round(draft.typed + performance.now() - draft.at);
  const back = () => openClock(current, now, send, { ...draft, sent: false });
  function tick() {
    const apart = target() - now();
    showOld(now(), current().zone);
    showNew(target(), current().zone);
    by.textContent = Math.abs(apart) < 60000 ? t("clock.same") : t(apart > 0 ? "clock.ahead" : "clock.behind", { age: format.age(Math.abs(apart)) });
  }
  function set() {
    if (draft.sent) return;
    draft.sent = true;
    send({ old_ms: Math.round(now()), new_ms: target(), role: "SUPERVISOR", second_officer_id: draft.id });
  }
  function refused({ why }) {
    openClock(current, now, send, { ...draft, sent: false, why });
    return true;
  }
  function news() {
    const view = current();
    const arrived = draft.sent && view.clock_quality === "OPERATOR_SET" && Math.abs(view.now_ms - target()) < ARRIVED_MS;
    if (arrived || !view.clock.may_set) closePanel();
  }
  tick();
  drawFoot(foot, { label: t("clock.set"), press: set,
    fourth: { picture: "k-back", label: t("clock.back"), small: t("key.n", { n: 4 }), press: back } });
  openPanel({ enter: set, digit: pressPanelKey, again: () => openConfirm(current, now, send, draft), refused, news, tick },
    h("h1", null, t("clock.sure"), h("span", null, t("clock.by", { id: draft.id }))),
    h("div.clock-change", null, oldCard, icon("k-go"), newCard), by, h("p.hint", null, t("clock.after")), foot);
}
