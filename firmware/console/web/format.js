// Values as officers read them: "30 Nov 2029", "14.37", "2 jam 12 mnt", "Taiwan", "#0412".
import { t, named, has, getLanguage } from "./words.js";

const ZONE_HOURS = { WIB: 7, WITA: 8, WIT: 9 };
const MONTHS = {
  id: ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"],
  en: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
};

let zone = "WIB";
let countries = {};

export function setup(catalogue) { countries = catalogue; }
export function setZone(name) { zone = name; }

const two = (number) => String(number).padStart(2, "0");

/** A time as the counter's wall clock shows it, in UTC fields. */
const wall = (ms) => new Date(ms + ZONE_HOURS[zone] * 3600000);

export const clock = (ms) => { const w = wall(ms); return `${two(w.getUTCHours())}.${two(w.getUTCMinutes())}`; };
export const clockSeconds = (ms) => `${clock(ms)}.${two(wall(ms).getUTCSeconds())}`;

/** The day by the wall clock: "2026-11-21". */
export const isoDay = (ms) => wall(ms).toISOString().slice(0, 10);

function dayMonth(w) { return `${w.getUTCDate()} ${MONTHS[getLanguage()][w.getUTCMonth()]}`; }

/** From the wall's fields to the time that it shows. */
export const fromWall = (ms) => ms - ZONE_HOURS[zone] * 3600000;

/** "Minggu, 22 November 2026" */
export const longDay = (ms) => new Intl.DateTimeFormat(getLanguage() === "en" ? "en-GB" : "id",
  { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).format(wall(ms));

/** "22 11 2026": as it is typed. */
export const typedDay = (ms) => isoDay(ms).split("-").reverse().join(" ");

/** "12.25" today, else "19 Nov 08.10". */
export function moment(ms, now) {
  const a = wall(ms), b = wall(now);
  const today = Math.floor(a.getTime() / 86400000) === Math.floor(b.getTime() / 86400000);
  const year = a.getUTCFullYear() === b.getUTCFullYear() ? "" : ` ${a.getUTCFullYear()}`;
  return today ? clock(ms) : `${dayMonth(a)}${year} ${clock(ms)}`;
}

/** "2029-11-30" -> "30 Nov 2029"; unknown parts of a partial date are left out. */
export function date(text) {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!match) return t("unknown");
  const [, year, month, day] = match;
  const parts = [];
  if (day !== "00") parts.push(Number(day));
  if (month !== "00") parts.push(MONTHS[getLanguage()][Number(month) - 1]);
  return [...parts, year].join(" ");
}

/** "4 mnt", "2 jam 12 mnt", "2 hari 6 jam". */
export function age(ms) {
  const minutes = Math.max(0, Math.floor(ms / 60000));
  const hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
  if (minutes < 1) return t("age.now");
  if (hours < 1) return t("age.minutes", { m: minutes });
  if (days < 1) return t("age.hours", { h: hours, m: minutes % 60 });
  return t("age.days", { d: count(days), h: hours % 24 });
}

/** "4 mnt lalu", "baru saja" */
export const ago = (ms) => (ms < 60000 ? t("age.now") : t("ago", { age: age(ms) }));

/** A waiting time: "00.42". */
export function waiting(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${two(Math.floor(seconds / 60))}.${two(seconds % 60)}`;
}

export const count = (number) => new Intl.NumberFormat(getLanguage()).format(number);
export const seq = (number) => `#${String(number).padStart(4, "0")}`;

export const country = (code) => countryOr(code, code);

/** The name of a country, or `otherwise` where we have none. */
export function countryOr(code, otherwise) {
  const alpha2 = countries[code];
  if (!alpha2) return otherwise;
  return new Intl.DisplayNames([getLanguage()], { type: "region" }).of(alpha2);
}

export const countryCodes = () => Object.keys(countries);

/** As the booklet prints it: given names first, where the MRZ tells the parts. */
export function personName(document) {
  if (!document.primary) return document.name;
  return document.secondary ? `${document.secondary} ${document.primary}` : document.primary;
}

/** A fact of a reason: dates, times, countries and names of codes, one or several, become words. */
export function fact(value, now) {
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return date(value);
  if (/^\d{4}-\d\d-\d\dT[\d:]+Z$/.test(value)) return moment(Date.parse(value), now);
  if (/^[A-Z]{3}$/.test(value) && countries[value]) return country(value);
  const names = value.split(", "); // of documents
  return names.every((name) => has(`fact.${name}`)) ? names.map((name) => t(`fact.${name}`)).join(", ") : value;
}
