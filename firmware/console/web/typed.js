// What an officer types of a document: made regular as it comes, and judged while it is typed. Pure.
// The lane judges again and has the last word; here it only spares the officer the way there.

/** The fields: first what the document is, then who its holder is. */
export const OF_DOCUMENT = ["type", "country", "nationality", "number", "number_check", "expiry"];
export const OF_HOLDER = ["name", "sex", "birth", "nik"];
export const FIELDS = [...OF_DOCUMENT, ...OF_HOLDER];
export const TYPES = ["P", "SPLP", "PLB", "KILB", "CREW_BOOK"];
export const SEXES = ["F", "M", "X"];
export const LIMITS = { country: 3, nationality: 3, number: 23, number_check: 1, name: 79, birth: 10, expiry: 10, nik: 18 };

const DATE_CHARACTERS = 8;
const WEIGHTS = [7, 3, 1];
const BIRTH_YEAR_MIN = 1900;
const PASSPORT_NUMBER_MAX = 9;
const NIK_DIGITS = 16;
/** In the day of birth that a NIK holds, this much more means a woman. */
const NIK_WOMAN = 40;
/** A letter and seven digits: how Indonesian passports are numbered. */
const IDN_PASSPORT = /^[A-Z]\d{7}$/;

export const blank = () => ({ type: "P", country: "IDN", nationality: "IDN", number: "", number_check: "", name: "",
  sex: "", birth: "", expiry: "", nik: "" });

/** ICAO 9303-3, 4.9: weights 7 3 1, A = 10 ... Z = 35, filler 0. */
export function checkDigit(text) {
  const value = (c) => (c === "<" ? 0 : parseInt(c, 36));
  return String([...text].reduce((sum, c, i) => sum + value(c) * WEIGHTS[i % 3], 0) % 10);
}

/** "14 03 1996", as far as it goes, of what was typed; "?" stands for a character that is not known. */
export function dateText(typed, unknownAllowed) {
  const known = unknownAllowed ? /[^\d?]/g : /\D/g;
  const all = typed.replace(known, "").slice(0, DATE_CHARACTERS);
  return [all.slice(0, 2), all.slice(2, 4), all.slice(4)].filter(Boolean).join(" ");
}

/** The day, or the month, that comes next is unknown: "14 0" -> "14 ??". */
export function withUnknown(text) {
  const all = text.replaceAll(" ", "");
  if (all.length >= 4) return text;
  return dateText(`${all.slice(0, all.length < 2 ? 0 : 2)}??`, true);
}

/** "320412 520498 0001": region, birth, and which of that day. */
function nikText(typed) {
  const all = typed.replace(/\D/g, "").slice(0, NIK_DIGITS);
  return [all.slice(0, 6), all.slice(6, 12), all.slice(12)].filter(Boolean).join(" ");
}

const MAKE = {
  country: (text) => text.toUpperCase().replace(/[^A-Z]/g, ""),
  number: (text) => text.toUpperCase().replace(/[^A-Z0-9<]/g, ""),
  number_check: (text) => text.replace(/\D/g, ""),
  name: (text) => text.normalize("NFD").toUpperCase().replace(/[^A-Z '.-]/g, "").replace(/ +/g, " ").trimStart(),
  birth: (text) => dateText(text, true),
  expiry: (text) => dateText(text, false),
  nik: nikText,
};
MAKE.nationality = MAKE.country;

/** The text as the field takes it. */
export const regular = (field, text) => MAKE[field](text).slice(0, LIMITS[field]);

/** "1996-03-14" of "14 03 1996", with zeros for what is unknown; null if there is no such day. */
export function isoDate(text) {
  const [, day, month, year] = /^(\d\d|\?\?) (\d\d|\?\?) (\d{4})$/.exec(text) ?? [];
  if (!year) return null;
  const [y, m, d] = [year, month, day].map((part) => (part === "??" ? 0 : Number(part)));
  const last = m === 0 ? 0 : new Date(Date.UTC(y, m, 0)).getUTCDate();
  if (m > 12 || d > last) return null;
  return [year, month, day].map((part) => part.replace("??", "00")).join("-");
}

/** "14 03 1996" of "1996-03-14". */
function typedDate(iso) {
  const [year, month, day] = iso.split("-");
  return year ? [day, month, year].map((part) => (Number(part) === 0 ? "?".repeat(part.length) : part)).join(" ") : "";
}

/** Two flaws of the page alone: MISSING and, while it is being typed, SHORT. The others are the lane's. */
function judgeDate(field, text, today) {
  if (text.replaceAll(" ", "").length < DATE_CHARACTERS) return "SHORT";
  const iso = isoDate(text);
  if (!iso) return "CALENDAR";
  if (field === "expiry") return iso.startsWith("20") ? null : "CENTURY";
  if (Number(iso.slice(0, 4)) < BIRTH_YEAR_MIN) return "CENTURY";
  return iso > today ? "FUTURE" : null;
}

/** What a document of this type may be without. */
const mayLack = (field, type) => ["nationality", "nik"].includes(field) || (type !== "P" && ["number_check", "expiry"].includes(field));

/** The flaw of what stands in `field`, or null. */
export function judge(field, draft, today) {
  const text = draft[field].trim();
  if (!text) return mayLack(field, draft.type) ? null : "MISSING";
  switch (field) {
    case "number": return draft.type === "P" && text.length > PASSPORT_NUMBER_MAX ? "LENGTH" : null;
    case "number_check": return checkDigit(draft.number) === text ? null : "CHECK_DIGIT";
    case "country": case "nationality": return text.length === 3 || text === "D" ? null : "SHORT";
    case "birth": case "expiry": return judgeDate(field, text, today);
    case "nik": return text.length < LIMITS.nik ? "SHORT" : null;
    default: return null;
  }
}

/** Nothing more can come: on the glass the next field has its turn. */
export function isFull(field, draft, today) {
  if (field === "number") return draft.type === "P" && draft.country === "IDN" && IDN_PASSPORT.test(draft.number);
  return field !== "name" && draft[field].length === LIMITS[field] && judge(field, draft, today) === null;
}

/** A passport of Indonesia whose number has another form: worth a second look, no more. */
export const isUnusual = (draft) => draft.type === "P" && draft.country === "IDN" && draft.number !== ""
  && !IDN_PASSPORT.test(draft.number);

/** What a whole NIK says otherwise than the form: "date", "birth" or "sex"; "" where it says the same; null
 *  where there is nothing to compare. By a rule that nobody vouches for: a hint, never a flaw. */
export function nikDoubt({ nik, birth, sex }) {
  const [, day, month, year] = /^\d{6} (\d\d)(\d\d)(\d\d) \d{4}$/.exec(nik) ?? [];
  const iso = isoDate(birth);
  if (!day) return null;
  const woman = Number(day) > NIK_WOMAN, born = String(day - (woman ? NIK_WOMAN : 0)).padStart(2, "0");
  if ([born, month].includes("00")) return "date";
  if (!isoDate(`${born} ${month} 20${year}`) && !isoDate(`${born} ${month} 19${year}`)) return "date";
  if (!iso) return null;
  const [, ofYear, ofMonth, ofDay] = /^..(..)-(..)-(..)$/.exec(iso);
  const differs = (known, said) => known !== "00" && known !== said;
  if (ofYear !== year || differs(ofMonth, month) || differs(ofDay, born)) return "birth";
  return ["F", "M"].includes(sex) && woman !== (sex === "F") ? "sex" : "";
}

/** What the lane is told; what is not known is "". */
export const keyed = ({ birth, expiry, name, nik, ...rest }) => ({ ...rest, name: name.trim(), birth: isoDate(birth) ?? "",
  expiry: isoDate(expiry) ?? "", nik: nik.replaceAll(" ", "") });

/** The form that a proposal of the lane prefills. */
export const typed = ({ birth, expiry, ...rest }) => ({ ...rest, birth: typedDate(birth), expiry: typedDate(expiry) });
