// The panel of key K: what is true of this traveller alone. What they say and what the officer
// judges are kept apart, since both are recorded.
import { h } from "./dom.js";
import { t } from "./words.js";
import { drawRow } from "./keys.js";
import { CATEGORY_KEYS } from "./context.js";
import { openPanel, closePanel } from "./panel.js";

const PURPOSES = ["WORK", "LEAVE_RETURN", "CREW", ...CATEGORY_KEYS.map(([, name]) => name).filter((name) => name !== "WORK")];

export function openTraveller(context, save) {
  const draft = { ...context };
  const groups = h("div.groups");
  const group = (title, kind, names, member, none) => [h("h2", null, title),
    h(`div.choices${kind}`, { id: `choose-${member}` }, names.map((name) => h("button.choice",
      { "data-name": name, "aria-pressed": String(draft[member] === name),
        onclick: () => { draft[member] = none && draft[member] === name ? none : name; draw(); } },
      t(member === "direction" ? `direction.${name}` : `purpose.${name}`))))];
  function draw() {
    groups.replaceChildren(
      ...group(t("context.direction"), "", ["DEPARTURE", "RETURN"], "direction", null),
      ...group(t("traveller.purpose"), ".wide", PURPOSES, "purpose", "NONE"),
      ...group(t("traveller.category"), ".wide", PURPOSES, "category", "NONE"));
  }
  draw();
  const done = () => { closePanel(); save(draft); };
  const none = { kind: "none", picture: "k-ok", label: "" };
  const foot = h("div.foot");
  drawRow(foot, [
    { kind: "pri", picture: "k-ok", label: t("panel.save"), small: "Enter", press: done }, none,
    { picture: "k-x", label: t("panel.cancel"), small: "Esc", press: closePanel }, none,
  ]);
  openPanel({ enter: done }, h("h1", null, t("traveller"), h("span", null, t("traveller.so"))), groups, foot);
}
