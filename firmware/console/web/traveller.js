// The panel of key K: what is true of this traveller alone. What they say and what the officer
// judges are kept apart, since both are recorded.
import { h } from "./dom.js";
import { t } from "./words.js";
import { CATEGORY_KEYS } from "./context.js";
import { openPanel, closePanel, panelFoot, drawFoot } from "./panel.js";

const PURPOSES = ["WORK", "LEAVE_RETURN", "CREW", ...CATEGORY_KEYS.map(([, name]) => name).filter((name) => name !== "WORK")];

/** `onVerdict`: about the traveller on the glass, with a direction of their own; else about the next
 *  one, and the direction is the sailing's (key B). */
export function openTraveller(context, onVerdict, save, draft = { ...context }) {
  const groups = h("div.groups");
  const group = (title, kind, names, member, none) => [h("h2", null, title),
    h(`div.choices${kind}`, { id: `choose-${member}` }, names.map((name) => h("button.choice",
      { "data-name": name, "aria-pressed": String(draft[member] === name),
        onclick: () => { draft[member] = none && draft[member] === name ? none : name; draw(); } },
      t(member === "direction" ? `direction.${name}` : `purpose.${name}`))))];
  function draw() {
    groups.replaceChildren(
      ...(onVerdict ? group(t("context.direction"), "", ["DEPARTURE", "RETURN"], "direction", null) : []),
      ...group(t("traveller.purpose"), ".wide", PURPOSES, "purpose", "NONE"),
      ...group(t("traveller.category"), ".wide", PURPOSES, "category", "NONE"));
  }
  draw();
  const done = () => { closePanel(); save(draft); };
  const foot = drawFoot(panelFoot(), { label: t("panel.save"), press: done });
  const [title, so] = onVerdict ? ["traveller", "traveller.so"] : ["traveller.next", "traveller.next_so"];
  openPanel({ enter: done, again: () => openTraveller(context, onVerdict, save, draft) },
    h("h1", null, t(title), h("span", null, t(so))), groups, foot);
}
