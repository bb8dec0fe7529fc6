// Large keys for one hand beside a document: letters, digits or choices, whichever the field takes.
import { h, icon } from "./dom.js";
import { t } from "./words.js";

const LETTERS = ["QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM"];
const DIGITS = ["123", "456", "789"];

/** `on`: type(character), erase, next, page(name), unknown, choose(value). */
function key(label, press, classes = "", attributes = {}) {
  return h(`button.k${classes}`, { type: "button", tabindex: "-1", onpointerdown: (event) => event.preventDefault(),
    onclick: press, ...attributes }, label);
}

const typing = (characters, on) => [...characters].map((character) => key(character, () => on.type(character)));
const erase = (on) => key(icon("k-erase", null, t("kb.erase")), on.erase, ".act", { "data-key": "erase" });
const next = (on, classes) => key([t("kb.next"), icon("k-go")], on.next, `.act.next${classes}`, { "data-key": "next" });
const page = (name, on) => key(t(`kb.${name}`), () => on.page(name), ".act", { "data-key": name });

/** `extra`: the page of digits, or a space, or nothing. */
function letters(extra, on) {
  const third = { digits: () => page("digits", on), space: () => key(t("kb.space"), () => on.type(" "), ".act", { "data-key": "space" }) };
  return h("div.pad.letters", null, typing(LETTERS[0], on), typing(LETTERS[1], on), erase(on),
    third[extra]?.() ?? h("span"), typing(LETTERS[2], on), next(on, ".two"));
}

/** `extra`: what stands right of 3 and of 6. */
function digits(extra, on) {
  const more = {
    letters: () => page("letters", on),
    filler: () => key("<", () => on.type("<"), ".act"),
    unknown: () => key(t("kb.unknown"), on.unknown, ".act.words", { "data-key": "unknown" }),
  };
  const cell = (name) => more[name]?.() ?? h("span");
  return h("div.pad.digits", null,
    typing(DIGITS[0], on), cell(extra[0]), erase(on),
    typing(DIGITS[1], on), cell(extra[1]), next(on, ".tall"),
    typing(DIGITS[2], on), key("0", () => on.type("0")));
}

const choices = (group, values, chosen, on) => h(`div.pad.choose.of${values.length}`, null, values.map((value, index) =>
  key([h("kbd", null, String(index + 1)), h("span", null, t(`${group}.${value}`))], () => on.choose(value), ".words",
    { "data-value": value, "aria-pressed": String(value === chosen) })));

/** The keys of one field: {page: "letters" | "digits", extra} or {group, values, chosen}. */
export function keypad(of, on) {
  if (of.group) return choices(of.group, of.values, of.chosen, on);
  return of.page === "letters" ? letters(of.extra, on) : digits(of.extra, on);
}
