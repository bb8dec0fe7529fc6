// What could not be read: why, in plain words; what was read all the same, greyed; and the lane's
// proposal, if there is one. Never a verdict.
import { h, icon } from "./dom.js";
import { t } from "./words.js";
import { plain, steps } from "./screens.js";
import { fieldOf, linesRead, marksOf } from "./proposal.js";
import { typed } from "./typed.js";

const CHECK_PICTURES = { HOLDS: "k-ok", FAILS: "k-x", NONE: "k-ok" };
/** The reader is set wrongly: nothing the officer does at the glass helps. */
const SETTINGS = ["high_bit", "keyboard_layout", "lower_case", "rows_swapped", "row_long"];

/** YYMMDD of an MRZ as documents print it, as far as it is digits. */
const shortDate = (raw) => (/^\d{6}$/.test(raw) ? [raw.slice(4), raw.slice(2, 4), raw.slice(0, 2)].join(" ") : raw);

/** What was read of a document that is not to be trusted, and which check digits it has against it. */
function readCard({ partial, checks }) {
  const values = { document_number: partial.number, birth_date: shortDate(partial.birth_raw), expiry_date: shortDate(partial.expiry_raw) };
  const row = (label, value, check) => h(`div${check ? `.${check}` : ""}`, null, h("dt", null, label), h("dd.no", null, value ?? ""),
    check ? h("dd.state", null, check === "NONE" ? null : icon(CHECK_PICTURES[check]), t(`check.${check}`)) : null);
  return h("div.partial", null, h("h2", null, t("partial")), h("dl", { id: "checks" },
    partial.name ? row(t("typed.name"), partial.name) : null,
    Object.entries(checks).map(([place, check]) => row(t(`place.${place}`), values[place], check))));
}

/** The places whose check digit fails; the whole line's fails with any other. */
function failing({ checks }) {
  const places = Object.keys(checks ?? {}).filter((place) => checks[place] === "FAILS");
  return (places.length > 1 ? places.filter((place) => place !== "composite") : places).map((place) => t(`place.${place}`)).join(", ");
}

function why(u) {
  const { fault } = u;
  if (fault) return t(`fault.${fault.kind}`, { ...fault, symbol: fault.symbol ? String.fromCodePoint(fault.symbol) : "" });
  if (u.visa) return t("visa.line");
  if (u.garbage) return t("unreadable.garbage");
  return u.issues.length > 0 ? t(`unreadable.${u.issues[0]}`) : t("unreadable.check_digit", { places: failing(u) });
}

function helps(u) {
  if (u.fault && SETTINGS.includes(u.fault.kind))
    return h("ol.steps", null, ["setting.1", "setting.2", `setting.${u.fault.kind}`].map((key, index) =>
      h("li", null, h("i", null, String(index + 1)), h("span", null, t(key)))));
  if (u.visa || u.issues.includes("french_id_card")) return steps("visa.step", 2);
  return steps("unreadable.step", 2);
}

function drawPlain(u) {
  const left = u.checks && !u.visa && !u.fault ? readCard(u) : null;
  return plain(left ? ".partly" : ".small", left ?? "i-unread", t(u.visa ? "visa" : "unreadable"), why(u), helps(u),
    h("div.sub", null, t("unreadable.no_verdict")));
}

/* ── a proposal ── */

/** "huruf O", "angka 0": what looks alike is told apart in words. */
const spoken = (character) => t(/\d/.test(character) ? "proposal.digit" : character === "<" ? "proposal.sign" : "proposal.letter", { c: character });

const marked = (text, columns) => [...text].map((character, index) => (columns.includes(index) ? h("mark", null, character) : character));

/** Both readings of each line that differs, one above the other. */
function readings(proposal) {
  const read = linesRead(proposal);
  return proposal.lines.flatMap((line, index) => {
    const columns = proposal.positions.filter((position) => position.line === index + 1).map(({ column }) => column - 1);
    return columns.length === 0 ? [] : [
      h("b", null, t("proposal.read")), h("code.read", null, marked(read[index], columns)),
      h("b", null, t("proposal.may_be")), h("code.may-be", null, marked(line, columns))];
  });
}

/** The same as the document prints it: the field, with what is doubtful in it. */
function changes(proposal) {
  const texts = typed(proposal.keyed), marks = marksOf(proposal);
  return proposal.positions.map((position) => {
    const field = fieldOf(position, proposal.lines);
    const name = t(field ? `typed.${field}` : "proposal.elsewhere");
    return h("li", null, h("span", null, name), h("b.no", { "data-long": (texts[field]?.length ?? 0) > 18 }, field ? marked(texts[field], marks[field]) : position.to),
      h("span.no", null, t("proposal.change", { from: spoken(position.from), to: spoken(position.to) })));
  });
}

function drawProposal(u) {
  return h("section.proposal", { id: "proposal" },
    h("h1", { id: "title" }, t("unreadable")), h("p", { id: "line" }, t(u.proposal.positions.length > 1 ? "proposal.lines" : "proposal.line")),
    h("div.readings", { id: "readings" }, readings(u.proposal)),
    h("ul.changes", { id: "changes" }, changes(u.proposal)),
    h("div.sub", null, t("proposal.so")));
}

export const drawUnreadable = ({ unreadable }) => (unreadable.proposal ? drawProposal(unreadable) : drawPlain(unreadable));
