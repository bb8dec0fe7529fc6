// Decisions off the keys: the officer's others, and the supervisor's. A note where one is needed.
import { h } from "./dom.js";
import { t } from "./words.js";
import { otherDecisions } from "./keys.js";
import { keyboard } from "./keyboard.js";
import { openPanel, panelFoot, drawFoot } from "./panel.js";
import { openCause, who } from "./verdict.js";

const NOTE_LEN = 300;
const OFFICER_LEN = 40;

/** On a stop, to hold the departure comes first. */
function supervisorDecisions(crossing) {
  const all = crossing.allowed_supervisor;
  return crossing.result === "TUNDA" && all.includes("DEFERRED") ? ["DEFERRED", ...all.filter((d) => d !== "DEFERRED")] : all;
}

/** `role`: OFFICER or SUPERVISOR. `send(action)` is called with the entry this panel was opened for;
 *  the panel stays until the lane shows something else, so that a refusal loses nothing typed. */
export function openDecide(view, role, needsNote, send, draft = { chosen: null, id: "", note: "" }) {
  const { crossing } = view;
  const supervisor = role === "SUPERVISOR";
  const decisions = supervisor ? supervisorDecisions(crossing) : otherDecisions(view);
  if (decisions.length === 1) [draft.chosen] = decisions;
  const field = (id, member, size, label) => {
    const input = h("input", { id, maxlength: size, autocomplete: "off", oninput: () => { draft[member] = input.value; draw(); } });
    input.value = draft[member];
    return [input, h(`label.field${id === "supervisor-id" ? ".id" : ""}`, null, h("span", null, label), input)];
  };
  const [idInput, idField] = field("supervisor-id", "id", OFFICER_LEN, t("supervisor.id"));
  const noteLabel = h("span");
  const [noteInput, noteField] = field("note", "note", NOTE_LEN, noteLabel);
  const choices = h("div.choices", { id: "decisions" });
  const foot = panelFoot();

  const lacks = () => {
    if (!draft.chosen) return "panel.choose";
    if (supervisor && !draft.id.trim()) return "panel.needs_id";
    if (needsNote.includes(draft.chosen) && !draft.note.trim()) return "panel.needs_note";
    return null;
  };
  function record() {
    if (lacks()) return;
    send({ seq: crossing.seq, decision: draft.chosen, role,
      second_officer_id: supervisor ? draft.id.trim() : "", note: draft.note.trim() });
  }
  function choose(decision) {
    draft.chosen = decision;
    draw();
    const next = supervisor && !draft.id.trim() ? idInput : noteInput;
    next.focus();
  }
  function draw() {
    choices.replaceChildren(...decisions.map((decision, index) =>
      h("button.choice", { "data-decision": decision, "aria-pressed": String(draft.chosen === decision),
        onclick: () => choose(decision) }, h("kbd", null, String(index + 1)), h("span", null, t(`decision.${decision}`)))));
    noteLabel.textContent = t(needsNote.includes(draft.chosen) ? "note.needed" : "note.free");
    const missing = lacks();
    drawFoot(foot, { label: t("panel.record"), press: record, missing: missing && t(missing) });
  }
  draw();
  const again = () => openDecide(view, role, needsNote, send, draft);
  openPanel({ enter: record, digit: (n) => decisions[n - 1] && choose(decisions[n - 1]), again },
    h("h1", null, t(supervisor ? "supervisor" : "more"), h("span", null, who(crossing))),
    supervisor ? h("p.hint", null, openCause(crossing), h("span", { id: "auth" }, t("supervisor.auth"))) : null,
    choices,
    h("div.fields", null, supervisor ? idField : null, noteField),
    keyboard(supervisor ? idInput : noteInput), foot);
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
