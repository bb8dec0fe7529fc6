// A keyboard of the page's own: under a kiosk compositor there is no other on the glass.
import { h } from "./dom.js";
import { t } from "./words.js";

const ROWS = ["1234567890", "QWERTYUIOP", "ASDFGHJKL-", "ZXCVBNM,./"];

/** Types into the field that had the focus last, at first `input`. */
export function keyboard(input) {
  let target = input;
  const root = h("div.kb");
  const aim = () => { if (document.activeElement instanceof HTMLInputElement) target = document.activeElement; };
  const insert = (text) => {
    aim();
    const { selectionStart: start, selectionEnd: end } = target;
    const room = target.maxLength < 0 || target.value.length - (end - start) + text.length <= target.maxLength;
    if (room) target.setRangeText(text, start, end, "end");
    changed();
  };
  const erase = () => {
    aim();
    const { selectionStart: start, selectionEnd: end } = target;
    target.setRangeText("", start === end ? Math.max(0, start - 1) : start, end, "end");
    changed();
  };
  const changed = () => {
    target.dispatchEvent(new Event("input", { bubbles: true }));
    target.focus();
  };
  const button = (label, press, wide) => h(`button${wide ? ".w" : ""}`,
    { type: "button", tabindex: "-1", onpointerdown: (event) => event.preventDefault(), onclick: press }, label);
  ROWS.forEach((row, index) => {
    const keys = [...row].map((letter) => button(letter, () => insert(letter)));
    if (index === 2) keys.push(button(t("kb.space"), () => insert(" ")));
    if (index === 3) keys.push(button("⌫", erase));
    root.append(h("div", null, keys));
  });
  return root;
}
