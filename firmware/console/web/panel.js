// One panel at a time over the screen; while it is open, keys belong to it.
import { $ } from "./dom.js";

let handlers = null;

export const panelOpen = () => handlers !== null;

/** `on`: enter, digit(n), closed. */
export function openPanel(on, ...children) {
  handlers = on;
  $("dialog").replaceChildren(...children.filter(Boolean));
  $("dialog").hidden = false;
  const input = $("dialog").querySelector("input");
  input?.focus();
  input?.setSelectionRange(input.value.length, input.value.length);
}

export function closePanel() {
  if (!handlers) return;
  handlers = null;
  $("dialog").hidden = true;
  $("dialog").replaceChildren();
}

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
