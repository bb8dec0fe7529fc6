// Manual entry: the officer types what a document says, where no reader can, and may add the NIK of the
// identity card. What was typed lives in the open panel alone and goes with it: no storage, no address, no log.
//
// A proposal of the lane is the same form, filled, with what the reader had otherwise marked: the
// officer holds it against the document and answers for it.
import { h, icon, place } from "./dom.js";
import { t } from "./words.js";
import * as format from "./format.js";
import { FIELDS, OF_DOCUMENT, OF_HOLDER, TYPES, SEXES, LIMITS, blank, regular, judge, isFull, isUnusual, nikDoubt, withUnknown, isoDate, keyed,
  typed } from "./typed.js";
import { marksOf } from "./proposal.js";
import { keypad } from "./keypad.js";
import { openPanel, closePanel, panelFoot, drawFoot } from "./panel.js";

const PICKS = { type: ["doctype", TYPES], sex: ["fact", SEXES] };
/** Nobody types any more: what stands there is wiped off, and before that it is said that it will be. */
export const IDLE_MS = 120000;
const IDLE_SAID_MS = 100000;
/** Screens over which a form may stay; a reading ends a proposal, since it was about an earlier one. */
const SCREENS = ["READY", "READING", "UNREADABLE"];

/** The form as it is when it opens. `proposal`: of the lane, or null. */
const newDraft = (proposal) => ({ values: { ...blank(), ...(proposal && typed(proposal.keyed)) }, marks: proposal ? marksOf(proposal) : {},
  at: "number", letters: true, left: new Set(), refused: {}, busy: false, helping: false });

/** `send(keyed)` hands it to the lane; `now()` is the lane's clock. */
export function openManual(proposal, now, send, draft = newDraft(proposal)) {
  const today = format.isoDay(now()), { values } = draft;
  const boxes = {};
  const row = (fields) => h("div.row", null, fields.map(box));
  const form = h("div.typed", { id: "typed" }, row(OF_DOCUMENT), row(OF_HOLDER));
  const pad = h("div.under-form", { id: "pad" });
  const note = h("p.foot-note", { id: "note" });
  const foot = panelFoot();
  let idle = 0, idleSaid = 0;

  function box(field) {
    const says = h("span.says", { id: `says-${field}` });
    const label = h("label", { for: `f-${field}` }, h("b", null, t(`typed.${field}`)), says);
    const input = PICKS[field]
      ? h("button.value", { id: `f-${field}`, type: "button", onclick: (event) => (event.detail === 0 ? next() : focus(field)) })
      : h("input.value", { id: `f-${field}`, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
          maxlength: String(LIMITS[field] + 10), oninput: () => typedInto(field) });
    input.addEventListener("focus", () => { draft.at = field; rest(); draw(); });
    input.addEventListener("blur", () => { draft.left.add(field); draw(); });
    const under = h("div.under", { "aria-hidden": "true" });
    input.addEventListener("scroll", () => { under.scrollLeft = input.scrollLeft; });
    const echo = h("span.echo");
    boxes[field] = { root: h(`div.f.${field}`, null, label, h("div.box", null, under, input, echo)), input, under, echo, says };
    if (!PICKS[field]) input.value = values[field];
    return boxes[field].root;
  }

  /* ── typing ── */

  function set(field, text) {
    values[field] = text;
    delete draft.refused[field];
    delete draft.marks[field];
    if (field === "type" || field === "number") delete draft.refused.number_check;
    rest();
    draw();
  }

  function typedInto(field) {
    const { input } = boxes[field];
    const text = regular(field, input.value);
    if (text !== input.value) {
      const caret = regular(field, input.value.slice(0, input.selectionStart)).length;
      input.value = text;
      input.setSelectionRange(caret, caret);
    }
    set(field, text);
  }

  /** From the glass. */
  function edit(change) {
    const field = draft.at, { input } = boxes[field];
    input.focus();
    change(input);
    typedInto(field);
    input.scrollLeft = input.scrollWidth;
    if (isFull(field, values, today)) next();
  }

  const keys = {
    type: (character) => edit((input) => {
      const { selectionStart: from, selectionEnd: to } = input;
      input.setRangeText(character, from, to, "end");
      if (draft.at === "number" && draft.letters) draft.letters = false;
    }),
    erase: () => edit((input) => {
      const { selectionStart: from, selectionEnd: to } = input;
      input.setRangeText("", from === to ? Math.max(0, from - 1) : from, to, "end");
      if (draft.at === "number") draft.letters = input.value === "";
    }),
    unknown: () => edit((input) => { input.value = withUnknown(input.value); }),
    page: (name) => { draft.letters = name === "letters"; draw(); },
    choose: (value) => {
      boxes[draft.at].input.focus();
      set(draft.at, value);
      next();
    },
    next: () => next(),
  };

  /** The next field that wants something; when none does, the next one there is, but not away from a flaw. */
  function next() {
    const from = FIELDS.indexOf(draft.at);
    const order = [...FIELDS.slice(from + 1), ...FIELDS.slice(0, from)];
    focus(order.find((field) => wants(field)) ?? (wants(draft.at) ? draft.at : FIELDS[from + 1] ?? draft.at));
  }

  function focus(field) {
    if (field === "number") draft.letters = values.number === "";
    boxes[field].input.focus();
  }

  /** Wiped off when nobody has typed for long. */
  function rest() {
    stopWaiting();
    idle = setTimeout(closePanel, IDLE_MS);
    idleSaid = setTimeout(() => { note.textContent = t("manual.idle"); }, IDLE_SAID_MS);
  }

  function stopWaiting() {
    clearTimeout(idle);
    clearTimeout(idleSaid);
  }

  /* ── judging ── */

  const wants = (field) => draft.refused[field] ?? judge(field, values, today);
  const lacking = () => FIELDS.find((field) => wants(field));

  function check() {
    const field = lacking();
    if (draft.busy) return;
    if (field) return focus(field);
    draft.busy = true;
    rest();
    draw();
    send({ ...keyed(values), proposal_id: proposal?.id ?? 0 });
  }

  /** The lane's answer, when it does not take it. True: it is told here, not over the screen. */
  function refused({ flaws }) {
    draft.busy = false;
    draft.refused = { ...flaws };
    const field = FIELDS.find((name) => draft.refused[name]);
    if (field) focus(field);
    draw();
    return Boolean(field);
  }

  /* ── drawing ── */

  /** Half typed is no mistake while the officer is there; empty is none before it was sent. */
  function flawSaid(field) {
    const flaw = wants(field);
    if (flaw === "MISSING") return draft.refused[field] ? flaw : null;
    return flaw === "SHORT" && (draft.at === field || !draft.left.has(field)) ? null : flaw;
  }

  function hint(field) {
    switch (field) {
      case "number": return isUnusual(values) && draft.at !== field ? t("typed.unusual") : "";
      case "nik": return t("typed.from_card");
      case "birth": case "expiry": return values[field] && !wants(field) ? format.date(isoDate(values[field])) : "";
      default: return "";
    }
  }

  /** What stands where nothing is typed yet; where a flaw has taken the place of the field's name, that. */
  function emptyText(field) {
    if (field === "number_check") return t(values.type === "P" ? "typed.where" : "typed.if_printed");
    return ["birth", "expiry"].includes(field) ? t("typed.date_form") : "";
  }

  function sayOf(field) {
    const flaw = flawSaid(field);
    if (flaw) return ["bad", t(`flaw.${flaw}`)];
    const doubt = field === "nik" ? nikDoubt(values) : null;
    if (doubt) return ["doubt", t(`typed.nik.${doubt}`)];
    return doubt === "" || (field === "number_check" && values[field]) ? ["good", t("typed.holds")] : ["", hint(field)];
  }

  function underOf(field) {
    const marked = draft.marks[field] ?? [];
    return [...values[field]].map((character, index) => (marked.includes(index) ? h("mark", null, character) : character));
  }

  function drawBox(field) {
    const { root, input, under, echo, says } = boxes[field];
    const [kind, words] = sayOf(field);
    root.className = `f ${field}${kind ? ` ${kind}` : ""}${draft.at === field ? " at" : ""}`
      + `${draft.marks[field] ? " marked" : ""}`;
    place(says, kind === "bad" ? icon("k-x") : kind === "good" ? icon("k-ok") : kind === "doubt" ? icon("k-tri") : null, words);
    input.setAttribute("aria-invalid", String(kind === "bad"));
    if (PICKS[field]) place(input, values[field] ? t(`${PICKS[field][0]}.${values[field]}`) : h("i", null, t("typed.choose")));
    else {
      place(under, underOf(field));
      input.placeholder = kind === "bad" ? t(`typed.${field}`) : emptyText(field);
    }
    if (field === "country" || field === "nationality") place(echo, format.countryOr(values[field], ""));
    if (field === "name") root.dataset.long = values.name.length > 20 ? "2" : values.name.length > 17 ? "1" : "0";
  }

  function padOf(field) {
    if (PICKS[field]) return { group: PICKS[field][0], values: PICKS[field][1], chosen: values[field] };
    switch (field) {
      case "name": return { page: "letters", extra: "space" };
      case "country": case "nationality": return { page: "letters" };
      case "number": return draft.letters ? { page: "letters", extra: "digits" } : { page: "digits", extra: ["letters", "filler"] };
      case "birth": return { page: "digits", extra: ["unknown"] };
      default: return { page: "digits", extra: [] };
    }
  }

  const lack = (field) => (["MISSING", "SHORT"].includes(wants(field)) ? "manual.lacks" : "manual.mend");

  const helpLines = () => h("ul.pad.help-typed", null, ["number", "number_check", "name", "dates", "nik", "after"].map((name) =>
    h("li", null, h("b", null, t(`typed.help.${name}.what`)), " ", t(`typed.help.${name}`))));

  function draw() {
    FIELDS.forEach(drawBox);
    place(pad, draft.helping ? helpLines() : keypad(padOf(draft.at), keys));
    note.textContent = t(proposal ? "manual.compare" : "manual.marked");
    const field = lacking();
    drawFoot(foot, { label: t("key.check"), press: check,
      missing: draft.busy ? t("manual.checking") : field ? t(lack(field), { field: t(`typed.${field}`) }) : null,
      fourth: { picture: "k-help", label: t("key.help"), small: t(draft.helping ? "manual.help_off" : "key.n", { n: 4 }),
        press: () => { draft.helping = !draft.helping; draw(); } } });
  }

  const at = draft.at; // opening gives the focus to the first field
  const again = () => openManual(proposal, now, send, draft);
  openPanel({ enter: () => (lacking() ? next() : check()), again, refused,
    digit: (n) => { const of = PICKS[draft.at]; if (of?.[1][n - 1]) keys.choose(of[1][n - 1]); },
    stays: (screen) => SCREENS.includes(screen) && !(proposal && screen === "READING"),
    closed: stopWaiting },
  h("h1.manual-title", null, t(proposal ? "manual.proposal" : "key.manual")), form, pad, note, foot);
  rest();
  focus(at);
  draw();
}
