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

/** `on`: enter, digit(n), again (opens the same panel with its draft, for another language); and where
 *  a panel wants them: refused(what the lane says; true: the panel tells it), news (the lane has
 *  shown something), tick (some time has gone by), stays(screen), closed. */
export function openPanel(on, ...children) {
  handlers?.closed?.();
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
  handlers.closed?.();
  handlers = null;
  $("dialog").hidden = true;
  $("dialog").replaceChildren();
  changed();
}

export function reopenPanel() { handlers?.again(); }

export function panelNews() { handlers?.news?.(); }
export function panelTick() { handlers?.tick?.(); }

/** True: the panel tells it itself. */
export const panelRefused = (told) => handlers?.refused?.(told) ?? false;

/** The lane shows another screen under the panel. */
export function leavePanel(screen) { if (handlers?.stays?.(screen) === false) closePanel(); }

const keyNames = (n, key) => `${t("key.n", { n })} · ${key}`;

const RECORDS = { kind: "pri", picture: "k-ok" };

/** The foot of a panel: key 1 does `label` if there is one, looking like what `look` says, or waits for
 *  what `missing` says; key 3 leaves; key 4 is the panel's own. */
export function drawFoot(foot, { label, press, missing, look = RECORDS, leave = "panel.cancel", fourth = NONE }) {
  const first = !label ? NONE : missing ? { kind: "off", picture: "k-ok", label, small: missing }
    : { ...look, label, small: keyNames(1, "Enter"), press };
  footKeys = [first, NONE, { picture: "k-x", label: t(leave), small: keyNames(3, "Esc"), press: closePanel }, fourth];
  drawRow(foot, footKeys);
  return foot;
}

export const panelFoot = () => h("div.foot");

/** One of the counter's keys, 1 to 4, went down. */
export function pressPanelKey(number) { footKeys[number - 1]?.press?.(); }

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
