// The panel of key X: the last record is taken back, for a reason. What a supervisor decided takes one.
import { h } from "./dom.js";
import { t } from "./words.js";
import * as format from "./format.js";
import { keyboard } from "./keyboard.js";
import { openPanel, closePanel, panelFoot, drawFoot } from "./panel.js";

const OFFICER_LEN = 40;
const REASONS = ["WRONG_TRAVELLER", "WRONG_DECISION", "NOT_TRAVELLING", "TRIAL"];

/** The small key that is there while something can be taken back; null: nothing can. */
export function voidButton(view, press) {
  if (!view.voidable) return null;
  return h("button.more.corner", { id: "void", onclick: press },
    h("span", null, t("void.last", { seq: format.seq(view.voidable.answers) })), h("kbd", null, "X"));
}

/** `current()`: the newest view; `send(body)`. */
export function openVoid(current, send, draft = { of: current().voidable, chosen: null, id: "", why: null, sent: false }) {
  const { seq, answers, wall_ms: ms, decision, role, number } = draft.of;
  const supervisor = role === "SUPERVISOR";
  const again = () => openVoid(current, send, draft);
  const id = h("input", { id: "supervisor-id", maxlength: OFFICER_LEN, autocomplete: "off",
    oninput: () => { draft.id = id.value; draft.why = null; draw(); } });
  id.value = draft.id;
  const choices = h("div.choices.pairs", { id: "void-reasons" });
  const says = h("p.hint", { id: "void-says" }), foot = panelFoot();

  function lacks() {
    if (!draft.chosen) return "void.choose";
    return supervisor && !draft.id.trim() ? "panel.needs_id" : null;
  }
  function record() {
    if (lacks() || draft.sent) return;
    draft.sent = true;
    send({ seq, reason: draft.chosen, role, second_officer_id: supervisor ? draft.id.trim() : "" });
  }
  function choose(reason) {
    draft.chosen = reason;
    draft.why = null;
    draw();
    if (supervisor && !draft.id.trim()) id.focus();
  }
  function draw() {
    choices.replaceChildren(...REASONS.map((reason, index) =>
      h("button.choice", { "data-reason": reason, "aria-pressed": String(draft.chosen === reason), onclick: () => choose(reason) },
        h("kbd", null, String(index + 1)), h("span", null, t(`void.${reason}`)))));
    says.textContent = draft.why ? t(`refused.void.${draft.why}`) : t(supervisor ? "supervisor.auth" : "void.so");
    says.classList.toggle("refused", Boolean(draft.why));
    const missing = lacks();
    drawFoot(foot, { label: t("void.yes"), press: record, look: { kind: "warn", picture: "k-ok" }, missing: missing && t(missing), leave: "panel.close" });
  }
  function refused({ why }) {
    draft.sent = false;
    draft.why = why;
    draw();
    return true;
  }
  const news = () => { if (current().voidable?.seq !== seq && !draft.why) closePanel(); };
  draw();
  openPanel({ enter: record, digit: (n) => REASONS[n - 1] && choose(REASONS[n - 1]), again, refused, news,
    stays: (screen) => screen === "READY" || screen === "RECORDED" },
  h("h1", null, t("void.of", { seq: format.seq(answers) }),
    h("span", null, h("span.no", null, number), ` · ${t(`decision.${decision}`)} · ${format.clock(ms)}`)),
  says, choices,
  supervisor ? h("div.fields", null, h("label.field.id", null, h("span", null, t("supervisor.id")), id)) : null,
  supervisor ? keyboard(id) : null, foot);
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
