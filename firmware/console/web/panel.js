// One panel at a time over the screen; while it is open, keys belong to it: the keyboard's, and the
// counter's, which are the four keys at its foot.
import { $, h } from "./dom.js";
import { t } from "./words.js";
import { drawRow } from "./keys.js";

const NONE = { kind: "none", picture: "k-ok", label: "" };

let handlers = null;
let footKeys = [];
let changed = () => {};

export const panelOpen = () => handlers !== null;

/** `listener` is called when a panel has opened or closed. */
export function onPanelChange(listener) { changed = listener; }

/** `on`: enter, digit(n), again (opens the same panel with its draft, for another language). */
export function openPanel(on, ...children) {
  handlers = on;
  $("dialog").replaceChildren(...children.filter(Boolean));
  $("dialog").hidden = false;
  const input = $("dialog").querySelector("input");
  input?.focus();
  input?.setSelectionRange(input.value.length, input.value.length);
  changed();
}

export function closePanel() {
  if (!handlers) return;
  handlers = null;
  $("dialog").hidden = true;
  $("dialog").replaceChildren();
  changed();
}

export function reopenPanel() { handlers?.again(); }

const keyNames = (n, key) => `${t("key.n", { n })} · ${key}`;

/** The foot of a panel: key 1 does `label` if there is one, or waits for what `missing` says; key 3
 *  leaves. */
export function drawFoot(foot, { label, press, missing, leave = "panel.cancel" }) {
  const first = !label ? NONE : missing ? { kind: "off", picture: "k-ok", label, small: missing }
    : { kind: "pri", picture: "k-ok", label, small: keyNames(1, "Enter"), press };
  footKeys = [first, NONE, { picture: "k-x", label: t(leave), small: keyNames(3, "Esc"), press: closePanel }, NONE];
  drawRow(foot, footKeys);
  return foot;
}

export const panelFoot = () => h("div.foot");

/** One of the counter's keys, 1 to 4, went down. */
export function pressPanelKey(number) { footKeys[number - 1].press?.(); }

/** True if the key was the panel's. */
export function panelKey(event) {
  if (!handlers) return false;
  const typing = event.target instanceof HTMLInputElement;
  if (event.key === "Escape") closePanel();
  else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) handlers.enter?.();
  else if (!typing && /^[1-9]$/.test(event.key)) handlers.digit?.(Number(event.key));
  else return true;
  event.preventDefault();
  return true;
}
