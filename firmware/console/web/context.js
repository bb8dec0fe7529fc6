// The crossing's context: direction, journey (carrier, number, destination), purpose, category.
// The journey is set once per sailing; a category costs one key.
import { h, icon } from "./dom.js";
import { t } from "./words.js";
import * as format from "./format.js";
import { keyboard } from "./keyboard.js";
import { openPanel, closePanel, panelFoot, drawFoot } from "./panel.js";

/** The ten one-key categories, by the keyboard's top letter row, left to right. */
export const CATEGORY_KEYS = [
  ["q", "TOUR"], ["w", "FAMILY"], ["e", "UMRAH_HAJJ"], ["r", "BORDER_TRADE"], ["t", "STUDY"],
  ["y", "TRAINING"], ["u", "OFFICIAL"], ["i", "WHV"], ["o", "OTHER"], ["p", "WORK"],
];
const CARRIERS = ["AIR", "SEA", "LAND"];
const CARRIER_NO_LEN = 15;

/** "Kapal KM 12 → Malaysia" */
export function journeyText(context) {
  const carrier = context.carrier_kind === "NONE" ? "" : t(`carrier.${context.carrier_kind}`);
  const by = [carrier, context.carrier_no].filter(Boolean).join(" ");
  const to = context.dest_country ? format.country(context.dest_country) : "";
  return [by, to].filter(Boolean).join(" → ");
}

/** "KM 12 → MYS", "Pulang · KM 12": short, for beside the person. */
export function contextLine(context) {
  const journey = [context.carrier_no, context.dest_country].filter(Boolean).join(" → ");
  if (context.direction === "DEPARTURE" && journey) return journey;
  return [t(`direction.${context.direction}`), journey].filter(Boolean).join(" · ");
}

export function contextBar(view, act) {
  const { context } = view;
  const back = context.direction === "RETURN";
  return h("div.bar", null,
    h(`button.ctx${back ? ".back" : ""}`, { id: "direction", onclick: act.direction }, icon(back ? "k-back" : "k-go"),
      h("span", null, h("small", null, t("context.direction")), t(`direction.${context.direction}`)), h("kbd", null, "B")),
    h("button.ctx", { id: "journey", onclick: act.journey }, context.carrier_kind === "NONE" ? null : icon(`k-${context.carrier_kind}`),
      h("span", null, h("small", null, t("context.journey")), journeyText(context) || t("context.unset")), h("kbd", null, "V")));
}

export function categoryRow(view, choose) {
  const cell = ([key, name]) => h("button.cat",
    { "data-category": name, "aria-pressed": String(view.context.category === name), onclick: () => choose(name) },
    h("small", null, key.toUpperCase()), t(`category.${name}`));
  return h("div.cats", { id: "categories" },
    h("p", null, t("category.ask"), " ", h("span", null, t("category.ask_so"))),
    h("div", null, CATEGORY_KEYS.map(cell)));
}

/** What the traveller declares and what the officer judges are the same on one key; the panel of
 *  key K (traveller.js) sets them apart. */
export const withCategory = (context, name) => ({ ...context, purpose: name, category: name });

const COMMON = ["MYS", "SGP", "TWN", "HKG", "SAU", "KOR"];

function countryMatches(text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [...COMMON];
  const codes = format.countryCodes().filter((code) =>
    code.toLowerCase() === wanted || format.country(code).toLowerCase().startsWith(wanted));
  return codes.sort((a, b) => COMMON.includes(b) - COMMON.includes(a)).slice(0, COMMON.length);
}

/** The panel of key V: the journey, set once per sailing. */
export function openJourney(context, save, draft = { ...context, search: "" }) {
  const choice = (pressed, label, press, extra) =>
    h("button.choice", { "aria-pressed": String(pressed), onclick: press, ...extra }, label);
  const number = h("input", { id: "carrier-no", maxlength: CARRIER_NO_LEN, value: draft.carrier_no, autocomplete: "off",
    oninput: (event) => { draft.carrier_no = event.target.value.toUpperCase(); } });
  const find = h("input", { id: "dest-find", maxlength: 40, autocomplete: "off", value: draft.search, placeholder: t("context.dest_find"),
    oninput: (event) => { draft.search = event.target.value; refused = false; drawCountries(); } });
  let refused = false; // Enter found no country of that name
  const countries = h("div.choices.wide", { id: "dest" });
  const carriers = h("div.choices", { id: "carrier" });
  const destLabel = h("span", { id: "dest-label" });
  function drawCountries() {
    const codes = countryMatches(draft.search);
    if (draft.dest_country && !codes.includes(draft.dest_country)) codes.unshift(draft.dest_country);
    countries.replaceChildren(...codes.slice(0, COMMON.length).map((code) =>
      choice(draft.dest_country === code, format.country(code), () => {
        pick(draft.dest_country === code ? "" : code);
      }, { "data-country": code })));
    destLabel.textContent = t(refused ? "context.dest_unknown" : "context.dest");
  }
  function pick(code) {
    draft.dest_country = code;
    draft.search = find.value = "";
    drawCountries();
  }
  function drawCarriers() {
    carriers.replaceChildren(...CARRIERS.map((kind) => h("button.choice",
      { "aria-pressed": String(draft.carrier_kind === kind), "data-carrier": kind,
        onclick: () => { draft.carrier_kind = draft.carrier_kind === kind ? "NONE" : kind; drawCarriers(); } },
      icon(`k-${kind}`), t(`carrier.${kind}`))));
  }
  drawCountries();
  drawCarriers();
  function done() {
    if (draft.search.trim()) {
      const [first] = countryMatches(draft.search);
      refused = !first;
      return first ? pick(first) : drawCountries();
    }
    const { search, ...journey } = draft;
    closePanel();
    save({ ...journey, carrier_no: draft.carrier_no.trim() });
  }
  const foot = drawFoot(panelFoot(), { label: t("panel.save"), press: done });
  openPanel({ enter: done, again: () => openJourney(context, save, draft) }, h("h1", null, t("context.journey"), h("span", null, t("context.journey_so"))),
    carriers,
    h("div.fields", null, h("label.field", null, h("span", null, t("context.number")), number),
      h("label.field", null, destLabel, find)),
    countries, keyboard(number), foot);
}
