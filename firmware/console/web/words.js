// The page's words in both languages. The lane sends codes and data; every sentence is here.

let words = {};
let reasons = {};
let language = "id";

/** For the tests: every key that was asked for and has no words. */
export const missing = new Set();

export function setup(catalogue, reasonCatalogue, first) {
  words = catalogue;
  reasons = reasonCatalogue;
  setLanguage(first);
}

export function setLanguage(next) {
  language = next === "en" ? "en" : "id";
  document.documentElement.lang = language;
}

export const getLanguage = () => language;
export const has = (key) => key in words;

/** The words of `key`; {name} in them is replaced by values.name. */
export function t(key, values = {}) {
  const entry = words[key];
  if (!entry) {
    missing.add(key);
    return key;
  }
  return entry[language].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** The words of a name from the lane, or the name itself where we have none. */
export const named = (group, name) => (has(`${group}.${name}`) ? t(`${group}.${name}`) : name);

/** The words of a reason code, from core's table. */
export const reasonWords = (code) => reasons[code]?.[language] ?? code;
