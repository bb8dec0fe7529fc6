// The three verdicts. Same places every time: shape, word, what to do, the person, the reasons.
import { $, h, icon } from "./dom.js";
import { t, has, named, reasonWords } from "./words.js";
import * as format from "./format.js";
import { otherDecisions, lacksLogin } from "./keys.js";
import { categoryRow, contextLine } from "./context.js";
import { openPages } from "./pages.js";

const REASONS_SHOWN = 3;
const MARKS = { SESUAI: "i-check", RUJUK: "i-tri", TUNDA: "i-stop" };

/** One line under the word: what follows from it for the officer. */
function instruction(view) {
  const { crossing } = view;
  if (crossing.result === "TUNDA") return t("do.TUNDA");
  if (crossing.result === "RUJUK") return t("do.RUJUK", { where: view.refer_to });
  const green = crossing.reasons.find((reason) => reason.colour === "GREEN" && has(`do.${reason.code}`));
  if (!green) return t("do.SESUAI");
  return t(`do.${green.code}`, { found: named("purpose", green.found) });
}

/** The words for a reason's facts: of what lies ahead, of what is lacking, by how it was found, or of both. */
function factsKey({ code, found, expected, by }) {
  const ahead = found < expected && `early.${code}`, lacking = !found && `lacks.${code}`;
  return [ahead, lacking, `${by}.${code}`, `detail.${code}`].find((key) => key && has(key));
}

/** Both facts of a reason in one line, "" when there is nothing to add to its words. */
function reasonFacts(reason, now) {
  const found = format.fact(reason.found, now), expected = format.fact(reason.expected, now);
  const key = factsKey(reason);
  if (key && (found || expected)) return t(key, { found: found || t("unknown"), expected: expected || t("unknown") });
  if (has(`advice.${reason.code}`)) return t(`advice.${reason.code}`);
  return [found, expected].filter((value) => value !== "").join(" · ");
}

/** Lines break between facts, and within one only where it alone is longer than a line. */
function factLines(text) {
  const facts = text.split(/(?<= ·) /);
  return h("small", null, facts.map((fact, at) => [at > 0 ? " " : null, h("span", null, fact)]));
}

/** A reason's words, but where there is nothing of which they could be said. */
const reasonTitle = ({ code, found }) => (!found && has(`title.${code}`) ? t(`title.${code}`) : reasonWords(code));

/** A traveller's handler may be looking: some reasons have neutral words on the open screen. */
const isDelicate = ({ code }) => has(`neutral.${code}`);

/** ... and so have the decisions that hold somebody back. */
export const isGuarded = (seen) => ["DEFERRED", "REFUSED_EXIT", "HANDED_OVER"].includes(seen?.decision);

function reasonItem(reason, index, now, details) {
  const guarded = !details && isDelicate(reason);
  const facts = guarded ? "" : reasonFacts(reason, now);
  const words = guarded ? t(`neutral.${reason.code}`) : reasonTitle(reason);
  return h(`li.${reason.colour}`, { "data-code": reason.code }, h("i", null, String(index + 1)),
    h("span", null, words, facts ? factLines(facts) : null));
}

/** What speaks for the traveller is only said where nothing speaks against. */
const reasonsSaid = ({ result, reasons, match_key: by }) =>
  (result === "SESUAI" ? reasons : reasons.filter((reason) => reason.colour !== "GREEN")).map((reason) => ({ ...reason, by }));

const reasonList = (reasons, tight, now, details) =>
  h(`ul.why${tight}`, null, reasons.map((reason, index) => reasonItem(reason, index, now, details)));

/** From roomy to dense: how many reasons are shown, and how tightly. The first that fits is used. */
const OPEN = [[REASONS_SHOWN, ""], [REASONS_SHOWN, ".tight"], [2, ""], [2, ".tight"], [1, ".tight"]];
const DETAILED = [[6, ""], [6, ".tight"], [5, ".tight"], [4, ".tight"], ...OPEN.slice(1)];
export const densities = (details) => (details ? DETAILED : OPEN);

/** While it is pressed, what is delicate is said in full. On a stop, key 3 does it. */
const detailsButton = (act) => h("button.of", { id: "details", onpointerdown: () => act.details(true) },
  h("b", null, t("key.details")), h("kbd", null, "D"));

function reasonsCard(crossing, now, details, [most, tight], act) {
  const reasons = reasonsSaid(crossing);
  const rest = Math.max(0, reasons.length - most);
  return h("div.card", { id: "why" },
    h("h2", null, t("reasons", { n: reasons.length }), h("div.offers", null,
      crossing.result !== "TUNDA" && (reasons.some(isDelicate) || isGuarded(crossing.seen)) ? detailsButton(act) : null,
      rest > 0 ? h("button.of", { id: "rest", onclick: act.reasons }, h("b", null, t("reasons.rest", { n: rest })), h("kbd", null, "L")) : null)),
    reasonList(reasons.slice(0, most), tight, now, details));
}

/** The panel of key L: every reason, in the open screen's words. */
export function openReasons(view, now, first = 0) {
  const reasons = reasonsSaid(view.crossing);
  openPages(h("h1", null, t("reasons", { n: reasons.length }), h("span", null, who(view.crossing))),
    reasonList(reasons, ".tight", now, false), (page) => openReasons(view, now, page), { first });
}

/** "#0412 · SITI RAHMAWATI" */
export const who = (crossing) => `${format.seq(crossing.seq)} · ${format.personName(crossing.document)}`;

function placementCard(placement) {
  const row = (key, value) => (value ? [h("dt", null, t(key)), h("dd", null, value)] : []);
  return h("div.card", null, h("h2", null, t("placement")),
    h("dl", null,
      row("placement.dest", placement.dest_country && format.country(placement.dest_country)),
      row("placement.job", placement.occupation),
      placement.p3mi_id ? row("placement.p3mi", placement.p3mi_id) : row("placement.employer", placement.employer_name),
      row("placement.contract", placement.contract_end && t("until", { date: format.date(placement.contract_end) }))));
}

/** Why, in a code and neutral words, and what to do. */
function stepsCard(view) {
  const step = lacksLogin(view) ? "stop.manual" : "stop.step";
  return h("div.card", { id: "why" }, h("h2", null, cause(view.crossing)),
    h("ol.steps", null, [1, 2, 3].map((n) => h("li", null, h("i", null, String(n)), h("span", null, t(`${step}${n}`))))));
}

/** TUNDA's open screen: a short code and administrative words; what is delicate has neither. */
function stopCode(crossing) {
  const red = crossing.reasons.find((reason) => reason.colour === "RED" && has(`stop.${reason.code}`));
  return red ? [`S-${red.code.slice(2)}`, t(`stop.${red.code}`)] : ["S-00", t("stop.other")];
}

const cause = (crossing) => {
  const [code, words] = stopCode(crossing);
  return h("span.cause", null, h("b.code.no", { id: "code" }, code), words);
};

/** The same over the panel in which a stop is decided. */
export const openCause = (crossing) => (crossing.result === "TUNDA" ? h("b", { id: "cause" }, stopCode(crossing).join(" · ")) : null);

function personLines(document) {
  const sex = named("sex", document.sex || "X");
  return [t("person.born", { sex, date: format.date(document.birth) }), h("br"),
    t("person.expires", { date: format.date(document.expiry) })];
}

/** How the name is set, from large to small; the last ones on two lines. The first that fits is used. */
export const NAMES = ["", ".n2", ".n3", ".two", ".two.n2", ".two.n3"];

/** Nothing of who this is may be cut: the name in its width or two lines, the rest in the card's height. */
export function nameFits() {
  const name = $("name"), card = $("person");
  const lines = name.clientHeight / parseFloat(getComputedStyle(name).lineHeight);
  return name.scrollWidth <= name.clientWidth && lines < 2.5 && card.scrollHeight <= card.clientHeight;
}

/** Where to take somebody is the site's text, of any length: a line of it stays off the key beside it. */
export function lineFits() {
  const line = $("do"), key = $("more")?.getBoundingClientRect(), range = document.createRange();
  range.selectNodeContents(line);
  const text = range.getBoundingClientRect();
  const capitals = (text.top + text.bottom) / 2 - 0.37 * parseFloat(getComputedStyle(line).fontSize);
  return line.scrollWidth <= line.clientWidth && !(key && text.right > key.left && capitals < key.bottom);
}

export const reasonsFit = () => !$("why") || $("why").scrollHeight <= $("why").clientHeight;

/** Typed, not read: said beside the document for ever. */
const keyedMark = () => h("b.keyed", { id: "keyed" }, icon("k-kbd"), t("document.keyed"));

function personCard(view, act) {
  const { document } = view.crossing;
  return h("div.card", { id: "person" },
    h("h2", null, h("div.doc", null, t(`doctype.${document.type}`), document.capture === "KEYED" ? keyedMark() : null), h("button.of", { id: "traveller", onclick: act.traveller }, h("span", null, contextLine(view.context)), h("kbd", null, "K"))),
    h("div.name", { id: "name" }, format.personName(document)),
    h("div.ppt.no", { id: "number" }, document.number, h("small", null, format.country(document.nationality))),
    h("div.meta", null, personLines(document)));
}

function sequence(view, now, more) {
  const { crossing } = view;
  const time = crossing.result === "TUNDA"
    ? h("span", { id: "waiting" }, t("waiting", { time: format.waiting(now - crossing.shown_ms) }))
    : format.clockSeconds(crossing.shown_ms);
  return h("div.seq", null, h("b", { id: "seq" }, format.seq(crossing.seq)), time,
    otherDecisions(view).length > 0
      ? h("div", null, h("button.more", { id: "more", onclick: more }, icon("k-more"), t("key.more"), h("kbd", null, "5")))
      : null);
}

/** Nobody found, and the officer has not said what kind of traveller this is. */
export const asksCategory = (view) => view.crossing.result === "RUJUK" && view.context.direction === "DEPARTURE"
  && view.crossing.reasons.some((reason) => reason.code === "R010");

/** In the wrong direction every other word is wrong. */
export const returnMark = () => h("span.returning", null, icon("k-back"), t("direction.mark"));

/** `details`: the officer holds Rincian. `act`: more, reasons, details, category, traveller. `fit`: the
 * classes with which all of it fits. */
export function drawVerdict(view, now, details, act, density, fit) {
  const { crossing } = view;
  const stop = crossing.result === "TUNDA";
  const ask = asksCategory(view);
  const back = view.context.direction === "RETURN";
  const right = stop && !details ? stepsCard(view)
    : crossing.result === "SESUAI" && crossing.placement && crossing.reasons.length < 2
      ? placementCard(crossing.placement) : reasonsCard(crossing, now, details, density, act);
  return h(`section.verdict.v-${crossing.result}${ask ? ".ask" : ""}${back ? ".return" : ""}${details ? ".told" : ""}${fit}`, { "data-seq": crossing.seq },
    stop ? h("div.edge") : null,
    h("div.hero", null,
      h("div.mark", null, icon(MARKS[crossing.result], null, t(`mark.${crossing.result}`))),
      h("div.say-it", null, back ? returnMark() : null, h("div.word", { id: "word" }, t(`verdict.${crossing.result}`)),
        h("div.do", { id: "do" }, instruction(view)), sequence(view, now, act.more))),
    h("div.body", null, personCard(view, act), right),
    ask ? categoryRow(view, act.category) : null);
}
