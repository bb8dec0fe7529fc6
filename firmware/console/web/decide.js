// Decisions off the keys: the officer's others, and the supervisor's. A note where one is needed.
import { h } from "./dom.js";
import { t } from "./words.js";
import * as format from "./format.js";
import { drawRow, otherDecisions } from "./keys.js";
import { keyboard } from "./keyboard.js";
import { openPanel, closePanel } from "./panel.js";

const NOTE_LEN = 300;
const OFFICER_LEN = 40;

/** `role`: OFFICER or SUPERVISOR. `send(action)` is called once, with the entry this panel was
 *  opened for. */
export function openDecide(view, role, needsNote, send) {
  const { crossing } = view;
  const supervisor = role === "SUPERVISOR";
  const decisions = supervisor ? crossing.allowed_supervisor : otherDecisions(view);
  let chosen = decisions.length === 1 ? decisions[0] : null;
  const field = (id, size, label) => {
    const input = h("input", { id, maxlength: size, autocomplete: "off", oninput: () => draw() });
    return [input, h(`label.field${id === "supervisor-id" ? ".id" : ""}`, null, h("span", null, label), input)];
  };
  const [idInput, idField] = field("supervisor-id", OFFICER_LEN, t("supervisor.id"));
  const noteLabel = h("span");
  const [noteInput, noteField] = field("note", NOTE_LEN, noteLabel);
  const choices = h("div.choices", { id: "decisions" });
  const foot = h("div.foot");

  const lacks = () => {
    if (!chosen) return "panel.choose";
    if (supervisor && !idInput.value.trim()) return "panel.needs_id";
    if (needsNote.includes(chosen) && !noteInput.value.trim()) return "panel.needs_note";
    return null;
  };
  function record() {
    if (lacks()) return;
    closePanel();
    send({ seq: crossing.seq, decision: chosen, role,
      second_officer_id: supervisor ? idInput.value.trim() : "", note: noteInput.value.trim() });
  }
  function choose(decision) {
    chosen = decision;
    draw();
    const next = supervisor && !idInput.value.trim() ? idInput : noteInput;
    next.focus();
  }
  function draw() {
    choices.replaceChildren(...decisions.map((decision, index) =>
      h("button.choice", { "data-decision": decision, "aria-pressed": String(chosen === decision),
        onclick: () => choose(decision) }, h("kbd", null, String(index + 1)), h("span", null, t(`decision.${decision}`)))));
    noteLabel.textContent = t(chosen && needsNote.includes(chosen) ? "note.needed" : "note.free");
    const missing = lacks();
    drawRow(foot, [
      missing ? { kind: "off", picture: "k-ok", label: t("panel.record"), small: t(missing) }
        : { kind: "pri", picture: "k-ok", label: t("panel.record"), small: "Enter", press: record },
      { kind: "none", picture: "k-ok", label: "" },
      { picture: "k-x", label: t("panel.cancel"), small: "Esc", press: closePanel },
      { kind: "none", picture: "k-ok", label: "" },
    ]);
  }
  draw();
  const who = `${format.seq(crossing.seq)} · ${format.personName(crossing.document)}`;
  openPanel({ enter: record, digit: (n) => decisions[n - 1] && choose(decisions[n - 1]) },
    h("h1", null, t(supervisor ? "supervisor" : "more"), h("span", null, who)),
    supervisor ? h("p.hint", { id: "auth" }, t("supervisor.auth")) : null,
    choices,
    h("div.fields", null, supervisor ? idField : null, noteField),
    keyboard(supervisor ? idInput : noteInput), foot);
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
